"""Reading what lies in the folder of one trial."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._recording import Report, read_pickle

if TYPE_CHECKING:  # for annotations only: whoever runs a trial may never read it
    import pandas as pd

    from mitosis._history.notebook import Notebook
    from mitosis._history.parameters import StoredParameters
    from mitosis._history.sources import Code


class FolderReader:
    """A trial's folder, read piece by piece.

    What a trial did not get to, or did not do, is empty: no results, no metrics, no text. A
    record that is gone or damaged is a `RecordError`, for nothing can be told without it.

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
        if self._folder.report.exists() and report.main_is_exact:
            return report.main
        results = self.results()
        return results["main"] if "main" in results else self._recorded().get("main")

    def results(self) -> dict[str, Any]:
        """Return what `run` returned; nothing if it was not kept."""
        return read_results(self._folder.results)

    def parameters(self) -> StoredParameters:
        """Return argument to value; see there for what was not kept."""
        from mitosis._history.parameters import stored_parameters

        return stored_parameters(self._folder, self.record())

    def metrics(self) -> pd.DataFrame:
        """Return a DataFrame of all logged points; without rows if there are none."""
        from mitosis._history.points import read_points

        return read_points(self._folder.metrics)

    def artifacts(self) -> dict[str, Path]:
        """Return name to file of what the experiment kept, also while it runs."""
        root = self._folder.artifacts
        found = (Path(place, name) for place, _, names in os.walk(root) for name in names)
        files = (path for path in found if not _layout.is_unfinished(path.name))
        return {path.relative_to(root).as_posix(): path for path in sorted(files)}

    def log(self) -> str:
        """Return all output, also of a trial that runs."""
        try:
            return self._folder.log.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def notebook(self) -> Notebook:
        """Return the notebook with its outputs; without them while the trial runs."""
        from mitosis._history.cells import read_cells
        from mitosis._history.notebook import Notebook

        return Notebook(read_cells(self._folder.notebook), self.results)

    def environment(self) -> dict[str, Any]:
        """Return interpreter, packages and machine; no packages where their file is gone."""
        from mitosis._provenance import read_environment

        record = self.record()
        file = _layout.environment_file(
            self._folder.root.parent, str(record.get("environment"))
        )
        stored = read_environment(file)
        told = {
            "python": stored.python if stored else None,
            "implementation": stored.implementation if stored else None,
            "packages": dict(stored.packages) if stored else {},
            "conda": dict(stored.conda) if stored else {},
            "host": (
                record.get("worker") or record.get("runner") or record.get("machine", {})
            ).get("host"),
        }
        machine = record.get("machine", {})
        told |= {name: value for name, value in machine.items() if name not in _OF_RUNNER}
        return told | {
            "numeric_libraries": record.get("numeric_libraries", []),
            "numeric_builds": record.get("numeric_builds", {}),
        }

    def code(self) -> Code:
        """Return the sources; the texts of modules are asked of git when they are used."""
        from mitosis._history.sources import read_code

        return read_code(self._folder, self.record())

    def record(self) -> dict[str, Any]:
        """Return all of `record.json`.

        Raises:
            RecordError: it is gone, damaged, or of a newer mitosis.
        """
        from mitosis._records.reading import read_text

        return read_text(self._folder)

    def persisted(self, step: str, call: int) -> Any:
        """Return what a step returned."""
        from mitosis._recording.step_files import read_persisted

        return read_persisted(self._folder, step, call)

    def _recorded(self) -> Mapping[str, Any]:
        return self.record() if self._folder.record.exists() else {}


_OF_RUNNER = frozenset(
    ("host", "pid", "process_started", "boot_id", "started_after_boot", "argv")
)
"""What version 1 of the record told among the machine's facts, and the command line."""


def read_results(file: Path) -> dict[str, Any]:
    """Unpickle results; nothing where there is no file.

    What unpickling raises gets a note that names the file.
    """
    if not file.exists():
        return {}
    try:
        return dict(read_pickle(file))
    except Exception as exc:
        exc.add_note(f"while reading results from {file}")
        raise
