"""The settings, and whether a commit stands for the code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mitosis._cli.doctor_findings import Finding, wrong
from mitosis._provenance import code_state, require_committed
from mitosis._provenance.command import run_git
from mitosis._settings import Settings
from mitosis._settings.keys import KEYS
from mitosis._wording import counted
from mitosis.errors import DirtyRepositoryError, NoRepositoryError, SettingsError

_MOST = 8


def looked_at_settings(
    here: Path, settings: Settings, fault: SettingsError | None
) -> Iterator[Finding]:
    """Yield every setting with its value, and what is wrong with the file."""
    if fault:
        text = "\n".join([str(fault.file), *fault.faults])
        yield wrong("mistakes", text, "correct the file; below are the defaults")
    elif settings.file:
        yield Finding("file", str(settings.file))
    else:
        yield Finding("file", f"no [tool.mitosis] in a pyproject.toml at {here} or above")
    for key in KEYS:
        yield Finding(key, _setting_text(key, settings))
    for path in settings.data:
        if not path.exists():
            yield wrong("data", f"{path} is not there", "put it there, or take it out of data")


def looked_at_repository(here: Path, trials: Path, settings: Settings) -> Iterator[Finding]:
    """Yield the state of the repository around a folder, as a trial would record it."""
    try:
        yield Finding("git", run_git(here, "--version").decode().strip())
    except NoRepositoryError as exc:
        yield wrong("git", exc.reason, "install git, or run trials with --debug")
        return
    state = code_state(here, trials, settings.ignore_changes)
    try:
        require_committed(state, here)
    except DirtyRepositoryError as exc:
        fault = _changes(exc.files)
    except NoRepositoryError as exc:
        fault = wrong("commit", exc.reason, _COMMIT)
    else:
        fault = Finding("changes", "none: trials can be recorded")
    if state.repository:
        yield Finding("folder", str(state.repository))
        branch = f"branch {state.branch}" if state.branch else "detached HEAD"
        yield Finding("commit", f"{state.commit[:10]}, {branch}" if state.commit else "none")
        yield Finding("remote", state.remote or "none")
    for path, commit in state.submodules.items():
        yield Finding("submodule", f"{path} at {commit[:10]}")
    yield fault


_COMMIT = (
    "go to a git repository with a commit, or make one (git init && git add . && git commit), "
    "or run trials with --debug"
)


def _changes(files: tuple[str, ...]) -> Finding:
    shown = [*files[:_MOST], *(["..."] if len(files) > _MOST else [])]
    text = "\n".join([counted(len(files), "file"), *shown])
    return wrong(
        "changes",
        text,
        "commit them, or add them to .gitignore, or to ignore_changes in [tool.mitosis], or "
        "run trials with --debug",
    )


def _setting_text(key: str, settings: Settings) -> str:
    value = _readable(getattr(settings, key))
    if key == "store":  # it may hold a password
        return "a server, told under databases" if settings.store else f"{value} (default)"
    return value if key in settings.given else f"{value} (default)"


def _readable(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, Path):
        return str(value)
    return ", ".join(map(str, value)) if value else "none"
