"""What runs inside the kernel, beside the experiment: its task, its output, its results.

This package and what lies below it is all of mitosis that a kernel imports. It must stay
free of SQLAlchemy, nbconvert and pandas, and it writes nothing outside the trial's folder.
Its names are loaded when first used: the runner of a trial needs few of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitosis._loading import late_names

_MODULES = {
    "artifacts": ["log_figure", "log_table", "open_artifact", "save_artifact"],
    "current": ["current_trial"],
    "data": ["record_data"],
    "lines": ["read_lines"],
    "metrics": ["log", "log_metric", "log_metrics"],
    "pickles": ["Keeping", "read_pickle", "write_pickles"],
    "report": ["Report"],
    "step_files": ["read_persisted", "read_step_calls", "summarize_steps"],
    "steps": ["step"],
    "task": ["ParameterTask", "Task", "inside_trial", "trials_refused"],
}

if TYPE_CHECKING:
    from mitosis._recording.artifacts import log_figure as log_figure
    from mitosis._recording.artifacts import log_table as log_table
    from mitosis._recording.artifacts import open_artifact as open_artifact
    from mitosis._recording.artifacts import save_artifact as save_artifact
    from mitosis._recording.current import current_trial as current_trial
    from mitosis._recording.data import record_data as record_data
    from mitosis._recording.lines import read_lines as read_lines
    from mitosis._recording.metrics import log as log
    from mitosis._recording.metrics import log_metric as log_metric
    from mitosis._recording.metrics import log_metrics as log_metrics
    from mitosis._recording.pickles import Keeping as Keeping
    from mitosis._recording.pickles import read_pickle as read_pickle
    from mitosis._recording.pickles import write_pickles as write_pickles
    from mitosis._recording.report import Report as Report
    from mitosis._recording.step_files import read_persisted as read_persisted
    from mitosis._recording.step_files import read_step_calls as read_step_calls
    from mitosis._recording.step_files import summarize_steps as summarize_steps
    from mitosis._recording.steps import step as step
    from mitosis._recording.task import ParameterTask as ParameterTask
    from mitosis._recording.task import Task as Task
    from mitosis._recording.task import inside_trial as inside_trial
    from mitosis._recording.task import trials_refused as trials_refused
else:
    __all__, __getattr__ = late_names(__name__, _MODULES)
