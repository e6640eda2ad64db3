"""What a trial's page shows below its cells: what it measured, and what it kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._layout import TrialFolder
from mitosis._model import Artifact, MetricSummary
from mitosis._records.images import read_image, small_images
from mitosis._records.measures import MOST_CURVES, Measured
from mitosis._wording import counted, shown, size_text

if TYPE_CHECKING:  # for annotations only: reading a folder must not load Jupyter
    from mitosis._notebook import Picture, Section

_MOST_IMAGES = 12
_MOST_ROWS = 100
_DIGEST_LENGTH = 16

log = logging.getLogger("mitosis")


def sections(folder: TrialFolder, measured: Measured) -> list[Section]:
    """Return what is to stand below the cells of a trial that has ended.

    Args:
        folder: the trial's, which lies beside its page.
        measured: what it has left behind.
    """
    found = []
    if measured.steps:
        found.append(_steps(measured.steps))
    if measured.metrics:
        found.append(_metrics(folder, measured))
    if measured.artifacts:
        found.append(_artifacts(folder, measured.artifacts))
    return found


def _steps(steps: Mapping[str, Mapping[str, Any]]) -> Section:
    from mitosis._notebook import Section

    rows = [_step_row(name, step) for name, step in list(steps.items())[:_MOST_ROWS]]
    rest = len(steps) - len(rows)
    head = ("step", "calls", "seconds", "failed", "kept")
    remark = f"There are {counted(rest, 'more step')}." if rest else ""
    return Section("steps", "Steps", [head, *rows], remark=remark)


def _step_row(name: str, step: Mapping[str, Any]) -> tuple[str, ...]:
    calls, failed, kept = (f"{step[each]:,}" for each in ("calls", "failed", "persisted"))
    return shown(name), calls, f"{step['seconds']:.3f}", failed, kept


def _metrics(folder: TrialFolder, measured: Measured) -> Section:
    from mitosis._notebook import Section

    names = list(measured.metrics)
    rows = [_metric_row(name, measured.metrics[name]) for name in names[:_MOST_ROWS]]
    pictures, remark = list(_curves(measured)), ""
    if len(pictures) < len(names):
        place = f"all points are in {folder.root.name}/{folder.metrics.name}"
        remark = f"{len(pictures)} of {counted(len(names), 'metric')} are drawn; {place}."
    head = ("metric", "points", "last", "at step", "smallest", "largest", "mean")
    return Section("metrics", "Metrics", [head, *rows], pictures=pictures, remark=remark)


def _metric_row(name: str, metric: MetricSummary) -> tuple[str, ...]:
    numbers = (metric.last, metric.last_step, metric.minimum, metric.maximum, metric.mean)
    return shown(name), f"{metric.points:,}", *(f"{number:.6g}" for number in numbers)


def _curves(measured: Measured) -> Iterator[Picture]:
    """Yield a picture of each of the first metrics that can be drawn."""
    from mitosis._notebook import Picture

    for name, curve in list(measured.curves.items())[:MOST_CURVES]:
        try:
            from mitosis._curves import curves_svg

            picture = curves_svg({name: curve}, name)
        except Exception as exc:  # noqa: BLE001 - the page tells the numbers without it
            log.warning("metric %r could not be drawn: %r", name, exc)
        else:
            yield Picture(shown(name), "image/svg+xml", picture.encode())


def _artifacts(folder: TrialFolder, artifacts: tuple[Artifact, ...]) -> Section:
    from mitosis._notebook import Section

    told = artifacts[:_MOST_ROWS]
    place = f"{folder.root.name}/{folder.artifacts.name}"
    rest = len(artifacts) - len(told)
    return Section(
        "artifacts",
        "Artifacts",
        [("file", "size", "blake3"), *map(_artifact_row, told)],
        links={shown(a.name): f"{place}/{a.name}" for a in told},
        pictures=list(_images(folder.artifacts, artifacts)),
        has_captions=True,
        remark=f"There are {counted(rest, 'more file')} in {place}." if rest else "",
    )


def _artifact_row(artifact: Artifact) -> tuple[str, ...]:
    size = size_text(artifact.size_bytes)
    return shown(artifact.name), size, artifact.digest[:_DIGEST_LENGTH] or "unreadable"


def _images(folder: Path, artifacts: tuple[Artifact, ...]) -> Iterator[Picture]:
    names = small_images(folder, (a.name for a in artifacts if a.digest))
    for name in names[:_MOST_IMAGES]:
        if picture := read_image(folder, name):
            yield picture
