"""Tells when the processes of a trial reach known points; put in their way as `sitecustomize`.

`profile_trial` copies this file into a folder on PYTHONPATH, so that every interpreter of the
trial loads it first. It wraps the functions that `MITOSIS_BENCH_POINTS` names, once their
modules are imported, and times all imports. Nothing of mitosis is changed or imported here.
Each line of the trace holds process, thread, time, the thread's processor time, kind ("(",
")", "!" for a moment, "=" for what a package's imports took in all) and what it is.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def _tell(kind: str, what: str, now: tuple[float, float] | None = None) -> None:
    moment, cpu = now or _now()
    line = f"{os.getpid()}\t{threading.get_ident()}\t{moment:.6f}\t{cpu:.6f}\t{kind}\t{what}\n"
    trace = os.open(_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)  # forks close what is open
    os.write(trace, line.encode())
    os.close(trace)


def _now() -> tuple[float, float]:
    return time.monotonic(), time.thread_time()


@contextmanager
def _span(what: str) -> Iterator[None]:
    _tell("(", what)
    try:
        yield
    finally:
        _tell(")", what)


def _wrapped(function: Any, what: str) -> Any:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wait(*args: Any, **options: Any) -> Any:
            with _span(what):
                return await function(*args, **options)

        return wait

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        with _span(what):
            return function(*args, **options)

    return call


def _wrap(module: Any) -> None:
    """Wrap the points of a module that was just imported."""
    for path in _points.pop(module.__name__, ()):
        *outer, name = path.split(".")
        owner = functools.reduce(lambda found, part: getattr(found, part, None), outer, module)
        if inspect.isfunction(function := vars(owner or type).get(name)):
            setattr(owner, name, _wrapped(function, f"{module.__name__}:{path}"))


class _Imports(threading.local):
    """Takes the place of the import system's entrance; sums up what packages take."""

    def __init__(self) -> None:
        self.inner = [0.0]

    def __call__(self, name: str, load: Any) -> Any:
        began = _now()
        self.inner.append(0.0)
        try:
            module = _original(name, load)
        finally:
            self._sum_up(name, began)
        if name in _points:
            _wrap(sys.modules[name])
        return module

    def _sum_up(self, name: str, began: tuple[float, float]) -> None:
        ended = _now()
        took = ended[1] - began[1]
        _packages[name.partition(".")[0]] += took - self.inner.pop()
        self.inner[-1] += took
        if len(self.inner) == 1:
            _tell("(", f"import {name}", began)
            _tell(")", f"import {name}", ended)


def _last_words(how: str) -> None:
    for package, took in _packages.items():
        _tell("=", f"{took:.6f} {package}")
    _tell("!", how)


def _leave(status: int) -> None:
    _last_words("os._exit")
    _exit(status)


def _forked() -> None:
    _packages.clear()
    _tell("!", "forked")


if "MITOSIS_BENCH_TRACE" in os.environ:
    import atexit

    del __file__  # what was loaded from a file of the user's must not be forked
    _path = os.environ["MITOSIS_BENCH_TRACE"]
    _tell("!", "interpreter is up: " + " ".join(sys.orig_argv[1:])[:60])
    _packages: dict[str, float] = defaultdict(float)
    _points: dict[str, list[str]] = {}
    for _point in os.environ["MITOSIS_BENCH_POINTS"].split():
        _points.setdefault(_point.partition(":")[0], []).append(_point.partition(":")[2])
    _bootstrap: Any = importlib._bootstrap  # no hook of its own tells how long an import takes
    _original: Callable[[str, Any], Any] = _bootstrap._find_and_load
    _bootstrap._find_and_load = _Imports()
    _exit = os._exit
    os._exit = _leave  # type: ignore[assignment] # it does not return either
    atexit.register(_last_words, "atexit: all that is left is the interpreter's own end")
    os.register_at_fork(after_in_child=_forked)
