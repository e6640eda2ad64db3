"""The file that a person opens: a trial's notebook with a banner that says how it ended."""

from __future__ import annotations

from pathlib import Path

from mitosis import _notebook as notebooks
from mitosis._layout import write_whole
from mitosis._model import Claim, Claimed, Outcome
from mitosis._notebook import Banner, Plan
from mitosis._wording import duration_text, main_text


class Page:
    """One trial's notebook and its file.

    Args:
        path: the file; its ending says whether it becomes HTML or stays a notebook.
        claimed: None in debug mode.
    """

    def __init__(self, path: Path, plan: Plan, claim: Claim, claimed: Claimed | None) -> None:
        self.path = path
        self._banner = Banner(
            title=claimed.name if claimed else f"{claim.name_prefix} (debug)",
            experiment=claim.experiment,
            status="running",
            debug=claimed is None,
        )
        self.notebook = notebooks.build(plan, self._banner)

    def write(self, outcome: Outcome | None = None) -> None:
        """Write the notebook as it stands; without an outcome, as one that still runs."""
        notebook = self.notebook
        if outcome:
            notebook = notebooks.finished(notebook, outcome.warnings)
            notebooks.label(notebook, self._finished_banner(outcome))
        to_text = notebooks.to_html if self.path.suffix == ".html" else notebooks.to_ipynb
        write_whole(self.path, to_text(notebook).encode("utf-8", "backslashreplace"))

    def _finished_banner(self, outcome: Outcome) -> Banner:
        return Banner(
            title=self._banner.title,
            experiment=self._banner.experiment,
            status=outcome.status.value,
            reason=outcome.reason,
            main="" if outcome.main is None else main_text(outcome.main),
            duration=duration_text(outcome.usage.wall_seconds),
            debug=self._banner.debug,
            warnings=len(outcome.warnings),
        )
