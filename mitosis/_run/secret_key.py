"""The key of a trials folder, with which the secrets in its locks are digested.

It is made in memory where the folder has none, and put on disk only by the first trial that
locks a secret, as the last thing before its claim is granted.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import field
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis.errors import TrialsFolderError

_LENGTH = 32


class KeyTakenError(Exception):
    """Another process has put a key into the folder meanwhile; it never leaves the package."""


@dataclass(frozen=True)
class SecretKey:
    """What secrets are digested with.

    Attributes:
        value: 32 random bytes.
        is_stored: whether it is the folder's; else nothing was ever digested with it.
        refusal: why the folder's own cannot be had, as where it is another user's. That matters
            only to who has a secret to lock.
    """

    value: bytes = field(repr=False)
    is_stored: bool
    refusal: TrialsFolderError | None = None

    def require(self) -> None:
        """Make sure that secrets can be digested with it.

        Raises:
            TrialsFolderError: the folder has a key that cannot be had.
        """
        if self.refusal:
            raise self.refusal


def find_key(trials_folder: Path) -> SecretKey:
    """Return the key of a trials folder, or a fresh one in memory where that cannot be had."""
    path = _layout.secret_key_file(trials_folder)
    try:
        value = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return SecretKey(secrets.token_bytes(_LENGTH), is_stored=False)
    except OSError as exc:
        return _refused(trials_folder, f"{path.name}, cannot be read: {exc.strerror or exc}")
    if len(value) != _LENGTH:
        return _refused(
            trials_folder, f"{path.name}, is damaged; put the one back that was there"
        )
    return SecretKey(value, is_stored=True)


def _refused(trials_folder: Path, why: str) -> SecretKey:
    refusal = TrialsFolderError(folder=trials_folder, reason=f"its key, {why}")
    return SecretKey(secrets.token_bytes(_LENGTH), is_stored=False, refusal=refusal)


def store_key(key: SecretKey, trials_folder: Path) -> None:
    """Put a key into a trials folder, readable by its owner only, unless it is there already.

    Raises:
        KeyTakenError: another process was faster; what was digested has to be so again.
        TrialsFolderError: it cannot be written.
    """
    if key.is_stored:
        return
    path = _layout.secret_key_file(trials_folder)
    partial = _layout.unfinished(path)
    try:
        _write_new(partial, key.value)
        os.link(partial, path)  # whole or not at all, and never over another
    except FileExistsError:
        raise KeyTakenError from None
    except OSError as exc:
        _store_without_links(path, key, exc)
    finally:
        partial.unlink(missing_ok=True)


def _store_without_links(path: Path, key: SecretKey, why: OSError) -> None:
    """Write where the file system knows no links; a reader may see the file half written."""
    try:
        _write_new(path, key.value)
    except FileExistsError:
        raise KeyTakenError from why
    except OSError as exc:
        reason = f"its key cannot be written: {exc.strerror or exc}"
        raise TrialsFolderError(folder=path.parent, reason=reason) from exc


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor is no path
        file.write(content)
        file.flush()
        os.fsync(descriptor)
