"""Reading what lies in the folder of one trial."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder
from mitosis._recording import Report, read_pickle


class FolderReader:
    """A trial's folder, read piece by piece.

    Args:
        folder: the trial's.
        html: its page.
    """

    def __init__(self, folder: TrialFolder, html: Path) -> None:
        self._folder = folder
        self._html = html

    def main(self) -> Any:
        """Return `results["main"]`; of a trial that did not get that far None."""
        report = Report.read(self._folder.report)
        return report.main if report.main_is_exact else self.results().get("main")

    def results(self) -> dict[str, Any]:
        """Return what `run` returned; nothing if it was not kept."""
        file = self._folder.results
        return dict(read_pickle(file)) if file.exists() else {}

    def parameters(self) -> Mapping[str, Any]:
        """Return argument to value."""
        raise NotImplementedError

    def metrics(self) -> Any:
        """Return a DataFrame of all logged points."""
        raise NotImplementedError

    def artifacts(self) -> Mapping[str, Path]:
        """Return name to file."""
        raise NotImplementedError

    def log(self) -> str:
        """Return all output."""
        raise NotImplementedError

    def notebook(self) -> Any:
        """Return the executed notebook."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, Any]:
        """Return packages and the like."""
        raise NotImplementedError

    def code(self) -> Any:
        """Return the sources."""
        raise NotImplementedError

    def record(self) -> Mapping[str, Any]:
        """Return all of `record.json`."""
        raise NotImplementedError

    def persisted(self, step: str, call: int) -> Any:
        """Return what a step returned."""
        raise NotImplementedError
