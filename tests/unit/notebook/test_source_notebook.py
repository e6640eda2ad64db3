"""Reading notebooks that people wrote: of any version, and what is none."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mitosis._notebook.source_notebook import UnreadableNotebookError, read_notebook


def notebook(*sources: str, **metadata: Any) -> dict[str, Any]:
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
            "execution_count": 7,
        }
        for source in sources
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def written(folder: Path, content: Any, name: str = "train.ipynb") -> Path:
    file = folder / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        file.write_text(dedent(text), encoding="utf-8")
    return file


def test_cells_keep_text_tags_and_place_but_no_output(tmp_path: Path) -> None:
    content = notebook("k = 3", "   ", "k", mitosis={"name": "fit"})
    content["cells"][2]["metadata"] = {"tags": ["main", "mse"]}
    content["cells"].insert(1, {"cell_type": "markdown", "source": "# Fit", "metadata": {}})
    content["cells"].insert(1, {"cell_type": "raw", "source": "raw", "metadata": {}})
    read = read_notebook(written(tmp_path, content))
    assert [(c.number, c.source, c.tags, c.is_code) for c in read.cells] == [
        (1, "k = 3", (), True),
        (3, "# Fit", (), False),
        (5, "k", ("main", "mse"), True),
    ]
    assert read.stated == {"name": "fit"}


def test_a_notebook_of_format_3_is_read_too(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": "k = 3", "language": "python", "outputs": []}
    content = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "old"},
        "worksheets": [{"cells": [cell | {"metadata": {}, "collapsed": False}]}],
    }
    (read,) = read_notebook(written(tmp_path, content)).cells
    assert (read.source, read.is_code) == ("k = 3", True)


PERCENT = """\
    # ---
    # jupyter:
    #   mitosis:
    #     name: fit
    # ---
    # %% [markdown]
    # # Fit
    # %% tags=["parameters"]
    k = 3
    # %%
    # %matplotlib inline
    k
"""
LIGHT = """\
    # # Fit

    # + tags=["parameters"]
    k = 3
    # -

    # %matplotlib inline
    k
"""
MARKDOWN = """\
    # Fit

    ```python tags=["parameters"]
    k = 3
    ```

    ```python
    %matplotlib inline
    k
    ```
"""
MYST = """\
    ---
    jupytext:
      text_representation:
        extension: .md
        format_name: myst
    kernelspec: {name: x, display_name: X}
    ---
    ```{code-cell}
    :tags: [1]
    k
    ```
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [("fit.py", PERCENT), ("fit.py", LIGHT), ("fit.md", MARKDOWN)],
    ids=["percent", "light", "markdown"],
)
def test_jupytext_reads_scripts_and_markdown(name: str, text: str, tmp_path: Path) -> None:
    read = read_notebook(written(tmp_path, text, name))
    assert [(c.source, c.tags, c.is_code) for c in read.cells] == [
        ("# Fit", (), False),
        ("k = 3", ("parameters",), True),
        ("%matplotlib inline\nk", (), True),
    ]
    assert read.stated == ({"name": "fit"} if text is PERCENT else {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b'{"cells": [', "it is no notebook: Notebook does not appear to be JSON"),
        (b"[1]", "it is no notebook"),
        (b"{}", "it is no notebook"),
        (
            b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
            "missing an expected key: cells",
        ),
        (b"\xff\xfe\x00", "it is no notebook: 'utf-8' codec"),
        (notebook(), "it has no cell with code"),
        (notebook("# raw", kernelspec={"name": "ir", "display_name": "R"}), "kernel 'ir'"),
        (notebook("1", language_info={"name": "julia"}), "it is written in julia"),
        (
            notebook("1", kernelspec={"name": "x", "display_name": "", "language": "R"}),
            "it is written in R",
        ),
        (
            notebook("1", mitosis={"status": "failed", "title": "fit-1"}),
            "it is the record of trial 'fit-1', not its source",
        ),
    ],
    ids=range(11),
)
def test_what_is_no_notebook_in_python_is_told(content: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableNotebookError) as caught:
        read_notebook(written(tmp_path, content))
    assert said in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    content = notebook("  ", language_info={"name": "R"}, mitosis={"status": "lost"})
    with pytest.raises(UnreadableNotebookError) as caught:
        read_notebook(written(tmp_path, content))
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("tags", [[1], [["a"]], [""], 3], ids=str)
def test_a_tag_that_is_no_text_is_refused(tags: Any, tmp_path: Path) -> None:
    content = notebook("1")
    content["cells"][0]["metadata"]["tags"] = tags
    with pytest.raises(UnreadableNotebookError, match=r"\(in cell 1 metadata tags"):
        read_notebook(written(tmp_path, content))


def test_a_tag_of_a_script_that_is_no_text_is_refused(tmp_path: Path) -> None:
    for text, name in ((MYST, "fit.md"), ("# %% tags=[1]\nk = 3\n", "fit.py")):
        with pytest.raises(UnreadableNotebookError, match="not readable as a notebook"):
            read_notebook(written(tmp_path, text, name))


def test_what_jupyter_only_warns_of_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = notebook("k")
    content |= {"nbformat_minor": 5}  # cells of 4.5 have ids
    content["cells"][0]["surplus"] = 1
    assert read_notebook(written(tmp_path, content)).cells
    assert caplog.text == ""


def test_a_script_without_cells_is_told_from_a_notebook(tmp_path: Path) -> None:
    file = written(tmp_path, "k = 3\n", "plain.py")
    with pytest.raises(UnreadableNotebookError, match="run by its name: mitosis run plain"):
        read_notebook(file)


def test_what_jupytext_cannot_use_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, MYST.replace(", display_name: X", ""), "odd.md")
    with pytest.raises(UnreadableNotebookError, match="'display_name' is a required") as caught:
        read_notebook(file)
    assert str(caught.value).startswith("it is not readable as a notebook: ")


def test_without_jupytext_only_its_formats_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupytext", None)
    assert read_notebook(written(tmp_path, notebook("k"))).cells
    with pytest.raises(ImportError) as caught:
        read_notebook(written(tmp_path, PERCENT, "fit.py"))
    assert caught.value.name == "jupytext"
