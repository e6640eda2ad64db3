"""The trial's `steps.jsonl`: each call of a step leaves a line there when it is over.

So it survives the death of the kernel. `step_files.py` reads what is written here.
"""

from __future__ import annotations

import inspect
import itertools
import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from mitosis._canonical import text_digest
from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder, file_stem, write_whole
from mitosis._recording.digests import value_digest
from mitosis._recording.lines import append_line
from mitosis._recording.pickles import HOLDS_SECRET, dumps
from mitosis._recording.report import cut
from mitosis._recording.secrecy import Secrets
from mitosis._redaction import redact_code

MOST_CALLS = 10_000
"""So many calls of each step are recorded; those that follow are only counted."""

_MOST_SECONDS = 60.0
_MOST_SHARE = 0.05
_TOO_LONG = "digests have taken too much of the trial's time"

_log = logging.getLogger("mitosis")


@dataclass(frozen=True)
class Step:
    """A function as it was declared to be a step."""

    function: Callable[..., Any]
    name: str
    persist: bool

    @cached_property
    def source(self) -> str:
        """The function's source without secrets; empty where there is none."""
        try:
            return redact_code(inspect.getsource(self.function))
        except (OSError, TypeError):
            return ""

    @cached_property
    def source_digest(self) -> str:
        """The digest of this text."""
        return text_digest(ascii(self.source))

    @cached_property
    def signature(self) -> inspect.Signature:
        """What the function can be called with."""
        return inspect.signature(self.function)

    def inputs(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call by their names, with defaults."""
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)


class StepLog:
    """The trial's `steps.jsonl`, and the folder of sources and results beside it.

    Args:
        folder: the trial's.
        secrets: what must not be written.
        warn: told, with a sentence, what a reader should know.

    Attributes:
        failure: why something could not be written; empty if all could.
    """

    def __init__(
        self, folder: TrialFolder, secrets: Secrets, warn: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._secrets = secrets
        self._warn = warn
        self._process = os.getpid()
        self._began = time.monotonic()
        self._names: dict[str, str] = {}  # of steps as declared, to those without secrets
        self._counts: dict[str, itertools.count[int]] = {}
        self._sources: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        self._digesting_seconds = 0.0
        self.failure = ""

    def begin(self, step: Step, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Call:
        """Take note of a call that is about to begin."""
        # Counting needs no lock, which a fork might inherit locked.
        name = self._name(step)
        number = next(self._counts.setdefault(name, itertools.count()))
        if number >= MOST_CALLS:
            if number == MOST_CALLS:
                _log.info("further calls of step %r are only counted", name)
            return _UNRECORDED
        at = time.monotonic() - self._began
        inputs = self._digest(step, "input", lambda: step.inputs(args, kwargs))
        return _Recorded(self, step, number, at, inputs)

    def close(self) -> None:
        """Write how often those steps were called of which not all calls are recorded."""
        for name, count in self._counts.items():
            if (calls := next(count)) > MOST_CALLS:
                self._append({"step": name, "calls": calls})

    def write(self, call: _Recorded, result: Any, failed: str | None) -> None:
        """Write a call that is over."""
        step, name = call.step, self._name(call.step)
        persisted = output = None
        if failed is None:
            output = self._digest(step, "output", lambda: result)
            persisted = self._persist(call, result) if step.persist else None
        line = {
            "step": name,
            "call": call.number,
            "source": self._source(step),
            "inputs": call.inputs,
            "output": output,
            "seconds": call.seconds,
            "at": round(call.at, 6),
            "persisted": persisted,
            "failed": failed and self._secrets.redact(failed),
        }
        if os.getpid() != self._process:
            line["process"] = os.getpid()
        self._append(line)

    def _name(self, step: Step) -> str:
        if step.name not in self._names:
            self._names[step.name] = self._secrets.redact(step.name)
        return self._names[step.name]

    def _append(self, line: Mapping[str, Any]) -> None:
        try:
            append_line(self._folder.step_calls, line, after_failure=self.failure)
        except Exception as exc:  # noqa: BLE001 - a line that is not written must not cost the call
            self.failure = getattr(exc, "strerror", None) or repr(exc)

    def _digest(self, step: Step, what: str, value: Callable[[], Any]) -> str | None:
        """Return the digest of a call's input or output; None without one."""
        now = time.monotonic()
        least = _MOST_SECONDS + _MOST_SHARE * (now - self._began)
        if self._digesting_seconds > least:
            found, reason = None, _TOO_LONG
        else:
            try:
                with self._secrets.keyed():
                    found, reason = value_digest(
                        value(), now + _MOST_SECONDS, self._secrets.are_in
                    )
            except Exception as exc:  # noqa: BLE001 - it does not fit the signature, or has none
                found, reason = None, str(exc)
            self._digesting_seconds += time.monotonic() - now
        if found is None and (step.name, what) not in self._told:
            self._told.add((step.name, what))
            _log.debug("the %s of step %r has no digest: %s", what, step.name, reason)
        return found

    def _source(self, step: Step) -> str | None:
        if not step.source:
            return None
        digest = step.source_digest
        if digest not in self._sources:
            file = self._folder.steps / f"{file_stem(self._name(step))}-{digest[:12]}.py"
            with suppress(OSError):
                self._folder.steps.mkdir(exist_ok=True)
                text = self._secrets.redact(step.source)
                write_whole(file, text.encode("utf-8", "backslashreplace"))
                self._sources.add(digest)
        return digest

    def _persist(self, call: _Recorded, result: Any) -> str | None:
        """Keep a result, and return the name of its file; None if that cannot be."""
        process = "" if os.getpid() == self._process else f"{os.getpid()}-"
        stem = f"{file_stem(self._name(call.step))}-{process}{call.number}"
        file = self._folder.steps / f"{stem}.dill"
        try:
            data = dumps(result)
            if self._secrets.are_in(data):
                self._leave_out(call.step, HOLDS_SECRET)
                return None
            self._folder.steps.mkdir(exist_ok=True)
            write_whole(file, data)
        except Exception as exc:  # noqa: BLE001 - whatever pickling raises, or the disk
            self._leave_out(call.step, f"{type(exc).__name__}: {exc}")
            return None
        return file.relative_to(self._folder.root).as_posix()

    def _leave_out(self, step: Step, reason: str) -> None:
        if (step.name, "result") not in self._told:
            self._told.add((step.name, "result"))
            self._warn(f"what step {step.name!r} returned could not be kept: {cut(reason)}")


class _Call:
    """A call of which nothing is written."""

    def end(self, result: Any) -> None:
        """Take what the step returned."""

    def fail(self, error: BaseException) -> None:
        """Take what the step raised."""


_UNRECORDED = _Call()


class _Recorded(_Call):
    """A call that is written when it is over."""

    def __init__(
        self, log: StepLog, step: Step, number: int, at: float, inputs: str | None
    ) -> None:
        self._log = log
        self.step = step
        self.number = number
        self.at = at
        self.inputs = inputs
        self.seconds = 0.0
        self._began = time.perf_counter()

    def end(self, result: Any) -> None:
        self._over(result, None)

    def fail(self, error: BaseException) -> None:
        try:
            said = str(error)
        except Exception:  # noqa: BLE001 - an error of the user's may have no text
            said = ""
        self._over(None, cut(f"{type(error).__name__}: {said}".removesuffix(": ")))

    def _over(self, result: Any, failed: str | None) -> None:
        self.seconds = round(time.perf_counter() - self._began, 6)
        self._log.write(self, result, failed)


_open: list[StepLog] = []


def current_log() -> StepLog | None:
    """Return where calls are recorded; None outside of a trial."""
    return _open[-1] if _open else None


def record_steps_in(log: StepLog | None) -> None:
    """Have steps write there from now on, in this process and its forks; None ends that."""
    _open[:] = [log] if log else []
