"""The in-memory notebook of a trial: the only place that knows Jupyter.

It is built from a plan, run in a fresh kernel, and turned into a page. This layer sees no SQL,
no git and no Python value of the experiment.
"""

from mitosis._notebook.document import (
    Banner,
    Picture,
    Plan,
    PlannedCell,
    Section,
    build,
    finished,
    label,
    originals,
    source_cell,
    to_ipynb,
)
from mitosis._notebook.execution import Ending, Execution, Stop
from mitosis._notebook.kernel import KernelOptions
from mitosis._notebook.page import page_style, shown_outputs, to_html
from mitosis._notebook.probe import probe_kernel
from mitosis._notebook.reporting import run_report
from mitosis._notebook.restoring import executed, restored, show_results, stub, told_ending
from mitosis._notebook.source_notebook import UnreadableNotebookError

__all__ = [
    "Banner",
    "Ending",
    "Execution",
    "KernelOptions",
    "Picture",
    "Plan",
    "PlannedCell",
    "Section",
    "Stop",
    "UnreadableNotebookError",
    "build",
    "executed",
    "finished",
    "label",
    "originals",
    "page_style",
    "probe_kernel",
    "restored",
    "run_report",
    "show_results",
    "shown_outputs",
    "source_cell",
    "stub",
    "to_html",
    "to_ipynb",
    "told_ending",
]
