"""xarray: variables, arrays and datasets by dimensions, values, coordinates and attributes.

How a file stored them (`encoding`), whether values have been loaded yet, and the order of
variables do not count. Values of other libraries are written by the rules for those; what
dask holds is computed.
"""

from __future__ import annotations

from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.arrays import composed
from mitosis._canonical.objects import attributes, state_of
from mitosis._canonical.registry import Writer, named
from mitosis._canonical.scalars import quoted
from mitosis._canonical.wording import mapping

_BASES = frozenset({"xarray.Dataset", "xarray.DataArray", "xarray.Variable", "xarray.DataTree"})


@named("xarray.Variable", since=2)
def write_variable(value: Any, writer: Writer) -> str:
    """Write `xarray.Variable(dims=('x',), data=numpy.ndarray(...), attrs={...})`."""
    return composed(value, _variable_parts(value, writer) + _added(value, writer), writer)


@named("xarray.DataArray", since=2)
def write_array(value: Any, writer: Writer) -> str:
    """Write the variable, its coordinates, what they are indexed by, and the name."""
    parts = _variable_parts(value.variable, writer)
    parts += _labels(value, value._coords, writer)  # noqa: SLF001 - `coords` alters attributes
    parts.append(f"name={writer.form(value.name, '.name')}")
    return composed(value, parts + _added(value, writer), writer)


@named("xarray.Dataset", since=2)
def write_dataset(value: Any, writer: Writer) -> str:
    """Write data variables, coordinates, what these are indexed by, and attributes."""
    return composed(value, _dataset_parts(value, writer) + _added(value, writer), writer)


@named("xarray.DataTree", since=2)
def write_tree(value: Any, writer: Writer) -> str:
    """Write a tree of datasets by name; what the root inherits is written there."""
    parts = [f"name={writer.form(value.name, '.name')}", *_node_parts(value, True, writer)]
    return composed(value, parts + _added(value, writer), writer)


def _node_parts(node: Any, inherit: bool, writer: Writer) -> list[str]:
    parts = _dataset_parts(node.to_dataset(inherit=inherit), writer)
    children = [
        (quoted(name), f"xarray.DataTree({', '.join(_node_parts(child, False, writer))})")
        for name, child in node.children.items()
    ]
    return [*parts, f"children={mapping(children)}"] if children else parts


def _dataset_parts(value: Any, writer: Writer) -> list[str]:
    names = value.data_vars
    data = [_variable(name, value.variables[name], writer) for name in names]
    return [
        f"data={mapping(data)}",
        *_labels(value, {name: value.variables[name] for name in value.coords}, writer),
        *_attrs(value, writer),
    ]


def _labels(value: Any, coords: Any, writer: Writer) -> list[str]:
    """Return coordinates, and which of them are indexed by what."""
    texts = [_variable(name, coord, writer) for name, coord in coords.items()]
    kinds = {name: type(index) for name, index in value.xindexes.items()}
    return [f"coords={mapping(texts)}", f"indexes={writer.form(kinds, '.xindexes')}"]


def _variable(name: Any, variable: Any, writer: Writer) -> tuple[str, str]:
    parts = _variable_parts(variable, writer, f"[{name!a}]")
    return writer.form(name, "<name>"), f"xarray.Variable({', '.join(parts)})"


def _variable_parts(value: Any, writer: Writer, step: str = "") -> list[str]:
    data = value.data
    if hasattr(data, "__dask_graph__"):
        data = data.compute()
    return [
        f"dims={writer.form(tuple(value.dims), f'{step}.dims')}",
        f"data={writer.form(data, f'{step}.data')}",
        *_attrs(value, writer, step),
    ]


def _attrs(value: Any, writer: Writer, step: str = "") -> list[str]:
    attrs = value._attrs  # noqa: SLF001 - asking for `attrs` makes a dict of what is None
    return [f"attrs={writer.form(dict(attrs), f'{step}.attrs')}"] if attrs else []


def _added(value: Any, writer: Writer) -> list[str]:
    """Return the attributes that a subclass adds to xarray's own."""
    if anatomy.home(type(value)).startswith("xarray."):
        return []
    return attributes(state_of(value, _BASES), writer)
