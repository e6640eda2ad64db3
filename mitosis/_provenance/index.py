"""Git's index: what it says of files that `git status` keeps silent about.

Format: git-ls-files(1), "OUTPUT", with `-v --stage -z`: a tag, mode, object and stage, then the
name below the root, as bytes. A lower-case tag marks a file that git assumes to be unchanged
(`git update-index --assume-unchanged`), `S` one that it skips (`--skip-worktree`, as sparse
checkouts do).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._provenance.command import run_git
from mitosis._provenance.pathspecs import EVERYTHING
from mitosis._provenance.status import Change

ARGUMENTS = ("ls-files", "-v", "--stage", "-z", "--full-name", "--", EVERYTHING)

_UNUSUAL = re.compile(rb"\0(?!H 1[02])(.) (\d+) ([0-9a-f]+) \d\t([^\0]+)")
"""All but files and links that git looks at: few or none, whatever the size of the index."""

_LINK, _SUBMODULE = b"120000", b"160000"
_AT_ONCE = 500


@dataclass(frozen=True)
class Entry:
    """One file of the index.

    Attributes:
        path: below the root of the work tree.
        is_skipped: whether git expects it to be missing.
    """

    path: bytes
    mode: bytes
    digest: bytes
    is_skipped: bool


@dataclass(frozen=True)
class Index:
    """What is unusual in an index.

    Attributes:
        submodules: their paths below the root.
        hidden: files whose changes `git status` does not report.
    """

    submodules: tuple[bytes, ...] = ()
    hidden: tuple[Entry, ...] = ()


def parse_index(output: bytes) -> Index:
    """Read what `git ls-files` wrote when it was called with `ARGUMENTS`."""
    found = _UNUSUAL.findall(b"\0" + output)
    entries = [Entry(path, mode, digest, tag in b"Ss") for tag, mode, digest, path in found]
    hidden = [tag in b"S" or tag.islower() for tag, *_ in found]
    return Index(
        submodules=tuple(e.path for e in entries if e.mode == _SUBMODULE),
        hidden=tuple(
            entry
            for entry, is_hidden in zip(entries, hidden, strict=True)
            if is_hidden and entry.mode != _SUBMODULE
        ),
    )


def hidden_changes(
    root: Path, hidden: Iterable[Entry], pathspecs: Sequence[str]
) -> Iterator[Change]:
    """Yield what was changed in files that git was told not to look at.

    A file that is skipped and missing is none: sparse checkouts leave out many.
    """
    present, links = [], []
    for entry in _wanted(root, hidden, pathspecs):
        path = root / os.fsdecode(entry.path)
        if path.is_symlink():
            links.append(entry)
        elif path.is_file():
            present.append(entry)
        elif not entry.is_skipped or os.path.lexists(path):
            yield Change(" D", (entry.path,))
    digests = [*_file_digests(root, present), *(_link_digest(root, e) for e in links)]
    for entry, digest in zip([*present, *links], digests, strict=True):
        if entry.digest != digest:
            yield Change(" M", (entry.path,))


def _wanted(root: Path, hidden: Iterable[Entry], pathspecs: Sequence[str]) -> list[Entry]:
    hidden = list(hidden)
    if not hidden or not pathspecs:
        return hidden
    names = set(run_git(root, "ls-files", "-z", "--", *pathspecs).split(b"\0"))
    return [entry for entry in hidden if entry.path in names]


def _file_digests(root: Path, entries: Sequence[Entry]) -> Iterator[bytes]:
    """Yield the digests that git would store, after its filters for line ends and the like."""
    for start in range(0, len(entries), _AT_ONCE):
        paths = [os.fsdecode(e.path) for e in entries[start : start + _AT_ONCE]]
        yield from run_git(root, "hash-object", "--", *paths).split()


def _link_digest(root: Path, entry: Entry) -> bytes:
    if entry.mode != _LINK:
        return b""
    target = os.fsencode(os.readlink(root / os.fsdecode(entry.path)))  # noqa: PTH115 - Path would tidy it up
    kind = "sha1" if len(entry.digest) == 40 else "sha256"
    content = b"blob %d\0%s" % (len(target), target)
    return hashlib.new(kind, content, usedforsecurity=False).hexdigest().encode()
