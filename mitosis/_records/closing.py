"""Trials whose runner is gone: whoever reads a database next writes down how they ended.

The order is that of every end: record, page, row. Whoever closes holds the trial's turn, and
reads the record again once it has it. So

- of two that close one trial, one does it, and the other passes on;
- a runner that was taken for dead and finishes after all comes before, and its own outcome
  goes into the row, or after, and overwrites what was written here: its record, its page and,
  as `Store.finish` asks for no status, its row. A row that says anything but `running` is
  never touched here, unless it says `lost` and its record knows better;
- one that dies while it closes leaves a record that says `lost` and a row that still says
  `running`, which the next one completes.

A database that cannot be written keeps its row; what record and page say is true nonetheless.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._model import Finish, Outcome, Places, RecordedTrial, RunningTrial, Status
from mitosis._recording import Report
from mitosis._records.lost import closing_line, find_folder, lost_outcome
from mitosis._records.measures import measure
from mitosis._records.page import (
    outcome_banner,
    own_page,
    rebuild_page,
    told_status,
    write_stub,
)
from mitosis._records.reading import may_be_whole, read_record, read_text
from mitosis._records.record import amend_record
from mitosis._records.turn import turn
from mitosis._store import Store
from mitosis.errors import DatabaseBusyError, MitosisError, RecordError

log = logging.getLogger("mitosis")

_GIVEN_UP_SECONDS = 90.0
"""How long after its record a runner that lives may still be writing the row. It waits for the
database less long than that."""


@dataclass(frozen=True)
class Closed:
    """A trial that another than its runner has ended.

    Attributes:
        outcome: `lost`, or what its runner had recorded but not written into the database.
        page: the file that shows what it printed.
    """

    key: str
    name: str
    outcome: Outcome
    page: Path


def take_back(trials_folder: Path, store: Store, row: RunningTrial) -> None:
    """Write the outcome of a trial that was closed as lost, if its runner has told it since.

    It could not write the row itself: the database was locked, or the machine stopped.
    """
    folder = TrialFolder(trials_folder / row.places.folder)  # no search: there may be many
    try:
        if read_text(folder).get("status") == Status.LOST:
            return
        finish = read_record(folder).finish
        if finish:
            store.finish(finish)
            log.warning("%s", closing_line(row, finish.outcome, store.path))
    except DatabaseBusyError:
        raise  # it is for the others, too
    except MitosisError as exc:
        log.debug("%s stays lost: %s", row.name, exc)


class Closing:
    """The end of one trial, told by another than its runner."""

    def __init__(self, trials_folder: Path, store: Store, row: RunningTrial) -> None:
        self._trials_folder = trials_folder
        self._store = store
        self._row = row
        self._folder = find_folder(trials_folder, row)

    def closed(self, *, is_given_up: bool) -> Closed | None:
        """Close the trial if it needs it, and if nobody else is at it."""
        from mitosis._provenance import is_gone

        if not (is_given_up or is_gone(self._row.runner) or self._has_given_up()):
            return None
        with turn(self._folder) as is_ours:
            return self._close() if is_ours else None

    def _has_given_up(self) -> bool:
        """Tell whether the runner lives, but has not written the row of a trial that ended."""
        try:
            age = time.time() - self._folder.record.stat().st_mtime
            record = read_text(self._folder) if age > _GIVEN_UP_SECONDS else {}
        except (OSError, RecordError):
            return False
        return bool(record.get("status", Status.RUNNING) != Status.RUNNING)

    def _close(self) -> Closed | None:
        if self._folder.root.name.startswith(".") and self._folder.root.exists():
            self._folder = _layout.show_trial_folder(self._folder)
        self._folder.reserve.unlink(missing_ok=True)  # it was kept for what comes now
        trial = self._recorded()
        page = self._page_path(trial)
        if trial is None:
            finish = self._end_unrecorded(page)
        elif trial.outcome is None:
            finish = self._end(page)
        else:
            finish = self._take_over(trial, page)
        if not self._store.close_lost(finish):
            return None
        log.warning("%s", closing_line(self._row, finish.outcome, self._store.path))
        return Closed(finish.key, self._row.name, finish.outcome, page)

    def _recorded(self) -> RecordedTrial | None:
        """Return the trial's record; None if it is gone or damaged.

        Raises:
            RecordError: it may be whole, but cannot be read here and now.
        """
        if not self._folder.record.exists():
            return None
        try:
            return read_record(self._folder)
        except RecordError as exc:
            if may_be_whole(self._folder):
                raise
            log.warning("%s", exc)
            return None

    def _page_path(self, trial: RecordedTrial | None) -> Path:
        """Return the trial's page; another one where its name has gone to another trial."""
        name = (trial.places.html if trial else "") or self._row.places.html
        return own_page(self._trials_folder, name, self._row.name, self._row.key)

    def _end_unrecorded(self, page: Path) -> Finish:
        """Tell of a trial without a record what its row says."""
        row = self._row
        outcome = lost_outcome(self._folder, self._row, Report())
        facts = [
            ("started", f"{row.started_at:%Y-%m-%d %H:%M:%S} UTC"),
            ("where", row.runner.host),
            ("key", row.key),
        ]
        write_stub(page, outcome_banner(row.name, row.experiment, outcome), facts)
        return Finish(row.key, outcome, Places(self._folder.root.name, page.name))

    def _end(self, page: Path) -> Finish:
        """Tell of a trial that nobody has told the end of."""
        measured = measure(self._folder)
        outcome = lost_outcome(self._folder, self._row, measured.report)
        amend_record(self._folder, read_text(self._folder), page, outcome, measured)
        trial = read_record(self._folder)
        assert trial.finish, "it has just got an outcome"
        rebuild_page(self._folder, trial, page, measured)
        return trial.finish

    def _take_over(self, trial: RecordedTrial, page: Path) -> Finish:
        """Tell what the runner had recorded before it died."""
        assert trial.outcome, "its record has one"
        assert trial.finish, "as it has an outcome"
        if page.name != trial.places.html:
            amend_record(self._folder, read_text(self._folder), page)
        if told_status(page) != trial.outcome.status:
            rebuild_page(self._folder, trial, page)
        return replace(trial.finish, places=Places(trial.places.folder, page.name))
