"""The database of one experiment: the only place that knows SQL.

The store never sees a Python value: variants reach it as canonical texts. It knows no files
but its own, and holds no connection open between calls.
"""

from mitosis._store.database import Store

__all__ = ["Store"]
