"""Cells of a notebook that somebody else runs, as trials."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functional.conftest import Project, record

CELLS = [
    "import mitosis\nfrom IPython.display import HTML, display",
    """
print("before")
with mitosis.recording("cell", {"k": 2}) as trial:
    print("inside")
    display(HTML("<b>shown</b>"))
    trial.results["main"] = 4
print("after", trial.status)
""",
    'with mitosis.recording("cell", {"k": 3}):\n    raise ValueError("boom")',
    "print('the kernel lives', mitosis.current_trial())",
    '%%time\nwith mitosis.recording("timed"):\n    print("inside")',
]


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[Any]]:
    import nbformat.v4
    from nbclient import NotebookClient

    project = Project(tmp_path_factory.mktemp("cells") / "project")
    project.root.mkdir()
    project.git("init", "-q")
    (project.root / ".gitignore").write_text("*.ipynb\n")
    project.commit()
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, CELLS)))
    client = NotebookClient(
        notebook, allow_errors=True, resources={"metadata": {"path": str(project.root)}}
    )
    client.execute(env=project.environment)
    return project, [cell.outputs for cell in notebook.cells]


@pytest.mark.slow
def test_a_cell_of_a_notebook_is_recorded_from_within(
    cells: tuple[Project, list[Any]],
) -> None:
    project, outputs = cells
    shown = "".join(o.get("text", "") for o in outputs[1] if o.output_type == "stream")
    assert "before\n" in shown
    assert "inside\n" in shown
    assert "after succeeded\n" in shown
    first, second = project.rows("trials/cell.db")
    folder = project.root / "trials" / first["folder"]
    assert (folder / "output.log").read_text() == "inside\n"
    page = (project.root / "trials" / first["html"]).read_text()
    assert "<b>shown</b>" in page
    assert "&#34;before&#34;" not in page, "only the block is its source"
    assert record(folder)["code"]["commit"] == first["commit_hash"]
    assert second["status"] == "failed"
    assert outputs[2][-1].ename == "ValueError"
    assert outputs[3][0].text == "the kernel lives None\n"
    (timed,) = project.rows("trials/timed.db")
    page = (project.root / "trials" / timed["html"]).read_text()
    assert "%%time" in page, "the magic compiles the cell, which is shown as it was typed"
