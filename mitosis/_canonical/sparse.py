"""scipy.sparse: format, shape and entries; in which order entries are stored does not count."""

from __future__ import annotations

import sys
from typing import Any

from mitosis._canonical.registry import Writer, named


@named("scipy._spbase", "scipy.spmatrix")
def write_sparse(value: Any, writer: Writer) -> str:
    """Write shape, coordinates in one order, and data with duplicates added up."""
    np = sys.modules["numpy"]
    entries = value.tocoo(copy=True)
    entries.sum_duplicates()
    places = np.asarray(_coordinates(entries), dtype="<i8")
    parts = [
        f"shape={writer.form(tuple(map(int, value.shape)), '.shape')}",
        f"coords={writer.form(places, '.coords')}",
        f"data={writer.form(entries.data, '.data')}",
    ]
    return f"{writer.name(type(value))}({', '.join(parts)})"


def _coordinates(entries: Any) -> Any:
    # `coords` came with scipy 1.13; both names hold the same arrays.
    return entries.coords if hasattr(entries, "coords") else (entries.row, entries.col)
