"""What a trial's end adds to its row."""

from __future__ import annotations

import json
from typing import Any

from mitosis._model import Finish


def end_row(finish: Finish) -> dict[str, Any]:
    """Return the columns of a trial's row that its end fills."""
    outcome = finish.outcome
    main = outcome.main
    return {
        "status": outcome.status.value,
        "reason": outcome.reason or None,
        "main": _number(main),
        "main_json": _json(main),
        "ended_at": outcome.ended_at,
        "wall_seconds": outcome.usage.wall_seconds,
        "cpu_seconds": outcome.usage.cpu_seconds,
        "peak_memory_bytes": outcome.usage.peak_memory_bytes,
        "html": finish.places.html,
        "folder": finish.places.folder,
    }


def _json(main: Any) -> str | None:
    if main is None:
        return None
    try:
        return json.dumps(main)
    except ValueError:  # Python refuses to write very long ints in decimal
        return json.dumps(hex(main))


def _number(main: Any) -> float | None:
    """Return what sorts as a number; SQLite itself turns NaN into NULL."""
    if isinstance(main, bool) or not isinstance(main, int | float):
        return None
    try:
        return float(main)
    except OverflowError:
        return None
