"""The arguments of `run` that say how a trial is kept, not what it computes."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._redaction import has_token
from mitosis._settings import Settings
from mitosis._wording import is_unicode
from mitosis.errors import InvalidParameterError

_EXTENSIONS = ("html", "ipynb")
_NO_AMOUNT = "not a finite number above 0"


@dataclass(frozen=True)
class Options:
    """See `mitosis.run`.

    Attributes:
        data: input files and folders, as they were given.
        if_needed: whether an earlier trial will do. In debug mode none does.

    Raises:
        InvalidParameterError: an option has a value that it cannot have; all at once.
    """

    debug: bool = False
    logfile: str | None = None
    output_extension: str = "html"
    matplotlib_dpi: float = 72
    timeout_seconds: float | None = None
    hypothesis: str | None = None
    data: Sequence[Path | str] = ()
    if_needed: bool = False

    def __post_init__(self) -> None:
        faults = []
        if self.output_extension not in _EXTENSIONS:
            faults.append(
                f"output_extension is {self.output_extension!r}, not 'html' or 'ipynb'"
            )
        if self.logfile is not None and not _is_file_name(self.logfile):
            faults.append(
                f"logfile is {self.logfile!r}, which is no file's name without a folder"
            )
        elif self.logfile is not None and has_token(self.logfile):
            faults.append("logfile looks like a secret, and would be the name of a file")
        if not _is_positive(self.matplotlib_dpi):
            faults.append(f"matplotlib_dpi is {self.matplotlib_dpi!r}, {_NO_AMOUNT}")
        if self.timeout_seconds is not None and not _is_positive(self.timeout_seconds):
            faults.append(f"timeout_seconds is {self.timeout_seconds!r}, {_NO_AMOUNT}")
        if self.hypothesis is not None and not isinstance(self.hypothesis, str):
            faults.append(f"hypothesis is {self.hypothesis!r}, which is no text")
        elif not is_unicode(self.hypothesis or ""):
            faults.append(
                f"hypothesis is {self.hypothesis!r}, which holds half of a surrogate pair"
            )
        faults += _data_faults(self.data)
        if faults:
            raise InvalidParameterError(faults=tuple(faults))

    def completed(self, settings: Settings) -> Options:
        """Return the options with what the settings say where nobody says otherwise.

        Input files of the settings come first; those that were given are added to them.
        """
        return replace(
            self,
            timeout_seconds=(
                settings.timeout_seconds
                if self.timeout_seconds is None
                else self.timeout_seconds
            ),
            data=tuple(dict.fromkeys([*settings.data, *map(_absolute, self.data)])),
        )


def _absolute(path: Path | str) -> Path:
    return Path(path).expanduser().absolute()


def _data_faults(data: object) -> list[str]:
    if isinstance(data, str | bytes | os.PathLike) or not isinstance(data, Sequence):
        return [f"data is {data!r}, not a list of paths"]
    return [f"data holds {path!r}, which is no path" for path in data if not _is_path(path)]


def _is_path(path: object) -> bool:
    if not isinstance(path, str | Path) or not str(path) or "\0" in str(path):
        return False
    try:
        Path(path).expanduser()
    except RuntimeError:  # nobody knows whose home folder that is
        return False
    return True


def _is_file_name(text: object) -> bool:
    return (
        isinstance(text, str) and Path(text).name == text and "\0" not in text and text != ".."
    )


def _is_positive(number: object) -> bool:
    if not isinstance(number, int | float) or isinstance(number, bool):
        return False
    return 0 < number < math.inf
