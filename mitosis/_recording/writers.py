"""What an object, a figure or a table looks like as a file: the ending of its name decides."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mitosis._recording.metrics import plainly
from mitosis.errors import ArtifactError

_REPRS = {
    ".svg": "_repr_svg_",
    ".png": "_repr_png_",
    ".jpg": "_repr_jpeg_",
    ".pdf": "_repr_pdf_",
    ".html": "_repr_html_",
}
_TABLE_WRITERS = {
    ".csv": ("to_csv", "write_csv"),
    ".json": ("to_json", "write_json"),
    ".parquet": ("to_parquet", "write_parquet"),
}


def write_object(value: Any, path: Path, name: str) -> None:
    """Write bytes as they are, JSON and arrays by their endings, and else a pickle.

    Raises:
        ArtifactError: it has no such form.
    """
    ending = Path(name).suffix.lower()
    if isinstance(value, bytes | bytearray | memoryview):
        path.write_bytes(value)
    elif any(hasattr(value, writer) for writer in _TABLE_WRITERS.get(ending, ())):
        write_table(value, path, name)
    elif ending == ".json":
        path.write_text(_json_of(value, name), encoding="utf-8")
    elif ending == ".npy":
        _write_array(value, path, name)
    else:
        _write_pickle(value, path, name)


def write_figure(figure: Any, path: Path, name: str) -> None:
    """Write a figure by what it offers.

    Raises:
        ArtifactError: it offers nothing for that ending.
    """
    ending = Path(name).suffix.lower()
    if not hasattr(figure, "savefig") and hasattr(figure, "figure"):
        figure = figure.figure  # axes and what is drawn on them
    if hasattr(figure, "savefig"):
        _save_figure(figure, path, name)
    elif ending == ".html" and hasattr(figure, "write_html"):
        figure.write_html(path)
    elif hasattr(figure, "write_image"):
        figure.write_image(path, format=ending[1:])
    elif (content := _own_form(figure, ending)) is not None:
        path.write_bytes(content)
    else:
        raise ArtifactError(name=name, reason=_no_form(figure, f"a figure as {ending}"))


def _save_figure(figure: Any, path: Path, name: str) -> None:
    try:
        figure.savefig(path, format=Path(name).suffix[1:].lower())
    except ValueError as exc:
        raise ArtifactError(name=name, reason=str(exc)) from exc


def write_table(table: Any, path: Path, name: str) -> None:
    """Write a table by what it offers, or a list of dicts.

    Raises:
        ArtifactError: it offers nothing for that ending, or a row is no dict.
    """
    ending = Path(name).suffix.lower()
    writer = next((w for w in _TABLE_WRITERS.get(ending, ()) if hasattr(table, w)), None)
    if writer:
        getattr(table, writer)(path, **_table_options(table, writer))
    elif isinstance(table, list | tuple) and ending in (".csv", ".json"):
        _write_rows(table, path, name)
    else:
        raise ArtifactError(name=name, reason=_no_form(table, f"a table as {ending}"))


def _table_options(table: Any, writer: str) -> dict[str, Any]:
    """Leave out an index that only counts the rows."""
    if writer == "to_csv" and type(getattr(table, "index", None)).__name__ == "RangeIndex":
        return {"index": False}
    return {"orient": "records"} if writer == "to_json" else {}


def _write_rows(rows: Any, path: Path, name: str) -> None:
    if not all(isinstance(row, Mapping) for row in rows):
        raise ArtifactError(name=name, reason="a row of the list is no dict")
    if Path(name).suffix.lower() == ".json":
        path.write_text(_json_of(list(rows), name), encoding="utf-8")
        return
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _json_of(value: Any, name: str) -> str:
    try:
        return json.JSONEncoder(indent=1, ensure_ascii=False, default=plainly).encode(value)
    except (TypeError, ValueError, RecursionError) as exc:
        raise ArtifactError(name=name, reason=f"JSON cannot hold it ({exc})") from exc


def _write_array(value: Any, path: Path, name: str) -> None:
    import numpy as np

    try:
        with path.open("wb") as file:
            np.save(file, np.asarray(value), allow_pickle=False)
    except ValueError as exc:
        raise ArtifactError(name=name, reason=f"it is no array of numbers ({exc})") from exc


def _write_pickle(value: Any, path: Path, name: str) -> None:
    import dill

    try:
        with path.open("wb") as file:
            dill.dump(value, file)
    except OSError:
        raise
    except Exception as exc:
        raise ArtifactError(name=name, reason=f"dill cannot pickle it ({exc!r})") from exc


def _own_form(figure: Any, ending: str) -> bytes | None:
    """Return what an object shows of itself in notebooks, in the form of an ending."""
    method = getattr(figure, _REPRS.get(ending, ""), None) if ending in _REPRS else None
    shown = method() if callable(method) else None
    shown = shown[0] if isinstance(shown, tuple) else shown  # with metadata
    return shown.encode() if isinstance(shown, str) else shown


def _no_form(value: Any, form: str) -> str:
    return f"an object of type {type(value).__qualname__!r} cannot be written as {form}"
