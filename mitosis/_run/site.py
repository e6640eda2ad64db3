"""Where a trial is carried out: at its sweep's own place, or at one that must have its code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mitosis._layout import TrialFolder, hidden
from mitosis._model import Runner
from mitosis._provenance import code_state, environment, environment_digest, machine, runner
from mitosis._records.reading import read_text
from mitosis._redaction import known_secrets
from mitosis._run.plan import relocated
from mitosis._run.work import Start, Work
from mitosis.errors import RecordError, WorkerCodeError

REPOSITORY = "MITOSIS_REPOSITORY"
"""The environment variable that tells a worker where its checkout is."""


def settled(work: Work) -> Work:
    """Return a work as it is done in this process, with what is true of this place.

    Raises:
        WorkerCodeError: this place is another one, and has other code.
    """
    here = runner()
    claim = work.claim
    if here == claim.runner or work.is_attended:
        return work
    is_here = _is_same_machine(here, claim.runner)
    known = claim.machine if is_here else None
    claim = replace(claim, worker=here, machine=machine(work.start.argv, known))
    if not (is_here and work.start.prefix == sys.prefix):
        packages = environment()
        claim = replace(claim, environment_digest=environment_digest(packages))
        work = replace(work, environment=packages)
    work = replace(work, claim=claim, plan=relocated(work.plan, claim))
    if is_here and REPOSITORY not in os.environ:
        return work
    return _at(_repository(work), work)


def _is_same_machine(one: Runner, other: Runner) -> bool:
    """Tell whether two processes see each other, and so the same files."""
    return bool(one.boot_id) and (
        (one.host, one.boot_id, one.machine_id, one.pid_namespace)
        == (other.host, other.boot_id, other.machine_id, other.pid_namespace)
    )


def sees_folder(work: Work) -> bool:
    """Tell whether the folder of a claimed trial can be seen from here, and not another's."""
    return any(_key(folder) == work.key for folder in (work.folder, hidden(work.folder)))


def _key(folder: TrialFolder) -> str | None:
    try:
        return str(read_text(folder).get("key"))
    except RecordError:
        return None


def _repository(work: Work) -> Path:
    """Return where the checkout should be: as this place says, else where the sweep has it."""
    if named := os.environ.get(REPOSITORY):
        return Path(named).expanduser().resolve()
    root = work.claim.code.repository
    return root if root and root.is_dir() else Path.cwd()


def _at(place: Path, work: Work) -> Work:
    """Return a work as it is done in another checkout of the same code."""
    former = work.claim.code.repository
    moving = _Moving(former, place)
    state = code_state(place, moving.moved(work.trials_folder), work.ignored)
    root = state.repository or place
    commit = work.claim.code.commit
    if state.commit is None or state.commit != commit or state.changes:
        raise WorkerCodeError(
            host=work.claim.worker.host if work.claim.worker else "",
            repository=root,
            expected=str(commit),
            found=state.commit,
            changes=state.changes,
        )
    code = replace(work.claim.code, repository=root)
    return replace(
        work,
        claim=replace(work.claim, code=code),
        start=_Moving(former, root).start(work.start),
        inputs=replace(work.inputs, known=work.inputs.known.union(known_secrets(os.environ))),
    )


class _Moving:
    """From the paths of one checkout to those of another."""

    def __init__(self, former: Path | None, root: Path) -> None:
        self._former = former
        self._root = root

    def moved(self, path: Path) -> Path:
        """Return where in this checkout something is; what lies elsewhere stays there."""
        if self._former is None or not path.is_relative_to(self._former):
            return path
        return self._root / path.relative_to(self._former)

    def start(self, start: Start) -> Start:
        """Return what a kernel is started with here, where packages may lie elsewhere."""
        directory = self.moved(start.directory)
        path = dict.fromkeys([*self._own(start.path), *filter(None, map(_text, sys.path))])
        return replace(
            start,
            directory=directory if directory.is_dir() else self._root,
            path=tuple(path),
        )

    def _own(self, path: tuple[str, ...]) -> Iterator[str]:
        for entry in path:
            moved = self.moved(Path(entry))
            is_own = moved != Path(entry) or moved.is_relative_to(self._root)
            if entry and is_own and moved.exists():
                yield str(moved)


def _text(entry: object) -> str:
    return entry if isinstance(entry, str) else ""
