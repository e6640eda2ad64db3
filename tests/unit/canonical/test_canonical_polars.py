"""polars' values: what counts and what does not."""

from __future__ import annotations

import copy
import enum
import pickle
import subprocess
import sys
from typing import Any

import dill
import pytest

from mitosis._canonical import canonical, form
from mitosis.errors import NotCanonicalError
from tests.unit.canonical import samples

pl = pytest.importorskip("polars")
nan = float("nan")


def frame() -> Any:
    return pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [0.5, None, nan]})


class Plan(enum.Enum):
    CUSTOM = (pl.col("a").map_batches(samples.plus),)


NESTED = pl.Series([[1, 2], [], None])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (frame(), pl.concat([frame().head(1), frame().tail(2)], rechunk=False)),
        (frame(), pl.concat([frame(), frame()]).tail(3)),
        (pl.Series([1, 2, 3]), pl.Series([3, 2, 1]).sort()),
        (pl.Series([nan]), pl.Series([-nan])),
        (pl.Series([[nan, 1.0]]), pl.Series([[-nan, 1.0]])),
        (pl.Series([1, None]), pl.Series([1, 2]).set(pl.Series([False, True]), None)),
        (NESTED, pl.concat([NESTED, NESTED])[3:]),
        (
            pl.Series(["a", "b"], dtype=pl.Categorical),
            pl.Series(["b", "a", "b"], dtype=pl.Categorical)[1:],
        ),
    ],
)
def test_chunks_flags_and_what_lies_under_a_null_do_not_count(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    "values",
    [
        [frame(), frame().select("b", "a", "c"), frame().reverse(), frame().head(2)],
        [frame(), frame().rename({"a": "z"}), frame().lazy(), frame()["a"]],
        [pl.Series([1, 0], dtype=kind) for kind in (pl.Int8, pl.Int64, pl.UInt64, pl.Float32)],
        [
            pl.Series([1, 0]).cast(kind)
            for kind in (pl.Date, pl.Time, pl.Boolean, pl.Decimal(9, 2))
        ],
        [pl.Series([0]).cast(pl.Datetime(unit, "UTC")) for unit in ("ms", "us", "ns")],
        [pl.Series([0]).cast(pl.Datetime("us", zone)) for zone in (None, "UTC", "Asia/Tokyo")],
        [pl.Series([1.0, None]), pl.Series([1.0, nan]), pl.Series([1.0, 0.0])],
        [pl.Series([0.0]), pl.Series([-0.0]), pl.Series("a", [0.0])],
        [pl.Series(["a", "b"]), pl.Series(["ab", ""]), pl.Series(["a\0b"])],
        [pl.Series(["a", None]), pl.Series(["a", ""]), pl.Series([b"a", None])],
        [NESTED, pl.Series([[1], [2], None]), pl.Series([[1, 2], None, []])],
        [pl.Series([[1, 2]]), pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2))],
        [pl.Series([{"a": 1, "b": 2}]), pl.Series([{"a": 2, "b": 1}]), pl.Series([{"a": 1}])],
        [
            pl.Series([kind], dtype=pl.Struct({"a": pl.Int64}))
            for kind in (None, {"a": None}, {"a": 0})
        ],
        [pl.Series(["a"], dtype=pl.Enum(kinds)) for kinds in (["a"], ["a", "b"], ["b", "a"])],
        [pl.Series([1], dtype=pl.Object), pl.Series(["1"], dtype=pl.Object)],
        [pl.col("a") + 1, pl.col("a") + 2, pl.col("b") + 1, pl.col("a").sum()],
    ],
)
def test_near_columns_keep_apart(values: list[Any]) -> None:
    assert len({canonical(value) for value in values}) == len(values)


def test_nested_dtypes_are_written_out() -> None:
    kind = pl.Struct({"a": pl.List(pl.Int8), "b": pl.Array(pl.Int8, 2)})
    fields = "('a', polars.List(polars.Int8())), ('b', polars.Array(polars.Int8(), 2))"
    assert f"dtype=polars.Struct([{fields}]), length=0" in canonical(pl.Series([], dtype=kind))


def test_a_column_shows_its_dtype_its_length_and_its_beginning() -> None:
    text = canonical(frame()["b"])
    assert text.startswith("polars.Series('b', dtype=polars.String(), length=3, nulls=1, ")
    assert text.endswith("preview=['x', 'y', None])")


@pytest.mark.parametrize("value", [frame(), NESTED, frame().lazy(), pl.col("a") + 1])
def test_columns_survive_copying_and_pickling(value: Any) -> None:
    copies = [copy.deepcopy(value), pickle.loads(pickle.dumps(value))]
    copies.append(dill.loads(dill.dumps(value, recurse=True)))
    assert {canonical(made) for made in copies} == {canonical(value)}


def test_an_expression_that_holds_a_function_is_refused() -> None:
    held = pl.col("a").map_elements(samples.plus, return_dtype=pl.Int64)
    with pytest.raises(NotCanonicalError, match="holds a Python function"):
        canonical(held)
    with pytest.raises(NotCanonicalError, match="holds a Python function"):
        canonical(frame().lazy().select(held))


def test_a_member_whose_value_is_refused_only_now_is_known_as_it_was() -> None:
    written = form(Plan.CUSTOM)
    assert written.text == f"<{__name__}.Plan.CUSTOM>"
    assert written.former[1].startswith(f"<{__name__}.Plan.CUSTOM: (polars.Expr(")


@pytest.mark.slow
def test_the_text_is_the_same_where_numpy_is_not_loaded() -> None:
    code = (
        "import sys, polars as pl\n"
        "from mitosis._canonical import canonical\n"
        "nan = float('nan')\n"
        "frame = pl.DataFrame({'a': [1, 2, 3], 'b': ['x', 'y', None], 'c': [.5, None, nan]})\n"
        "text = canonical(frame)\n"
        "assert 'numpy' not in sys.modules\n"
        "print(text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == canonical(frame())
