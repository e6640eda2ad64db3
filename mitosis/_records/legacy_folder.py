"""What mitosis 0.6 left beside its database for each trial, as facts about it.

A folder `<date>_<key>` holds `source.py`, the code of the trial's notebook, which names the
variants; `config.txt`, the values, as Python shows them; `requirements.txt`, the packages;
`experiment.log`; and `results_<step>.dill`. Nothing of it is imported or unpickled here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._model import Environment

_KEY = re.compile(r"_([0-9a-e]{6})\.(?:html|ipynb)")
_LOOP = re.compile(r"for arg_name, var_name in (\{.*\})\.items\(\):")
_LOGGED = re.compile(r"\w+:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}):")
_PACKAGE = re.compile(r"(\S+)=='(.*)'")
_OBJECT = re.compile(r"<[^<>]*>")
_RESULTS = re.compile(r"results_(\d+)\.dill")


@dataclass(frozen=True)
class LegacyStep:
    """One step of a trial.

    Attributes:
        named: arguments to the names of their variants.
        evaluated: those of them whose names are expressions.
        values: argument to its value, where what was written is the text of one.
    """

    named: Mapping[str, str]
    evaluated: frozenset[str]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LegacyFolder:
    """The folder of a trial.

    Attributes:
        steps: in their order; empty where its files do not tell them.
        environment: interpreter and packages; None where they are not told.
        started_at: None where no file tells it.
    """

    root: Path
    steps: tuple[LegacyStep, ...] = ()
    environment: Environment | None = None
    started_at: datetime | None = None

    @property
    def results(self) -> list[Path]:
        """What each step returned, in their order."""
        found = [(_RESULTS.fullmatch(path.name), path) for path in self.root.iterdir()]
        return [path for _, path in sorted((int(m[1]), path) for m, path in found if m)]


def key_of(file_name: str | None) -> str:
    """Return the key that is part of the name of a trial's page; empty without one."""
    found = _KEY.search(file_name or "")
    return found[1] if found else ""


def find_folder(beside: Path, file_name: str | None) -> LegacyFolder | None:
    """Return the folder that belongs to a page; None if there is none, or several might."""
    key = key_of(file_name)
    found = [path for path in beside.glob(f"*_{key}") if path.is_dir()] if key else []
    return _read(found[0]) if len(found) == 1 else None


def local_time(path: Path) -> datetime:
    """Return when a file was last changed."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _read(root: Path) -> LegacyFolder:
    return LegacyFolder(
        root, tuple(_steps(root)), _environment(root / "requirements.txt"), _started_at(root)
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _steps(root: Path) -> Iterator[LegacyStep]:
    loops = [_literal(text) for text in _LOOP.findall(_text(root / "source.py"))]
    if len(loops) % 2 or not all(isinstance(loop, dict) for loop in loops):
        return
    configs = list(_configs(_text(root / "config.txt")))
    pairs = list(zip(loops[::2], loops[1::2], strict=True))
    for number, (looked_up, evaluated) in enumerate(pairs):
        values = configs[number] if len(configs) == len(pairs) else {}
        yield LegacyStep(looked_up | evaluated, frozenset(evaluated), values)


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _configs(text: str) -> Iterator[dict[str, Any]]:
    """Yield of each dict in a text its keys with the values that are literals.

    What Python shows as `<...>` can stand in no source, so `...` takes its place.
    """
    for part in re.split(r"(?m)^(?=\{)", text):
        if part.strip():
            yield dict(_entries(_OBJECT.sub("...", part)))


def _entries(text: str) -> Iterator[tuple[str, Any]]:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return
    if not isinstance(tree, ast.Dict):
        return
    for key, node in zip(tree.keys, tree.values, strict=True):
        if isinstance(key, ast.Constant) and "..." not in ast.unparse(node):
            try:
                yield str(key.value), ast.literal_eval(node)
            except (ValueError, TypeError, RecursionError):
                continue


def _environment(path: Path) -> Environment | None:
    first, _, rest = _text(path).partition("\n")
    if not first.startswith("# "):
        return None
    # The version of Python may take two lines.
    version = [first, *(line for line in rest.splitlines() if not _PACKAGE.fullmatch(line))]
    found = (_PACKAGE.fullmatch(line) for line in rest.splitlines())
    packages = {re.sub(r"[-_.]+", "-", m[1]).lower(): m[2] for m in found if m}
    python = " ".join(" ".join(version).removeprefix("# ").split())
    return Environment(python, "", dict(sorted(packages.items())))


def _started_at(root: Path) -> datetime | None:
    """Return when the log begins, which tells no time zone: this machine's is assumed."""
    found = _LOGGED.match(_text(root / "experiment.log"))
    if found:
        local = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S,%f")  # noqa: DTZ007 - see above
        return local.astimezone(UTC)
    marks = root / "requirements.txt"
    return local_time(marks) if marks.exists() else None
