"""The values that a trial's experiment got, from what its folder holds of them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._history.cells import Cell, read_cells
from mitosis._layout import TrialFolder
from mitosis._recording import read_pickle
from mitosis._redaction import MARK

_FAILURES = (ValueError, SyntaxError, RecursionError, MemoryError)
_SECRET = "it holds a secret, which no file may hold"  # noqa: S105 - a sentence
_LOST = "what the trial got is not in its folder"


@dataclass(frozen=True)
class NotKept:
    """Stands for a value that a trial got and did not keep.

    Attributes:
        reason: why it was not kept.
        text: what is known of it: its canonical text, or a mark.
    """

    reason: str
    text: str

    def __repr__(self) -> str:
        return f"<not kept: {self.reason}>"


class StoredParameters(Mapping[str, Any]):
    """Argument name to the value that the experiment got.

    A value that was pickled is unpickled when it is asked for, which runs code and needs the
    modules of its classes. A value that was not kept, such as a secret, is a `NotKept`.
    """

    def __init__(self, read: Mapping[str, Callable[[], Any]]) -> None:
        self._read = read
        self._known: dict[str, Any] = {}

    def __getitem__(self, argument: str) -> Any:
        if argument not in self._known:
            self._known[argument] = self._read[argument]()
        return self._known[argument]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    def __repr__(self) -> str:
        held = (f"{name!r}: {self._shown(name)}" for name in self)
        return f"{{{', '.join(held)}}}"

    def _shown(self, name: str) -> str:
        try:
            return repr(self[name])
        except Exception as exc:  # noqa: BLE001 - unpickling raises what it likes
            return f"<cannot be read: {type(exc).__name__}: {exc}>"


def stored_parameters(folder: TrialFolder, record: Mapping[str, Any]) -> StoredParameters:
    """Return the parameters of a trial, as far as its folder holds them."""
    literals = _literals(read_cells(folder.notebook))
    pickles = _pickles(folder)
    told = {**record.get("values", {}), **record.get("variants", {})}
    names = dict.fromkeys([*literals, *pickles, *told])
    read: dict[str, Callable[[], Any]] = {}
    for name in names:
        if name in literals:
            read[name] = _constant(literals[name])
        elif name in pickles:
            read[name] = _unpickler(folder, name, *pickles[name])
        else:
            read[name] = _constant(_told(name, record))
    return StoredParameters(read)


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value


def _literals(cells: list[Cell]) -> dict[str, Any]:
    """Return the literals in the dict `parameters` of the cell that makes it."""
    made = (cell.source for cell in cells if "parameters" in cell.tags and cell.is_code)
    return dict(_entries(next(made, "")))  # another one is of a notebook's author


def _entries(code: str) -> Iterator[tuple[str, Any]]:
    try:
        body = ast.parse(code).body
    except _FAILURES:
        return
    dicts = (node.value for node in body if isinstance(node, ast.Assign))
    for made in dicts:
        if isinstance(made, ast.Dict):
            for key, node in zip(made.keys, made.values, strict=True):
                with suppress(*_FAILURES, TypeError):  # no literal: it was pickled
                    yield str(ast.literal_eval(key or node)), ast.literal_eval(node)


def _pickles(folder: TrialFolder) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return file and modules of each argument that travelled as a pickle."""
    try:
        told = json.loads(folder.task.read_bytes())["parameters"]
        return {name: (task["file"], tuple(task["modules"])) for name, task in told.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _unpickler(
    folder: TrialFolder, name: str, file: str, modules: tuple[str, ...]
) -> Callable[[], Any]:
    path = _inside(folder, file)
    if not file:
        return _constant(NotKept(_SECRET, MARK))
    if path is None or not path.exists():
        return _constant(NotKept(_LOST, ""))

    def read() -> Any:
        try:
            for module in modules:
                import_module(module)
            return read_pickle(path)
        except Exception as exc:
            exc.add_note(f"while reading parameter {name!r} from {path}")
            raise

    return read


def _inside(folder: TrialFolder, file: str) -> Path | None:
    """Return a file of the trial or of those that trials share; None for any other."""
    path = (folder.root / file).resolve()
    return path if path.is_relative_to(folder.root.parent.resolve()) else None


def _told(name: str, record: Mapping[str, Any]) -> Any:
    """Return a value as its locked text says it, or as the record shows it."""
    text = record.get("variants", {}).get(name, {}).get("text")
    value = record.get("values", {}).get(name)
    if text is None:
        return value
    with suppress(*_FAILURES, TypeError):
        return ast.literal_eval(text)
    return NotKept(_LOST, text)
