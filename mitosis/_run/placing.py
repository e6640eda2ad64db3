"""A trial's claim, and its folder, which is begun inside of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Claimed, Places
from mitosis._records import write_record
from mitosis._run.secret_key import SecretKey, store_key
from mitosis._run.work import Work
from mitosis._store import Store
from mitosis.errors import MitosisError, TrialsFolderError

IsTaken = Callable[[str, str], bool]
"""Tells of a folder's name without the key, and the key, whether another trial's has it."""


class StaleDatabaseError(Exception):
    """A folder has the name that a trial was to get; it never leaves the package."""


class Placing:
    """Claims a trial; from then on it has a folder with a record.

    Args:
        work: the trial, without a number yet.
        store: None in debug mode.
        new_key: of the trials folder, to be kept with the first secret that is locked.
        is_taken: tells whether the database does not know a folder beside it.
    """

    def __init__(
        self, work: Work, store: Store | None, new_key: SecretKey | None, is_taken: IsTaken
    ) -> None:
        self._work = work
        self._store = store
        self._new_key = new_key
        self._is_taken = is_taken
        self._folder: TrialFolder | None = None

    def claim(self) -> Work:
        """Have the trial claimed, and return it with its number and its places.

        On any error nothing stays on disk but what was there.

        Raises:
            StaleDatabaseError: the database does not know a trial whose folder is there.
            KeyTakenError: see `store_key`.
            TrialsFolderError: the folder or its record cannot be written.
            MitosisError: all that `Store.claim` raises.
        """
        try:
            if self._store:
                self._store.claim(self._work.claim, self._begin)
            else:
                self._begin(None)
        except BaseException as exc:
            if self._folder:
                shutil.rmtree(self._folder.root, ignore_errors=True)
            if isinstance(exc, OSError) and not isinstance(exc, MitosisError):
                reason = exc.strerror or str(exc)
                folder = self._work.trials_folder
                raise TrialsFolderError(folder=folder, reason=reason) from exc
            raise
        return self._work

    def _begin(self, claimed: Claimed | None) -> Places:
        """Make the folder while the database is held: there is no row without a record."""
        self._work = work = replace(self._work, claimed=claimed)
        if self._is_taken(work.folder_stem, work.key):
            raise StaleDatabaseError
        folder = _layout.make_trial_folder(work.trials_folder, work.folder_stem, work.key)
        self._folder = folder
        if self._new_key:
            store_key(self._new_key, work.trials_folder)
        page = _layout.free_page(*work.page_name)
        places = Places(_layout.visible(folder).root.name, page.name)
        self._work = replace(work, places=places)
        write_record(folder, work.claim, claimed, page)
        return places
