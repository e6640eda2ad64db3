"""What edition 1 wrote of the libraries' values, it still writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mitosis._canonical import form

LABELS = "pandas.Index(numpy.ndarray(dtype='|O', shape=(1,), values=['a']), name=None)"
NOON = "pandas.Timestamp('2020-01-01T12:00:00', fold=0, tz=None"


@pytest.mark.parametrize(
    ("value", "former"),
    [
        (pd.Timestamp("2020-01-01 12:00").as_unit("ns"), f"{NOON}, unit='ns')"),
        (pd.Timedelta("1D").as_unit("s"), "pandas.Timedelta(86400, 's')"),
        (pd.RangeIndex(5, 5), "pandas.RangeIndex(5, 1, 0, name=None)"),
        (pd.offsets.MonthEnd(2), "pandas._libs.tslibs.offsets.MonthEnd(args=(2, False))"),
        (np.str_("a\0"), "numpy.str_('a')"),
        (np.dtype([(("t", "a"), "i4")]), "numpy.dtype([('a', '<i4')])"),
    ],
)
def test_a_changed_text_is_still_known_as_it_was(value: Any, former: str) -> None:
    written = form(value)
    assert written.former == {1: former}
    assert written.text != former


def test_labels_kept_as_objects_are_still_known_as_they_were() -> None:
    written = form(pd.Series([1], index=pd.Index(["a"], dtype=object)))
    assert f"index={LABELS}" in written.former[1]
    assert LABELS not in written.text


@pytest.mark.parametrize(
    "value",
    [
        np.arange(3),
        np.float64(0.1),
        np.random.default_rng(1),
        np.ma.array([1, 2], mask=[True, False]),
        pd.DataFrame({1: [1, 2]}),
        pd.Timedelta(1, "ns"),
        pd.Period("2020", "M"),
    ],
)
def test_what_was_all_right_has_one_text(value: Any) -> None:
    assert form(value).former == {}
