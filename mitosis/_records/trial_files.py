"""Which files make up a trial: its folder, its page, and what it shares with other trials."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._layout import TrialFolder

_SHARED_VALUE = re.compile(r"\.\./\.values/([0-9a-f]{64})\.dill")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def own_files(folder: TrialFolder) -> Iterator[Path]:
    """Yield the files in a trial's folder, sorted, but for what is only being made there.

    A link to a file elsewhere is none of them: what it leads to is not the trial's.
    """
    for root, folders, names in os.walk(folder.root):
        folders.sort()
        for path in (Path(root) / name for name in sorted(names)):
            if path.is_symlink() or not path.is_file():
                continue
            if path != folder.reserve and not _layout.is_unfinished(path.name):
                yield path


def shared_files(folder: TrialFolder) -> set[Path]:
    """Return the large values and the environment that a trial refers to, there or not."""
    trials_folder = folder.root.parent
    parameters = _read(folder.task).get("parameters")
    named = parameters.values() if isinstance(parameters, dict) else ()
    files = [str(p.get("file")) for p in named if isinstance(p, dict)]
    values = filter(None, map(_SHARED_VALUE.fullmatch, files))
    found = {_layout.value_file(trials_folder, match[1]) for match in values}
    digest = str(_read(folder.record).get("environment"))
    if _DIGEST.fullmatch(digest):
        found.add(_layout.environment_file(trials_folder, digest))
    return found


def is_whole(file: Path) -> bool:
    """Tell whether a shared file holds what its name says."""
    if not file.is_file():
        return False
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest() == file.stem


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
