"""The folder, record and page of an imported trial, copied from what mitosis 0.6 left of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Places, RecordedTrial, Status
from mitosis._provenance import environment_json
from mitosis._records.legacy_folder import LegacyFolder
from mitosis._records.legacy_page import write_page
from mitosis._records.legacy_secrets import Secrets
from mitosis._records.legacy_trials import LegacyImport
from mitosis._records.page import rebuild_page
from mitosis._records.reading import read_text
from mitosis._records.record import amend_record, write_record

FORMER_FILES = "mitosis-0.6"
"""The folder in a trial's own that keeps what mitosis 0.6 left."""

_TEXTS = (".txt", ".py", ".log")


def keep(
    trial: LegacyImport, recorded: RecordedTrial, trials_folder: Path, secrets: Secrets
) -> RecordedTrial:
    """Make folder, record and page of a trial, unless an interrupted import has."""
    if recorded.places.folder:
        return recorded
    assert recorded.claimed, "it was numbered"
    stem, key = _layout.file_stem(recorded.claimed.name), recorded.claim.key
    extension = trial.page.suffix.removeprefix(".") if trial.page else "html"
    shutil.rmtree(trials_folder / f".{stem}_{key}", ignore_errors=True)  # begun and interrupted
    folder = _layout.make_trial_folder(trials_folder, stem, key)
    page = _layout.reserve_page(trials_folder, stem, key, extension)
    recorded = replace(recorded, places=Places(_layout.visible(folder).root.name, page.name))
    try:
        _write(trial, recorded, folder, page, secrets)
        _layout.show_trial_folder(folder)
    except BaseException:
        page.unlink(missing_ok=True)
        shutil.rmtree(folder.root, ignore_errors=True)
        raise
    return recorded


def _write(
    trial: LegacyImport,
    recorded: RecordedTrial,
    folder: TrialFolder,
    page: Path,
    secrets: Secrets,
) -> None:
    if trial.environment:
        file = _layout.environment_file(page.parent, recorded.claim.environment_digest)
        _layout.write_once(file, environment_json(trial.environment))
    if trial.folder:
        _copy_files(trial.folder, folder, trial.outcome.status, secrets)
    write_record(folder, recorded.claim, recorded.claimed, page, recorded.outcome)
    amend_record(folder, {**read_text(folder), "imported": trial.facts}, page)
    if trial.page:
        write_page(trial.page, recorded, trial.words, page, secrets)
    else:
        rebuild_page(folder, recorded, page)


def _copy_files(
    former: LegacyFolder, folder: TrialFolder, status: Status, secrets: Secrets
) -> None:
    """Copy what mitosis 0.6 left of a trial; the last results to where today's are."""
    results = former.results[-1:] if status is Status.SUCCEEDED else []
    for file in results:
        shutil.copy2(file, folder.results)
    others = [
        path for path in former.root.iterdir() if path.is_file() and not path.is_symlink()
    ]
    (folder.root / FORMER_FILES).mkdir()
    for file in others:
        if file not in results:
            _copy(file, folder.root / FORMER_FILES / file.name, secrets)


def _copy(file: Path, to: Path, secrets: Secrets) -> None:
    """Copy a file with its times; a text without its secrets."""
    if file.suffix not in _TEXTS:
        shutil.copy2(file, to)
        return
    text = file.read_bytes().decode("utf-8", "surrogateescape")
    to.write_bytes(secrets.out_of_code(text).encode("utf-8", "surrogateescape"))
    shutil.copystat(file, to)
