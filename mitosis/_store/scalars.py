"""What one asks trials for: values of arguments, metrics and results, as rows."""

from __future__ import annotations

import json
import math
from ast import literal_eval
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mitosis._model import Claim, Finish, MetricSummary

METRIC, RESULT = "metric", "result"

_MOST = 1000  # of a text that is looked at; longer ones go by their variant's name
_EXACT = 1 << 53  # integers up to this one are floats, too
_NOT_FINITE = ("nan", "inf", "-inf")
_SCALARS = (bool, int, float, str, type(None))


def value_rows(trial_id: int, claim: Claim) -> list[dict[str, Any]]:
    """Return the rows of `trial_value` for a trial."""
    tracked = {v.parameter: (v.name, v.text) for v in claim.variants}
    return [
        {"trial_id": trial_id} | value_row(argument, claim.values.get(argument), tracked)
        for argument in sorted({*claim.values, *tracked})
    ]


def value_row(
    argument: str, value: Any, tracked: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """Return what a row of `trial_value` tells of an argument.

    Args:
        argument: its name.
        value: as the claim has it.
        tracked: name and canonical text of the variants, by argument.
    """
    variant, text = tracked.get(argument, (None, ""))
    if variant is not None:
        value = _scalar(value, variant, text)
    return {
        "argument": storable(argument),
        "variant": variant,
        "json": json.dumps(value),
        "number": number(value),
        "text": as_text(value),
    }


def _scalar(value: Any, variant: str, text: str) -> Any:
    """Return a value that JSON can hold; for one that it cannot, the variant's name."""
    if text in _NOT_FINITE:
        return float(text)
    if text and len(text) <= _MOST and text[0] in "'\"-0123456789TFN":
        with suppress(ValueError, SyntaxError):
            found = literal_eval(text)
            return found if type(found) in _SCALARS else variant
    return variant if isinstance(value, str) or value is None else value


def number(value: Any) -> float | None:
    """Return what compares as a number; None for what does not."""
    if not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def as_text(value: Any) -> str | None:
    """Return what compares as a text, or tells integers apart that are one float."""
    if isinstance(value, str):
        return storable(value)
    is_long = isinstance(value, int) and abs(value) > _EXACT
    return hex(value) if is_long else None


def storable(text: str) -> str:
    """Return a text that SQLite takes: half a surrogate pair is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def metric_rows(trial_id: int, finish: Finish) -> list[dict[str, Any]]:
    """Return the rows of `metric` for a trial that has ended."""
    results = {
        key: MetricSummary(1, value, math.nan, value, value, value)
        for key, value in _floats(finish.numbers).items()
    }
    return [
        {"trial_id": trial_id, "source": source, "name": storable(name)} | vars(summary)
        for source, found in ((METRIC, finish.metrics), (RESULT, results))
        for name, summary in found.items()
    ]


def short_columns(finish: Finish) -> dict[str, Any]:
    """Return the columns of a trial's row that tell its numbers and metrics in short."""
    last = {name: summary.last for name, summary in finish.metrics.items()}
    return {"numbers": _finite(_floats(finish.numbers)), "metrics": _finite(last)}


def _floats(numbers: Mapping[str, float]) -> dict[str, float]:
    """Return numbers that SQLite takes: an integer may be too long for it."""
    return {
        key: found for key, value in numbers.items() if (found := number(value)) is not None
    }


def _finite(numbers: Mapping[str, float]) -> dict[str, Any]:
    return {k: v if math.isfinite(v) else str(v) for k, v in numbers.items()}
