"""A trial's folder and page as bytes, from a worker that cannot write them in their place.

A parcel is a zip: what is in the folder below `files/`, and beside it `page` and `environment`.
Who opens one trusts nothing that it says of itself but its content.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._records.trial_files import own_files
from mitosis._wording import size_text

MOST_BYTES = 512 << 20
"""Of what travels in one parcel: it is held in memory on both sides."""

_FILES, _PAGE, _ENVIRONMENT = "files/", "page", "environment"
_CHUNK = 1 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class ParcelError(ValueError):
    """A parcel does not hold what it should; it never leaves the package."""


@dataclass(frozen=True)
class Opened:
    """What comes in a parcel beside the folder's files.

    Attributes:
        page: the trial's page; empty where it has none.
        environment: the text that is stored for the packages it ran with.
    """

    page: bytes
    environment: bytes


def pack(folder: TrialFolder, page: Path, environment: bytes) -> bytes:
    """Return a trial's files as one parcel, without those that `too_large` names.

    Args:
        folder: the trial's.
        page: its page, if there is one.
        environment: the text that is stored for the packages it ran with.
    """
    left = set(too_large(folder))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_PAGE, page.read_bytes() if page.is_file() else b"")
        archive.writestr(_ENVIRONMENT, environment)
        for path in own_files(folder):
            if path not in left:
                archive.write(path, _FILES + path.relative_to(folder.root).as_posix())
    return buffer.getvalue()


def too_large(folder: TrialFolder) -> list[Path]:
    """Return the files that a parcel has no room for, the largest first."""
    sizes = sorted(((path.stat().st_size, path) for path in own_files(folder)), reverse=True)
    total = sum(size for size, _ in sizes)
    left = []
    for size, path in sizes:
        if total <= MOST_BYTES:
            break
        total -= size
        left.append(path)
    return left


def left_warnings(folder: TrialFolder, host: str) -> list[str]:
    """Return a warning that names the files which stay with a worker, if any do."""
    left = too_large(folder)
    if not left:
        return []
    files = "\n".join(f"    {path}  ({size_text(path.stat().st_size)})" for path in left)
    sentence = (
        f"its files are too large to be handed over, and stayed on {host}; copy them from there"
    )
    return [f"{sentence}\n{files}"]


def unpack(packed: bytes, into: Path) -> Opened:
    """Put the files of a parcel into an empty folder.

    Args:
        packed: what `pack` returned, elsewhere.
        into: what is there after an error is for the caller to remove.

    Raises:
        ParcelError: it is damaged, or holds what would not stay in the folder.
        OSError: it cannot be written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = archive.infolist()
            _refuse_doubled(entries)
            for entry in entries:
                if entry.filename not in (_PAGE, _ENVIRONMENT):
                    _extract(archive, entry, into)
            return Opened(archive.read(_PAGE), archive.read(_ENVIRONMENT))
    except KeyError as exc:
        raise ParcelError(f"it lacks {exc}") from exc
    except _UNREADABLE as exc:
        raise ParcelError(f"it is damaged ({exc})") from exc


def _refuse_doubled(entries: Iterable[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise ParcelError("it holds two files of one name")


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, into: Path) -> None:
    path = into / _inner_name(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, path.open("xb") as file:
        for chunk in _chunks(source, entry.file_size):
            file.write(chunk)
        if path.parent == into:  # its record is among them
            file.flush()
            os.fsync(file.fileno())


def _chunks(source: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := source.read(min(_CHUNK, size))):
        size -= len(chunk)
        yield chunk


def _inner_name(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path below a trial's folder that a file is for.

    Raises:
        ParcelError: it is no plain file, or would lie elsewhere.
    """
    name = entry.filename
    path = PurePosixPath(name.removeprefix(_FILES))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.is_dir() or kind not in (0, stat.S_IFREG) or entry.flag_bits & 1:
        raise ParcelError(f"{name!r} is no plain file")
    is_inside = name == _FILES + str(path) and path.parts and not path.is_absolute()
    if not is_inside or ".." in path.parts or "\\" in name or "\0" in name:
        raise ParcelError(f"{name!r} would not lie in the trial's folder")
    return path
