"""A notebook of the user's, run once with some variables set, and shown as a page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mitosis._dataclass import dataclass
from mitosis._model import Status
from mitosis._notebook.document import NotebookNode, finished, label
from mitosis._notebook.ending import Ending
from mitosis._notebook.execution import Execution
from mitosis._notebook.kernel import KernelOptions
from mitosis._notebook.page import to_html
from mitosis._notebook.plan import Banner
from mitosis._notebook.source_notebook import SourceCell, read_notebook
from mitosis._wording import duration_text

_PARAMETERS = "parameters"
_BEGIN = """\
import sys as _sys
_sys.path[:] = {path!r}
del _sys
"""


@dataclass(frozen=True)
class ReportRun:
    """What came of a notebook.

    Attributes:
        html: the page, with all output up to the end, whatever that was.
        ending: how it ended.
    """

    html: str
    ending: Ending


def run_report(file: Path, given: Mapping[str, str], log: Path) -> ReportRun:
    """Run a user's notebook with variables set, and return it as a page.

    Args:
        file: a notebook, or what jupytext reads as one. It is not changed.
        given: name of a variable to the code of its value; they are set in a cell of their
            own behind the one tagged `parameters`, else in the first one.
        log: a file for what an interpreter says outside of cells; it may not be there.

    Raises:
        UnreadableNotebookError: the file is no notebook in Python.
        OSError: it cannot be read.
        ImportError: it takes jupytext, which is not installed.
    """
    notebook = _built(read_notebook(file).cells, given)
    first = _BEGIN.format(path=[entry for entry in sys.path if isinstance(entry, str)])
    execution = Execution(
        notebook,
        KernelOptions(Path.cwd(), matplotlib_dpi=72, first=first),
        end=lambda _traceback: "",
        on_text=lambda _stream, _text: None,
        log=log,
        timeout_seconds=None,
    )
    execution.start()
    try:
        ending = execution.wait()
    except BaseException:
        execution.abandon()
        raise
    shown = finished(notebook)
    label(shown, _banner(file, ending))
    return ReportRun(to_html(shown), ending)


def _built(cells: tuple[SourceCell, ...], given: Mapping[str, str]) -> NotebookNode:
    made = [_cell(cell) for cell in cells]
    code = "\n".join(f"{name} = {value}" for name, value in given.items())
    injected = new_code_cell(code, metadata={"tags": ["injected-parameters"]})
    places = [n for n, cell in enumerate(cells, start=1) if _PARAMETERS in cell.tags]
    made.insert(places[0] if places else 0, injected)
    notebook = new_notebook(cells=made)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _cell(cell: SourceCell) -> NotebookNode:
    make: Callable[..., NotebookNode] = new_code_cell if cell.is_code else new_markdown_cell
    # A title of the page's own is none of the notebook's.
    tags = [tag for tag in cell.tags if tag not in ("title", "source", "warning", "results")]
    return make(cell.source, metadata={"tags": tags})


def _banner(file: Path, ending: Ending) -> Banner:
    is_well = ending.status is Status.SUCCEEDED
    return Banner(
        title=file.name,
        experiment=file.stem,
        status=ending.status.value,
        reason="" if is_well else ending.reason,
        duration=duration_text(ending.wall_seconds),
    )
