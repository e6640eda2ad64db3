"""The database of one experiment: the only place that knows SQL.

The store never sees a Python value: variants reach it as canonical texts. It knows no files
but its own and the one of acts beside it, and holds no connection open between calls.
`sort_out` and `unknown_lock` say of locks at hand what it says of those in a file.
"""

from mitosis._store.acting import sort_out
from mitosis._store.acts_file import acts_text
from mitosis._store.adopting import Known, number_of
from mitosis._store.database import Store
from mitosis._store.filesystem import file_system, network_file_system
from mitosis._store.locks import unknown_lock
from mitosis._store.naming import NamedTrial
from mitosis._store.recorded_acts import PurgedTrial, RecordedAct, told_with
from mitosis._store.restoring import Restored
from mitosis._store.state import DatabaseState
from mitosis._store.waiting import patience

__all__ = [
    "DatabaseState",
    "Known",
    "NamedTrial",
    "PurgedTrial",
    "RecordedAct",
    "Restored",
    "Store",
    "acts_text",
    "file_system",
    "network_file_system",
    "number_of",
    "patience",
    "sort_out",
    "told_with",
    "unknown_lock",
]
