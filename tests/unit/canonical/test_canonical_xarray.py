"""xarray's values: what counts and what does not."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import dill
import numpy as np
import pandas as pd
import pytest

from mitosis._canonical import canonical
from mitosis.errors import NotCanonicalError

xr = pytest.importorskip("xarray")


def field(**changes: Any) -> Any:
    given = {"dims": ("x", "y"), "coords": {"x": [10, 20], "y": [1.0, 2.0, 3.0]}} | changes
    return xr.DataArray(np.arange(6.0).reshape(2, 3), **given)


def dataset(**changes: Any) -> Any:
    given = {"p": (("x",), [1, 2]), "q": (("x", "y"), np.ones((2, 3)))} | changes
    return xr.Dataset(given, coords={"x": [1, 2], "y": [0.5, 1.5, 2.5]})


def noted(**attrs: Any) -> Any:
    made = field()
    made.attrs.update(attrs)
    return made


def tree(name: str) -> Any:
    return xr.DataTree.from_dict({"/": dataset(), f"/{name}": dataset()})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (field(), field(coords={"y": [1.0, 2.0, 3.0], "x": [10, 20]})),
        (field(), field().T.T),
        (field(), xr.concat([field()[:1], field()[1:]], "x")),
        (noted(a=1, b=2), noted(b=2, a=1)),
        (dataset(), dataset()[["q", "p"]]),
        (dataset(), dataset().copy(deep=True)),
        (xr.DataArray([np.nan]), xr.DataArray([-np.nan])),
        (
            xr.DataArray([1, 2], dims="t", coords={"t": pd.RangeIndex(2)}),
            xr.DataArray([1, 2], dims="t", coords={"t": [0, 1]}),
        ),
    ],
)
def test_order_and_storage_do_not_count(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    "values",
    [
        [field(), field(name="n"), field(coords={"x": [10, 20]}), field().T, field() + 1],
        [field(), field().rename(x="z"), field().variable, field().to_dataset(name="n")],
        [field(), field().astype("f4"), field().drop_indexes("x"), field().values],
        [noted(), noted(a=1), noted(a=1.0), noted(b=1)],
        [field(), field().assign_coords(x=("x", [10, 20], {"units": "m"}))],
        [field().stack(z=("x", "y")), field().stack(z=("y", "x")), field()],
        [dataset(), dataset(p=("x", [1, 3])), dataset().set_coords("p")],
        [dataset(), dataset().rename(p="r"), dataset().drop_vars("p")],
        [dataset(), xr.DataTree(dataset()), tree("a"), tree("b")],
        [xr.DataArray(1.0), xr.DataArray(1), xr.DataArray([1.0])],
    ],
)
def test_near_arrays_keep_apart(values: list[Any]) -> None:
    assert len({canonical(value) for value in values}) == len(values)


def test_an_array_shows_dims_values_coordinates_and_name() -> None:
    text = canonical(xr.DataArray([1.5], dims="x", name="n"))
    assert text.startswith("xarray.DataArray(dims=('x',), data=numpy.ndarray(dtype='<f8', ")
    assert text.endswith("preview=[1.5]), coords={}, indexes={}, name='n')")


@pytest.mark.parametrize("made", [field, dataset, lambda: xr.DataTree(dataset())])
def test_looking_at_an_array_does_not_change_its_text(made: Any) -> None:
    value = made()
    before = canonical(value)
    assert repr(value)
    assert (value.coords, value.attrs, value.indexes if made is field else None) is not None
    assert canonical(value) == before


@pytest.mark.parametrize("value", [field(), dataset(), field().stack(z=("x", "y"))])
def test_arrays_survive_copying_and_pickling(value: Any) -> None:
    copies = [copy.deepcopy(value), pickle.loads(pickle.dumps(value))]
    copies.append(dill.loads(dill.dumps(value, recurse=True)))
    assert {canonical(made) for made in copies} == {canonical(value)}


def test_neither_the_file_nor_whether_it_has_been_read_counts(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    paths = [tmp_path / name for name in ("a.nc", "b.nc")]
    for path in paths:
        field(name="v").to_dataset().to_netcdf(path, engine="scipy")
    with xr.open_dataset(paths[0]) as lazy, xr.open_dataset(paths[1]) as other:
        assert canonical(lazy) == canonical(other.load())


def test_an_attribute_without_a_text_is_named() -> None:
    with pytest.raises(NotCanonicalError) as caught:
        canonical(noted(made_by=lambda: None))
    assert caught.value.faults[0][0] == "$.attrs['made_by']"
