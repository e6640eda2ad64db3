"""Outputs of tagged cells, as what they are."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._history.cells import Cell, read_cells
from mitosis._history.notebook import Figure, Notebook
from mitosis._history.tables import read_table
from tests.unit.records.trials import PIXEL

FRAME = pd.DataFrame({"a": [1, 2], "b": [0.5, float("nan")], "c": ["x", "y z"]})


def shown(**data: Any) -> dict[str, Any]:
    """Return an output that a cell displayed."""
    return {
        "output_type": "display_data",
        "data": {k.replace("_", "/"): v for k, v in data.items()},
    }


def printed(text: str | list[str], name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def value(*outputs: Mapping[str, Any], results: Mapping[str, Any] | None = None) -> Any:
    """Return what a notebook says that a cell with these outputs showed."""
    cell = Cell("code", ("tag",), is_code=True, outputs=outputs)
    return Notebook([cell], lambda: results or {})["tag"]


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([printed("10.2\n")], 10.2),
        ([printed(["{'a': ", "[1]}\n"])], {"a": [1]}),
        ([printed("not a number\n")], "not a number"),
        ([printed("1\n"), printed("oh\n", "stderr")], 1),
        ([printed("1\n"), shown(text_plain="'two'")], "two"),
        ([shown(text_plain="<Axes>"), shown(text_plain=["{1", ": 2}"])], {1: 2}),
        ([{"output_type": "display_data", "data": {"application/json": {"k": 3}}}], {"k": 3}),
        ([shown(text_markdown="**bold**")], "**bold**"),
        ([{"output_type": "error", "ename": "ValueError"}], None),
        ([], None),
    ],
)
def test_an_output_is_what_it_is(outputs: list[Mapping[str, Any]], expected: Any) -> None:
    assert value(*outputs) == expected


def test_a_kept_result_comes_before_what_was_shown() -> None:
    assert value(printed("0.33"), results={"tag": 1 / 3}) == 1 / 3
    cell = Cell("", ("results",), is_code=True, outputs=[printed("7")])
    assert Notebook([cell], lambda: {"results": 8})["results"] == 7


def test_a_figure_can_be_saved_and_shown(tmp_path: Path) -> None:
    figure = value(
        shown(text_plain="[<Line2D>]"),
        {"output_type": "display_data", "data": {"image/png": PIXEL, "text/plain": "<Figure>"}},
    )
    assert isinstance(figure, Figure)
    figure.save(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes() == base64.b64decode(PIXEL)
    assert figure._repr_mimebundle_() == {"image/png": PIXEL}
    svg = value({"output_type": "display_data", "data": {"image/svg+xml": ["<svg>", "</svg>"]}})
    assert svg._repr_mimebundle_() == {"image/svg+xml": "<svg></svg>"}


def test_a_table_is_a_frame() -> None:
    output = {"data": {"text/html": FRAME.to_html(), "text/plain": str(FRAME)}}
    pd.testing.assert_frame_equal(value(output), FRAME, check_dtype=False)


def test_an_unknown_tag_is_told_with_those_that_come_near() -> None:
    notebook = Notebook([Cell("", ("matrix", "loss"), is_code=True)], dict)
    assert notebook.tags == ("matrix", "loss")
    with pytest.raises(KeyError, match="did you mean 'matrix'"):
        notebook["matrx"]
    assert "matrx" not in notebook


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": [1, {"outputs": 3}]}'])
def test_what_is_no_notebook_has_no_tags(content: str, tmp_path: Path) -> None:
    file = tmp_path / "notebook.ipynb"
    file.write_text(content)
    assert Notebook(read_cells(file), dict).tags == ()


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.set_index("c"),
        FRAME.rename_axis(columns="kind"),
        FRAME.set_index(["a", "c"]),
        pd.DataFrame(
            np.arange(8).reshape(2, 4), columns=pd.MultiIndex.from_product([["x", "y"], [1, 2]])
        ),
        FRAME.assign(d=1).pivot_table(
            index=["a", "c"], columns=["d"], values="b", dropna=False
        ),
        pd.DataFrame(
            {"n": [1, 2, 3, 4]}, index=pd.MultiIndex.from_product([["p", "q"], [1, 2]])
        ),
    ],
    ids=["plain", "named index", "named columns", "levels", "columns", "pivot", "spans"],
)
def test_a_frame_comes_back_from_the_page(frame: pd.DataFrame) -> None:
    found = read_table(frame.to_html())
    assert found is not None
    assert (
        found.to_numpy(dtype=object).astype(str).tolist()
        == frame.to_numpy(dtype=object).astype(str).tolist()
    )
    assert [str(i) for i in found.index] == [str(i) for i in frame.index]
    assert list(found.index.names) == list(frame.index.names)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "loss", "x y"]),
        st.lists(st.integers() | st.floats(-1e3, 1e3), min_size=2, max_size=2),
        min_size=1,
    )
)
def test_numbers_of_a_table_are_those_that_were_shown(columns: dict[str, list[float]]) -> None:
    frame = pd.DataFrame(columns)
    found = read_table(frame.to_html(float_format=lambda x: repr(float(x))))
    assert found is not None
    assert list(found.columns) == list(frame.columns)
    assert found.to_numpy(dtype=float).tolist() == frame.to_numpy(dtype=float).tolist()


@pytest.mark.parametrize(
    "html", ["", "<p>", "<table></table>", "<table><tr><td rowspan=x colspan=99999>1</table>"]
)
def test_no_html_stops_it(html: str) -> None:
    found = read_table(html)
    assert found is None or len(found) <= 1
