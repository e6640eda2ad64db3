"""A packed folder on its way into the trials folder: it is there as a whole or not at all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder, write_once, write_whole
from mitosis._model import RecordedTrial
from mitosis._records import read_record
from mitosis._records.page import own_page, rebuild_page
from mitosis._records.reading import read_text
from mitosis._records.record import amend_record
from mitosis._run.parcel import ParcelError, unpack
from mitosis._run.work import Done, Work


def place_packed(work: Work, done: Done) -> Done:
    """Put a trial's folder and page in their places, and return how it ended without them.

    What its claim had put there gives way only once all has arrived.

    Raises:
        ParcelError: what has come is damaged, or is not this trial.
        RecordError: it has no record that can be read.
        OSError: it cannot be written.
    """
    assert done.packed is not None
    stage = TrialFolder(_layout.unfinished(work.folder.root))
    stage.root.mkdir()
    try:
        opened = unpack(done.packed, stage.root)
        trial = _own(work, read_record(stage))
        _write_shared(work, trial.claim.environment_digest, opened.environment)
        page = _reserved_page(work)
        if page.name != trial.places.html:
            amend_record(stage, read_text(stage), page)
        _give_place(work, stage.root)
    finally:
        shutil.rmtree(stage.root, ignore_errors=True)
    if opened.page:
        write_whole(page, opened.page)
    else:
        rebuild_page(work.folder, read_record(work.folder), page)
    places = replace(work.places, html=page.name)
    return replace(done, packed=None, finish=replace(done.finish, places=places))


def _own(work: Work, trial: RecordedTrial) -> RecordedTrial:
    if (trial.claim.key, trial.claimed) != (work.key, work.claimed) or not trial.outcome:
        raise ParcelError("it is of another trial, or of one that has not ended")
    return trial


def _write_shared(work: Work, digest: str, environment: bytes) -> None:
    """Keep what trials share, and what the worker could not put there."""
    if sha256(environment).hexdigest() != digest:
        raise ParcelError("its environment is not what its digest says")
    write_once(_layout.environment_file(work.trials_folder, digest), environment)
    work.inputs.write_shared(work.trials_folder)


def _reserved_page(work: Work) -> Path:
    page = own_page(work.trials_folder, work.places.html, work.name, work.key)
    page.touch()
    return page


def _give_place(work: Work, stage: Path) -> None:
    """Give a complete folder the trial's name, in the place of what its claim had made."""
    remains = _layout.unfinished(work.folder.root)
    if work.folder.root.exists():  # a former worker had begun in it
        work.folder.root.rename(remains)
    stage.rename(work.folder.root)
    _layout.sync_folder(work.trials_folder)
    for path in (remains, _layout.hidden(work.folder).root):
        shutil.rmtree(path, ignore_errors=True)
