"""From an archive into a hidden folder: checked file by file, and refused as a whole."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

from blake3 import blake3

from mitosis._exchange.manifest import MANIFEST, ListedFile, Manifest, ManifestError
from mitosis._layout import SHARED_FOLDERS
from mitosis._records.repairing import OnProgress
from mitosis._wording import size_text
from mitosis.errors import ArchiveError

_CHUNK = 1 << 20
_MOST_MANIFEST = 1 << 28
_DURABLE = "/record.json"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def is_archive(file: Path) -> bool:
    """Tell whether a file is a zip, whoever wrote it."""
    return zipfile.is_zipfile(file)


def unpack(file: Path, into: Path, on_progress: OnProgress) -> Manifest:
    """Put the files of an archive into an empty folder, and return what it says of itself.

    Args:
        file: the archive.
        into: what is there after an error is for the caller to remove.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        ArchiveError: anything in it is not as mitosis writes it, or there is no room.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = _entries(archive, file.stat().st_size)
            manifest = Manifest.from_json(_manifest(archive, entries))
            _compare(manifest, entries)
            _require_room(manifest, into)
            for number, listed in enumerate(manifest.files):
                on_progress("files", number, len(manifest.files))
                _extract(archive, entries[listed.path], listed, into)
    except ManifestError as exc:
        raise ArchiveError(file=file, reason=str(exc)) from None
    except _UNREADABLE as exc:
        raise ArchiveError(file=file, reason=f"it is damaged or cut off ({exc})") from exc
    except OSError as exc:
        raise ArchiveError(file=file, reason=exc.strerror or str(exc)) from exc
    return manifest


def _entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return what is in an archive by its path.

    Raises:
        ManifestError: something in it is no plain file, is there twice, or overlaps.
    """
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) != len(archive.infolist()):
        raise ManifestError("it holds two files of one name")
    for name, entry in entries.items():
        kind = stat.S_IFMT(entry.external_attr >> 16)  # which some tools leave out
        if entry.is_dir() or kind not in (0, stat.S_IFREG):
            raise ManifestError(f"{name!r} is no plain file")
        if entry.flag_bits & 1:
            raise ManifestError(f"{name!r} is encrypted")
    if sum(entry.compress_size for entry in entries.values()) > size:
        raise ManifestError("its files overlap")
    return entries


def _manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> bytes:
    entry = entries.get(MANIFEST)
    if entry is None:
        reason = f"it holds no {MANIFEST}, so `mitosis export` did not write it"
        raise ManifestError(reason)
    with archive.open(entry) as source:
        content = source.read(_MOST_MANIFEST + 1)
    if len(content) > _MOST_MANIFEST:
        raise ManifestError(f"its {MANIFEST} is too large")
    return content


def _compare(manifest: Manifest, entries: dict[str, zipfile.ZipInfo]) -> None:
    """Refuse an archive that holds anything else than its manifest lists."""
    listed = {file.path: file.size_bytes for file in manifest.files}
    found = {name: entry.file_size for name, entry in entries.items() if name != MANIFEST}
    for name in sorted(listed.keys() ^ found.keys()):
        told = "is listed but not there" if name in listed else "is not listed"
        raise ManifestError(f"{name!r} {told}")
    for name in sorted(listed):
        if listed[name] != found[name]:
            raise ManifestError(f"{name} has another size than is listed")


def _require_room(manifest: Manifest, into: Path) -> None:
    free = shutil.disk_usage(into).free
    if manifest.size_bytes > free:
        sizes = size_text(manifest.size_bytes), size_text(free)
        raise ManifestError(f"it needs {sizes[0]}, and {sizes[1]} are free")


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, listed: ListedFile, into: Path
) -> None:
    """Write one file, and never more of it than is listed."""
    path = into / listed.path
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, by_name, left = blake3(), sha256(), listed.size_bytes
    with archive.open(entry) as source, path.open("xb") as file:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            by_name.update(chunk)
            file.write(chunk)
        if listed.path.endswith(_DURABLE):
            file.flush()
            os.fsync(file.fileno())
    if left or digest.hexdigest() != listed.digest:
        raise ManifestError(f"{listed.path} is not what its digest says")
    if path.parent.name in SHARED_FOLDERS and by_name.hexdigest() != path.stem:
        raise ManifestError(f"{listed.path} does not hold what its name says")
