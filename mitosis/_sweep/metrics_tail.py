"""A metric of a trial that runs, read from its file as it grows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class MetricsTail:
    """Reads what was logged since it was last read.

    Args:
        path: the trial's `metrics.jsonl`, which need not be there yet.
        name: of the metric.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._offset = 0
        self._steps: set[int] = set()

    def read(self) -> Iterator[tuple[int, float]]:
        """Yield new values, each with its step; of one step only the first value.

        Optuna knows whole steps from 0 alone; where one is none, its value is left out.
        """
        for line in self._lines():
            try:
                told = json.loads(line)
                step, value = told["step"], told[self._name]
            except (ValueError, KeyError, TypeError):
                continue
            if not _is_number(value) or not _is_number(step) or step < 0 or step % 1:
                continue
            if int(step) not in self._steps:
                self._steps.add(int(step))
                yield int(step), float(value)

    def _lines(self) -> list[bytes]:
        """Return the new lines that are whole."""
        try:
            with self._path.open("rb") as file:
                if self._path.stat().st_size < self._offset:  # the trial began once more
                    self._offset = 0
                file.seek(self._offset)
                new = file.read()
        except OSError:
            return []
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole.splitlines()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
