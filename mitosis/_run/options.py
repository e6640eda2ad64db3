"""The arguments of `run` that say how a trial is kept, not what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mitosis.errors import InvalidParameterError

_EXTENSIONS = ("html", "ipynb")


@dataclass(frozen=True)
class Options:
    """See `mitosis.run`.

    Raises:
        InvalidParameterError: an option has a value that it cannot have; all at once.
    """

    debug: bool
    logfile: str | None
    output_extension: str
    matplotlib_dpi: float
    timeout_seconds: float | None

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
        if not _is_positive(self.matplotlib_dpi):
            faults.append(f"matplotlib_dpi is {self.matplotlib_dpi!r}, not a number above 0")
        if self.timeout_seconds is not None and not _is_positive(self.timeout_seconds):
            faults.append(f"timeout_seconds is {self.timeout_seconds!r}, not a number above 0")
        if faults:
            raise InvalidParameterError(faults=tuple(faults))


def _is_file_name(text: object) -> bool:
    return (
        isinstance(text, str) and Path(text).name == text and "\0" not in text and text != ".."
    )


def _is_positive(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and number > 0
