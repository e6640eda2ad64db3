"""Input files: what they held when a trial ran, told by a digest.

Runner and kernel both use this. A digest is blake3, taken with all processors where a file is
large. Files are read and not mapped: whoever cuts a mapped file short kills its reader.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._model import DataFile
from mitosis._redaction import redact_tokens
from mitosis.errors import DataFileError

_CHUNK = 16 << 20
_ONE_THREAD = 1 << 20
_GRAIN = timedelta(seconds=2)
"""The coarsest clock that a file system stamps its files with (FAT)."""


_EVER = datetime.min.replace(tzinfo=UTC) + _GRAIN


@dataclass(frozen=True)
class Known:
    """Files that an earlier trial digested, so that what is unchanged is not read again.

    Attributes:
        files: what was found.
        at: when that began.
    """

    files: tuple[DataFile, ...] = ()
    at: datetime = _EVER

    def unchanged(self, path: str, found: _Found) -> DataFile | None:
        """Return what is known of a file, if nothing in it can have changed since then.

        The path may lead to another file of the same size and time by now. And the time of a
        file's last change can be set by anybody; that of its inode cannot.
        """
        is_old = datetime.fromtimestamp(found.touched_at, UTC) < self.at - _GRAIN
        same = (path, found.identity)
        files = self.files if is_old else ()
        return next((f for f in files if (f.path, f.identity) == same), None)


@dataclass(frozen=True)
class _Found:
    """A file or a folder before it is read.

    Attributes:
        files: the names in it; one that is empty stands for a file itself.
        touched_at: when an inode in it changed last, in seconds since the epoch.
        identity: as a `DataFile` has it.
    """

    files: tuple[str, ...]
    size_bytes: int
    modified_at: datetime
    touched_at: float
    identity: str


_NOTHING = Known()


def data_files(
    paths: Iterable[Path | str], base: Path | None = None, known: Known = _NOTHING
) -> tuple[DataFile, ...]:
    """Return what each of some files and folders holds, each once, in their order.

    Raises:
        DataFileError: one of them cannot be read.
    """
    found = (data_file(path, base, known) for path in paths)
    return tuple({(file.path, file.digest): file for file in found}.values())


def data_file(path: Path | str, base: Path | None = None, known: Known = _NOTHING) -> DataFile:
    """Return what a file, or a folder with all files in it, holds now.

    Symbolic links are followed. A folder's digest is taken over the sorted names of its files
    and their digests, so its empty folders do not count.

    Args:
        path: relative ones start at the working directory.
        base: a file below it is told by its path from there, as a repository's files are.
        known: digests that are taken over where nothing can have changed.

    Raises:
        DataFileError: it is missing, unreadable, no file or folder, holds a link that leads
            back, or it changes while it is read.
    """
    place, told = Path(path), _told(Path(path), base)
    for _ in range(2):
        found = _look(place)
        if former := known.unchanged(told, found):
            return former
        digest = _digest(place, found)
        if found == _look(place):
            return DataFile(told, digest, found.size_bytes, found.modified_at, found.identity)
    raise DataFileError(path=place, reason="it changes while it is read")


def changed_data(files: Iterable[tuple[Path, DataFile]]) -> Iterator[DataFile]:
    """Yield the input files that hold something else now than when they were recorded.

    Only those are read again that were touched. What is gone is passed over: a trial may clear
    up what it has read.

    Args:
        files: where each is, and as what it was recorded.
    """
    for place, recorded in files:
        if os.path.exists(place) and _is_other(place, recorded):  # noqa: PTH110 - never raises
            yield recorded


def _is_other(place: Path, recorded: DataFile) -> bool:
    """Tell whether a file holds something else now; one that cannot be read does."""
    try:
        is_touched = _look(place).identity != recorded.identity
        return is_touched and data_file(place).digest != recorded.digest
    except DataFileError:
        return True


def file_digest(path: Path) -> str:
    """Return the blake3 of a file's content, in hexadecimal digits.

    Raises:
        DataFileError: it cannot be read.
    """
    from blake3 import blake3

    try:
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            if size < _ONE_THREAD:
                return blake3(file.read()).hexdigest()
            digest, buffer = blake3(max_threads=blake3.AUTO), memoryview(bytearray(_CHUNK))
            while length := file.readinto(buffer):
                digest.update(buffer[:length])
            return digest.hexdigest()
    except OSError as exc:
        raise DataFileError(path=path, reason=exc.strerror or str(exc)) from exc


def _told(path: Path, base: Path | None) -> str:
    """Return the path below the base where there is one, as text that can be stored."""
    shown = path
    if base is not None:
        # The first keeps links. The second never raises, as `resolve` does in a circle of them.
        for place in map(Path, (os.path.abspath(path), os.path.realpath(path))):  # noqa: PTH100
            if place.is_relative_to(base):
                shown = place.relative_to(base)
                break
    return redact_tokens(os.fsencode(shown).decode("utf-8", "backslashreplace"))


def _look(path: Path) -> _Found:
    try:
        entries = dict(_entries(str(path), ""))
    except DataFileError:
        raise  # it is an OSError, too
    except OSError as exc:
        where = Path(exc.filename) if isinstance(exc.filename, str) else path
        raise DataFileError(path=where, reason=exc.strerror or str(exc)) from exc
    files = {name: s for name, s in entries.items() if stat.S_ISREG(s.st_mode)}
    latest = max(s.st_mtime_ns for s in (files or entries).values())
    return _Found(
        files=tuple(sorted(files)),
        size_bytes=sum(s.st_size for s in files.values()),
        modified_at=datetime.fromtimestamp(latest // 1000 / 1e6, UTC),
        touched_at=max(s.st_ctime for s in entries.values()),
        identity=_identity(path, entries),
    )


def _identity(path: Path, entries: Mapping[str, os.stat_result]) -> str:
    """Return a digest of what would be otherwise if a path led to another file."""
    from blake3 import blake3

    told = blake3(os.fsencode(os.path.realpath(path)))
    for name, s in sorted(entries.items()):
        numbers = (s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns)
        told.update(b"\0%s\0%s" % (os.fsencode(name), repr(numbers).encode()))
    return told.hexdigest(16)


def _entries(
    place: str, name: str, above: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the state of a file, of everything in a folder, and of the links on the way."""
    link = os.lstat(place)
    if stat.S_ISLNK(link.st_mode):
        yield f"{name}\0", link
    found = os.stat(place)  # noqa: PTH116 - for each of many files
    yield name, found
    identity = (found.st_dev, found.st_ino)
    if identity in above:
        raise DataFileError(path=Path(place), reason="it leads back to a folder above it")
    if stat.S_ISDIR(found.st_mode):
        for entry in os.listdir(place):  # noqa: PTH208 - the names are all that is wanted
            below = f"{name}/{entry}" if name else entry
            yield from _entries(f"{place}/{entry}", below, above | {identity})
    elif not stat.S_ISREG(found.st_mode):
        raise DataFileError(path=Path(place), reason="it is neither a file nor a folder")


def _digest(place: Path, found: _Found) -> str:
    from blake3 import blake3

    if found.files == ("",):
        return file_digest(place)
    whole = blake3(b"folder\0")
    for name in found.files:
        whole.update(b"%s\0%s" % (os.fsencode(name), file_digest(place / name).encode()))
    return whole.hexdigest()
