"""Making files and folders so that nobody ever sees half of one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mitosis._layout.names import unfinished
from mitosis.errors import TrialsFolderError


def make_trials_folder(folder: Path) -> None:
    """Make the trials folder, and make sure that it can be written to.

    Raises:
        TrialsFolderError: it is a file, cannot be made, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise TrialsFolderError(folder=folder, reason="it is a file") from None
    except OSError as exc:
        raise TrialsFolderError(folder=folder, reason=exc.strerror or str(exc)) from exc
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TrialsFolderError(folder=folder, reason="it is not writable")


def free_page(trials_folder: Path, stem: str, key: str, extension: str) -> Path:
    """Return a path for a trial's notebook that nothing has.

    The file is `trial_<stem>.<extension>`. Where that exists already (a former database was
    moved away, or another experiment's trial has the same name), the key is added.
    """
    paths = [trials_folder / f"trial_{name}.{extension}" for name in (stem, f"{stem}_{key}")]
    return next((path for path in paths if not os.path.lexists(path)), paths[-1])


def reserve_page(trials_folder: Path, stem: str, key: str, extension: str) -> Path:
    """Claim a file for a trial's notebook and return its path; nothing is overwritten."""
    for _ in range(2):  # another process may take the first one at the same moment
        path = free_page(trials_folder, stem, key, extension)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
    raise TrialsFolderError(folder=trials_folder, reason=f"{path.name} exists already")


def reserve_space(path: Path, size_bytes: int) -> None:
    """Make a file that holds room on the disk; where there is none, do without."""
    with suppress(OSError):
        path.write_bytes(bytes(size_bytes))


def write_whole(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it.

    Args:
        path: the file.
        content: all of it.
        durable: whether it has to be on the disk on return, whatever happens to the machine.
    """
    partial = unfinished(path)
    try:
        with partial.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
        if durable:
            sync_folder(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def append_lines(path: Path, lines: Iterable[str]) -> bool:
    """Append lines by one write, and tell whether that made the file.

    They are on the disk on return. A last line that was cut off when its writer died is ended.

    Raises:
        OSError: they cannot be written.
    """
    is_new = not path.exists()
    content = "".join(f"{line}\n" for line in lines).encode()
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
            content = b"\n" + content
        if file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)
    return is_new


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where its file system can."""
    with suppress(OSError):  # some network file systems open no folder, or sync none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_once(path: Path, content: bytes) -> None:
    """Write a file that is named by its content, unless it is there already."""
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)
