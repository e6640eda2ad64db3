"""numpy's values: what counts and what does not."""

from __future__ import annotations

import copy
import pickle
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mitosis._canonical import canonical
from mitosis.errors import NotCanonicalError
from tests.unit.canonical import samples

structure = np.dtype([("a", "i1"), ("b", "f8")])


class Lying(np.float64):
    """A number that claims to be another of another type."""

    def __float__(self) -> float:
        return 0.0

    @property
    def dtype(self) -> Any:
        return np.dtype("i1")


aligned = np.dtype([("a", "i1"), ("b", "f8")], align=True)


def with_garbage(fill: int) -> Any:
    """Return an aligned structured array whose padding holds a byte of choice."""
    array = np.full(3 * aligned.itemsize, fill, "u1").view(aligned)
    array["a"], array["b"] = 1, 2.5
    return array


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3))),
        (np.arange(10)[::2], np.array([0, 2, 4, 6, 8])),
        (np.array([np.nan]), np.array([-np.nan])),
        (np.array([0x7FF8000000000001], "u8").view("f8"), np.array([np.nan])),
        (np.array([complex(0, np.nan)]), np.array([complex(0, -np.nan)])),
        (np.array([np.nan], "f2"), np.array([-np.nan], "f2")),
        (np.array([np.nan], ">f8"), np.array([-np.nan], ">f8")),
        (with_garbage(0), with_garbage(7)),
        (with_garbage(0), np.array([(1, 2.5)] * 3, structure)),
        (np.broadcast_to(1.5, (3,)), np.full(3, 1.5)),
        (np.longlong(3), np.int64(3)),
        (np.ma.array([1, 2]), np.ma.array([1, 2], mask=[False, False])),
        (np.array([1, [2]], object), np.array([1, [2]], object)),
    ],
)
def test_layout_padding_and_kinds_of_nan_do_not_count(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([1, 2]), np.array([2, 1])),
        (np.array([1, 2]), np.array([[1, 2]])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([1], "<i2"), np.array([1], ">i2")),
        (np.array([1], "i4"), np.array([1], "u4")),
        (np.array([0.0]), np.array([-0.0])),
        (np.zeros((0, 2)), np.zeros((2, 0))),
        (np.array([1]), [1]),
        (np.array(1), np.int64(1)),
        (np.float64(1), 1.0),
        (np.float64(1), np.float32(1)),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array(["a"]), np.array(["a"], "U2")),
        (np.datetime64("2020-01-01"), np.datetime64("2020-01-01", "s")),
        (np.array([(1, 2)], [("a", "i4"), ("b", "i4")]), np.array([(1, 2)], "i4,i4")),
        (np.ma.array([1, 2], mask=[False, True]), np.ma.array([1, 2], mask=[True, False])),
        (np.ma.array([1, 2], mask=[False, True]), np.array([1, 2])),
        (np.array([1, None], object), np.array([1, "None"], object)),
        (np.arange(2).view(np.recarray), np.arange(2)),
        (np.random.default_rng(1), np.random.default_rng(2)),
        (np.random.RandomState(1), np.random.RandomState(2)),
        (np.random.SeedSequence(1), np.random.SeedSequence(2)),
        (np.add, np.subtract),
        (np.dtype([(("t", "a"), "i4")]), np.dtype([(("u", "a"), "i4")])),
        (np.str_("a\0"), np.str_("a")),
        (np.finfo("f4"), np.finfo("f8")),
        (Lying(1.5), Lying(2.5)),
    ],
)
def test_near_arrays_keep_apart(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


dtypes = (
    npst.integer_dtypes()
    | npst.floating_dtypes()
    | npst.complex_number_dtypes()
    | npst.boolean_dtypes()
    | npst.unicode_string_dtypes(max_len=3)
    | npst.datetime64_dtypes()
)
arrays = npst.arrays(dtypes, npst.array_shapes(min_dims=0, min_side=0, max_side=4))


@pytest.mark.slow
@given(arrays)
def test_arrays_survive_copying_pickling_and_layout(array: Any) -> None:
    text = canonical(array)
    assert canonical(copy.copy(array)) == text
    unpickled = pickle.loads(pickle.dumps(array))
    # numpy itself turns an array without dimensions into native byte order.
    assert canonical(unpickled) == text or unpickled.dtype != array.dtype
    assert canonical(np.asfortranarray(array).reshape(array.shape)) == text


@pytest.mark.slow
@given(arrays, arrays)
def test_equal_texts_mean_equal_arrays(one: Any, other: Any) -> None:
    if canonical(one) == canonical(other):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@given(st.floats(width=32) | st.floats(width=16))
def test_a_scalar_s_digits_bring_it_back(value: float) -> None:
    for kind in (np.float32, np.float16):
        with np.errstate(all="ignore"):
            scalar = kind(value)
        digits = canonical(scalar).partition("(")[2][:-1]
        np.testing.assert_equal(kind(digits), scalar)


def test_a_change_in_the_last_piece_of_a_large_array_counts() -> None:
    array = np.zeros(500_000)
    before = canonical(array)
    array[-1] = np.nan
    with_nan = canonical(array)
    array[-1] = -np.nan
    assert before != with_nan == canonical(array)


def test_a_subclass_keeps_its_name_and_attributes() -> None:
    array = np.arange(3).view(np.recarray)
    assert canonical(array).startswith("numpy.recarray(")


def test_generators_are_known_by_state() -> None:
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    assert canonical(one) == canonical(other)
    one.random()
    assert canonical(one) != canonical(other)
    other.random()
    assert canonical(one) == canonical(other)
    one.spawn(1)
    assert canonical(one) != canonical(other)


def test_the_global_generator_is_known_by_name() -> None:
    assert canonical(np.random.normal) == "<function numpy.random.normal>"
    rand = sys.modules["numpy.random.mtrand"]._rand
    assert canonical(rand) == "<object numpy.random.mtrand._rand>"


def test_offenders_in_object_arrays_have_a_path() -> None:
    value = {"steps": np.array([1, lambda: None], dtype=object)}
    with pytest.raises(NotCanonicalError) as caught:
        canonical(value)
    assert caught.value.faults[0][0] == "$['steps'][1]"


def test_arrays_in_objects_are_written_in_place() -> None:
    text = canonical(samples.Plain(weights=np.zeros(2)))
    assert text.startswith(
        "tests.unit.canonical.samples.Plain(weights=numpy.ndarray(dtype='<f8', shape=(2,)"
    )


def test_functions_made_in_place_are_refused() -> None:
    with pytest.raises(NotCanonicalError, match="a ufunc that is not numpy's"):
        canonical(np.frompyfunc(samples.plus, 2, 1))


def test_limits_are_their_dtype_however_often_they_were_shown() -> None:
    limits = np.finfo("f8")
    assert repr(limits)
    assert canonical(limits) == "numpy.finfo('<f8')"
    assert canonical(np.iinfo("i4")) == "numpy.iinfo('<i4')"


@pytest.mark.parametrize("kind", ["i4", "f4", "u2", "U3"])
def test_a_masked_array_survives_pickling_with_the_fill_value_of_its_kind(kind: str) -> None:
    value: Any = np.ma.array([1, 2], dtype=kind, mask=[True, False])
    assert canonical(pickle.loads(pickle.dumps(value))) == canonical(value)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="came with numpy 2")
def test_strings_of_any_length_differ_by_what_is_missing_and_by_coercion() -> None:
    kind: Any = np.dtypes.StringDType
    kinds = [kind(), kind(na_object=None), kind(na_object=np.nan), kind(coerce=False)]
    kinds += [kind(na_object="x" * 30 + end) for end in "ab"]
    assert len({canonical(made) for made in kinds}) == len(kinds)
    assert len({canonical(np.array(["a"], made)) for made in kinds}) == len(kinds)
    assert canonical(kind()) == "numpy.dtype('StringDType')"
