"""Tables as files: the ending of the file's name says which format.

pandas and the libraries behind it do the writing. Data formats (csv, json, parquet, pickle)
hold all digits, xlsx as many as Excel has; those for papers and readers (tex, md, html) hold a
sheet. A text is never changed in a data format: one that begins with `=` is a formula only to
programs that read csv as such, which xlsx tells not to.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._history.frame import with_index
from mitosis._history.ordering import is_missing
from mitosis._history.sheet import Cell, Sheet
from mitosis._layout import write_whole
from mitosis._wording import shown
from mitosis.errors import ExportError

if TYPE_CHECKING:
    import pandas as pd

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "[": "{[}",  # behind the end of a row, it would begin an argument
        "]": "{]}",
        "*": "{*}",  # likewise
        "±": r"$\pm$",
        "…": r"\dots{}",
    }
)
_LIBRARIES = {".md": "tabulate", ".parquet": "pyarrow", ".xlsx": "openpyxl"}
_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\|`*_[]<>"})
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em; color: #1a1a1a; background: #fff; }}
div {{ overflow-x: auto; }}
table {{ border-collapse: collapse; border-top: 2px solid; border-bottom: 2px solid; }}
th {{ border-bottom: 1px solid; text-align: left; }}
th, td {{ padding: .25em .8em; white-space: nowrap; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<div>
{table}
</div>
{notes}</body>
</html>
"""


@dataclass(frozen=True)
class Export:
    """A table in both its shapes.

    Attributes:
        make_frame: makes the table with all digits and all columns; that needs pandas.
        sheet: as people read it.
    """

    make_frame: Callable[[], pd.DataFrame]
    sheet: Sheet

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table with all digits and all columns."""
        return self.make_frame()


def write_table(path: Path, table: Export) -> None:
    """Write a table in the format that the file's ending says; a former file is replaced.

    It is there as a whole, or not at all.

    Raises:
        ExportError: the ending is unknown, a library is missing, the file cannot be written.
    """
    writer = _writer(path)
    try:
        write_whole(path, writer(table))
    except ImportError as exc:
        library = _LIBRARIES.get(path.suffix.lower(), exc.name)
        reason = f"{library} is not installed: pip install 'mitosis[export]'"
        raise ExportError(file=path, reason=reason) from exc
    except OSError as exc:
        raise ExportError(file=path, reason=exc.strerror or str(exc)) from exc


def require_format(path: Path) -> None:
    """Make sure that a file's ending is known, before any work is done.

    Raises:
        ExportError: it is not.
    """
    _writer(path)


def _writer(path: Path) -> Callable[[Export], bytes]:
    ending = path.suffix.lower()
    if ending not in WRITERS:
        known = ", ".join(sorted(WRITERS))
        found = f"{ending!r} is none of" if ending else "it has none of"
        raise ExportError(file=path, reason=f"its ending says how, and {found} {known}")
    return WRITERS[ending]


def _csv(table: Export) -> bytes:
    flat = with_index(table.frame)
    return flat.to_csv(index=False, lineterminator="\n").encode("utf-8", "backslashreplace")


def _json(table: Export) -> bytes:
    return (json_text(table.frame) + "\n").encode()


def json_text(frame: pd.DataFrame) -> str:
    """Return the rows of a table as a list of objects; what is missing is null."""
    flat = with_index(frame)
    columns = [[_jsonable(value) for value in flat[name].tolist()] for name in flat]
    rows = [dict(zip(map(str, flat), row, strict=True)) for row in zip(*columns, strict=True)]
    return json.dumps(rows, indent=2, allow_nan=False)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_jsonable(one) for one in value]
    if is_missing(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    if isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _xlsx(table: Export) -> bytes:
    import pandas as pd

    flat = _plain_objects(with_index(table.frame))
    for name in flat:
        if isinstance(flat[name].dtype, pd.DatetimeTZDtype):  # Excel knows no zones
            flat[name] = flat[name].dt.tz_convert("UTC").dt.tz_localize(None)
            flat = flat.rename(columns={name: f"{name} (UTC)"})
        elif not pd.api.types.is_numeric_dtype(flat[name]):
            flat[name] = flat[name].map(lambda v: _printable(v) if isinstance(v, str) else v)
    file = BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as writer:
        flat.to_excel(writer, index=False, sheet_name="trials", freeze_panes=(1, 0))
        for row in writer.sheets["trials"].iter_rows():
            for cell in row:
                if cell.data_type == "f":  # a text that begins with "=" is no formula
                    cell.data_type = "s"
    return file.getvalue()


def _printable(text: str) -> str:
    """Return a text without the characters that Excel's format cannot hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def _parquet(table: Export) -> bytes:
    file = BytesIO()
    frame = table.frame
    plain = frame.reset_index(drop=True) if frame.index.name in frame else frame
    _plain_objects(plain).to_parquet(file, engine="pyarrow")
    return file.getvalue()


def _pickle(table: Export) -> bytes:
    file = BytesIO()
    table.frame.to_pickle(file)
    return file.getvalue()


def _plain_objects(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns each have one type: what is mixed becomes text."""
    plain = frame.copy()
    for name in plain:
        if plain[name].dtype == object:
            plain[name] = plain[name].map(_text, na_action="ignore").astype("str")
    return plain


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(_jsonable(value))


def _tex(table: Export) -> bytes:
    sheet = table.sheet
    written = _texts(sheet, _tex_cell, _tex_text)
    aligned = "".join("r" if sheet.is_number(at) else "l" for at in range(len(sheet.titles)))
    text = written.style.hide(axis="index").to_latex(hrules=True, column_format=aligned)
    notes = "".join(f"% {shown(note)}\n" for note in sheet.notes)
    return f"{text}{notes}".encode("utf-8", "backslashreplace")


def _tex_text(text: str) -> str:
    return text.translate(_LATEX)


def _tex_cell(cell: Cell) -> str:
    if cell.latex:
        latex = rf"\mathbf{{{cell.latex}}}" if cell.is_best else cell.latex
        return f"${latex}${cell.behind}"
    return rf"\textbf{{{_tex_text(cell.text)}}}" if cell.is_best else _tex_text(cell.text)


def _md(table: Export) -> bytes:
    sheet = table.sheet
    written = _texts(sheet, _md_cell, _md_text)
    aligned = ["right" if sheet.is_number(at) else "left" for at in range(len(sheet.titles))]
    text = written.to_markdown(index=False, disable_numparse=True, colalign=aligned)
    notes = "".join(f"\n{_md_text(note)}\n" for note in sheet.notes)
    return f"{text}\n{notes}".encode("utf-8", "backslashreplace")


def _md_text(text: str) -> str:
    return text.translate(_MARKDOWN)


def _md_cell(cell: Cell) -> str:
    text = _md_text(cell.text)
    return (f"**{text}**" if cell.is_best else text) + cell.behind


def _html(table: Export) -> bytes:
    sheet = table.sheet
    texts = _texts(sheet, _html_cell, html.escape)
    classes = texts.copy()
    for at in range(len(sheet.titles)):
        classes.isetitem(at, "number" if sheet.is_number(at) else "")
    page = _PAGE.format(
        title=html.escape(" · ".join(sheet.titles[: sheet.heads])),
        table=texts.style.hide(axis="index").set_td_classes(classes).to_html(),
        notes="".join(f"<p>{html.escape(note)}</p>\n" for note in sheet.notes),
    )
    return page.encode("utf-8", "backslashreplace")


def _html_cell(cell: Cell) -> str:
    text = html.escape(cell.text)
    return (f"<b>{text}</b>" if cell.is_best else text) + cell.behind


def _texts(
    sheet: Sheet, cell_text: Callable[[Cell], str], title_text: Callable[[str], str]
) -> pd.DataFrame:
    import pandas as pd

    rows = [[cell_text(cell) for cell in row] for row in sheet.rows]
    return pd.DataFrame(rows, columns=[title_text(title) for title in sheet.titles], dtype=str)


WRITERS: dict[str, Callable[[Export], bytes]] = {
    ".csv": _csv,
    ".html": _html,
    ".json": _json,
    ".md": _md,
    ".parquet": _parquet,
    ".pd": _pickle,
    ".pickle": _pickle,
    ".pkl": _pickle,
    ".tex": _tex,
    ".xlsx": _xlsx,
}
"""What writes each format, by the ending of the file's name."""
