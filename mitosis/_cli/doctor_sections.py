"""The order in which `mitosis doctor` looks at things, and what one look tells the next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mitosis._cli.doctor_code import looked_at_repository, looked_at_settings
from mitosis._cli.doctor_databases import looked_at_databases
from mitosis._cli.doctor_findings import Section, examined
from mitosis._cli.doctor_folder import looked_at_folder
from mitosis._cli.doctor_machine import looked_at_kernel, looked_at_machine
from mitosis._settings import Settings, default_trials_folder, find_settings
from mitosis._store import join
from mitosis.errors import SettingsError, TrialsFolderError


def sections(here: Path, folder: Path | None, config: Path | None) -> Iterator[Section]:
    """Yield what is found, a section at a time, as some take long.

    Args:
        here: the working directory.
        folder: the trials folder; default: the one that trials from here go to.
        config: the file with the settings; default: the nearest `pyproject.toml`.

    Raises:
        TrialsFolderError: `folder` cannot be the path of one.
    """
    fault = None
    try:
        settings = find_settings(here, config)
    except SettingsError as exc:
        settings, fault = Settings(), exc
    trials = _resolved(folder or default_trials_folder(here, settings))
    join(trials, settings.store)
    yield examined("settings", partial(looked_at_settings, here, settings, fault))
    yield examined("repository", partial(looked_at_repository, here, trials, settings))
    yield examined("trials folder", partial(looked_at_folder, trials))
    yield examined("databases", partial(looked_at_databases, trials))
    yield examined("machine", looked_at_machine)
    yield examined("kernel", partial(looked_at_kernel, here))


def _resolved(folder: Path) -> Path:
    try:
        return folder.expanduser().resolve()
    except (OSError, RuntimeError) as exc:  # nobody's home, or links that lead in a circle
        raise TrialsFolderError(folder=folder, reason=str(exc)) from exc
