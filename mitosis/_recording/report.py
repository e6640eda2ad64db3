"""What a kernel tells of the trial when it is over: a JSON file in the trial's folder."""

from __future__ import annotations

import json
import math
import re
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, field, fields, replace
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._layout import write_whole
from mitosis._recording.secrecy import redacted

_MOST = 200
_MOST_BITS = 2000  # Python may refuse to write longer ones in decimal
_to_json = json.JSONEncoder(indent=1).encode  # an experiment may replace json.dumps


@dataclass(frozen=True)
class Report:
    """The part of a trial's record that only its kernel knows.

    Attributes:
        main: `results["main"]` where JSON can hold it, else a short text of it.
        main_is_exact: whether `main` is the value itself.
        results: key of each result to a short text of it.
        numbers: key of each result that is a number to that; NaN and infinities too.
        dropped: key of each result that could not be stored, to the reason.
        mutated: argument that the experiment changed, to `(path, before, after)` of each place.
        warnings: what a reader should know; the first line of each is a sentence, what
            follows are facts.
        cpu_seconds: user and system time of the kernel and its finished children.
        peak_memory_bytes: largest resident set of the kernel.
        digests: key of each result to the digest of its canonical text, None without one.
        undigested: key of each result without a digest, to the reason.
        results_digest: over all keys and digests; None if one is missing.
        purity: how the results compare with an earlier trial's, as `Purity` has it; None where
            there was nothing to compare with.
        generators: name of each global generator to whether it was `seeded`, and `drawn` from
            by the experiment.
        modules: files of the modules that were loaded, without Python's own and installed ones.
        numeric_libraries: BLAS and OpenMP libraries, as threadpoolctl names their facts.
        numeric_builds: how numpy and scipy were built, as their `show_config` names it.
    """

    main: Any = None
    main_is_exact: bool = True
    results: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    mutated: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    warnings: Sequence[str] = field(default_factory=list)
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
    digests: Mapping[str, str | None] = field(default_factory=dict)
    undigested: Mapping[str, str] = field(default_factory=dict)
    results_digest: str | None = None
    purity: Mapping[str, Any] | None = None
    generators: Mapping[str, Mapping[str, bool | None]] = field(default_factory=dict)
    modules: Sequence[str] = field(default_factory=list)
    numeric_libraries: Sequence[Mapping[str, Any]] = field(default_factory=list)
    numeric_builds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self, path: Path, redact: Callable[[str], str] = str) -> None:
        """Write the report, or what is needed most of it where there is no room for all.

        Args:
            path: the file.
            redact: takes secrets out of a text.

        Raises:
            OSError: there is no room for that either.
        """
        try:
            write_whole(path, _encoded(self, redact))
        except OSError:
            write_whole(path, _encoded(self._shortest(), redact))

    def _shortest(self) -> Report:
        return Report(
            main=self.main,
            main_is_exact=self.main_is_exact,
            numbers=self.numbers,
            warnings=[warning.partition("\n")[0] for warning in self.warnings],
            cpu_seconds=self.cpu_seconds,
            peak_memory_bytes=self.peak_memory_bytes,
            results_digest=self.results_digest,
        )

    def with_usage(self) -> Report:
        """Return the report with what this process has used until now."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        return replace(self, cpu_seconds=seconds, peak_memory_bytes=_peak_memory_bytes(own))

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read a report, of an earlier or later version too.

        It is an empty one where the kernel died before it wrote a whole one.
        """
        known = {each.name for each in fields(cls)}
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{name: value for name, value in stored.items() if name in known})
        except (OSError, ValueError, AttributeError):
            return cls()


def _encoded(report: Report, redact: Callable[[str], str]) -> bytes:
    stored = asdict(report)
    clean = redacted(stored, redact)
    clean["main_is_exact"] = report.main_is_exact and clean["main"] == stored["main"]
    return _to_json(clean).encode()


def _peak_memory_bytes(own: resource.struct_rusage) -> int:
    """Return the largest resident set of this program.

    What `getrusage` says on Linux counts from the fork, when the process was the runner still.
    """
    with suppress(OSError, LookupError, ValueError):
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(re.findall(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)[0]) * 1024
    return own.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def plain(value: Any) -> tuple[Any, bool]:
    """Return what JSON can hold of a value, and whether that is the value itself.

    Scalars of numpy and its like (anything with `item()` and no dimensions) count as the
    Python numbers they hold. JSON knows no NaN and no infinity: these become texts.
    """
    with suppress(Exception):
        if value.ndim == 0:
            value = value.item()
    if type(value) is int and value.bit_length() > _MOST_BITS:
        return cut(hex(value)), False
    if type(value) is float and not math.isfinite(value):
        return repr(value), False
    if value is None or type(value) in (bool, int, float, str):
        return value, True
    return shortened(value), False


def shortened(value: object, most: int = _MOST) -> str:
    """Return a short text of any value, even of one whose `repr` raises."""
    try:
        text = repr(value)
    except BaseException as exc:  # noqa: BLE001 - a broken repr must not cost the trial
        return f"<{type(value).__name__} whose repr raised {type(exc).__name__}>"
    return cut(text, most)


def cut(text: str, most: int = _MOST) -> str:
    """Return a text that is not too long, with its end left out where it was."""
    return text if len(text) <= most else f"{text[: most - 4]} ..."
