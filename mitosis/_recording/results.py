"""What an experiment returned: whether that will do, its numbers, and how it is shown."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from mitosis._recording.metrics import number
from mitosis._recording.report import shortened


def with_main(results: Any, is_notebook: bool) -> Mapping[Any, Any]:
    """Return results that are a dict with a main one.

    Raises:
        ValueError: they are none; the message goes on where the experiment's name stands.
    """
    if not isinstance(results, Mapping):
        gave = "holds in `results`" if is_notebook else "returned"
        raise ValueError(f"{gave} {shortened(results, 60)}, which is no dict")
    if "main" not in results:
        keys = ", ".join(map(repr, results)) or "nothing"
        if is_notebook:
            raise ValueError(f'gives no "main" (its results: {keys})')
        raise ValueError(f'returned a dict without "main" (it holds {keys})')
    return results


def numbers(results: Mapping[Any, Any], secret: Container[Any]) -> dict[str, float]:
    """Return the results that are numbers; an array is none, be it of one element."""
    found = {
        str(key): number(value)
        for key, value in results.items()
        if key not in secret and not getattr(value, "ndim", 0)
    }
    return {key: held for key, held in found.items() if held is not None}


class Results:
    """What `run` returned, in the form that the notebook shows."""

    def __init__(self, results: Mapping[Any, Any]) -> None:
        self._results = results

    def __repr__(self) -> str:
        width = max((len(str(key)) for key in self._results), default=0)
        texts = {str(key): shortened(value, 2000) for key, value in self._results.items()}
        lines = [
            f"{key.ljust(width)}  " + text.replace("\n", "\n".ljust(width + 3))
            for key, text in texts.items()
        ]
        return "\n".join(lines)
