"""All that is to be known of a trial's origin before it runs, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mitosis._model import CodeState, Environment, Machine, Runner
from mitosis._provenance.host import machine
from mitosis._provenance.imports import imported_code, loaded_files
from mitosis._provenance.packages import environment
from mitosis._provenance.process import runner
from mitosis._provenance.repository import state_of
from mitosis._provenance.worktree import reading
from mitosis.errors import NoRepositoryError


def capture(
    place: Path, trials_folder: Path, argv: Sequence[str], ignored: Sequence[str] = ()
) -> tuple[CodeState, Environment, Machine, Runner]:
    """Return the code, with all modules imported so far, the packages, machine and process.

    It is the same as asking for each, but git works while the rest is looked at.

    Args:
        place: as for `code_state`.
        trials_folder: as for `code_state`.
        argv: as for `machine`.
        ignored: as for `code_state`.

    Raises:
        ValueError: a pattern that git could not use.
    """
    with reading(place.resolve(), ignored) as answer:
        rest = environment(), machine(argv), runner()
        try:
            state = state_of(answer(), trials_folder)
        except NoRepositoryError:
            state = CodeState()
    return imported_code(state, loaded_files(), trials_folder), *rest
