"""The state of the code that is about to run, and whether a commit stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mitosis._model import CodeState
from mitosis._provenance.command import run_git
from mitosis._provenance.submodules import submodules
from mitosis._provenance.worktree import WorkTree, reading
from mitosis.errors import (
    DirtyRepositoryError,
    NoRepositoryError,
    UncommittedExperimentError,
)


def code_state(place: Path, trials_folder: Path, ignored: Sequence[str] = ()) -> CodeState:
    """Return the state of the git repository around `place`; write nothing.

    Everything that git reports as different from the commit or as untracked counts, in
    submodules too, and so does what git was told to keep silent about (`assume-unchanged`,
    `skip-worktree`). What mitosis itself made in the trials folder does not.

    Args:
        place: the experiment's file, or a folder. Symbolic links are followed: what counts is
            the repository that holds the code itself.
        trials_folder: where the trials go; it need not exist.
        ignored: patterns of files whose changes do not count, as `pattern_fault` allows them.
            A submodule is one file in this.

    Returns:
        A state without modules, for `imported_code` to fill in. It is empty outside a work
        tree, without git, and where git refuses to answer (`require_committed` says which).

    Raises:
        ValueError: a pattern that git could not use.
    """
    try:
        with reading(place.resolve(), ignored) as answer:
            return state_of(answer(), trials_folder)
    except NoRepositoryError:
        return CodeState()


def state_of(tree: WorkTree, trials_folder: Path) -> CodeState:
    """Return what git said of a work tree as a record has it.

    Raises:
        NoRepositoryError: git refuses to compare a file.
    """
    return CodeState(
        repository=tree.root,
        commit=tree.status.commit,
        branch=tree.status.branch,
        remote=tree.remote,
        changes=tree.changes(trials_folder.resolve()),
        submodules=submodules(tree.root, tree.index.submodules),
    )


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


def _absence(place: Path) -> str:
    try:
        with reading(place) as answer:
            root = answer().root
    except NoRepositoryError as exc:
        return exc.reason
    return f"the repository {root} could not be read a moment ago"


def _is_tracked(file: Path) -> bool:
    try:
        run_git(file, "ls-files", "--error-unmatch", "-z", "--", f":(literal){file}")
    except NoRepositoryError:
        return False
    return True
