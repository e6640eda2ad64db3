"""The answer of `git status`, taken apart.

Format: git-status(1), "Porcelain Format Version 2" with `-z`: records end in NUL, names are
bytes as they are on disk, relative to the root of the work tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from mitosis._dataclass import dataclass
from mitosis._provenance.command import readable

ARGUMENTS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "--no-ahead-behind",
    "-z",
    "--untracked-files=all",
    "--ignore-submodules=none",
)

_FIELDS_BEFORE_PATH = {b"1": 8, b"2": 9, b"u": 10, b"?": 1}


@dataclass(frozen=True)
class Change:
    """One file that differs from the commit, or is unknown to it.

    Attributes:
        code: two characters, as in `git status --short`: `"??"`, `" M"`, `"R "`.
        paths: the file's path and, for a renamed or copied file, the former one.
    """

    code: str
    paths: tuple[bytes, ...]

    @property
    def is_untracked(self) -> bool:
        """Whether git knows nothing of the file."""
        return self.code == "??"

    def __str__(self) -> str:
        return f"{self.code} {' -> '.join(map(readable, reversed(self.paths)))}"


@dataclass(frozen=True)
class Status:
    """Where HEAD stands, and what differs from it."""

    commit: str | None
    branch: str | None
    upstream: str | None
    changes: tuple[Change, ...]


def parse_status(output: bytes) -> Status:
    """Read what `git status` wrote when it was called with `ARGUMENTS`."""
    records = iter(output.split(b"\0")[:-1])
    headers: dict[str, str] = {}
    changes = []
    for record in records:
        kind, _, rest = record.partition(b" ")
        if kind == b"#":
            key, _, value = rest.partition(b" ")
            headers[key.decode()] = readable(value)
        else:
            changes.append(_change(kind, record, records))
    return Status(
        commit=_unless("(initial)", headers.get("branch.oid")),
        branch=_unless("(detached)", headers.get("branch.head")),
        upstream=headers.get("branch.upstream"),
        changes=tuple(changes),
    )


def _change(kind: bytes, record: bytes, following: Iterator[bytes]) -> Change:
    *fields, path = record.split(b" ", _FIELDS_BEFORE_PATH[kind])
    code = "??" if kind == b"?" else fields[1].decode().replace(".", " ")
    former = (next(following),) if kind == b"2" else ()
    return Change(code, (path, *former))


def _unless(placeholder: str, value: str | None) -> str | None:
    return None if value == placeholder else value
