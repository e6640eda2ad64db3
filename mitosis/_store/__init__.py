"""The database of one experiment: the only place that knows SQL.

The store never sees a Python value: variants reach it as canonical texts. It knows no files
but its own and the one of acts beside it, and holds no connection open between calls.
`sort_out` and `unknown_lock` say of locks at hand what it says of those in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitosis._loading import late_names

_MODULES = {
    "acting": ["sort_out"],
    "acts_file": ["acts_text"],
    "adopting": ["Known", "number_of"],
    "database": ["Store"],
    "filesystem": ["file_system", "network_file_system"],
    "folders": ["databases", "joined_to"],
    "joining": ["join"],
    "locks": ["unknown_lock"],
    "naming": ["NamedTrial"],
    "recorded_acts": ["PurgedTrial", "RecordedAct", "told_with"],
    "restoring": ["Restored"],
    "state": ["DatabaseState"],
    "waiting": ["patience"],
}

if TYPE_CHECKING:
    from mitosis._store.acting import sort_out as sort_out
    from mitosis._store.acts_file import acts_text as acts_text
    from mitosis._store.adopting import Known as Known
    from mitosis._store.adopting import number_of as number_of
    from mitosis._store.database import Store as Store
    from mitosis._store.filesystem import file_system as file_system
    from mitosis._store.filesystem import network_file_system as network_file_system
    from mitosis._store.folders import databases as databases
    from mitosis._store.folders import joined_to as joined_to
    from mitosis._store.joining import join as join
    from mitosis._store.locks import unknown_lock as unknown_lock
    from mitosis._store.naming import NamedTrial as NamedTrial
    from mitosis._store.recorded_acts import PurgedTrial as PurgedTrial
    from mitosis._store.recorded_acts import RecordedAct as RecordedAct
    from mitosis._store.recorded_acts import told_with as told_with
    from mitosis._store.restoring import Restored as Restored
    from mitosis._store.state import DatabaseState as DatabaseState
    from mitosis._store.waiting import patience as patience
else:
    __all__, __getattr__ = late_names(__name__, _MODULES)
