"""Trials folders of several machines, with real trials in them; no kernel is needed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from blake3 import blake3

from mitosis import __version__
from mitosis._exchange import Exported, Options, Taken, export, import_archive, merge
from mitosis._exchange.manifest import MANIFEST
from mitosis._layout import TrialFolder, environment_file, trial_folders, value_file
from mitosis._model import Variant
from mitosis._recording.task import ParameterTask, Task
from mitosis._store import Store
from tests.unit.records.trials import Begun, begin

ENVIRONMENT = b'{"python": "3.11"}\n'
LARGE = b"a large value" * 100

Edit = Callable[[dict[str, bytes]], None]


def record_trial(trials_folder: Path, *variants: Variant, **fields: Any) -> Begun:
    """Record a trial that succeeded, with an environment and a large value beside it."""
    trials_folder.mkdir(parents=True, exist_ok=True)
    digest, large = sha256(ENVIRONMENT).hexdigest(), sha256(LARGE).hexdigest()
    trial = begin(trials_folder, *variants, environment_digest=digest, **fields)
    for file, content in (
        (environment_file(trials_folder, digest), ENVIRONMENT),
        (value_file(trials_folder, large), LARGE),
    ):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    parameters = {"noise": ParameterTask(f"../.values/{large}.dill")}
    Task("sine", "INFO", parameters).write(trial.folder.task)
    trial.folder.results.write_bytes(b"results of " + trial.key.encode())
    return trial.print(f"printed by {trial.key}\n").finish()


def pack(trials_folder: Path, file: Path) -> Exported:
    """Export all trials of a folder."""
    return export(trial_folders(trials_folder), file, __version__, _silent)


def take(file: Path, trials_folder: Path, **options: Any) -> Taken:
    """Import an archive."""
    return import_archive(file, trials_folder, Options(file.name, **options), _silent)


def unite(other: Path, trials_folder: Path, **options: Any) -> Taken:
    """Merge another folder."""
    return merge(other, trials_folder, Options(other.name, **options), _silent)


def _silent(_what: str, _done: int, _total: int) -> None:
    return None


def keys(trials_folder: Path) -> dict[str, str]:
    """Return the names of all trials that the database knows, by key."""
    return {row["key"]: row["name"] for row in Store(trials_folder / "sine.db").trials()}


def locks(trials_folder: Path) -> set[tuple[Any, ...]]:
    """Return all locks, retired ones too, with where they come from."""
    found = Store(trials_folder / "sine.db").variants(retired=True)
    return {(k.variant.name, k.variant.text, k.trial_key, k.retired_at) for k in found}


def record(folder: TrialFolder) -> dict[str, Any]:
    """Return a record as it is on the disk."""
    found = json.loads(folder.record.read_bytes())
    assert isinstance(found, dict)
    return found


def contents(file: Path) -> dict[str, bytes]:
    """Return what is in an archive."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(file: Path, edit: Edit, *, is_listed: bool = True) -> Path:
    """Write an archive anew with other files, listed with their true digests or not at all."""
    files = contents(file)
    edit(files)
    if is_listed:
        manifest = json.loads(files[MANIFEST])
        manifest["files"] = [
            {"path": p, "size_bytes": len(c), "digest": blake3(c).hexdigest()}
            for p, c in sorted(files.items())
            if p != MANIFEST
        ]
        files[MANIFEST] = json.dumps(manifest).encode()
    other = file.with_name("forged.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return other
