"""A claimed trial's files: complete before its kernel starts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._provenance import environment_json
from mitosis._records import Page, read_record, write_record
from mitosis._records.page import own_page
from mitosis._run.work import Work

_RESERVE_BYTES = 256 << 10


class Furnishing:
    """Puts everything in place that a trial's kernel needs.

    Args:
        work: the trial.

    Attributes:
        folder: the trial's, under the name that it has by now.
        page: the trial's page; None until it has its file.
        places: the names of both, as the database is to have them.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self.folder = _layout.hidden(work.folder)
        self.page: Page | None = None
        self.places = work.places

    def complete(self) -> TrialFolder:
        """Give the folder its name, and write what the kernel needs.

        A trial whose worker died is begun again, as if it had not begun.
        """
        work = self._work
        page = self._begin_again() if work.folder.root.exists() else self._begin()
        if page.name != self.places.html:  # another process was faster
            self.places = replace(self.places, html=page.name)
            write_record(self.folder, work.claim, work.claimed, page)
        self.page = Page(page, work.plan, work.claim, work.claimed)
        self.page.write_plan(self.folder)
        file = _layout.environment_file(work.trials_folder, work.claim.environment_digest)
        if not file.exists():
            _layout.write_once(file, environment_json(work.environment))
        parameters = work.inputs.write(self.folder, work.trials_folder)
        replace(work.task, parameters=parameters).write(self.folder.task)
        self.folder.log.touch()
        _layout.reserve_space(self.folder.reserve, _RESERVE_BYTES)
        return self.folder

    def _begin(self) -> Path:
        self.folder = _layout.show_trial_folder(self.folder)
        return _layout.reserve_page(*self._work.page_name)

    def _begin_again(self) -> Path:
        self.folder = self._work.folder
        html = read_record(self.folder).places.html
        self.folder = self._emptied()
        page = own_page(self._work.trials_folder, html, self._work.name, self._work.key)
        page.touch()
        return page

    def _emptied(self) -> TrialFolder:
        """Return the folder as its claim made it, with nothing but its record in it.

        What its worker may still be writing, if it is not as dead as it seemed, goes nowhere.
        """
        work, remains = self._work, _layout.unfinished(self.folder.root)
        shutil.rmtree(_layout.hidden(work.folder).root, ignore_errors=True)
        fresh = _layout.make_trial_folder(work.trials_folder, work.folder_stem, work.key)
        shutil.copy2(work.folder.record, fresh.record)
        self.folder.root.rename(remains)
        folder = _layout.show_trial_folder(fresh)
        shutil.rmtree(remains, ignore_errors=True)
        return folder
