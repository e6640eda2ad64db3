"""The commits that a repository's submodules stand at, all levels down."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from mitosis._provenance import index
from mitosis._provenance.command import Question, readable, run_git
from mitosis.errors import NoRepositoryError

_AT_ONCE = 8


def submodules(root: Path, paths: Iterable[bytes]) -> dict[str, str]:
    """Return the path below `root` and the commit of every submodule that is checked out.

    Args:
        root: of the work tree that holds them.
        paths: the submodules in its index.
    """
    return dict(sorted(_commits(root, b"", paths)))


def _commits(root: Path, above: bytes, paths: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    folders = [above + path for path in paths]
    present = [name for name in folders if (_place(root, name) / ".git").exists()]
    for start in range(0, len(present), _AT_ONCE):
        yield from _heads(root, present[start : start + _AT_ONCE])
    for name in present:
        if (_place(root, name) / ".gitmodules").exists():
            with suppress(NoRepositoryError):
                inner = index.parse_index(run_git(_place(root, name), *index.ARGUMENTS))
                yield from _commits(root, name + b"/", inner.submodules)


def _heads(root: Path, names: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    with ExitStack() as stack:
        words = ("rev-parse", "--verify", "HEAD")
        asked = [stack.enter_context(Question(_place(root, n), *words)) for n in names]
        for name, question in zip(names, asked, strict=True):
            with suppress(NoRepositoryError):  # nothing was ever committed or checked out
                yield readable(name), question.answer().decode().strip()


def _place(root: Path, name: bytes) -> Path:
    return root / os.fsdecode(name)
