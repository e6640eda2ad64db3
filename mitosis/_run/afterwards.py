"""What is looked at again once a trial has run: whether it still is what was recorded."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from mitosis._layout import TrialFolder
from mitosis._model import Claim, CodeState
from mitosis._provenance import changed_modules, imported_code
from mitosis._recording import Report
from mitosis._records import changed_inputs

log = logging.getLogger("mitosis")

_MOST_FILES = 10


def code_that_ran(
    before: CodeState, report: Report, trials_folder: Path
) -> tuple[CodeState, list[str]]:
    """Return the code's state with what the trial imported, and what is odd about it."""
    try:
        after = imported_code(before, report.modules, trials_folder)
        changed = list(changed_modules(before))
    except Exception as exc:  # noqa: BLE001 - whatever lies there, the trial has run
        log.warning("the modules that ran could not be recorded: %s", exc)
        return before, []
    return after, [*map(_changed_warning, changed), *_dirty_warnings(after)]


def data_that_changed(folder: TrialFolder, claim: Claim) -> list[str]:
    """Return a warning for each input file that holds something else now."""
    try:
        changed = changed_inputs(folder, claim)
    except Exception as exc:  # noqa: BLE001 - as above
        log.warning("the input files could not be looked at again: %s", exc)
        return []
    return [_changed_data_warning(path) for path in changed]


def _changed_warning(file: str) -> str:
    return f"{file} was changed while the trial ran; which version of it ran is not certain"


def _changed_data_warning(path: str) -> str:
    return f"{path} was changed while the trial ran; what was read of it is not certain"


def _dirty_warnings(code: CodeState) -> Iterator[str]:
    for checkout in code.checkouts:
        if checkout.changes:
            files = "\n".join(f"    {change}" for change in checkout.changes[:_MOST_FILES])
            sentence = f"no commit stands for the code of {checkout.name!r} that was imported"
            yield f"{sentence}\n{files}"
