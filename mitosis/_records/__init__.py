"""A trial's own record and page: written by its runner, and read back by whoever comes later.

What a trial's folder holds is enough to tell the trial, to end one whose runner is gone, and to
rebuild the database. This layer knows no SQL and no Jupyter: it has the layers below do that,
and loads them when it needs them.
"""

from mitosis._records.annotations import annotate, read_annotations
from mitosis._records.closing import close_dead
from mitosis._records.database_repair import complete_stale, restore_missing
from mitosis._records.datafiles import changed_inputs, input_files, named_before
from mitosis._records.findings import Repaired
from mitosis._records.measures import Measured, measure
from mitosis._records.page import Page
from mitosis._records.reading import read_record, recorded_trials
from mitosis._records.record import write_record
from mitosis._records.repairing import repair
from mitosis._records.turn import turn

__all__ = [
    "Measured",
    "Page",
    "Repaired",
    "annotate",
    "changed_inputs",
    "close_dead",
    "complete_stale",
    "input_files",
    "measure",
    "named_before",
    "read_annotations",
    "read_record",
    "recorded_trials",
    "repair",
    "restore_missing",
    "turn",
    "write_record",
]
