"""A report that a notebook of the user's makes of some trials."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mitosis._layout import write_whole
from mitosis._model import Trial


def write_template_report(template: Path, trials: Sequence[Trial], path: Path) -> str:
    """Run a notebook with some trials, and write it as a page.

    Args:
        template: the notebook. It gets `trials`, a list of keys (of paths, where the trials
            lie in several folders), and `trials_folder`.
        trials: at least one.
        path: of the page.

    Returns:
        Why the notebook failed, in one line; empty if it did not. The page is written
        either way, with all output.

    Raises:
        ValueError: the file is no notebook that could be run.
    """
    from mitosis._notebook import UnreadableNotebookError, run_report

    folders = [os.path.relpath(trial.folder.parent) for trial in trials]
    keys = [trial.key for trial in trials]
    paths = [os.path.relpath(trial.folder) for trial in trials]
    named = keys if len(set(folders)) == 1 else paths
    given = {"trials": repr(named), "trials_folder": repr(folders[0])}
    try:
        with tempfile.TemporaryDirectory() as place:
            done = run_report(template, given, Path(place) / "output.log")
    except (UnreadableNotebookError, ImportError, OSError) as exc:
        reason = "; ".join(str(exc).splitlines())
        raise ValueError(f"{template} cannot be run as a notebook: {reason}") from exc
    write_whole(path, done.html.encode("utf-8", "backslashreplace"))
    return done.ending.reason
