"""Whether code still is what it was when it was captured, asked for every trial of many.

What is asked of git is one question, which leaves the trials folder out: a look costs the same
after ten thousand trials as after the first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mitosis._datafile import file_digest
from mitosis._model import CodeState
from mitosis._provenance import index, status
from mitosis._provenance.command import Question, readable
from mitosis._provenance.imports import homes, loaded_files
from mitosis._provenance.pathspecs import EVERYTHING, pathspecs
from mitosis._provenance.worktree import users_changes
from mitosis.errors import DataFileError


class _Look(NamedTuple):
    """What of a file tells that it was written again; nothing where there is none."""

    inode: int = 0
    size: int = -1
    changed_ns: int = 0


class CodeWatch:
    """Tells whether the code is what a state says; to be made right after that was captured.

    Args:
        state: of the experiment's repository; outside of one, only imported files are watched.
        trials_folder: what lies there is no change.
        ignored: as for `code_state`.

    Raises:
        NoRepositoryError: git does not answer any more.
    """

    def __init__(
        self, state: CodeState, trials_folder: Path, ignored: Sequence[str] = ()
    ) -> None:
        self._state = state
        self._trials_folder = trials_folder.resolve()
        self._words = _words(state.repository, self._trials_folder, ignored)
        self._files = {file: (_look(file), _digest(file)) for file in _watched(state)}

    def changes(self) -> tuple[str, ...]:
        """Return what `looking` tells."""
        with self.looking() as changes:
            return changes()

    @contextmanager
    def looking(self) -> Iterator[Callable[[], tuple[str, ...]]]:
        """Have git look while something else is done; yield who waits for what it finds.

        That is what differs from the state, one line each; nothing where all is as it was. It
        notices another commit, changed and untracked files as `git status` reports them,
        and other contents in a file that git does not look at, or of a module that was
        imported when this object was made, of other checkouts too.

        Raises:
            NoRepositoryError: git does not answer any more.
        """
        root = self._state.repository
        if root is None:
            yield lambda: tuple(map(self._shown, self._rewritten()))
            return
        with Question(root, *self._words) as question:
            yield cache(lambda: self._changes(root, question.answer()))

    def _changes(self, root: Path, answer: bytes) -> tuple[str, ...]:
        told = list(self._told_by_git(root, answer))
        paths = {line[3:] for line in told}
        named = map(self._shown, self._rewritten())
        return (*told, *(name for name in named if name not in paths))

    def _told_by_git(self, root: Path, answer: bytes) -> Iterator[str]:
        now = status.parse_status(answer)
        if now.commit != self._state.commit:
            before, after = (str(commit)[:10] for commit in (self._state.commit, now.commit))
            yield f"HEAD {before} -> {after}"
        for change in users_changes(root, self._trials_folder, now.changes):
            if str(change) not in self._state.changes:
                yield str(change)

    def _rewritten(self) -> Iterator[str]:
        for file, (look, digest) in self._files.items():
            now = _look(file)
            if now == look:
                continue
            if _digest(file) != digest:
                yield file
            else:  # touched, or written again as it was
                self._files[file] = now, digest

    def _shown(self, file: str) -> str:
        root = self._state.repository
        inside = root is not None and file.startswith(f"{root}{os.sep}")
        return readable(os.fsencode(os.path.relpath(file, root) if inside else file))


def _words(root: Path | None, trials_folder: Path, ignored: Sequence[str]) -> tuple[str, ...]:
    excluded = pathspecs(ignored)
    if root is not None and root in trials_folder.parents:
        below = f":(top,exclude,literal){trials_folder.relative_to(root)}"
        excluded = (*(excluded or (EVERYTHING,)), below)
    return (*status.ARGUMENTS, "--", *excluded)


def _watched(state: CodeState) -> Iterator[str]:
    """Yield the files that are looked at besides git: imported, or hidden from `git status`."""
    yield from (str(Path(home.root, home.name)) for home in homes(state, loaded_files()))
    if state.repository is None:
        return
    with Question(state.repository, *index.ARGUMENTS) as question:
        for entry in index.parse_index(question.answer()).hidden:
            yield str(state.repository / os.fsdecode(entry.path))


def _look(file: str) -> _Look:
    with suppress(OSError):
        found = os.stat(file)  # noqa: PTH116 - hundreds for each trial; Path is slower
        return _Look(found.st_ino, found.st_size, found.st_mtime_ns)
    return _Look()


def _digest(file: str) -> str:
    with suppress(DataFileError):
        return file_digest(Path(file))
    return ""
