"""scipy.sparse: format, shape and entries; in which order entries are stored does not count.

Zeros that are stored count, for scipy counts them too. Entries at one place are added up.
"""

from __future__ import annotations

import sys
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.arrays import composed
from mitosis._canonical.objects import attributes
from mitosis._canonical.registry import Writer, named

_STORAGE = frozenset({
    "_shape", "_index_dtype", "maxprint", "data", "indices", "indptr", "offsets", "rows", "row",
    "col", "coords", "_dict", "dtype", "has_canonical_format", "_has_canonical_format",
    "_has_sorted_indices",
})  # fmt: skip
"""Attributes in which scipy keeps entries and what it knows of their order."""


@named("scipy._spbase", "scipy.spmatrix")
def write_sparse(value: Any, writer: Writer) -> str:
    """Write shape, coordinates in one order, and data with duplicates added up."""
    places, data = _entries(value, writer)
    parts = [
        f"shape={writer.form(tuple(map(int, value.shape)), '.shape')}",
        f"coords={writer.form(places, '.coords')}",
        f"data={writer.form(data, '.data')}",
    ]
    return composed(value, parts + _added(value, writer), writer)


def _entries(value: Any, writer: Writer) -> tuple[Any, Any]:
    np = sys.modules["numpy"]
    entries = value.tocoo(copy=True)
    entries.sum_duplicates()
    places = np.asarray(_coordinates(entries), dtype="<i8")
    # Some formats leave the entries as they came, others sort them by the last coordinate.
    order = np.lexsort(places[::-1])
    if np.array_equal(order, np.arange(order.size)) or not writer.since(2):
        return places, entries.data
    return places[:, order], entries.data[order]


def _added(value: Any, writer: Writer) -> list[str]:
    """Return the attributes that a subclass adds."""
    if anatomy.home(type(value)).startswith("scipy."):
        return []
    held = [pair for pair in anatomy.instance_dict(value).items() if pair[0] not in _STORAGE]
    return attributes(held, writer) if held and writer.since(2) else []


def _coordinates(entries: Any) -> Any:
    # `coords` came with scipy 1.13; both names hold the same arrays.
    return entries.coords if hasattr(entries, "coords") else (entries.row, entries.col)
