"""A trial's files: begun inside its claim, and complete before its kernel starts."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Claim, Claimed, Environment, Places
from mitosis._notebook import Plan
from mitosis._provenance import environment_json
from mitosis._recording import Task
from mitosis._records import Page, write_record
from mitosis._run.inputs import Inputs
from mitosis._run.secret_key import SecretKey, store_key
from mitosis._store import Store
from mitosis.errors import MitosisError, TrialsFolderError

_RESERVE_BYTES = 256 << 10


@dataclass(frozen=True)
class Contents:
    """What a trial's files hold before its kernel starts."""

    plan: Plan
    task: Task
    inputs: Inputs
    environment: Environment


class StaleDatabaseError(Exception):
    """A folder has the name that a trial was to get; it never leaves the package."""


class Placing:
    """Claims a trial and puts everything in place that its kernel needs.

    Args:
        store: None in debug mode.
        extension: of the page, `"html"` or `"ipynb"`.
        new_key: of the trials folder, to be kept with the first secret that is locked.
        refuses_stale: whether to claim nothing in a database that does not know the folders
            beside it.

    Attributes:
        claimed: the granted claim; None before it, and in debug mode.
        folder: the trial's folder; None before the claim.
        page: the trial's page; None until it has its file.
        places: the names of both, as the database has them.
    """

    def __init__(
        self,
        claim: Claim,
        store: Store | None,
        trials_folder: Path,
        extension: str,
        new_key: SecretKey | None,
        *,
        refuses_stale: bool,
    ) -> None:
        self._claim = claim
        self._store = store
        self._trials_folder = trials_folder
        self._extension = extension
        self._new_key = new_key
        self._refuses_stale = refuses_stale
        self.claimed: Claimed | None = None
        self.folder: TrialFolder | None = None
        self.page: Page | None = None
        self.places = Places()

    @property
    def name(self) -> str:
        """The trial's name; without a number in debug mode."""
        return self.claimed.name if self.claimed else self._claim.name_prefix

    def claim(self) -> None:
        """Have the trial claimed; from then on it has a folder with a record.

        On any error nothing stays on disk but what was there.

        Raises:
            StaleDatabaseError: the database does not know a trial whose folder is there.
            KeyTakenError: see `store_key`.
            TrialsFolderError: the folder or its record cannot be written.
            MitosisError: all that `Store.claim` raises.
        """
        try:
            if self._store:
                self._store.claim(self._claim, self._begin)
            else:
                self._begin(None)
        except BaseException as exc:
            if self.folder:
                shutil.rmtree(self.folder.root, ignore_errors=True)
            if isinstance(exc, OSError) and not isinstance(exc, MitosisError):
                reason = exc.strerror or str(exc)
                raise TrialsFolderError(folder=self._trials_folder, reason=reason) from exc
            raise

    def _begin(self, claimed: Claimed | None) -> Places:
        """Make the folder while the database is held: there is no row without a record."""
        self.claimed = claimed
        if self._refuses_stale and _layout.is_taken(
            self._trials_folder, self._folder_stem, self._claim.key
        ):
            raise StaleDatabaseError
        self.folder = _layout.make_trial_folder(
            self._trials_folder, self._folder_stem, self._claim.key
        )
        if self._new_key:
            store_key(self._new_key, self._trials_folder)
        page = _layout.free_page(*self._page_name)
        self.places = Places(_layout.visible(self.folder).root.name, page.name)
        write_record(self.folder, self._claim, claimed, page)
        return self.places

    def complete(self, contents: Contents) -> TrialFolder:
        """Write what the kernel needs, and give the folder its name."""
        assert self.folder
        self.folder = folder = _layout.show_trial_folder(self.folder)
        path = _layout.reserve_page(*self._page_name)
        if path.name != self.places.html:  # another process was faster
            self.places = replace(self.places, html=path.name)
            write_record(folder, self._claim, self.claimed, path)
        self.page = Page(path, contents.plan, self._claim, self.claimed)
        self.page.write_plan(folder)
        file = _layout.environment_file(self._trials_folder, self._claim.environment_digest)
        _layout.write_once(file, environment_json(contents.environment))
        parameters = contents.inputs.write(folder, self._trials_folder)
        replace(contents.task, parameters=parameters).write(folder.task)
        folder.log.touch()
        _layout.reserve_space(folder.reserve, _RESERVE_BYTES)
        return folder

    @property
    def _folder_stem(self) -> str:
        stem = _layout.file_stem(self.name)
        return stem if self.claimed else f"{stem}_debug"

    @property
    def _page_name(self) -> tuple[Path, str, str, str]:
        stem = self._folder_stem if self.claimed else f"{self._folder_stem}_{self._claim.key}"
        return self._trials_folder, stem, self._claim.key, self._extension
