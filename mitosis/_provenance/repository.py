"""The state of the code that is about to run, and whether a commit stands for it."""

from __future__ import annotations

import os
from pathlib import Path

from mitosis._model import CodeState
from mitosis._provenance import remote, status
from mitosis._provenance.command import run_git
from mitosis._provenance.ownership import own_files, own_output
from mitosis.errors import (
    DirtyRepositoryError,
    NoRepositoryError,
    UncommittedExperimentError,
)


def code_state(place: Path, trials_folder: Path) -> CodeState:
    """Return the state of the git repository around `place`; write nothing.

    Everything that git reports as different from the commit or as untracked counts, in
    submodules too. What mitosis itself made in the trials folder does not.

    Args:
        place: the experiment's file, or a folder. Symbolic links are followed: what counts is
            the repository that holds the code itself.
        trials_folder: where the trials go; it need not exist.

    Returns:
        An empty state outside a work tree, without git, and where git refuses to answer
        (`require_committed` says which).
    """
    try:
        return _read(place.resolve(), trials_folder.resolve())
    except NoRepositoryError:
        return CodeState()


def require_committed(state: CodeState, place: Path) -> None:
    """Make sure that a commit says exactly what would run.

    Args:
        state: what `code_state` returned for `place`.
        place: the experiment's file; or a folder, where there is no such file.

    Raises:
        NoRepositoryError: there is no repository, no commit in it, no git on this machine, or
            git refuses to read the repository.
        DirtyRepositoryError: files are changed or untracked; all are named.
        UncommittedExperimentError: `place` is a file that git does not track, e.g. of a
            package installed in an ignored `.venv` inside the repository.
    """
    if state.repository is None:
        raise NoRepositoryError(place=place, reason=_absence(place.resolve()))
    if state.commit is None:
        raise NoRepositoryError(place=place, reason=f"{state.repository} has no commit yet")
    if state.changes:
        raise DirtyRepositoryError(repository=state.repository, files=state.changes)
    if not place.is_dir() and not _is_tracked(place.resolve()):
        raise UncommittedExperimentError(repository=state.repository, file=place)


def _read(place: Path, trials_folder: Path) -> CodeState:
    root = _root(place)
    found = status.parse_status(run_git(root, *status.ARGUMENTS))
    remotes = remote.parse_remotes(run_git(root, *remote.ARGUMENTS))
    is_own, is_output = own_files(root, trials_folder), own_output(root)
    return CodeState(
        repository=root,
        commit=found.commit,
        branch=found.branch,
        remote=remote.chosen_address(remotes, found.upstream),
        changes=tuple(
            str(c)
            for c in found.changes
            if not all(map(is_own, c.paths)) and not (c.is_untracked and is_output(c.paths[0]))
        ),
    )


def _root(place: Path) -> Path:
    output = run_git(place, "rev-parse", "--show-toplevel")
    return Path(os.fsdecode(output.removesuffix(b"\n")))


def _absence(place: Path) -> str:
    try:
        root = _read(place, place).repository
    except NoRepositoryError as exc:
        return exc.reason
    return f"the repository {root} could not be read a moment ago"


def _is_tracked(file: Path) -> bool:
    try:
        run_git(file, "ls-files", "--error-unmatch", "-z", "--", str(file))
    except NoRepositoryError:
        return False
    return True
