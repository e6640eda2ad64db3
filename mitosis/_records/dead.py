"""Trials that may have died unseen: whoever is about to read a database looks for them first.

There is hardly ever one, so what it takes to close one is loaded when one is found.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from mitosis._store import Store, patience
from mitosis.errors import DatabaseBusyError, MitosisError

if TYPE_CHECKING:  # for annotations only
    from mitosis._model import RunningTrial
    from mitosis._records.closing import Closed

log = logging.getLogger("mitosis")


def close_dead(
    trials_folder: Path, store: Store, given_up: Collection[str] = ()
) -> list[Closed]:
    """Write the end of each trial that the database takes for running, but that runs no more.

    It gets the outcome that its record has, else it is `lost`. Trials that may be alive, which
    those of other machines always may, stay as they are. Never raises: what cannot be closed,
    or written, stays as it is, too.

    Args:
        trials_folder: where the database lies.
        store: the database. Closing waits for it some seconds, and not as long as a claim.
        given_up: names or keys of trials of which a person knows that they run no more.

    Returns:
        The trials whose rows were written, by this process.
    """
    closed: list[Closed] = []
    try:
        with patience():
            running, lost = store.running_and_lost()
            is_writable = os.access(trials_folder, os.W_OK) and store.is_writable()
            if not (running or lost) or not is_writable:
                return []
            from mitosis._records.closing import take_back

            for trial in lost:
                take_back(trials_folder, store, trial)
            for trial in running:
                is_given_up = not {trial.name, trial.key}.isdisjoint(given_up)
                closed += _closed(trials_folder, store, trial, is_given_up=is_given_up)
    except MitosisError as exc:
        log.debug("no trial of %s could be closed: %s", store.path.name, exc)
    return closed


def _closed(
    trials_folder: Path, store: Store, trial: RunningTrial, *, is_given_up: bool
) -> list[Closed]:
    from mitosis._records.closing import Closing

    try:
        closed = Closing(trials_folder, store, trial).closed(is_given_up=is_given_up)
    except DatabaseBusyError:
        raise  # it is for the others, too
    except Exception as exc:  # noqa: BLE001 - one trial that cannot be closed costs no other
        log.warning("%s could not be closed: %s", trial.name, exc)
        return []
    return [closed] if closed else []
