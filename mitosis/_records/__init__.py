"""A trial's own record and page: written by its runner, and read back by whoever comes later.

What a trial's folder holds is enough to tell the trial, to end one whose runner is gone, and to
rebuild the database. This layer knows no SQL and no Jupyter: it has the layers below do that,
and loads them when it needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitosis._loading import late_names
from mitosis._records.turn import turn as turn

_MODULES = {
    "annotations": ["annotate", "read_annotations"],
    "database_repair": ["complete_stale", "restore_missing"],
    "datafiles": ["changed_inputs", "input_files", "named_before"],
    "dead": ["close_dead"],
    "findings": ["Repaired"],
    "measures": ["Measured", "measure"],
    "page": ["Page"],
    "plans": ["read_plan", "recorded_plans", "write_plan"],
    "reading": ["read_record", "recorded_trials"],
    "record": ["write_record"],
    "repairing": ["repair"],
}

if TYPE_CHECKING:
    from mitosis._records.annotations import annotate as annotate
    from mitosis._records.annotations import read_annotations as read_annotations
    from mitosis._records.database_repair import complete_stale as complete_stale
    from mitosis._records.database_repair import restore_missing as restore_missing
    from mitosis._records.datafiles import changed_inputs as changed_inputs
    from mitosis._records.datafiles import input_files as input_files
    from mitosis._records.datafiles import named_before as named_before
    from mitosis._records.dead import close_dead as close_dead
    from mitosis._records.findings import Repaired as Repaired
    from mitosis._records.measures import Measured as Measured
    from mitosis._records.measures import measure as measure
    from mitosis._records.page import Page as Page
    from mitosis._records.plans import read_plan as read_plan
    from mitosis._records.plans import recorded_plans as recorded_plans
    from mitosis._records.plans import write_plan as write_plan
    from mitosis._records.reading import read_record as read_record
    from mitosis._records.reading import recorded_trials as recorded_trials
    from mitosis._records.record import write_record as write_record
    from mitosis._records.repairing import repair as repair
else:
    __all__, __getattr__ = late_names(__name__, _MODULES)
    __all__ += ["turn"]
