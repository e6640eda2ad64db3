"""What a trial measured and kept, told from its folder when it is over.

The file of metrics may hold ten million lines. It is read in pieces, and nothing grows with it
but the time: a summary of each metric, and the few points that a picture of it needs.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._datafile import file_digest
from mitosis._layout import TrialFolder
from mitosis._model import Artifact, MetricSummary
from mitosis._recording import Report, summarize_steps
from mitosis.errors import DataFileError

log = logging.getLogger("mitosis")

MOST_CURVES = 12
"""So many metrics are shown as pictures on a page."""

_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True)
class Measured:
    """What a trial has left behind at its end, beside how it ended.

    Attributes:
        report: what its kernel told; an empty one if it died before.
        metrics: what was logged, by the metric's name, in the order in which they came.
        artifacts: the files that the experiment kept, by their names.
        steps: how often each step was called and how long that took, by its name.
        curves: steps and values of the first metrics, so many as a picture shows.
    """

    report: Report = field(default_factory=Report)
    metrics: Mapping[str, MetricSummary] = field(default_factory=dict)
    artifacts: tuple[Artifact, ...] = ()
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    curves: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def measure(folder: TrialFolder, report: Report | None = None) -> Measured:
    """Return what a trial has left behind, as far as it can be read.

    Takes two or three seconds for a million lines of metrics, and as long as it takes to
    read all artifacts.

    Args:
        folder: the trial's.
        report: its kernel's; read from the folder by default.
    """
    metrics = _read_metrics(folder.metrics)
    return Measured(
        report=report or Report.read(folder.report),
        metrics={name: metric.summary() for name, metric in metrics.items()},
        artifacts=tuple(_artifacts(folder.artifacts)),
        steps=summarize_steps(folder),
        curves={n: m.curve() for n, m in list(metrics.items())[:MOST_CURVES]},
    )


def read_curves(folder: TrialFolder) -> dict[str, tuple[Any, Any]]:
    """Return steps and values of each metric, as a picture shows them; also while it runs."""
    return {name: metric.curve() for name, metric in _read_metrics(folder.metrics).items()}


def read_logged(path: Path) -> Iterator[Any]:
    """Yield what stands in the lines of a file of metrics; what is no JSON is left out."""
    for rows in _pieces(path, json.loads):
        yield from rows


def _artifacts(folder: Path) -> Iterator[Artifact]:
    """Yield the files in the folder of artifacts; links, which may lead anywhere, are none."""
    found = [
        Path(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if not _layout.is_unfinished(name)
    ]
    for path in sorted(found):
        with suppress(OSError):  # in a folder that was closed to us
            if path.is_file() and not path.is_symlink():
                yield _artifact(folder, path)


def _artifact(folder: Path, path: Path) -> Artifact:
    name = os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace")
    try:
        return Artifact(name, path.stat().st_size, file_digest(path))
    except (DataFileError, OSError):  # whoever wrote it may have closed it to us
        return Artifact(name, 0, "")


class _Metric:
    """All points of one metric, taken in piece by piece."""

    def __init__(self) -> None:
        from mitosis._curves import Envelope

        self._points = 0
        self._counted = 0
        self._sum = 0.0
        self._last = self._last_step = float("nan")
        self._minimum, self._maximum = float("inf"), float("-inf")
        self._envelope = Envelope()

    def add(self, steps: list[float], values: list[float]) -> None:
        """Take in the next points."""
        import numpy as np

        all_values = np.array(values, float)
        known = all_values[~np.isnan(all_values)]
        self._points += len(all_values)
        self._last, self._last_step = float(all_values[-1]), float(steps[-1])
        self._envelope.add(np.array(steps, float), all_values)
        if len(known):
            with np.errstate(all="ignore"):
                self._sum += float(known.sum())
            self._counted += len(known)
            self._minimum = min(self._minimum, float(known.min()))
            self._maximum = max(self._maximum, float(known.max()))

    def summary(self) -> MetricSummary:
        """Return all points in short."""
        nothing = float("nan")
        return MetricSummary(
            points=self._points,
            last=self._last,
            last_step=self._last_step,
            minimum=self._minimum if self._counted else nothing,
            maximum=self._maximum if self._counted else nothing,
            mean=self._sum / self._counted if self._counted else nothing,
        )

    def curve(self) -> tuple[Any, Any]:
        """Return steps and values, no more than a picture shows."""
        return self._envelope.points()


def _read_metrics(path: Path) -> dict[str, _Metric]:
    """Return all metrics, or those up to where the file cannot be read."""
    metrics: dict[str, _Metric] = {}
    try:
        for rows in _pieces(path, _with_floats):
            for name, (steps, values) in _columns(rows).items():
                metrics.setdefault(name, _Metric()).add(steps, values)
    except Exception as exc:  # noqa: BLE001 - whatever stands there, or memory that runs out
        log.warning("%s could not be read: %r", path, exc)
    return metrics


def _columns(rows: list[Any]) -> dict[str, tuple[list[float], list[float]]]:
    """Return steps and values of each metric; what is no number is a field of another kind."""
    columns: dict[str, tuple[list[float], list[float]]] = {}
    for row in rows:
        if type(row) is not dict or type(step := row.pop("step", None)) not in _NUMBERS:
            continue
        row.pop("at", None)
        for name, value in row.items():
            if type(value) in _NUMBERS:
                if name not in columns:
                    columns[name] = [], []
                steps, values = columns[name]
                steps.append(step)
                values.append(value)
    return columns


_NUMBERS = frozenset({float, bool})
_with_floats = json.JSONDecoder(parse_int=float).decode  # integers of any size
_Decode = Callable[[str], Any]


def _pieces(path: Path, decode: _Decode) -> Iterator[list[Any]]:
    """Yield what stands in the lines of a file, many at a time."""
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        rest = b""
        while data := file.read(_CHUNK_BYTES):
            whole, _, rest = (rest + data).rpartition(b"\n")
            yield _parsed(whole, decode)
        yield _parsed(rest, decode)  # a kernel that died may have left half a line


def _parsed(lines: bytes, decode: _Decode) -> list[Any]:
    """Return what stands in whole lines; all at once is twice as fast as one by one."""
    text = lines.decode("utf-8", "replace")
    try:
        rows: list[Any] = decode(f"[{text.strip().replace(chr(10), ',')}]")
    except (ValueError, RecursionError):
        rows = list(_parsed_singly(text, decode))
    return rows


def _parsed_singly(text: str, decode: _Decode) -> Iterator[Any]:
    for line in text.split("\n"):
        try:
            yield decode(line)
        except (ValueError, RecursionError):
            continue
