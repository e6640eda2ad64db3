"""A comparison as one page: tables, curves over each other, outputs side by side.

The page runs no script and loads nothing. What trials showed is made harmless as on their own
pages; everything else is escaped.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mitosis._history.cells import Cell, read_cells
from mitosis._history.comparison_text import letters
from mitosis._history.contrast import Contrast, Row
from mitosis._history.notebook import OWN_TAGS
from mitosis._layout import TrialFolder, write_whole
from mitosis._model import Trial
from mitosis._wording import counted, duration_text, main_text, printable, shown

_TEMPLATE = Path(__file__).with_name("template")
_MOST_METRICS = 24
_MOST_IMAGES = 30
_MOST_NAMED = 6
_KINDS = {"+": "added", "-": "removed", "@": "place", "#": "place"}


def write_report(comparison: Contrast, path: Path) -> Path:
    """Write a comparison as a page, whole or not at all."""
    content = _rendered("comparison.html.j2", **_document(comparison, path.parent))
    write_whole(path, content.encode("utf-8", "backslashreplace"))
    return path


def table_html(comparison: Contrast) -> str:
    """Return the table of a comparison as Jupyter shows it."""
    if not comparison.shown:
        return "<p>Nothing differs in what was recorded.</p>"
    return str(comparison.table.to_html(escape=True, na_rep="", max_rows=200))


def _rendered(name: str, **parts: Any) -> str:
    from markupsafe import Markup

    from mitosis._notebook import page_style, templates_in

    own = (_TEMPLATE / "comparison.css").read_text(encoding="utf-8")
    style = page_style() + Markup(own)  # noqa: S704 - both are files of ours
    return templates_in(_TEMPLATE).get_template(name).render(style=style, **parts)


def _document(comparison: Contrast, beside: Path) -> dict[str, Any]:
    trials = comparison.trials
    names = letters(len(trials))
    curves = _curves(trials, names)
    images = _images(trials)
    differing = [row for row in comparison.rows if row.differs]
    same = [row for row in comparison.rows if not row.differs]
    return {
        "title": f"Comparison of {counted(len(trials), 'trial')}",
        "trials": [_head(*each, beside) for each in zip(trials, names, strict=True)],
        "notes": [printable(note) for note in comparison.notes],
        "sections": _sections(differing),
        "same": _sections(same),
        "curves": list(itertools.islice(curves, _MOST_METRICS)),
        "more_metrics": sum(1 for _ in curves),
        "blocks": [
            *_blocks([read_cells(TrialFolder(t.folder).notebook) for t in trials]),
            *_image_blocks(images),
        ],
        "more_images": sum(map(len, images)) - _MOST_IMAGES,
        "code": [_line(line) for line in comparison.code.splitlines()],
    }


def _head(trial: Trial, letter: str, beside: Path) -> dict[str, str]:
    record = trial.record
    started = datetime.fromisoformat(record["started_at"])
    main = record.get("main")
    return {
        "letter": letter,
        "name": shown(trial.name),
        "key": trial.key,
        "status": trial.status.value.replace("_", " "),
        "main": "" if main is None else main_text(main),
        "started": f"{started:%Y-%m-%d %H:%M}",
        "duration": duration_text(record.get("wall_seconds")),
        "link": _link(trial.html, beside),
    }


def _link(page: Path, beside: Path) -> str:
    """Return where a trial's page lies, seen from the report."""
    if not page.is_file():
        return ""
    relative = os.path.relpath(page.resolve(), beside.resolve())
    return quote(Path(relative).as_posix())


def _sections(rows: Sequence[Row]) -> list[dict[str, Any]]:
    grouped = itertools.groupby(rows, lambda row: row.section)
    return [
        {"title": section, "rows": [_row(r) for r in members]} for section, members in grouped
    ]


def _row(row: Row) -> dict[str, Any]:
    return {"item": printable(row.item), "texts": [printable(text) for text in row.texts]}


def _curves(trials: Sequence[Trial], names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield a picture of each metric, with the curves of all trials that logged it."""
    from mitosis._curves import curves_svg
    from mitosis._notebook import Picture
    from mitosis._records.measures import read_curves

    found = [read_curves(TrialFolder(trial.folder)) for trial in trials]
    is_few = len(trials) <= _MOST_NAMED
    labels = [
        f"{name} {shown(trial.name)[:40]}" if is_few else name
        for trial, name in zip(trials, names, strict=True)
    ]
    for metric in dict.fromkeys(metric for curves in found for metric in curves):
        series = {
            label: curves[metric]
            for label, curves in zip(labels, found, strict=True)
            if metric in curves
        }
        svg = curves_svg(series, metric).encode("utf-8", "replace")
        picture = Picture(shown(metric), "image/svg+xml", svg)
        yield {"name": picture.name, "src": picture.uri}


def _blocks(notebooks: Sequence[Sequence[Cell]]) -> Iterator[dict[str, Any]]:
    """Yield what is shown side by side: each tag's outputs, then each further figure."""
    from mitosis._notebook import shown_outputs

    tags = (tag for cells in notebooks for cell in cells if cell.is_code for tag in cell.tags)
    own = [tag for tag in dict.fromkeys(tags) if tag not in OWN_TAGS]
    for tag in own:
        outputs = [shown_outputs(_outputs(cells, {tag})) for cells in notebooks]
        if any(outputs):
            yield {"title": printable(tag), "outputs": outputs}
    untagged = [shown_outputs(_untagged(cells, own)) for cells in notebooks]
    pictures = [[o for o in each if o["kind"] in ("figure", "html")] for each in untagged]
    for number, each in enumerate(itertools.zip_longest(*pictures), start=1):
        yield {"title": f"Output {number}", "outputs": [[o] if o else [] for o in each]}


def _images(trials: Sequence[Trial]) -> list[dict[str, Path]]:
    """Return the images that each trial kept, with the folders they lie in."""
    from mitosis._records.images import small_images

    folders = [TrialFolder(trial.folder).artifacts for trial in trials]
    return [
        dict.fromkeys(small_images(folder, trial.artifacts), folder)
        for trial, folder in zip(trials, folders, strict=True)
    ]


def _image_blocks(images: Sequence[Mapping[str, Path]]) -> Iterator[dict[str, Any]]:
    """Yield what trials kept under one name, side by side, until a page has enough."""
    room = _MOST_IMAGES
    for name in dict.fromkeys(name for each in images for name in each):
        outputs = []
        for each in images:
            if room <= 0:
                break
            room -= name in each
            outputs.append(_image(each[name], name) if name in each else [])
        if any(outputs):
            yield {"title": shown(name), "outputs": outputs}


def _image(folder: Path, name: str) -> list[dict[str, Any]]:
    from mitosis._records.images import read_image

    picture = read_image(folder, name)
    return [{"kind": "figure", "src": picture.uri}] if picture else []


def _outputs(cells: Sequence[Cell], tags: set[str]) -> list[Mapping[str, Any]]:
    return [output for cell in cells if tags & set(cell.tags) for output in cell.outputs]


def _untagged(cells: Sequence[Cell], own: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the outputs of the cells that have no tag of the user's."""
    others = (cell for cell in cells if cell.is_code and not set(own) & set(cell.tags))
    return [output for cell in others for output in cell.outputs]


def _line(line: str) -> dict[str, str]:
    is_head = line.startswith(("+++", "---", "diff ", "index "))
    kind = "place" if is_head else _KINDS.get(line[:1], "")
    return {"kind": kind, "text": "\t".join(map(printable, line.split("\t")))}
