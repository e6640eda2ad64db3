"""What git still knows of code that ran: files at a commit, and what differs between two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from mitosis._provenance.command import run_git
from mitosis._redaction import redact_code
from mitosis.errors import NoRepositoryError

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def committed_files(
    places: Iterable[Path], commit: str | None, paths: Iterable[str]
) -> dict[str, str]:
    """Return the texts of files at a commit, without secrets; files it lacks are left out.

    Args:
        places: where to look for a repository that has the commit, in this order.
        commit: a full hash.
        paths: below the root of the repository, with `/` between folders.

    Raises:
        NoRepositoryError: none of the repositories has the commit.
    """
    root = repository_with(places, [commit])
    texts: dict[str, str] = {}
    for path in paths:
        try:
            content = run_git(root, "cat-file", "blob", f"{commit}:{path}")
        except NoRepositoryError:
            continue
        texts[path] = redact_code(content.decode("utf-8", "replace"))
    return texts


def code_difference(
    places: Iterable[Path], before: str | None, after: str | None, paths: Sequence[str]
) -> str:
    """Return what differs in some files between two commits, as `git diff` writes it.

    Args:
        places: where to look for a repository that has both commits, in this order.
        before: a full hash.
        after: a full hash.
        paths: below the root of the repository; nothing else is compared.

    Raises:
        NoRepositoryError: none of the repositories has both commits.
    """
    root = repository_with(places, [before, after])
    if before == after or not paths:
        return ""
    quiet = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
    literal = [f":(top,literal){path}" for path in paths]
    output = run_git(root, "diff", *quiet, *prefixes, str(before), str(after), "--", *literal)
    return redact_code(output.decode("utf-8", "replace"))


def repository_with(places: Iterable[Path], commits: Sequence[str | None]) -> Path:
    """Return the first place in whose repository all of some commits are.

    Raises:
        NoRepositoryError: there is none; the commits are named.
    """
    tried = list(dict.fromkeys(places))
    # A record may come from anywhere: no word of it is to be an option of git's.
    missing = [commit for commit in commits if not _COMMIT.fullmatch(commit or "")]
    for place in () if missing else tried:
        try:
            for commit in commits:
                run_git(place, "cat-file", "-e", f"{commit}^{{commit}}")
        except NoRepositoryError:
            continue
        return place
    told = " and ".join(dict.fromkeys(str(commit)[:10] for commit in commits if commit))
    reason = "the trial ran without a commit" if missing else f"no repository here has {told}"
    raise NoRepositoryError(place=tried[0], reason=reason)
