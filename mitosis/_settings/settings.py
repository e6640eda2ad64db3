"""The settings in `[tool.mitosis]` of the `pyproject.toml` that is nearest to an experiment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._layout import DEFAULT_FOLDER, LOCK_FILE
from mitosis._settings.keys import faults_of, is_server
from mitosis.errors import SettingsError

STORE_VARIABLE = "MITOSIS_STORE"
_PATTERN_LETTERS = re.compile(r"([\\*?\[])")


@dataclass(frozen=True)
class Settings:
    """What `[tool.mitosis]` says.

    Attributes:
        trials_folder: absolute; None where it is not set.
        steps: registered name to `["package.module:run", "package.module:variants"]`.
        packages: names of packages whose experiments `mitosis check` looks at.
        timeout_seconds: how long a trial may take where nobody says otherwise.
        require_hypothesis: whether a trial of an experiment that claims nothing is refused.
        require_clean_checkouts: whether a trial is refused that imports code of another work
            tree which no commit stands for.
        ignore_changes: git's glob patterns, from the repository's root, of files whose
            changes do not make it dirty.
        data: absolute paths of input files and folders that every trial records.
        store: the address of the server that trials are claimed on, which may hold a password;
            None for files in the trials folder. `MITOSIS_STORE` comes before the file.
        file: where they stand; None where nothing is set.
        given: the keys that stand there.
    """

    trials_folder: Path | None = None
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    timeout_seconds: float | None = None
    require_hypothesis: bool = False
    require_clean_checkouts: bool = False
    ignore_changes: tuple[str, ...] = ()
    data: tuple[Path, ...] = ()
    store: str | None = field(default=None, repr=False)
    file: Path | None = None
    given: tuple[str, ...] = ()


def repository_root(place: Path) -> Path | None:
    """Return the nearest folder above `place` that holds a `.git`."""
    folders = [place, *place.parents]
    return next((folder for folder in folders if (folder / ".git").exists()), None)


def find_settings(place: Path, config: Path | None = None) -> Settings:
    """Read the settings that apply to what lies at `place`.

    They stand in `config`, else in the first `pyproject.toml` with a `[tool.mitosis]` table
    between `place` and the root of its repository.

    Raises:
        SettingsError: a key or a value is wrong, or the file is not TOML; all faults at once.
    """
    settings = _find(place, config)
    store = os.environ.get(STORE_VARIABLE)
    if store and not is_server(store):
        fault = f"{STORE_VARIABLE} has to be like 'postgresql+psycopg://host/database'"
        raise SettingsError(file=settings.file or place, faults=(fault,))
    return replace(settings, store=store) if store else settings


def _find(place: Path, config: Path | None) -> Settings:
    if config:
        return _checked(config, _table(config))
    root = repository_root(place)
    for folder in [place, *place.parents]:
        file = folder / "pyproject.toml"
        if file.is_file() and (table := _table(file)):
            return _checked(file, table)
        if folder == root:
            break
    return Settings()


def default_trials_folder(place: Path, settings: Settings) -> Path:
    """Return the trials folder where the caller names none."""
    return settings.trials_folder or _root(place) / DEFAULT_FOLDER


def default_lock_file(place: Path) -> Path:
    """Return the file that the locks of what lies at `place` are shared by."""
    return _root(place) / LOCK_FILE


def _root(place: Path) -> Path:
    return repository_root(place) or Path.cwd()


def _table(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            content = tomllib.load(opened)
    except (OSError, ValueError) as exc:  # what cannot be read, decoded or parsed
        raise SettingsError(file=file, faults=(str(exc),)) from exc
    if misspelt := tuple(_misspelt(content)):
        raise SettingsError(file=file, faults=misspelt)
    tool = content.get("tool", {})
    table = tool.get("mitosis", {}) if isinstance(tool, dict) else tool
    if not isinstance(table, dict):
        raise SettingsError(file=file, faults=("[tool.mitosis] has to be a table",))
    return table


def _misspelt(content: dict[str, Any]) -> Iterator[str]:
    """Yield the tables that nothing reads, but that are meant for mitosis."""
    for outer, tools in content.items():
        if outer.lower() in ("tool", "tools") and isinstance(tools, dict):
            for name in tools:
                if name.lower() == "mitosis" and (outer, name) != ("tool", "mitosis"):
                    yield f"[{outer}.{name}] is not read; did you mean [tool.mitosis]?"


def _checked(file: Path, table: dict[str, Any]) -> Settings:
    if faults := tuple(faults_of(table)):
        raise SettingsError(file=file, faults=faults)
    base = file.parent.resolve()
    folder = table.get("trials_folder")
    return Settings(
        trials_folder=_absolute(base, folder) if folder else None,
        steps={name: tuple(where) for name, where in table.get("steps", {}).items()},
        packages=tuple(table.get("packages", ())),
        timeout_seconds=table.get("timeout_seconds"),
        require_hypothesis=table.get("require_hypothesis", False),
        require_clean_checkouts=table.get("require_clean_checkouts", False),
        ignore_changes=tuple(_from_root(base, p) for p in table.get("ignore_changes", ())),
        data=tuple(_absolute(base, path) for path in table.get("data", ())),
        store=table.get("store"),
        file=base / file.name,
        given=tuple(table),
    )


def _absolute(base: Path, path: str) -> Path:
    return (base / Path(path).expanduser()).resolve()


def _from_root(base: Path, pattern: str) -> str:
    """Return a pattern as the root of the repository sees it, not the folder of the file."""
    root = repository_root(base)
    below = base.relative_to(root).as_posix() if root else "."
    plain = _PATTERN_LETTERS.sub(r"\\\1", below)
    return pattern if below == "." else f"{plain}/{pattern}"
