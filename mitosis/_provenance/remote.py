"""The address at which others find the repository, without what only its owner may know."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mitosis._provenance.command import readable
from mitosis._redaction import redact_tokens

ARGUMENTS = ("remote", "--verbose")

_LINE = re.compile(rb"([^\t\n]*)\t(.*) \(fetch\)")
_ADDRESS = re.compile(r"(?s)([^/?#]*://)([^/?#]*)([^?#]*).*")
_COPY_ADDRESS = re.compile(r"(?s)([^/]*)@([^/@]*:.*)")
_HALF_A_PASSWORD = re.compile(r"[^@\[\]]*:(?!\d*$)[^@]*")
"""What stands before the first slash, without an "@", but with a port that is no number."""


def parse_remotes(output: bytes) -> dict[str, str]:
    """Read what `git remote --verbose` wrote: names and addresses, in git's order."""
    return {readable(name): readable(url) for name, url in _LINE.findall(output)}


def chosen_address(remotes: Mapping[str, str], upstream: str | None) -> str | None:
    """Return the public address of the branch's remote, else of `origin`, else of the first.

    Args:
        remotes: name to address.
        upstream: the branch that HEAD's branch follows, e.g. `"origin/main"`.
    """
    # A remote's name may hold a slash itself, so the longest that fits is the one.
    followed = [name for name in remotes if upstream and upstream.startswith(f"{name}/")]
    names = [*sorted(followed, key=len, reverse=True), "origin", *remotes]
    return next((public_address(remotes[name]) for name in names if name in remotes), None)


def public_address(address: str) -> str:
    """Return an address without user name, password, query and anything shaped like a token.

    The user `git` stays where ssh needs it: it is everybody's name.

    Example:
        >>> public_address("https://me:secret@example.org:8443/lab/project.git?token=x")
        'https://example.org:8443/lab/project.git'
        >>> public_address("git@example.org:lab/project.git")
        'git@example.org:lab/project.git'
    """
    if parts := _ADDRESS.fullmatch(address):
        return redact_tokens(_public_url(address, *parts.groups()))
    if parts := _COPY_ADDRESS.fullmatch(address):
        return redact_tokens(_public_user(parts[1]) + parts[2])
    return redact_tokens(address)


def _public_url(address: str, scheme: str, authority: str, path: str) -> str:
    if _HALF_A_PASSWORD.fullmatch(authority):
        host = address.removeprefix(scheme).rpartition("@")[2]
        return scheme + re.split(r"[?#]", host, maxsplit=1)[0]
    user, _, host = authority.rpartition("@")
    return scheme + (_public_user(user) if "ssh" in scheme else "") + host + path


def _public_user(user: str) -> str:
    return "git@" if user.partition(":")[0] == "git" else ""
