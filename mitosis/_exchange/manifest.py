"""The list in an archive of trials: what is in it, and the digest and size of each file.

Whoever reads one trusts nothing in it: a path that leads elsewhere, or is none that mitosis
gives, makes the whole archive one that cannot be taken over.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, TypeVar

from mitosis._dataclass import dataclass
from mitosis._layout import KEY_LENGTH, SHARED_FOLDERS
from mitosis._wording import is_unicode

MANIFEST = "mitosis-trials.json"
FORMAT = 1
"""Of the archive: it changes when a former reader would misread one."""

_Made = TypeVar("_Made", "ListedTrial", "ListedFile")

_KEYED = re.compile(rf"[A-Za-z0-9._-]+_([0-9a-f]{{{KEY_LENGTH}}})")
_PAGE = re.compile(r"trial_[A-Za-z0-9._-]+\.(html|ipynb)")
_SHARED = re.compile(r"[0-9a-f]{64}\.(dill|json)")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BESIDE_DATABASES = (".acts", "-journal", "-wal", "-shm")


class ManifestError(ValueError):
    """What is wrong with a manifest; it never leaves the package."""


@dataclass(frozen=True)
class ListedTrial:
    """A trial in an archive.

    Attributes:
        page: name of its page; empty if it had none.
        database: name of the file that its row was in.
    """

    key: str
    name: str
    experiment: str
    database: str
    folder: str
    page: str


@dataclass(frozen=True)
class ListedFile:
    """A file in an archive.

    Attributes:
        path: below the trials folder.
        digest: blake3 of its content.
    """

    path: str
    size_bytes: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """All that an archive holds.

    Attributes:
        written_by: the version of mitosis that wrote it.
    """

    written_by: str
    trials: tuple[ListedTrial, ...]
    files: tuple[ListedFile, ...]

    @property
    def size_bytes(self) -> int:
        """How much room all files need."""
        return sum(file.size_bytes for file in self.files)

    def to_json(self) -> bytes:
        """Return the file; the same trials make the same bytes."""
        content = {
            "mitosis_trials": FORMAT,
            "mitosis": self.written_by,
            "trials": [asdict(trial) for trial in self.trials],
            "files": [asdict(file) for file in self.files],
        }
        return json.dumps(content, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        """Read a manifest and check all that can be checked without the files.

        Raises:
            ManifestError: it is none, or something in it is not as mitosis writes it.
        """
        try:
            found = json.loads(content)
            version = found["mitosis_trials"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise ManifestError(f"its {MANIFEST} is none of mitosis") from None
        if type(version) is not int or version > FORMAT:
            reason = f"it has format {version!r}; this mitosis reads formats up to {FORMAT}"
            raise ManifestError(reason)
        try:
            manifest = cls(
                written_by=str(found["mitosis"]),
                trials=tuple(_made(ListedTrial, part) for part in found["trials"]),
                files=tuple(_made(ListedFile, part) for part in found["files"]),
            )
        except (LookupError, TypeError) as exc:
            raise ManifestError(f"its {MANIFEST} is damaged ({exc})") from None
        manifest._check()
        return manifest

    def _check(self) -> None:
        keys = [trial.folder for trial in self.trials]
        _refuse("names twice", _repeated([*keys, *(file.path for file in self.files)]))
        _refuse("names oddly", (t.folder for t in self.trials if not _is_sound(t)))
        _refuse("lists oddly", (f.path for f in self.files if not self._is_place(f)))
        records = {f"{trial.folder}/record.json" for trial in self.trials}
        _refuse("lacks", records - {file.path for file in self.files})

    def _is_place(self, file: ListedFile) -> bool:
        """Tell whether a file may lie where it says: in a trial of the list, or beside them."""
        first, *rest = file.path.split("/")
        is_counted = file.size_bytes >= 0 and bool(_DIGEST.fullmatch(file.digest))
        if not is_counted or not all(map(_is_name, (first, *rest))):
            return False
        if first in SHARED_FOLDERS:
            return len(rest) == 1 and bool(_SHARED.fullmatch(rest[0]))
        if rest:
            return first in {trial.folder for trial in self.trials}
        pages = {trial.page for trial in self.trials}
        acts = {f"{trial.database}.acts" for trial in self.trials}
        return first in pages | acts


def _made(kind: type[_Made], part: Any) -> _Made:
    values = {field.name: part[field.name] for field in fields(kind)}
    types = {"size_bytes": int}
    for name, value in values.items():
        if type(value) is not types.get(name, str):
            msg = f"{name} is {value!r}"
            raise TypeError(msg)
    return kind(**values)


def _is_sound(trial: ListedTrial) -> bool:
    keyed = _KEYED.fullmatch(trial.folder)
    return bool(
        keyed
        and keyed[1] == trial.key
        and not trial.folder.startswith(".")
        and (not trial.page or _PAGE.fullmatch(trial.page))
        and is_database_name(trial.database)
    )


def is_database_name(name: str) -> bool:
    """Tell whether a database may have a name: no other file of the folder may be meant."""
    is_other = name.startswith((".", "trial_")) or name.endswith(_BESIDE_DATABASES)
    return _is_name(name) and "/" not in name and not is_other


def _is_name(name: str) -> bool:
    return name not in ("", ".", "..") and "\0" not in name and is_unicode(name)


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _refuse(what: str, names: Iterable[str]) -> None:
    listed = sorted(names)
    if listed:
        more = f" and {len(listed) - 1} more" if len(listed) > 1 else ""
        raise ManifestError(f"its {MANIFEST} {what}: {listed[0]!r}{more}")
