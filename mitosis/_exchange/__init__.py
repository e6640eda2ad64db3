"""Whole trials as one file: taken out of a trials folder, and into another.

The file is a zip that holds a trials folder without databases, and a manifest with the digest
of everything in it. What comes in is checked as a whole, in a hidden folder, before any of it
gets its place; nothing that is there is overwritten.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "Exported": "packing",
    "Options": "taking",
    "Taken": "taking",
    "bring_in": "bringing",
    "export": "packing",
    "import_archive": "receiving",
    "is_archive": "unpacking",
    "merge": "receiving",
}

__all__ = list(_HOMES)

if TYPE_CHECKING:
    from mitosis._exchange.bringing import bring_in as bring_in
    from mitosis._exchange.packing import Exported as Exported
    from mitosis._exchange.packing import export as export
    from mitosis._exchange.receiving import import_archive as import_archive
    from mitosis._exchange.receiving import merge as merge
    from mitosis._exchange.taking import Options as Options
    from mitosis._exchange.taking import Taken as Taken
    from mitosis._exchange.unpacking import is_archive as is_archive
else:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
