"""What runs inside the kernel, beside the experiment: its task, its output, its results.

This package and what lies below it is all of mitosis that a kernel imports. It must stay
free of SQLAlchemy, nbconvert and pandas, and it writes nothing outside the trial's folder.
"""

from mitosis._recording.data import read_data, record_data
from mitosis._recording.pickles import Keeping, read_pickle, write_pickles
from mitosis._recording.report import Report
from mitosis._recording.task import ParameterTask, Task, inside_trial, trials_refused

__all__ = [
    "Keeping",
    "ParameterTask",
    "Report",
    "Task",
    "inside_trial",
    "read_data",
    "read_pickle",
    "record_data",
    "trials_refused",
    "write_pickles",
]
