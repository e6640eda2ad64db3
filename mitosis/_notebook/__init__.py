"""The in-memory notebook of a trial: the only place that knows Jupyter.

It is built from a plan, run in a fresh kernel, and turned into a page. This layer sees no SQL,
no git and no Python value of the experiment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitosis._loading import late_names

_MODULES = {
    "document": ["build", "finished", "label", "originals", "to_ipynb"],
    "ending": ["Ending", "Stop"],
    "execution": ["Execution"],
    "kernel": ["KernelOptions"],
    "page": ["load_page", "page_style", "shown_outputs", "to_html"],
    "plan": ["Banner", "Picture", "Plan", "PlannedCell", "Section", "source_cell"],
    "probe": ["probe_kernel"],
    "reporting": ["run_report"],
    "restoring": ["executed", "restored", "show_results", "stub", "told_ending"],
    "source_notebook": ["UnreadableNotebookError"],
    "templates": ["templates_in"],
}

if TYPE_CHECKING:
    from mitosis._notebook.document import build as build
    from mitosis._notebook.document import finished as finished
    from mitosis._notebook.document import label as label
    from mitosis._notebook.document import originals as originals
    from mitosis._notebook.document import to_ipynb as to_ipynb
    from mitosis._notebook.ending import Ending as Ending
    from mitosis._notebook.ending import Stop as Stop
    from mitosis._notebook.execution import Execution as Execution
    from mitosis._notebook.kernel import KernelOptions as KernelOptions
    from mitosis._notebook.page import load_page as load_page
    from mitosis._notebook.page import page_style as page_style
    from mitosis._notebook.page import shown_outputs as shown_outputs
    from mitosis._notebook.page import to_html as to_html
    from mitosis._notebook.plan import Banner as Banner
    from mitosis._notebook.plan import Picture as Picture
    from mitosis._notebook.plan import Plan as Plan
    from mitosis._notebook.plan import PlannedCell as PlannedCell
    from mitosis._notebook.plan import Section as Section
    from mitosis._notebook.plan import source_cell as source_cell
    from mitosis._notebook.probe import probe_kernel as probe_kernel
    from mitosis._notebook.reporting import run_report as run_report
    from mitosis._notebook.restoring import executed as executed
    from mitosis._notebook.restoring import restored as restored
    from mitosis._notebook.restoring import show_results as show_results
    from mitosis._notebook.restoring import stub as stub
    from mitosis._notebook.restoring import told_ending as told_ending
    from mitosis._notebook.source_notebook import (
        UnreadableNotebookError as UnreadableNotebookError,
    )
    from mitosis._notebook.templates import templates_in as templates_in
else:
    __all__, __getattr__ = late_names(__name__, _MODULES)
