"""Iterations of today, which count from 1, for trials that mitosis 0.6 counted from 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from mitosis import _layout
from mitosis._model import Claimed, Places, RecordedTrial
from mitosis._records.legacy_trials import LegacyImport
from mitosis._records.reading import read_text, to_trial
from mitosis._store import Store
from mitosis.errors import RecordError

_Same = tuple[str, str, frozenset[tuple[str, str]]]


def _same(experiment: str, group: str | None, variants: Mapping[str, str]) -> _Same:
    return experiment, group or "", frozenset(variants.items())


class Numbering:
    """Numbers for the trials of an import, one more each than the former ones.

    A number that a trial of the same variants has already is not given again.

    Attributes:
        known: keys of the trials that the databases hold.
    """

    def __init__(self, trials_folder: Path, stores: Iterable[Store]) -> None:
        rows = [row for store in stores if store.is_made() for row in store.trials()]
        self.known = {row["key"] for row in rows}
        self._taken = defaultdict[_Same, set[int]](set)
        for row in rows:
            same = _same(row["experiment"], row["run_group"], row["variants"])
            self._taken[same].add(row["iteration"])
        self._kept = _kept_before(trials_folder)

    def recorded(self, trial: LegacyImport) -> RecordedTrial:
        """Return a trial with its number, or as an import that was interrupted has kept it."""
        claim = trial.claim
        taken = self._taken[
            _same(claim.experiment, claim.group, {v.parameter: v.name for v in claim.variants})
        ]
        kept = self._kept.get(claim.key)
        wanted = kept.claimed.iteration if kept and kept.claimed else trial.former.iteration + 1
        number = wanted if wanted not in taken else max(taken) + 1
        taken.add(number)
        if kept and number == wanted:
            return kept
        claimed = Claimed(f"{claim.name_prefix}-{number}", number)
        return RecordedTrial(claim, claimed, Places(), trial.outcome)


def _kept_before(trials_folder: Path) -> dict[str, RecordedTrial]:
    """Return trials whose folders an import has made, by their keys."""
    kept = {}
    for folder in _layout.trial_folders(trials_folder) if trials_folder.is_dir() else ():
        with suppress(RecordError):
            record = read_text(folder)
            if "imported" in record and folder == _layout.visible(folder):
                trial = to_trial(folder, record)
                kept[trial.claim.key] = trial
    return kept
