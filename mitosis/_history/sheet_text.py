"""A table on the terminal: no wider than that, and plain in a log.

Where the columns do not fit beside each other, they either stand in several blocks below each
other, each with the columns that say what a row is, or the last of them are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from mitosis._history.sheet import Cell, Sheet

_GAP = 2
_LEAST = 16
_UNBOUNDED = 100_000


def sheet_text(sheet: Sheet, width: int | None, *, may_drop: bool = False) -> str:
    """Return a table as lines.

    Args:
        sheet: the table.
        width: of the terminal; None where lines may be of any length, and plain.
        may_drop: whether columns that do not fit are left out, and named below, rather than
            put into further blocks.
    """
    if width is None:
        return "\n\n".join(filter(None, [_rendered(sheet, None), "\n".join(sheet.notes)]))
    sheet = _shortened(sheet, max(_LEAST, width // 3))
    blocks = _blocks(sheet, width)
    notes = list(sheet.notes)
    if may_drop and len(blocks) > 1:
        left_out = ", ".join(
            title for block in blocks[1:] for title in block.titles[sheet.heads :]
        )
        notes.append(f"Not shown: {left_out} (--columns chooses)")
        blocks = blocks[:1]
    parts = [*(_rendered(block, width) for block in blocks), "\n".join(notes)]
    return "\n\n".join(filter(None, parts))


def _shortened(sheet: Sheet, most: int) -> Sheet:
    """Return a sheet whose texts take no more than so many columns each."""
    rows = tuple(tuple(_short(cell, most) for cell in row) for row in sheet.rows)
    return replace(sheet, rows=rows)


def _short(cell: Cell, most: int) -> Cell:
    if cell.latex or len(cell.text) <= most:
        return cell
    behind = (most - 1) // 3
    return replace(cell, text=f"{cell.text[: most - 1 - behind]}…{cell.text[-behind:]}")


def _widths(sheet: Sheet) -> list[int]:
    from rich.cells import cell_len

    rows = ([cell.text + cell.behind for cell in row] for row in sheet.rows)
    columns = zip(sheet.titles, *rows, strict=True)
    return [max(map(cell_len, column)) for column in columns]


def _blocks(sheet: Sheet, width: int) -> list[Sheet]:
    """Return the columns in as many sheets as are needed, each of which fits."""
    widths = _widths(sheet)
    heads = sum(size + _GAP for size in widths[: sheet.heads])
    blocks: list[list[int]] = [[]]
    used = heads
    for at in range(sheet.heads, len(widths)):
        if used + widths[at] > width and blocks[-1]:
            blocks.append([])
            used = heads
        blocks[-1].append(at)
        used += widths[at] + _GAP
    return [_picked(sheet, [*range(sheet.heads), *block]) for block in blocks]


def _picked(sheet: Sheet, columns: Sequence[int]) -> Sheet:
    return replace(
        sheet,
        titles=tuple(sheet.titles[at] for at in columns),
        rows=tuple(tuple(row[at] for at in columns) for row in sheet.rows),
    )


def _rendered(sheet: Sheet, width: int | None) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for at, title in enumerate(sheet.titles):
        is_number = sheet.is_number(at)
        table.add_column(Text(title), no_wrap=True, justify="right" if is_number else "left")
    for row in sheet.rows:
        table.add_row(*(_drawn(cell, has_bold=width is not None) for cell in row))
    console = Console(
        file=StringIO(),
        width=_UNBOUNDED,
        force_terminal=width is not None,
        no_color=width is None or None,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _drawn(cell: Cell, *, has_bold: bool) -> Text:
    """Return a cell with the best in bold; where there is no bold, it has a star."""
    from rich.text import Text

    star = "*" if cell.is_best and not has_bold else ""
    return Text.assemble((cell.text, "bold" if cell.is_best else ""), star, cell.behind)
