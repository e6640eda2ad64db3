"""pandas' values: what counts and what does not."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mitosis._canonical import canonical, differences
from mitosis.errors import NotCanonicalError
from tests.unit.canonical import samples


def frame(**changes: Any) -> pd.DataFrame:
    columns = {"a": [1, 2, 3], "b": [0.5, None, 1.5], "c": pd.Categorical(["x", "y", "x"])}
    return pd.DataFrame(columns | changes)


def in_blocks() -> pd.DataFrame:
    """Return `frame()` in another block layout."""
    made = frame()[["b"]].copy()
    made.insert(0, "a", [1, 2, 3])
    made["c"] = frame()["c"]
    return made


masked = pd.array([1, None, 3], dtype="Int64")
other_garbage = pd.array([1, 2, 3], dtype="Int64")
other_garbage[1] = None
unused_levels = pd.MultiIndex.from_product([[1, 2, 3], ["a"]])[:2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (frame(), in_blocks()),
        (frame(), frame().copy()),
        (masked, other_garbage),
        (unused_levels, pd.MultiIndex.from_product([[1, 2], ["a"]])),
        (pd.Series([1.0, np.nan]), pd.Series([1.0, -np.nan])),
        (pd.RangeIndex(0, 5, 2), pd.RangeIndex(0, 6, 2)),
        (pd.RangeIndex(0), pd.RangeIndex(5, 5)),
        (pd.RangeIndex(0, 1, 1), pd.RangeIndex(0, 1, 5)),
        (pd.Timestamp("2020"), pd.Timestamp("2020").as_unit("ns")),
        (pd.Timedelta("1D"), pd.Timedelta("1D").as_unit("s")),
        (frame(), frame().set_axis(pd.Index(["a", "b", "c"], dtype=object), axis=1)),
        (frame(), frame(c=pd.Categorical(["x", "y", "x"], pd.Index(["x", "y"], dtype=object)))),
    ],
)
def test_storage_does_not_count(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (frame(), frame(a=[1, 2, 4])),
        (frame(), frame(a=[1.0, 2.0, 3.0])),
        (frame(), frame().rename(columns={"a": "A"})),
        (frame(), frame()[["b", "a", "c"]]),
        (frame(), frame().set_index("a")),
        (frame(), frame().set_axis([1, 2, 3])),
        (frame(), frame(c=pd.Categorical(["x", "y", "x"], ["y", "x"]))),
        (frame(), frame(c=pd.Categorical(["x", "y", "x"], ordered=True))),
        (frame(), frame(b=[0.5, 0.0, 1.5])),
        (pd.Series([1], name="a"), pd.Series([1], name="b")),
        (pd.Series([1]), pd.Series([1], index=[1])),
        (pd.Series([None], dtype=object), pd.Series([np.nan], dtype=object)),
        (pd.Series([1]), pd.Series([1], dtype="Int64")),
        (pd.Index([1, 2]), pd.Index([1, 2], name="n")),
        (pd.Index([0, 1]), pd.RangeIndex(2)),
        (pd.Series([1]), pd.DataFrame([1])),
        (pd.Timestamp("2020", tz="UTC"), pd.Timestamp("2020")),
        (
            pd.Timestamp("2020", tz="UTC"),
            pd.Timestamp("2020", tz="UTC").tz_convert("Asia/Tokyo"),
        ),
        (pd.NaT, pd.NA),
        (pd.Period("2020-01", "M"), pd.Period("2020-01-01", "D")),
        (pd.Interval(0, 1), pd.Interval(0, 1, closed="left")),
        (pd.array([True, None], dtype="boolean"), pd.array([True, False], dtype="boolean")),
        (pd.Series([0, 0, 1]), pd.Series([0, 0, 1], dtype="Sparse[int64]")),
        (pd.array(np.array([1.0])), np.array([1.0])),
        (pd.Int64Dtype(), pd.Int32Dtype()),
        (pd.offsets.Week(weekday=1), pd.offsets.Week(weekday=2)),
        (pd.offsets.Day(1), pd.offsets.Day(2)),
        (pd.DateOffset(months=1), pd.DateOffset(months=2)),
        (frame(), frame().set_axis(["a", "b", None], axis=1)),
    ],
)
def test_near_frames_keep_apart(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "value",
    [
        frame(),
        frame()["c"],
        masked,
        unused_levels,
        pd.date_range("2020", periods=3, tz="Europe/Berlin"),
        pd.interval_range(0, 3),
        pd.period_range("2020", periods=2, freq="D"),
        pd.Series(["a", None]),
        pd.Timestamp("2020-01-01 12:00:00.000000001", tz="UTC"),
        pd.Timedelta("1D"),
        pd.NA,
        pd.NaT,
        pd.CategoricalDtype(["a"], ordered=True),
        pd.offsets.CustomBusinessDay(holidays=["2020-01-01"]),
        pd.DateOffset(months=2, days=1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_frames_survive_copying_and_pickling(value: Any) -> None:
    assert canonical(pickle.loads(pickle.dumps(value))) == canonical(value)
    assert canonical(copy.deepcopy(value)) == canonical(value)


def test_attributes_of_a_frame_count() -> None:
    noted = frame()
    noted.attrs["unit"] = "mm"
    assert canonical(noted) == canonical(frame())[:-1] + ", attrs={'unit': 'mm'})"


def test_what_a_subclass_adds_to_a_frame_counts() -> None:
    one, other = samples.Measured({"a": [1]}), samples.Measured({"a": [1]})
    one.unit, other.unit = "mm", "cm"
    assert canonical(one) != canonical(other)
    assert canonical(one).endswith(", unit='mm')")


def test_an_attribute_that_was_never_set_is_none_like_after_pickling() -> None:
    bare = samples.Measured({"a": [1]})
    assert canonical(pickle.loads(pickle.dumps(bare))) == canonical(bare)


def test_a_changed_column_is_found() -> None:
    found = differences(canonical(frame()), canonical(frame(a=[1, 2, 4])))
    assert {path for path, _, _ in found} == {"$.data[0]"}


def test_offenders_in_a_frame_have_a_path() -> None:
    with pytest.raises(NotCanonicalError) as caught:
        canonical(frame(f=[1, lambda: None, 2]))
    assert caught.value.faults[0][0] == "$.iloc[:, 3][1]"


def test_a_subclass_that_lies_is_read_or_refused_but_never_crashes() -> None:
    class Local(pd.DataFrame): ...

    with pytest.raises(NotCanonicalError, match="local to a function"):
        canonical(Local({"a": [1]}))


def test_offsets_are_written_as_they_are_made() -> None:
    text = canonical(pd.offsets.Week(2, weekday=1))
    assert text == "pandas.offsets.Week(n=2, normalize=False, weekday=1)"


def test_labels_are_written_alike_by_both_major_versions() -> None:
    labelled = pd.Series([1], index=pd.Index(["a"], dtype=object))
    assert "index=pandas.Index(pandas.array('str', values=['a']), name=None)" in canonical(
        labelled
    )
    assert canonical(pd.Index(["a"], dtype=object)) != canonical(
        labelled.index.astype("string")
    )


def test_labels_that_are_not_all_strings_stay_objects() -> None:
    kinds: list[Any] = [["a", None], ["a", np.nan], ["a", 1.5], ["a", "nan"], ["a", b"nan"]]
    frames = [pd.DataFrame([[1, 2]], columns=pd.Index(kind, dtype=object)) for kind in kinds]
    assert len({canonical(made) for made in frames}) == len(kinds)
