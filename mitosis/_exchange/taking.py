"""Trials taken into a trials folder: chosen, numbered and placed while it is held.

Which trials come in is settled inside the transaction that adds their rows, so two imports of
one file take each trial once, and no number is given to two. Nothing that is here is changed:
a trial that contradicts it stays out, and the report says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._exchange.choosing import Choice, choose, left_line, name_of
from mitosis._exchange.comparing import differing, take_annotations
from mitosis._exchange.lock_acts import contradicted, has_secrets, lock_acts, sorted_acts
from mitosis._exchange.staging import Arrivals, renumber
from mitosis._layout import TrialFolder
from mitosis._model import Act, Action, Lock, RecordedTrial
from mitosis._provenance import person
from mitosis._records import complete_stale, read_record, restore_missing
from mitosis._records.page import rebuild_page
from mitosis._store import Known, RecordedAct, Store


@dataclass(frozen=True)
class Options:
    """How trials are taken over.

    Attributes:
        source: what they come from, for the history of their locks.
        renumber: whether one whose number is taken gets the next free one.
        dry_run: whether to find out and change nothing.
    """

    source: str
    renumber: bool = False
    dry_run: bool = False


@dataclass
class Taken:
    """What was taken over, or would be.

    Attributes:
        added: names of the trials that are new here.
        here: names of those that were here already.
        renumbered: of each that got another number, the former name and the new one.
        locks: how many locks came with them.
        left: what stayed out, with the reason, in words.
        with_secrets: names of new trials that locked a secret.
    """

    added: list[str] = field(default_factory=list)
    here: list[str] = field(default_factory=list)
    renumbered: list[tuple[str, str]] = field(default_factory=list)
    locks: int = 0
    left: list[str] = field(default_factory=list)
    with_secrets: list[str] = field(default_factory=list)


class Taking:
    """Takes trials into a trials folder.

    Args:
        source: where the trials are, which may be the hidden folder itself.
        staged: the hidden folder: a trials folder without databases, on the same file system.
        trials_folder: where they go.

    Attributes:
        taken: what was done so far.
    """

    def __init__(
        self, source: Path, staged: Path, trials_folder: Path, options: Options
    ) -> None:
        self._source = source
        self._staged = staged
        self._trials_folder = trials_folder
        self._options = options
        self.taken = Taken()

    def take(self, database: str, trials: Sequence[RecordedTrial]) -> None:
        """Take the trials of one database.

        Raises:
            DatabaseError: it cannot be used.
            LockImportConflictError: somebody has locked a name otherwise meanwhile.
            OSError: files cannot be moved.
        """
        store = Store(self._trials_folder / database)
        if not self._options.dry_run:
            restore_missing(self._trials_folder, store.path)
        is_here = store.is_made()
        if is_here and not self._options.dry_run:
            complete_stale(self._trials_folder, store.path)
        locks = store.variants(retired=True) if is_here else []
        acts = lock_acts(Store(self._staged / database))
        faults = contradicted(trials, locks, acts)
        self.taken.left += [
            left_line(t, *faults[t.claim.key]) for t in trials if t.claim.key in faults
        ]
        sound = [trial for trial in trials if trial.claim.key not in faults]
        if self._options.dry_run:
            choice = self._choice(sound, store.known() if is_here else Known())
        else:
            again = self._import_locks(store, locks, _acts_of(sound, acts))
            choice = self._adopt(store, sound, again)
        self._note(choice)
        said = self._compare(choice)
        if said:
            store.restore([read_record(folder) for folder in said])

    def _choice(self, trials: Sequence[RecordedTrial], known: Known) -> Choice:
        return choose(trials, known, renumber=self._options.renumber)

    def _import_locks(
        self, store: Store, known: Iterable[Lock], acts: Iterable[RecordedAct]
    ) -> list[RecordedAct]:
        """Lock what the trials ran with as it was there; return what is to be done again."""
        locks, again = sorted_acts(acts, known)
        why = f"with trials of {self._options.source}"
        act = Act(Action.IMPORTED, datetime.now(UTC), person(self._trials_folder), why)
        self.taken.locks += len(store.import_locks(locks, act))
        return again

    def _adopt(
        self, store: Store, trials: Sequence[RecordedTrial], again: Sequence[RecordedAct]
    ) -> Choice:
        """Place the new trials and add their rows, in one transaction."""
        choices: list[Choice] = []
        arrivals = Arrivals(self._staged, self._trials_folder)

        def place(known: Known) -> list[RecordedTrial]:
            choices.append(self._choice(trials, known))
            return [arrivals.place(self._numbered(t, choices[0])) for t in choices[0].new]

        try:
            restored = store.adopt(place, again)
        except BaseException:
            arrivals.take_back()
            raise
        self.taken.left += restored.contradictions
        for trial in arrivals.placed:
            if trial.claim.key in choices[0].numbers:
                self._rebuild(trial)
        return choices[0]

    def _numbered(self, trial: RecordedTrial, choice: Choice) -> RecordedTrial:
        number = choice.numbers.get(trial.claim.key)
        return renumber(self._staged, trial, number) if number else trial

    def _rebuild(self, trial: RecordedTrial) -> None:
        folder = TrialFolder(self._trials_folder / trial.places.folder)
        with suppress(OSError):  # `mitosis repair` writes a page that is missing
            rebuild_page(folder, trial, self._trials_folder / trial.places.html)

    def _note(self, choice: Choice) -> None:
        for trial in choice.new:
            number = choice.numbers.get(trial.claim.key)
            self.taken.added.append(name_of(trial, number))
            if number:
                self.taken.renumbered.append((name_of(trial), name_of(trial, number)))
            if has_secrets(trial):
                self.taken.with_secrets.append(name_of(trial, number))
        self.taken.left += choice.left

    def _compare(self, choice: Choice) -> list[TrialFolder]:
        """Say what trials that are here have otherwise; take over what people said of the rest.

        Returns:
            The folders in which something new was said.
        """
        said = []
        for trial, name in choice.here:
            here = TrialFolder(self._trials_folder / name)
            there = TrialFolder(self._source / trial.places.folder)
            faults = differing(here, there)
            if faults:
                told = f"it is here already, with another content: {', '.join(faults)}"
                self.taken.left.append(left_line(trial, told))
                continue
            self.taken.here.append(name_of(trial))
            if not self._options.dry_run and take_annotations(here, there):
                said.append(here)
        return said


def _acts_of(trials: Iterable[RecordedTrial], acts: Iterable[RecordedAct]) -> list[RecordedAct]:
    """Return the acts on definitions that some trials ran with."""
    used = {
        (trial.claim.experiment, variant.parameter, variant.digest)
        for trial in trials
        for variant in trial.claim.variants
    }
    return [act for act in acts if (*act.lock_name[:2], act.digest) in used]
