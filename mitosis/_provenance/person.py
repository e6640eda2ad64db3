"""Who sits at the keyboard, for acts that people do to locks."""

from __future__ import annotations

import getpass
import platform
from pathlib import Path

from mitosis._provenance.command import readable, run_git
from mitosis.errors import NoRepositoryError


def person(place: Path) -> str:
    """Return who acts at `place`, e.g. `"Ada <ada@example.org>"`; write nothing.

    That is the author whom git would name in a commit made there, by its configuration and
    the environment. Where git knows none, it is the login and the machine: `"ada@lovelace"`.
    """
    try:
        ident = run_git(place, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    except NoRepositoryError:  # no name is set, or there is no git
        return f"{_login()}@{platform.node()}"
    name, bracket, _ = readable(ident.strip()).rpartition(">")
    return f"{name}{bracket}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as containers have them
        return "unknown"
