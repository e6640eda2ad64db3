"""The settings in `[tool.mitosis]` of the `pyproject.toml` that is nearest to an experiment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mitosis._layout import DEFAULT_FOLDER, LOCK_FILE
from mitosis._run.suggestion import near
from mitosis.errors import SettingsError

_KNOWN = {"trials_folder": str, "steps": dict, "packages": list}


@dataclass(frozen=True)
class Settings:
    """What `[tool.mitosis]` says.

    Attributes:
        trials_folder: absolute; None where it is not set.
        steps: registered name to `["package.module:run", "package.module:variants"]`.
        packages: names of packages whose experiments `mitosis check` looks at.
    """

    trials_folder: Path | None = None
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    packages: tuple[str, ...] = ()


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
    tool = content.get("tool", {})
    table = tool.get("mitosis", {}) if isinstance(tool, dict) else tool
    if not isinstance(table, dict):
        raise SettingsError(file=file, faults=("[tool.mitosis] has to be a table",))
    return table


def _checked(file: Path, table: dict[str, Any]) -> Settings:
    faults = [fault for key, value in table.items() for fault in _faults(key, value)]
    if faults:
        raise SettingsError(file=file, faults=tuple(faults))
    folder = table.get("trials_folder")
    return Settings(
        trials_folder=(file.parent / folder).resolve() if folder else None,
        steps={name: tuple(where) for name, where in table.get("steps", {}).items()},
        packages=tuple(table.get("packages", ())),
    )


def _faults(key: str, value: Any) -> list[str]:
    if key not in _KNOWN:
        return [f"unknown key {key!r}{near(key, _KNOWN)}"]
    if not isinstance(value, _KNOWN[key]):
        return [f"{key} is {value!r}, which is no {_KNOWN[key].__name__}"]
    if key == "packages":
        wrong = [name for name in value if not isinstance(name, str) or not name]
        return [f"packages holds {name!r}, which is no package's name" for name in wrong]
    if key == "steps":
        return [
            f"steps.{name} has to be a list of two texts like 'package.module:name'"
            for name, where in value.items()
            if not _is_step(where)
        ]
    return []


def _is_step(where: Any) -> bool:
    return (
        isinstance(where, list)
        and len(where) == 2
        and all(isinstance(text, str) and text.count(":") == 1 for text in where)
    )
