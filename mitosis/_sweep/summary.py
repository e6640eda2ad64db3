"""What is said at the end of a sweep: a table by variants, what failed, and how to go on."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from mitosis._history.groups import make_spread
from mitosis._history.rounding import math_text, rounded_like
from mitosis._history.sheet import Cell, Sheet, make_cell
from mitosis._history.sheet_text import sheet_text
from mitosis._model.sweeps import SweepPlan, SweepRow
from mitosis._sweep.overview import Group, Overview
from mitosis._sweep.ranking import best_sheet, is_settled
from mitosis._wording import counted, main_text, printable, shown

_WIDTH = 80
_MOST_GROUPS = 40
_MOST_FAILURES = 10
_MOST_MAINS = 3
_EXTREMES = ("min", "max")


def end_text(
    plan: SweepPlan, rows: Iterable[SweepRow], page: Path, width: int | None = _WIDTH
) -> str:
    """Return what a person is to know when a sweep ends, or is looked at.

    Args:
        plan: of the sweep.
        rows: its trials, newest of a point last.
        page: the page of the sweep, in the trials folder.
        width: of the terminal; None for a log.
    """
    overview = Overview(plan, rows)
    blocks = [f"{plan.word.title()} {shown(plan.name)}: {overview.state()}"]
    if overview.numbered if plan.is_search else overview.rows:
        sheet = best_sheet(overview) if plan.is_search else group_sheet(overview)
        blocks.append(_table_text(sheet, width))
    blocks.append("\n".join(_failure_lines(overview, page.parent, width or _WIDTH)))
    blocks.append("\n".join(_further_lines(overview, page)))
    return "\n\n".join(filter(None, blocks))


def _table_text(sheet: Sheet, width: int | None) -> str:
    """Return the table, without the extremes if there is no room for them."""
    bare = replace(sheet, notes=())
    if "\n\n" in sheet_text(bare, width):  # columns that do not fit come in a second block
        sheet = sheet.without(_EXTREMES)
    return sheet_text(sheet, width)


def group_sheet(overview: Overview, most: int = _MOST_GROUPS) -> Sheet:
    """Return the table by variants, cut to so many rows."""
    groups = overview.groups()
    names = [shown(name) for name in overview.arguments] or ["sweep"]
    has_numbers, has_failures = bool(overview.numbered), bool(overview.failures)
    titles = [*names, *(("n", "main ± std", *_EXTREMES) if has_numbers else ("n", "main"))]
    titles += ["failures"] if has_failures else []
    body = []
    for group in groups[:most]:
        heads = group.variants or (overview.plan.name,)
        cells = [*(make_cell("", name) for name in heads)]
        cells += _number_cells(group) if has_numbers else _text_cells(group)
        if has_failures:
            cells.append(make_cell("", group.failures))
        body.append(tuple(cells))
    left_out = len(groups) - len(body)
    notes = (f"{counted(left_out, 'more row')}, on the page.",) if left_out else ()
    return Sheet(tuple(titles), tuple(body), len(names), notes)


def _number_cells(group: Group) -> list[Cell]:
    if not group.n:
        return [make_cell("", 0), Cell(""), Cell(""), Cell("")]
    texts = [rounded_like(number, group.std) for number in (group.low, group.high)]
    ends = [Cell(text, math_text(text)) for text in texts]
    return [make_cell("", group.n), make_spread(group.mean, group.std), *ends]


def _text_cells(group: Group) -> list[Cell]:
    """Return what stands for the numbers where no trial reported one."""
    mains = [main for main in group.mains if main is not None]
    texts = list(dict.fromkeys(main_text(main) for main in mains))
    more = [" ..."] if len(texts) > _MOST_MAINS else []
    return [
        make_cell("", len(group.mains)),
        make_cell("", ", ".join(texts[:_MOST_MAINS] + more)),
    ]


def _failure_lines(overview: Overview, trials_folder: Path, width: int) -> Iterator[str]:
    failures = overview.failures
    if not failures:
        return
    yield "Without success:"
    for row in failures[:_MOST_FAILURES]:
        reason = " ".join(row.reason.split()) or row.status.value.replace("_", " ")
        line = f"  {shown(row.name)}: {printable(reason)}"
        yield from wrap(line, width, subsequent_indent="    ", max_lines=3, placeholder=" ...")
        if row.html:
            yield f"    {trials_folder / row.html}"
    more = len(failures) - _MOST_FAILURES
    if more > 0:
        yield f"  and {more} more, on the page"


def _further_lines(overview: Overview, page: Path) -> Iterator[str]:
    if overview.plan.is_search:
        if overview.missing or not all(map(is_settled, overview.failures)):
            name = overview.plan.name
            yield f"To go on with it: mitosis.optimize(..., name={name!r}, resume=True)"
    elif overview.missing or overview.failures:
        name = shlex.quote(overview.plan.name)
        yield f"To run what is missing or failed: mitosis sweep --resume {name}"
    yield str(page)
