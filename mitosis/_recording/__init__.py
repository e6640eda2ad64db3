"""What runs inside the kernel, beside the experiment: its task, its output, its results.

This package and what lies below it is all of mitosis that a kernel imports. It must stay
free of SQLAlchemy, nbconvert and pandas, and it writes nothing outside the trial's folder.
"""

from mitosis._recording.artifacts import log_figure, log_table, open_artifact, save_artifact
from mitosis._recording.current import current_trial
from mitosis._recording.data import record_data
from mitosis._recording.lines import read_lines
from mitosis._recording.metrics import log, log_metric, log_metrics
from mitosis._recording.pickles import Keeping, read_pickle, write_pickles
from mitosis._recording.report import Report
from mitosis._recording.step_files import read_persisted, read_step_calls, summarize_steps
from mitosis._recording.steps import step
from mitosis._recording.tagged import INJECTED as INJECTED_TAG
from mitosis._recording.tagged import is_name as is_result_name
from mitosis._recording.task import ParameterTask, Task, inside_trial, trials_refused

__all__ = [
    "INJECTED_TAG",
    "Keeping",
    "ParameterTask",
    "Report",
    "Task",
    "current_trial",
    "inside_trial",
    "is_result_name",
    "log",
    "log_figure",
    "log_metric",
    "log_metrics",
    "log_table",
    "open_artifact",
    "read_lines",
    "read_persisted",
    "read_pickle",
    "read_step_calls",
    "record_data",
    "save_artifact",
    "step",
    "summarize_steps",
    "trials_refused",
    "write_pickles",
]
