"""The database of one experiment: the only place that knows SQL.

The store never sees a Python value: variants reach it as canonical texts. It knows no files
but its own, and holds no connection open between calls. `sort_out` and `unknown_lock` say of
locks at hand what it says of those in a file.
"""

from mitosis._store.acting import sort_out
from mitosis._store.database import Store
from mitosis._store.locks import unknown_lock

__all__ = ["Store", "sort_out", "unknown_lock"]
