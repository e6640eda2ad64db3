"""The executed notebook in a trial's folder, and pages that are made from it."""

from __future__ import annotations

from pathlib import Path

from mitosis._history.cells import read_cells
from mitosis._model import Status
from mitosis._records import close_dead, repair
from tests.unit.records.trials import PIXEL, Begun, begin


def outputs(trial: Begun) -> list[str]:
    """Return the kinds of output that the kept notebook has in the cell that ran."""
    (run,) = (cell for cell in read_cells(trial.folder.notebook) if "run" in cell.tags)
    return [str(output["output_type"]) for output in run.outputs]


def test_before_the_end_it_has_no_outputs_and_then_all(tmp_path: Path) -> None:
    trial = begin(tmp_path).print("one\n", PIXEL)
    assert outputs(trial) == []
    close_dead(tmp_path, trial.store)
    assert outputs(trial) == ["stream", "display_data"]


def test_a_page_that_is_lost_is_made_from_it_with_everything_once(tmp_path: Path) -> None:
    trial = begin(tmp_path).print("only once\n", PIXEL)
    close_dead(tmp_path, trial.store)
    former = trial.page.read_text()
    trial.page.unlink()
    repair(tmp_path)
    assert trial.page.read_text() == former
    assert former.count("only once") == 1
    assert outputs(trial) == ["stream", "display_data"]


def test_what_a_trial_did_after_it_was_taken_for_lost_is_there_too(tmp_path: Path) -> None:
    trial = begin(tmp_path).print("it was before\n")
    close_dead(tmp_path, trial.store)
    warning = "It is warm"
    trial.print("it came after\n").record(trial.outcome(Status.SUCCEEDED, warnings=(warning,)))
    repair(tmp_path)
    page = trial.page.read_text()
    assert [page.count(word) for word in ("it was before", "it came after", warning)] == [
        1,
        1,
        1,
    ]
    trial.page.unlink()
    repair(tmp_path)
    assert trial.page.read_text() == page, "the warning was not written twice"


def test_a_kept_notebook_that_is_damaged_costs_no_page(tmp_path: Path) -> None:
    trial = begin(tmp_path).print("one\n")
    close_dead(tmp_path, trial.store)
    trial.folder.notebook.write_text("{")
    trial.page.unlink()
    repair(tmp_path)
    assert "Lost" in trial.page.read_text()
