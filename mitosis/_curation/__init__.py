"""What people say of recorded trials, and which they keep: note, tag, archive, purge."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "Purged": "purging",
    "Said": "annotating",
    "Weighed": "weighing",
    "cleaned_note": "words",
    "annotate_all": "annotating",
    "note_of": "annotating",
    "purge": "purging",
    "refuse_running": "purging",
    "tag_fault": "words",
    "weighed": "weighing",
}

__all__ = list(_HOMES)

if TYPE_CHECKING:
    from mitosis._curation.annotating import Said as Said
    from mitosis._curation.annotating import annotate_all as annotate_all
    from mitosis._curation.annotating import note_of as note_of
    from mitosis._curation.purging import Purged as Purged
    from mitosis._curation.purging import purge as purge
    from mitosis._curation.purging import refuse_running as refuse_running
    from mitosis._curation.weighing import Weighed as Weighed
    from mitosis._curation.weighing import weighed as weighed
    from mitosis._curation.words import cleaned_note as cleaned_note
    from mitosis._curation.words import tag_fault as tag_fault
else:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
