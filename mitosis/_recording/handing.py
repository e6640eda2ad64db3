"""What one step of an experiment hands on to the next."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from mitosis._layout import TrialFolder, file_stem
from mitosis._recording.pickles import write_pickles
from mitosis._recording.report import shortened
from mitosis._recording.secrecy import Secrets
from mitosis.errors import InvalidResultsError

log = logging.getLogger("mitosis")


class Handing:
    """Takes what a step returns, keeps it, and gives its data to the next one.

    Args:
        folder: the trial's; results of all steps but the last become files of `steps`.
        experiment: its name, for messages.
        secrets: what must not be written.
    """

    def __init__(self, folder: TrialFolder, experiment: str, secrets: Secrets) -> None:
        self._folder = folder
        self._experiment = experiment
        self._secrets = secrets
        self._count = 0
        self._data: tuple[Any, ...] = ()
        self._step = ""

    def take(self, step: str, results: Any) -> None:
        """Keep the results of a step that another follows.

        Raises:
            InvalidResultsError: they are no dict.
        """
        if not isinstance(results, Mapping):
            reason = f"returned {shortened(results, 60)}, which is no dict"
            raise InvalidResultsError(experiment=self._experiment, reason=reason, step=step)
        self._data = (results["data"],) if "data" in results else ()
        self._step = step
        self._keep(f"{self._count}-{file_stem(step)}.results.dill", results)
        self._count += 1

    def _keep(self, name: str, results: Mapping[Any, Any]) -> None:
        try:
            self._folder.steps.mkdir(exist_ok=True)
            kept = write_pickles(self._folder.steps / name, results, self._secrets.are_in)
            faults = {f"result {key!r}": why for key, why in kept.dropped.items()}
        except OSError as exc:
            faults = {"the results": exc.strerror or str(exc)}
        for what, why in faults.items():
            log.warning("%s of step %r could not be stored: %s", what, self._step, why)

    def give(self) -> tuple[Any, ...]:
        """Return the first argument of the next step; nothing if the last one had no data."""
        if not self._data:
            log.info('step %r returned no "data" to hand on', self._step)
        return self._data
