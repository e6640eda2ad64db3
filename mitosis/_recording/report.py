"""What a kernel tells of the trial when it is over: a JSON file in the trial's folder."""

from __future__ import annotations

import json
import math
import resource
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mitosis._layout import write_whole

_MOST = 200
_MOST_BITS = 2000  # Python may refuse to write longer ones in decimal


@dataclass(frozen=True)
class Report:
    """The part of a trial's record that only its kernel knows.

    Attributes:
        main: `results["main"]` where JSON can hold it, else a short text of it.
        main_is_exact: whether `main` is the value itself.
        results: key of each result to a short text of it.
        dropped: key of each result that could not be stored, to the reason.
        mutated: argument that the experiment changed, to `(path, before, after)` of each place.
        warnings: what a reader should know; the first line of each is a sentence, what
            follows are facts.
        cpu_seconds: user and system time of the kernel and its finished children.
        peak_memory_bytes: largest resident set of the kernel.
    """

    main: Any = None
    main_is_exact: bool = True
    results: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    mutated: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    warnings: Sequence[str] = field(default_factory=list)
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None

    def write(self, path: Path) -> None:
        """Write the report."""
        write_whole(path, json.dumps(asdict(self), indent=1).encode())

    def with_usage(self) -> Report:
        """Return the report with what this process has used until now."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        unit = 1 if sys.platform == "darwin" else 1024
        return replace(self, cpu_seconds=seconds, peak_memory_bytes=own.ru_maxrss * unit)

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read a report; an empty one where the kernel died before it wrote a whole one."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()


def plain(value: Any) -> tuple[Any, bool]:
    """Return what JSON can hold of a value, and whether that is the value itself.

    Scalars of numpy and its like (anything with `item()` and no dimensions) count as the
    Python numbers they hold. JSON knows no NaN and no infinity: these become texts.
    """
    with suppress(Exception):
        if value.ndim == 0:
            value = value.item()
    if type(value) is int and value.bit_length() > _MOST_BITS:
        return cut(hex(value)), False
    if type(value) is float and not math.isfinite(value):
        return repr(value), False
    if value is None or type(value) in (bool, int, float, str):
        return value, True
    return shortened(value), False


def shortened(value: object, most: int = _MOST) -> str:
    """Return a short text of any value, even of one whose `repr` raises."""
    try:
        text = repr(value)
    except BaseException as exc:  # noqa: BLE001 - a broken repr must not cost the trial
        return f"<{type(value).__name__} whose repr raised {type(exc).__name__}>"
    return cut(text, most)


def cut(text: str, most: int = _MOST) -> str:
    """Return a text that is not too long, with its end left out where it was."""
    return text if len(text) <= most else f"{text[: most - 4]} ..."
