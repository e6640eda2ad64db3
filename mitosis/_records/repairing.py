"""`repair`: databases and pages from what the trials' own folders say.

Nothing is lost by it: a damaged database is kept under another name, a row that says how its
trial ended stays as it is, and what two sides say differently is told and left to a person.
Trials that run are not touched, also where they run on other machines.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import RecordedTrial
from mitosis._provenance import is_gone
from mitosis._records.database_repair import (
    DatabaseRepair,
    complete,
    examine,
    mend,
    rehearsed,
)
from mitosis._records.dead import close_dead
from mitosis._records.findings import (
    Findings,
    Repaired,
    fault_line,
    running_line,
    trial_name,
    unique,
)
from mitosis._records.leftovers import is_bare, old_leftovers, remove, unfinished_files
from mitosis._records.page_repair import complete_record, is_stale, mend_page
from mitosis._records.plans import plans_of, recorded_plans
from mitosis._records.purged import is_marked, remove_purged
from mitosis._records.reading import read_record, recorded_trials
from mitosis._records.turn import turn
from mitosis._store import PurgedTrial, Store, databases
from mitosis.errors import MitosisError, TrialsFolderError

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def _silent(_what: str, _done: int, _total: int) -> None:
    return None


def repair(
    trials_folder: Path,
    *,
    lost: Collection[str] = (),
    dry_run: bool = False,
    on_progress: OnProgress = _silent,
) -> Repaired:
    """Have databases and pages of a trials folder say what the trials' records say.

    Safe while trials run and while others repair: each database is written in one transaction
    or takes its name when it is whole, and each trial's end is one process's turn.

    Args:
        trials_folder: where the databases lie.
        lost: names or keys of running trials of which a person knows that they run no more.
        dry_run: whether to find out and change nothing.
        on_progress: called now and then.

    Raises:
        TrialsFolderError: there is no such folder, or it cannot be looked into.
    """
    try:
        return _Repair(trials_folder, lost, dry_run, on_progress).done()
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise TrialsFolderError(folder=trials_folder, reason=reason) from exc


class _Repair:
    def __init__(
        self,
        trials_folder: Path,
        lost: Collection[str],
        dry_run: bool,
        on_progress: OnProgress,
    ) -> None:
        self._folder = trials_folder
        self._lost = lost
        self._unknown = set(lost)
        self._dry_run = dry_run
        self._on_progress = on_progress
        self._found = Findings()

    def done(self) -> Repaired:
        trials = self._records()
        names = self._database_names(trials)
        for number, name in enumerate(names):
            self._on_progress("databases", number, len(names))
            of_it = [trial for trial in trials if trial.claim.database == name]
            with self._told(f"{name}: "):
                self._mend_database(self._folder / name, of_it)
        for name in sorted(self._unknown if not self._dry_run else ()):
            self._found.faults.append(f"{name}: no running trial has this name or key")
        if not self._dry_run:
            trials = self._trials()
        for number, trial in enumerate(trials):
            self._on_progress("pages", number, len(trials))
            with self._told(f"{trial_name(trial)}: "):
                self._mend_trial(trial)
        self._remove(old_leftovers(self._folder))
        found = {name: tuple(items) for name, items in vars(self._found).items()}
        return Repaired(self._folder, len(trials), **found)

    def _records(self) -> list[RecordedTrial]:
        self._on_progress("records", 0, 1)
        trials, faults = recorded_trials(self._folder)
        faults += recorded_plans(self._folder)[1]
        self._found.faults += [fault.message for fault in faults]
        return unique(trials, self._found.contradictions)

    def _database_names(self, trials: Iterable[RecordedTrial]) -> list[str]:
        lying = {file.name for file in databases(self._folder)}
        planned = {plan.database for plan in recorded_plans(self._folder)[0]}
        return sorted(lying | planned | {trial.claim.database for trial in trials})

    @contextmanager
    def _told(self, subject: str) -> Iterator[None]:
        """Go on with the rest where one thing cannot be mended, and tell which."""
        try:
            yield
        except (MitosisError, OSError) as exc:
            self._found.faults.append(f"{subject}{fault_line(exc)}")

    def _mend_database(self, database: Path, trials: Sequence[RecordedTrial]) -> None:
        found = examine(database)
        if found.damage and not (trials or plans_of(database)):
            reason = f"it is damaged ({found.damage}), and no record names it: left as it is"
            self._found.faults.append(f"{database.name}: {reason}")
            return
        purged = self._half_purged(database, trials)
        trials = [trial for trial in trials if trial not in purged]
        taken, uncommitted = self._sorted(trials, found)
        if self._dry_run:
            with rehearsed(found, taken) as (repair, store):
                self._note(repair)
                self._found.closed += [
                    row.name
                    for row in store.running()
                    if is_gone(row.runner) or not {row.name, row.key}.isdisjoint(self._lost)
                ]
                self._undo_claims(uncommitted, store)
                self._remove_purged(purged)
            return
        repair = mend(found, taken)
        if repair.is_new:  # what was claimed while it was made
            of_it = (t for t in self._trials() if t.claim.database == database.name)
            repair = complete(repair, self._sorted(of_it, found)[0])
        self._note(repair)
        store = Store(database)
        closed = close_dead(self._folder, store, self._lost)
        self._found.closed += [trial.name for trial in closed]
        self._unknown -= {name for trial in closed for name in (trial.name, trial.key)}
        self._undo_claims(uncommitted, store)
        self._remove_purged(purged)

    def _half_purged(
        self, database: Path, trials: Sequence[RecordedTrial]
    ) -> list[RecordedTrial]:
        """Return trials that a purge had told of, before it died and left their folders."""
        marked = [t for t in trials if is_marked(self._visible(t), t.claim.key)]
        acts = Store(database).acts() if marked else ()
        gone = {act.key for act in acts if isinstance(act, PurgedTrial)}
        return [trial for trial in marked if trial.claim.key in gone]

    def _remove_purged(self, trials: Iterable[RecordedTrial]) -> None:
        for trial in trials:
            places = trial.places
            page = self._folder / places.html
            if self._dry_run or remove_purged(self._visible(trial), page, trial.claim.key):
                self._found.removed.append(places.folder)
            else:
                reason = "it was purged, and cannot be removed"
                self._found.faults.append(f"{places.folder}: {reason}")

    def _note(self, repair: DatabaseRepair) -> None:
        self._found.databases.append(repair)
        self._found.contradictions += [
            f"{repair.file.name}: {c}" for c in repair.contradictions
        ]

    def _sorted(
        self, trials: Iterable[RecordedTrial], found: DatabaseRepair
    ) -> tuple[list[RecordedTrial], list[RecordedTrial]]:
        """Tell which trials are to have a row, and whose claim may have come to nothing.

        A folder that is hidden yet is that of a claim, whose row comes with the commit. Where
        the claiming process lives, it alone knows; where it is gone, the database knows, unless
        that is gone, too.
        """
        taken, uncommitted = [], []
        for trial in trials:
            if self._visible(trial).root.exists() or (found.is_new and _is_dead(trial)):
                taken.append(trial)
            elif _is_dead(trial):
                uncommitted.append(trial)
        return taken, uncommitted

    def _undo_claims(self, trials: Sequence[RecordedTrial], store: Store) -> None:
        """Remove the folders of claims that their database does not know."""
        known = {row["key"] for row in store.trials()} if trials else set()
        for trial in trials:
            folder = _layout.hidden(self._visible(trial))
            if trial.claim.key in known or not folder.root.exists():
                continue
            if is_bare(folder):
                self._remove([folder.root])
            else:
                reason = "its database does not know it, but it holds output"
                self._found.left.append(f"{folder.root.name}: {reason}")

    def _trials(self) -> list[RecordedTrial]:
        return unique(recorded_trials(self._folder)[0], [])

    def _visible(self, trial: RecordedTrial) -> TrialFolder:
        return TrialFolder(self._folder / trial.places.folder)

    def _mend_trial(self, trial: RecordedTrial) -> None:
        """Have an ended trial's record and page say so, and clear up in its folder."""
        folder = self._visible(trial)
        if not folder.root.exists():
            return
        if trial.outcome is None:
            if not _is_dead(trial):
                self._found.left.append(running_line(trial))
                return
            self._complete_record(folder, trial)
        elif is_stale(self._folder, trial):
            page = trial.places.html
            if not self._dry_run:
                mended = mend_page(self._folder, trial)
                page = mended.name if mended else ""
            self._found.pages += [page] if page else []
        with turn(folder) as is_ours:
            self._remove(unfinished_files(folder.root) if is_ours else ())

    def _complete_record(self, folder: TrialFolder, trial: RecordedTrial) -> None:
        """Have the record say what its row says, where that was written and it was not."""
        rows = Store(self._folder / trial.claim.database).trials()
        found = (row for row in rows if row["key"] == trial.claim.key)
        row = {str(column): value for row in found for column, value in row.items()}
        if row and not self._dry_run and complete_record(folder, row):
            self._found.records.append(trial_name(trial))
            self._mend_trial(read_record(folder))

    def _remove(self, paths: Iterable[Path]) -> None:
        for path in list(paths):
            name = path.relative_to(self._folder).as_posix()
            if self._dry_run or remove(path):
                self._found.removed.append(name)
            else:
                self._found.faults.append(f"{name}: it was left behind, and cannot be removed")


def _is_dead(trial: RecordedTrial) -> bool:
    return is_gone(trial.claim.runner)
