"""The trials folder: whether it can be written, where it lies, who else can see it."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mitosis import _layout
from mitosis._cli.doctor_findings import Finding, note, wrong
from mitosis._provenance.command import run_git
from mitosis._settings import repository_root
from mitosis._wording import duration_text, size_text
from mitosis.errors import NoRepositoryError

_LITTLE_BYTES = 1_000_000_000
_NEXT_TO_NOTHING_BYTES = 10_000_000
_CLOCK_SECONDS = 2.0
_ELSEWHERE = "make room, or set trials_folder in [tool.mitosis]"


def looked_at_folder(trials: Path) -> Iterator[Finding]:
    """Yield facts about a trials folder, which need not exist."""
    place = next(path for path in (trials, *trials.parents) if path.exists())
    if not place.is_dir():
        yield wrong(
            "path", f"{place} is a file", "move it away, or set trials_folder in [tool.mitosis]"
        )
        return
    yield _path(trials, place)
    yield _file_system(place)
    yield _space(place)
    if os.access(place, os.W_OK | os.X_OK):
        yield _clock(place)
    yield from _key(_layout.secret_key_file(trials))
    yield from _git(trials)


def _path(trials: Path, place: Path) -> Finding:
    if not os.access(place, os.W_OK | os.X_OK):
        way_out = "get the right to write there, or set trials_folder in [tool.mitosis]"
        return wrong("path", f"{place} cannot be written", way_out)
    absent = "" if place == trials else ", which the first trial makes"
    return Finding("path", f"{trials}{absent}")


def _file_system(place: Path) -> Finding:
    from mitosis._store import file_system, network_file_system

    if network := network_file_system(place):
        return note(
            "file system",
            f"{network}, over a network: trials from several machines at once are as safe as "
            "its locks are",
        )
    return Finding("file system", f"{file_system(place) or 'of unknown kind'}, local")


def _space(place: Path) -> Finding:
    free, files = shutil.disk_usage(place).free, os.statvfs(place)
    text = f"{size_text(free)} free"
    if free < _NEXT_TO_NOTHING_BYTES:
        return wrong("space", text, _ELSEWHERE)
    if files.f_files and not files.f_favail:
        return wrong("space", f"{text}, but no room for another file", "delete files")
    return note("space", text) if free < _LITTLE_BYTES else Finding("space", text)


def _clock(place: Path) -> Finding:
    """Compare the clock of the file system, which may be a server's, with this machine's."""
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"\n")
            file.flush()
            ahead = os.fstat(file.fileno()).st_mtime - time.time()
    except OSError as exc:
        text = f"no file can be written in {place}: {exc.strerror}"
        return wrong("files", text, _ELSEWHERE)
    if abs(ahead) < _CLOCK_SECONDS:
        return Finding("clock", "the same as this machine's")
    how = "ahead of" if ahead > 0 else "behind"
    text = f"{duration_text(abs(ahead))} {how} this machine's: times of files mislead"
    return wrong("clock", text, "have both machines set their clocks by NTP")


def _key(key: Path) -> Iterator[Finding]:
    try:
        mode = key.stat().st_mode & 0o777
    except FileNotFoundError:
        return
    if mode & 0o077:
        text = f"others can read {key} (mode {mode:03o}), which secrets are digested with"
        yield wrong("secret key", text, f"chmod 600 {shlex.quote(str(key))}")
    else:
        yield Finding("secret key", f"only you can read it (mode {mode:03o})")


def _git(trials: Path) -> Iterator[Finding]:
    """Yield what git knows of the folder, or would add."""
    root = repository_root(trials)
    if root is None or not trials.is_dir():
        return
    try:
        is_seen = trials == root or _seen(trials, "--cached", "--others", "--exclude-standard")
        is_committed = _seen(_layout.secret_key_file(trials), "--cached")
    except NoRepositoryError:  # the section on the repository says why
        return
    key = _layout.secret_key_file(trials)
    if is_committed:
        text = f"git tracks {key}, so whoever has the repository can guess secrets"
        yield wrong("git", text, f"git rm --cached {shlex.quote(str(key))}")
    elif is_seen:
        line = "trial_*" if trials == root else f"/{trials.relative_to(root).as_posix()}/"
        text = "not ignored: `git add .` would add databases, pages and results"
        yield note("git", text, f"add the line {line} to {root / '.gitignore'}")
    else:
        yield Finding("git", "ignores it")


def _seen(path: Path, *kinds: str) -> bool:
    words = ("ls-files", *kinds, "--directory", "--no-empty-directory")
    return bool(run_git(path, *words, "--", str(path)))
