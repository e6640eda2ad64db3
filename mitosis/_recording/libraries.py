"""What the kernel has loaded: modules that may be the experiment's, and numeric libraries."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mitosis._canonical.libraries import load_rules_at_hand

if TYPE_CHECKING:  # for annotations only: imported where it is used
    from threadpoolctl import ThreadpoolController

_INSTALLED = ("/site-packages/", "/dist-packages/")
_BRING_THREADS = {
    *("catboost", "cv2", "faiss", "jax", "lightgbm", "mkl", "numba", "numexpr", "numpy"),
    *("onnxruntime", "scipy", "sklearn", "tensorflow", "torch", "xgboost"),
}
_TOLD = ("user_api", "internal_api", "version", "architecture", "num_threads")
_SET_ON_IMPORT = "KMP_DUPLICATE_LIB_OK"
"""An environment variable that threadpoolctl sets."""
_last_known: str | None = None
"""The module loaded last of those that are no experiment's: they were there before the fork."""
_BUILT = ("Compilers", "Build Dependencies", "SIMD Extensions")


class _Pools(NamedTuple):
    """What was found of BLAS and OpenMP when so many shared libraries were loaded."""

    controller: ThreadpoolController
    shared_libraries: int


_pools: _Pools | None = None


def know_loaded() -> None:
    """Remember that what is loaded is Python's own, installed or mitosis's, and what it is.

    There are a thousand modules in every trial, and a fork for it has most of them already: a
    look at these would copy a part of all that is shared.
    """
    global _last_known, _pools  # noqa: PLW0603 - as there is one sys.modules
    load_rules_at_hand()
    if not _BRING_THREADS.isdisjoint(sys.modules):
        _pools = _found_pools()
    _last_known = next(reversed(sys.modules))


def module_files() -> list[str]:
    """Return the files of all modules but Python's own and installed ones, sorted."""
    files: set[str] = set()
    for name in [*takewhile(lambda name: name != _last_known, reversed(sys.modules))]:
        with suppress(Exception):  # anything may stand in sys.modules, and do anything
            files.add(_file_of(sys.modules[name]))
    standard = _standard_library()
    return sorted(file for file in files if file and not _is_installed(file, standard))


def _file_of(module: Any) -> str:
    # Past __getattr__, which may load what was never used.
    file = vars(module).get("__file__") or vars(module)["__spec__"].origin
    return str(file) if isinstance(file, str) and file.startswith(os.sep) else ""


def _is_installed(file: str, standard: tuple[str, ...]) -> bool:
    # There are a thousand of them in every trial: a Path each would take longer than all else.
    return file.startswith(standard) or any(folder in file for folder in _INSTALLED)


def _standard_library() -> tuple[str, ...]:
    home = sys.modules["os"].__file__
    return (f"{Path(str(home)).parent}/", "<")


def numeric_libraries() -> list[dict[str, Any]]:
    """Return the BLAS and OpenMP libraries in this process, with their numbers of threads."""
    if _BRING_THREADS.isdisjoint(sys.modules):
        return []
    pools = _pools
    if pools is None or pools.shared_libraries != _count_shared_libraries():
        pools = _found_pools()
    told = [{name: found.get(name) for name in _TOLD} for found in pools.controller.info()]
    return sorted(told, key=str)


def _found_pools() -> _Pools:
    was_set = _SET_ON_IMPORT in os.environ
    from threadpoolctl import ThreadpoolController

    if not was_set:  # by whoever runs here; the next trial of this process would record it
        os.environ.pop(_SET_ON_IMPORT, None)
    return _Pools(ThreadpoolController(), _count_shared_libraries())


def _count_shared_libraries() -> int:
    """Return how many are loaded, by whatever means; 0 where the system does not say."""
    count = 0

    def look(_library: object, _size: int, _data: object) -> int:
        nonlocal count
        count += 1
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
    with suppress(AttributeError):  # not every system has this
        ctypes.CDLL(None).dl_iterate_phdr(callback(look), None)
    return count


def numeric_builds() -> dict[str, dict[str, Any]]:
    """Return how numpy and scipy were built, where they are loaded, as `show_config` has it."""
    loaded = {name: sys.modules.get(f"{name}.__config__") for name in ("numpy", "scipy")}
    told = {name: getattr(module, "CONFIG", {}) for name, module in loaded.items() if module}
    return {
        name: {key: built[key] for key in _BUILT if key in built}
        for name, built in told.items()
    }


def survivors(threads_before: set[int]) -> Iterator[str]:
    """Name the threads and processes that the experiment started and has not ended.

    Workers that wait for work in a pool are not among them: they have nothing more to say.
    """
    import threading

    frames = sys._current_frames()  # noqa: SLF001 - the one way to see what a thread does
    for thread in threading.enumerate():
        if thread.daemon or thread.ident in threads_before or thread.ident is None:
            continue
        if not _waits_for_work(thread, frames.get(thread.ident)):
            yield f"thread {thread.name}"
    if multiprocessing := sys.modules.get("multiprocessing"):
        pooled = _pooled_processes(threading.enumerate())
        for process in multiprocessing.active_children():
            if not process.daemon and process.pid not in pooled:
                yield f"process {process.name}"


def _waits_for_work(thread: Any, frame: Any) -> bool:
    if type(thread).__name__ == "_ExecutorManagerThread":
        return not getattr(thread, "pending_work_items", None)
    if frame is None or frame.f_code.co_name != "_worker":
        return False
    return Path(frame.f_code.co_filename).parts[-2:] == ("futures", "thread.py")


def _pooled_processes(threads: list[Any]) -> set[int]:
    managers = [
        thread for thread in threads if type(thread).__name__ == "_ExecutorManagerThread"
    ]
    return {pid for manager in managers for pid in getattr(manager, "processes", {})}
