"""The in-memory notebook of a trial: the only place that knows Jupyter.

It is built from a plan, run in a fresh kernel, and turned into a page. This layer sees no SQL,
no git and no Python value of the experiment.
"""

from mitosis._notebook.document import (
    Banner,
    Plan,
    PlannedCell,
    build,
    finished,
    label,
    source_cell,
    to_ipynb,
)
from mitosis._notebook.execution import Ending, Execution, Stop
from mitosis._notebook.kernel import KernelOptions
from mitosis._notebook.page import to_html
from mitosis._notebook.probe import Probe, probe_kernel
from mitosis._notebook.restoring import restored, stub

__all__ = [
    "Banner",
    "Ending",
    "Execution",
    "KernelOptions",
    "Plan",
    "PlannedCell",
    "Probe",
    "Stop",
    "build",
    "finished",
    "label",
    "probe_kernel",
    "restored",
    "source_cell",
    "stub",
    "to_html",
    "to_ipynb",
]
