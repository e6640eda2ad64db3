"""A trial's own record and page: written by its runner, and read back by whoever comes later.

What a trial's folder holds is enough to tell the trial, to end one whose runner is gone, and to
rebuild the database. This layer knows no SQL and no Jupyter: it has the layers below do that,
and loads them when it needs them.
"""

from mitosis._records.closing import Closed, close_dead
from mitosis._records.database_repair import restore_missing
from mitosis._records.datafiles import input_files
from mitosis._records.findings import Repaired
from mitosis._records.page import Page
from mitosis._records.reading import read_record, recorded_trials
from mitosis._records.record import write_record
from mitosis._records.repairing import repair
from mitosis._records.turn import turn

__all__ = [
    "Closed",
    "Page",
    "Repaired",
    "close_dead",
    "input_files",
    "read_record",
    "recorded_trials",
    "repair",
    "restore_missing",
    "turn",
    "write_record",
]
