"""Files that an experiment keeps: `mitosis.open_artifact` and its kin.

They lie in the folder `artifacts` of the trial. Outside of a trial a temporary folder stands in
for it, which is gone when the process ends, so that the same code runs alone.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from mitosis import _layout
from mitosis._recording import writers
from mitosis._recording.secrecy import Secrets
from mitosis.errors import ArtifactError

_MOST_BYTES = 255 - 10  # of a name in a file system, without what `unfinished` adds
_MOST_LEVELS = 20
_ENDING = re.compile(r"\.[A-Za-z]\w*\Z")  # not so the number in `epoch-1.5`
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Artifacts:
    """The folder of a trial's artifacts, made with its first file.

    Args:
        folder: where they are kept.
        secrets: must not stand in what mitosis writes for an experiment.
        warn: told what was not kept for that.
    """

    def __init__(
        self,
        folder: Path,
        secrets: Secrets | None = None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._secrets = secrets or Secrets()
        self._warn = warn

    def place(self, name: str | os.PathLike[str]) -> Path:
        """Return where an artifact is, and make the folders above it.

        Raises:
            ArtifactError: the name leads elsewhere, or is no name.
        """
        text = os.fspath(name)
        if fault := _name_fault(text):
            raise ArtifactError(name=text, reason=fault)
        path = self._folder.joinpath(*text.split("/"))
        self._folder.mkdir(parents=True, exist_ok=True)
        for above in reversed(path.relative_to(self._folder).parents[:-1]):
            self._refuse_link(self._folder / above, text)
            try:
                (self._folder / above).mkdir(exist_ok=True)
            except FileExistsError:
                raise ArtifactError(name=text, reason=f"{above} is a file") from None
        self._refuse_link(path, text)
        return path

    @contextmanager
    def writing(self, name: str | os.PathLike[str]) -> Iterator[Path]:
        """Yield a path to write to, which becomes the artifact when that is done."""
        path = self.place(name)
        if path.is_dir():
            raise ArtifactError(name=os.fspath(name), reason="it is a folder")
        partial = _layout.unfinished(path)
        try:
            yield partial
            if self._is_fit(partial, os.fspath(name)):
                partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def copy(self, source: Path, name: str) -> Path:
        """Copy a file, or a folder with all in it; links are followed."""
        path = self.place(name)
        if self._folder.resolve().is_relative_to(source.resolve()):
            reason = f"{source} holds the folder that it was to be copied into"
            raise ArtifactError(name=name, reason=reason)
        partial = _layout.unfinished(path)
        try:
            if source.is_dir():
                shutil.copytree(source, partial, ignore_dangling_symlinks=True)
            else:
                shutil.copy2(source, partial)
            if path.is_dir() or partial.is_dir():
                _remove(path)
            partial.replace(path)
        finally:
            _remove(partial)
        return path

    def _refuse_link(self, path: Path, name: str) -> None:
        if path.is_symlink():
            link = path.relative_to(self._folder)
            raise ArtifactError(name=name, reason=f"{link} is a link, which may lead anywhere")

    def _is_fit(self, path: Path, name: str) -> bool:
        """Tell whether a file that mitosis wrote holds no secret; what is text loses it."""
        data = path.read_bytes()
        if not self._secrets.are_in(data):
            return True
        try:
            path.write_text(self._secrets.redact(data.decode()), encoding="utf-8")
        except UnicodeDecodeError:
            self._warn(f"artifact {name!r} was not kept: it holds a secret")
            return False
        return True


_open: list[Artifacts] = []
_alone: dict[int, Artifacts] = {}


def keep_in(artifacts: Artifacts | None) -> None:
    """Have artifacts kept there from now on, in this process and its forks."""
    _open[:] = [artifacts] if artifacts else []


def _artifacts() -> Artifacts:
    """Return where artifacts are kept: of no trial, in a folder that ends with the process."""
    if _open:
        return _open[-1]
    process = os.getpid()
    if process not in _alone:
        folder = Path(tempfile.mkdtemp(prefix="mitosis-artifacts-"))
        atexit.register(_clear_up, folder, process)
        _alone[process] = Artifacts(folder)
    return _alone[process]


def _clear_up(folder: Path, process: int) -> None:
    if os.getpid() == process:  # a fork leaves its parent's folder alone
        _remove(folder)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def open_artifact(name: str, mode: str = "wb", **options: Any) -> IO[Any]:
    """Open a file of the trial, as `open` does.

    The trial's record and page list it with size and digest when the trial ends, however it
    ends. Outside of a trial the file lies in a temporary folder, gone when the process ends.

    Args:
        name: the file's name, with `/` between folders. It cannot lead out of the trial's
            folder of artifacts.
        mode: as `open` takes it. To write is the default.
        **options: as `open` takes them, e.g. `encoding="utf-8"`.

    Raises:
        ArtifactError: the name leads elsewhere, or is no name.
        OSError: as `open` raises it.

    Example:
        >>> with mitosis.open_artifact("notes/log.txt", "w", encoding="utf-8") as file:
        ...     written = file.write("warm-up took 3 epochs")
    """
    return _artifacts().place(name).open(mode, **options)


def save_artifact(source: Any, name: str | None = None) -> Path:
    """Keep an object, or a copy of a file or folder, among the trial's files.

    Who reads the file meanwhile sees the one before, or this one whole. Outside of a trial it
    lies in a temporary folder, gone when the process ends.

    Args:
        source: a path, as `Path` or text, of what is to be copied; else bytes, written as they
            are; else an object, for which the name's ending decides: `.json`, `.npy`, what
            `log_table` takes for DataFrames, and whatever else is a pickle made by dill. One
            that holds a secret is not kept, and a warning says so.
        name: the file's name, with `/` between folders; by default that of what is copied.

    Returns:
        Where it is kept.

    Raises:
        ArtifactError: the name leads elsewhere, is no name, or the object has no such form.
        FileNotFoundError: there is nothing to copy.

    Example:
        >>> path = mitosis.save_artifact({"epochs": 3}, "model/state.json")
        >>> copy = mitosis.save_artifact(path, "state-again.json")
    """
    artifacts = _artifacts()
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        path.stat()
        return artifacts.copy(path, name or path.name)
    if name is None:
        raise ArtifactError(name="", reason="an object needs a name: save_artifact(x, name)")
    with artifacts.writing(name) as path:
        writers.write_object(source, path, name)
    return artifacts.place(name)


def log_figure(figure: Any, name: str) -> Path:
    """Keep a figure among the trial's files; pictures are shown on the trial's page, too.

    Outside of a trial it lies in a temporary folder, gone when the process ends.

    Args:
        figure: a figure or axes of matplotlib, or anything with `savefig`, `write_image` or
            `write_html`, or `_repr_svg_` and the like.
        name: the file's name; its ending says the format, `.svg` if it has none.

    Returns:
        Where it is kept.

    Raises:
        ArtifactError: the name leads elsewhere, or the figure has no such form.

    Example:
        >>> figure, axes = plt.subplots()
        >>> path = mitosis.log_figure(figure, "loss.svg")  # doctest: +SKIP
    """
    return _write(writers.write_figure, figure, _ended(name, ".svg"))


def log_table(table: Any, name: str) -> Path:
    """Keep a table among the trial's files.

    Outside of a trial it lies in a temporary folder, gone when the process ends.

    Args:
        table: a DataFrame of pandas or polars, or a list of dicts, a dict a row.
        name: the file's name; its ending says the format: `.csv`, which it is without one,
            `.json`, or `.parquet` for DataFrames.

    Returns:
        Where it is kept.

    Raises:
        ArtifactError: the name leads elsewhere, or the table has no such form.

    Example:
        >>> path = mitosis.log_table([{"epoch": 0, "loss": 0.5}], "losses.csv")
    """
    return _write(writers.write_table, table, _ended(name, ".csv"))


def _write(write: Callable[[Any, Path, str], None], value: Any, name: str) -> Path:
    artifacts = _artifacts()
    with artifacts.writing(name) as path:
        write(value, path, name)
    return artifacts.place(name)


def _ended(name: str, ending: str) -> str:
    text = os.fspath(name)
    return text if not text or _ENDING.search(text) else f"{text}{ending}"


def _name_fault(name: Any) -> str:
    """Return why a text is no name of an artifact; empty if it is one."""
    if not isinstance(name, str):
        return "its name is no text"
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or ".." in parts:
        return "it leads out of the folder of artifacts"
    if {"", "."} & set(parts):
        return "a part of its name is empty"
    if _CONTROL.search(name):
        return "its name holds a character that no name should hold"
    if len(parts) > _MOST_LEVELS or max(len(os.fsencode(part)) for part in parts) > _MOST_BYTES:
        return "its name is too long"
    if any(map(_layout.is_unfinished, parts)):
        return "its name is one of files that are being written"
    return ""
