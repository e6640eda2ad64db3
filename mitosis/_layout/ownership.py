"""Which files in a trials folder mitosis itself made."""

from __future__ import annotations

import re
from pathlib import Path

from mitosis._layout.names import (
    APPLICATION_ID,
    KEY_LENGTH,
    plans_folder,
    secret_key_file,
    store_file,
)
from mitosis._layout.trial_folder import TRIAL_FOLDER, TrialFolder

_UNFINISHED = re.compile(rf"\..+[._][0-9a-f]{{{KEY_LENGTH}}}")
_ASIDE = re.compile(r".+\.(damaged|merged)-[0-9]+(-journal|-wal|-shm)?")
_PAGE = re.compile(r"trial_.+\.(html|ipynb)|sweep_.+\.html")
_ACTS_FILE = re.compile(r".+\.acts")
_PLAN = re.compile(r"\.?[A-Za-z0-9._-]+\.(json(\.[0-9a-f]{8})?|lock|taken)")
_SHARED_FILE = re.compile(r"\.?[0-9a-f]{64}\.(dill|json)(\.[0-9a-f]{8})?")
SHARED_FOLDERS = (".values", ".environments")


def is_unfinished(name: str) -> bool:
    """Tell whether a file is one that a process was making, by its hidden name."""
    return bool(_UNFINISHED.fullmatch(name)) and name[-KEY_LENGTH - 1] == "."


def is_own(path: Path, trials_folder: Path) -> bool:
    """Tell whether mitosis itself made the file at `path` inside the trials folder.

    A trial's folder is known by its name and the record in it, a page by its name, a database
    by the application id in its header, one that was damaged by the name it was given, and what
    another process is just making by its hidden name. Whatever else lies in the trials folder
    is a user's.
    """
    try:
        first, *rest = path.relative_to(trials_folder).parts
    except ValueError:
        return False
    top = trials_folder / first
    if _UNFINISHED.fullmatch(first) or (_ASIDE.fullmatch(first) and not rest):
        return True
    if rest:
        if first in SHARED_FOLDERS:
            return bool(_SHARED_FILE.fullmatch(rest[-1]))
        if top == plans_folder(trials_folder):
            return len(rest) == 1 and bool(_PLAN.fullmatch(rest[0]))
        return bool(TRIAL_FOLDER.fullmatch(first)) and TrialFolder(top).record.exists()
    if _ACTS_FILE.fullmatch(first):
        return _is_own_acts_file(top)
    if top in (secret_key_file(trials_folder), store_file(trials_folder)):
        return True
    return bool(_PAGE.fullmatch(first)) or is_own_database(top)


def _is_own_acts_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(14)
    except OSError:
        return False
    return start in (b"", b'{"mitosis_act"')  # empty: a process is just making it


def is_own_database(path: Path) -> bool:
    """Tell whether mitosis made a database, or is just making it, by its header."""
    path = path.with_name(re.sub(r"-(journal|wal|shm)$", "", path.name))
    try:
        with path.open("rb") as file:
            header = file.read(72)
    except OSError:
        return False
    if not header:  # another process is just making it
        return path.suffix == ".db" or path.with_name(f"{path.name}-journal").exists()
    ours = APPLICATION_ID.to_bytes(4, "big")
    return header.startswith(b"SQLite format 3") and header[68:72] == ours
