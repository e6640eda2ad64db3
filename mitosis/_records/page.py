"""The file that a person opens: a trial's notebook with a banner that says how it ended.

The runner writes it from the notebook that it has in memory; whoever comes later writes it
again from what the trial's folder holds. Jupyter is imported when the first page is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis import _layout
from mitosis._layout import TrialFolder, write_whole
from mitosis._model import Claim, Claimed, Outcome, RecordedTrial
from mitosis._records.excerpt import read_excerpt
from mitosis._records.measures import Measured, measure
from mitosis._records.sections import sections
from mitosis._wording import duration_text, main_text

if TYPE_CHECKING:  # for annotations only: reading a folder must not load Jupyter
    from mitosis._notebook import Banner, Plan, Section

_STATUS = re.compile(r'<section class="status (\w+)"')
_HEAD_BYTES = 1_000_000
_MOST_TEXT = 200


class Page:
    """One trial's notebook and its file.

    Args:
        path: the file; its ending says whether it becomes HTML or stays a notebook.
        claimed: None in debug mode.
    """

    def __init__(self, path: Path, plan: Plan, claim: Claim, claimed: Claimed | None) -> None:
        from mitosis import _notebook as notebooks

        self.path = path
        self._claim, self._claimed = claim, claimed
        self.notebook = notebooks.build(plan, banner(claim, claimed))
        self.originals = notebooks.originals(plan)

    def write_plan(self, folder: TrialFolder) -> None:
        """Keep the notebook, as it is before it runs, for who may have to write the page."""
        from mitosis import _notebook as notebooks

        write_whole(folder.notebook, notebooks.to_ipynb(self.notebook).encode())

    def fill(self, folder: TrialFolder, traceback: str, results: str) -> None:
        """Fill the notebook of a trial that no kernel ran from what its folder holds."""
        from mitosis import _notebook as notebooks

        log, displays = read_excerpt(folder)
        text = notebooks.to_ipynb(self.notebook)
        self.notebook = notebooks.restored(text, log, displays, traceback)
        if results:
            notebooks.show_results(self.notebook, results)

    def write(
        self,
        outcome: Outcome | None = None,
        folder: TrialFolder | None = None,
        measured: Measured | None = None,
    ) -> None:
        """Write the notebook as it stands; without an outcome, as one that still runs.

        Args:
            outcome: how the trial ended.
            folder: the trial's; what it has left behind there is shown from then on.
            measured: what that is.
        """
        notebook = self.notebook
        if outcome:
            below = sections(folder, measured) if folder and measured else []
            notebook = _ended(notebook, self._claim, self._claimed, outcome, below)
        _write(notebook, self.path)
        if outcome and folder:
            _keep(_ended(self.notebook, self._claim, self._claimed, outcome, ()), folder)


def rebuild_page(
    folder: TrialFolder, trial: RecordedTrial, path: Path, measured: Measured | None = None
) -> None:
    """Write an ended trial's page from what its folder holds.

    What the folder lacks is missing on the page, too. If it cannot be rendered, or there is no
    room for all of it, the page says what the record says.

    Raises:
        OSError: not even that can be written.
    """
    assert trial.outcome, "a page of a trial that runs is its runner's"
    with suppress(Exception):  # whatever cannot be rendered or stored: then say less
        notebook = _restored(folder, trial)
        below = sections(folder, measured or measure(folder))
        _write(_ended(notebook, trial.claim, trial.claimed, trial.outcome, below), path)
        _keep(_ended(notebook, trial.claim, trial.claimed, trial.outcome, ()), folder)
        return
    write_stub(path, banner(trial.claim, trial.claimed, trial.outcome), _facts(trial))


def write_stub(path: Path, shown: Banner, facts: list[tuple[str, str]]) -> None:
    """Write a page that says how a trial ended, and little else.

    Raises:
        OSError: it cannot be written.
    """
    from mitosis import _notebook as notebooks

    notebook = notebooks.stub(shown.title, facts)
    notebooks.label(notebook, shown)
    _write(notebook, path)


def banner(claim: Claim, claimed: Claimed | None, outcome: Outcome | None = None) -> Banner:
    """Return what stands above a trial's page; without an outcome, that it runs."""
    title = claimed.name if claimed else f"{claim.name_prefix} (debug)"
    return outcome_banner(title, claim.experiment, outcome, debug=claimed is None)


def outcome_banner(
    title: str, experiment: str, outcome: Outcome | None, *, debug: bool = False
) -> Banner:
    """Return what stands above the page of a trial of which no more may be known."""
    from mitosis._notebook import Banner

    if outcome is None:
        return Banner(title=title, experiment=experiment, status="running", debug=debug)
    return Banner(
        title=title,
        experiment=experiment,
        status=outcome.status.value,
        reason=outcome.reason,
        main="" if outcome.main is None else main_text(outcome.main),
        duration=duration_text(outcome.usage.wall_seconds),
        debug=debug,
        warnings=len(outcome.warnings),
    )


def told_status(path: Path) -> str | None:
    """Return which status a page tells; None if there is no page, or it tells none."""
    try:
        if path.suffix == ".ipynb":
            notebook = json.loads(path.read_bytes())
            return str(notebook["metadata"]["mitosis"]["status"])
        with path.open("rb") as file:
            found = _STATUS.search(file.read(_HEAD_BYTES).decode("utf-8", "replace"))
    except (OSError, LookupError, TypeError, ValueError):
        return None
    return found[1] if found else None


def own_page(trials_folder: Path, name: str, trial_name: str, key: str) -> Path:
    """Return the path of a trial's page: as it was named, unless another trial has that.

    Two trials' pages meet in one name when folders of two machines are put together.
    """
    path = trials_folder / name
    if name and (not path.exists() or is_page_of(path, key)):
        return path
    extension = path.suffix.removeprefix(".") if name else "html"
    return _layout.reserve_page(trials_folder, _layout.file_stem(trial_name), key, extension)


def is_page_of(path: Path, key: str) -> bool:
    """Tell whether a page is that of the trial with a key; one that is empty yet may be."""
    content = path.read_bytes()
    return not content or key.encode() in content


def _restored(folder: TrialFolder, trial: RecordedTrial) -> Any:
    from mitosis import _notebook as notebooks

    log, displays = read_excerpt(folder)
    text = folder.notebook.read_text("utf-8") if folder.notebook.exists() else _plain(trial)
    assert trial.outcome, "as above"
    if notebooks.told_ending(text) == trial.outcome.status:
        return notebooks.executed(text)
    return notebooks.restored(text, log, displays, trial.outcome.traceback)


def _plain(trial: RecordedTrial) -> str:
    """Return a notebook for a trial that kept none, to put its output into."""
    from mitosis import _notebook as notebooks

    claim = trial.claim
    parameters = "\n".join(f"# {v.parameter} = {v.text[:_MOST_TEXT]}" for v in claim.variants)
    code = f"{parameters}\n# The code of this cell was not kept."
    plan = notebooks.Plan(
        claim.experiment,
        claim.hypothesis,
        _facts(trial),
        "",
        [notebooks.PlannedCell(code.strip(), ("run",))],
    )
    notebook = notebooks.build(plan, banner(claim, trial.claimed))
    notebook.cells = [c for c in notebook.cells if c.metadata["tags"] != ["parameters"]]
    return notebooks.to_ipynb(notebook)


def _ended(
    notebook: Any,
    claim: Claim,
    claimed: Claimed | None,
    outcome: Outcome,
    below: Sequence[Section],
) -> Any:
    from mitosis import _notebook as notebooks

    ended = notebooks.finished(notebook, outcome.warnings, below)
    notebooks.label(ended, banner(claim, claimed, outcome))
    return ended


def _write(notebook: Any, path: Path) -> None:
    from mitosis import _notebook as notebooks

    to_text = notebooks.to_html if path.suffix == ".html" else notebooks.to_ipynb
    write_whole(path, to_text(notebook).encode("utf-8", "backslashreplace"))


def _keep(notebook: Any, folder: TrialFolder) -> None:
    """Keep an executed notebook, for programs to read; without room for it, do without."""
    with suppress(OSError):
        _write(notebook, folder.notebook)


def _facts(trial: RecordedTrial) -> list[tuple[str, str]]:
    claim = trial.claim
    facts = [(v.parameter, f"variant {v.name}") for v in claim.variants]
    facts += [("seed", str(claim.seed))] if claim.seed is not None else []
    facts += [("commit", claim.code.commit)] if claim.code.commit else []
    return [
        *facts,
        ("started", f"{claim.started_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("where", f"{(claim.worker or claim.runner).host}, {claim.machine.platform}"),
        ("key", claim.key),
    ]
