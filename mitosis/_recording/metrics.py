"""Numbers that an experiment logs while it runs: `mitosis.log` and its other names.

Each call is one line and one write, at the end of the file. So nothing waits in memory for a
process that may die, and threads and forked children never write into each other's lines.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mitosis._recording.secrecy import redacted
from mitosis.errors import InvalidMetricError

_RESERVED = ("step", "at")
_NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
_MOST_BITS = 1023
"""Of an integer that is written as one: a float, which readers make of it, holds no larger."""

# References of our own: an experiment may replace these, as those do that stop the clock.
_write, _now, _float_text = os.write, time.monotonic, float.__repr__


class MetricsLog:
    """The trial's `metrics.jsonl`, made with its first line.

    Where it cannot be written, as on a full disk, the experiment goes on all the same.

    Args:
        path: the file.
        redact: takes secrets out of a text.

    Attributes:
        failure: why it could not be written, when that happened last; empty if it never did.
        missing: how many calls it lacks for that.
    """

    def __init__(self, path: Path, redact: Callable[[str], str] = str) -> None:
        self._path = path
        self._redact = redact
        self._began = _now()
        self._file: int | None = None
        self._starts: dict[str, str] = {}
        self._last: dict[str, float] = {}
        self._after_failure = False
        self.failure = ""
        self.missing = 0

    def add(self, fields: Mapping[str, Any], step: Any = None) -> None:
        """Append a line.

        Raises:
            InvalidMetricError: names all that cannot be logged; nothing was.
        """
        if step is None:
            with _locks[0]:
                step = self._next_step(fields)
                self._append(step, fields)
        elif type(step) is int and step.bit_length() <= _MOST_BITS:
            self._append(step, fields)
        else:
            self._append(_step(step), fields)

    def _next_step(self, fields: Mapping[str, Any]) -> float:
        last = self._last
        steps = [last[name] for name in fields if name in last]
        return max(steps) + 1 if steps else 0

    def _append(self, step: float, fields: Mapping[str, Any]) -> None:
        text = f'{{"step": {step}, "at": {_now() - self._began:.3f}'
        starts, last = self._starts, self._last
        try:
            for name, value in fields.items():
                if isinstance(value, float):  # numpy's, too
                    written = _float_text(value)
                    text += starts[name] + _NOT_FINITE.get(written, written)
                elif type(value) is int and value.bit_length() <= _MOST_BITS:
                    text += starts[name] + str(value)
                else:
                    text += starts[name] + self._written(value)
        except (KeyError, TypeError, ValueError, RecursionError):
            text = self._learned(step, fields)
        for name in fields:
            last[name] = step
        self._store(f"{text}}}\n".encode("utf-8", "backslashreplace"))

    def _learned(self, step: float, fields: Mapping[str, Any]) -> str:
        """Return a line with names that are new, or say what is wrong with it."""
        faults: list[str] = []
        text = f'{{"step": {step}, "at": {_now() - self._began:.3f}'
        for name, value in fields.items():
            if fault := _name_fault(name):
                faults.append(fault)
                continue
            start = f", {_to_json(self._redact(name))}: "
            self._starts[name] = start
            try:
                text += start + self._written(value)
            except (TypeError, ValueError, RecursionError) as exc:
                faults.append(f"{name!r} is of type {type(value).__name__!r}: {exc}")
        if faults:
            raise InvalidMetricError(faults=tuple(faults))
        return text

    def _written(self, value: Any) -> str:
        """Return a value as JSON: scalars of any library as numbers."""
        found = number(value)
        if found is not None:
            return _to_json(found)
        # Twice, for what is unknown to JSON may hold texts, and texts may be secrets.
        return _to_json(redacted(_from_json(_to_json(value)), self._redact))

    def _store(self, line: bytes) -> None:
        try:
            if self._file is None:
                self._file = self._open()
            if self._after_failure:
                line = b"\n" + line  # the one before may lack its end
            if _write(self._file, line) == len(line):
                self._after_failure = False
                return
            self.failure = "there was room for a part of a line only"
        except OSError as exc:
            self.failure = exc.strerror or str(exc)
        self._after_failure = True
        self.missing += 1

    def close(self) -> None:
        """Give the file back to the system."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)


_open: list[MetricsLog] = []
_locks: list[threading.RLock] = []


def _renew_lock() -> None:
    """Make the lock of the steps anew: another thread may have held it when this one forked."""
    _locks[:] = [threading.RLock()]  # a signal handler may log in the midst of a call


_renew_lock()
os.register_at_fork(after_in_child=_renew_lock)


def log_in(metrics: MetricsLog | None) -> None:
    """Have `log` write there from now on, in this process and its forks."""
    former = list(_open)
    _open[:] = [metrics] if metrics else []
    for each in former:
        each.close()


def log(fields: Mapping[str, Any] | None = None, /, step: Any = None, **named: Any) -> None:
    """Log numbers of one step, and whatever else belongs to it.

    When it returns, the line is with the system: no death of the process can lose it. It may be
    called from threads and from forked children. A disk that is full does not stop the
    experiment; the trial's warnings say how many calls are missing. Outside of a trial nothing
    is done.

    Args:
        fields: name to value, for names that are no Python names, e.g. `{"val/loss": 0.3}`.
        step: any finite number, e.g. of the epoch. By default one more than the last step
            of any of the names, from 0.
        **named: name to value. Numbers, also scalars of numpy or torch, NaN and infinities,
            are the metric's; an integer that no float can hold is an infinity. Else whatever
            JSON can hold, arrays included as lists.

    Raises:
        InvalidMetricError: a name or a value that cannot be written; nothing was logged.

    Example:
        >>> for epoch in range(3):
        ...     mitosis.log(step=epoch, loss=1 / (epoch + 1), phase="warm-up")
    """
    if _open:
        if fields is not None:
            named = _joined(fields, named)
        if named:
            _open[-1].add(named, step)


def log_metric(key: str, value: Any, step: Any = None) -> None:
    """Log one number, as `log` does.

    Args:
        key: the metric's name; any text.
        value: the number.
        step: as in `log`.

    Raises:
        InvalidMetricError: a name or a value that cannot be written.

    Example:
        >>> mitosis.log_metric("val/loss", 0.25, step=3)
    """
    if _open:
        _open[-1].add({key: value}, step)


def log_metrics(metrics: Mapping[str, Any], step: Any = None) -> None:
    """Log several numbers of one step, as `log` does.

    Args:
        metrics: name to value.
        step: as in `log`.

    Raises:
        InvalidMetricError: a name or a value that cannot be written; nothing was logged.

    Example:
        >>> mitosis.log_metrics({"val/loss": 0.25, "val/accuracy": 0.9}, step=3)
    """
    log(metrics, step=step)


def number(value: Any) -> float | None:
    """Return the Python number that a scalar of any library holds; None if it holds none.

    Arrays and tensors of one element count. An integer that no float can hold is an infinity.
    """
    if isinstance(value, str | bytes | dict | list | tuple) or value is None:
        return None
    with suppress(Exception):  # whatever other libraries raise: it is no number then
        value = value.item() if hasattr(value, "item") else value
        return _plain_number(value)
    return None


def _plain_number(value: Any) -> float | None:
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            return math.inf if value > 0 else -math.inf
        return int(value)
    if isinstance(value, complex) or not hasattr(value, "__float__"):
        return None
    return float(value)


def _step(step: Any) -> float:
    found = number(step)
    if found is None or not math.isfinite(found):
        raise InvalidMetricError(faults=(f"step is {step!r:.100}, no finite number",))
    return found + 0  # true and false are 1 and 0


def _joined(fields: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(fields, Mapping):
        fault = f"{fields!r:.100} is no dict; name what it is: mitosis.log(loss=...)"
        raise InvalidMetricError(faults=(fault,))
    return {**fields, **named}


def _name_fault(name: Any) -> str:
    if not isinstance(name, str):
        return f"the name {name!r:.100} is no text"
    if not name:
        return "a name is empty"
    if name in _RESERVED:
        return f"{name!r} is the name of what each line holds; pass the step as step=..."
    return ""


def plainly(value: Any) -> Any:
    """Return what JSON can hold instead of a value that it does not know."""
    found = number(value)
    if found is not None:
        return found
    if hasattr(value, "tolist"):
        return value.tolist()
    msg = "JSON cannot hold it"
    raise TypeError(msg)


_to_json = json.JSONEncoder(ensure_ascii=False, default=plainly).encode
_from_json = json.JSONDecoder().decode
