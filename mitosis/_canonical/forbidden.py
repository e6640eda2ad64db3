"""Types that never have a text: what they stand for exists in one process only."""

from __future__ import annotations

from mitosis._canonical.registry import FORBIDDEN

_GENERATOR = "a generator is used up by reading; pass a list, or the function that makes it"
_COROUTINE = "a coroutine runs once; pass the function that makes it"
_FILE = "an open file has a position and a process; pass its path"
_LOCK = "a lock of threads belongs to one process; make it in the experiment"
_THREAD = "a thread or process cannot be passed on; start it in the experiment"
_WEAK = "a weak reference may be dead at any time; pass the object itself"
_FRAME = "part of running code; pass the values that you need from it"
_MEMORY = "memory outside of Python; pass bytes or an array"
_CONNECTION = "an open connection; pass what is needed to open it"
_CODE = "code without a name; pass a function from a module"
_FUTURE = "a computation under way; pass its result"

_REASONS = {
    _GENERATOR: ("builtins.generator", "builtins.async_generator"),
    _COROUTINE: ("builtins.coroutine",),
    _FILE: (
        "_io._IOBase", "tempfile._TemporaryFileWrapper",
        "tempfile.TemporaryDirectory", "zipfile.ZipFile", "tarfile.TarFile", "gzip.GzipFile",
    ),
    _LOCK: (
        "_thread.lock", "_thread.RLock", "threading._RLock", "threading.Condition",
        "threading.Semaphore", "threading.Event", "threading.Barrier", "_thread._local",
        "multiprocessing.SemLock", "_thread._localdummy", "asyncio.Lock", "asyncio.Event",
        "asyncio.Condition", "asyncio.Semaphore", "asyncio.Barrier", "asyncio.Queue",
    ),
    _THREAD: (
        "threading.Thread", "subprocess.Popen", "multiprocessing.BaseProcess",
        "concurrent.Executor", "multiprocessing.Pool", "_thread._ThreadHandle",
    ),
    _WEAK: (
        "weakref.ReferenceType", "weakref.ProxyType", "weakref.CallableProxyType",
        "weakref.WeakValueDictionary", "weakref.WeakKeyDictionary", "_weakrefset.WeakSet",
        "weakref.finalize", "weakref.WeakMethod", "builtins.weakref",
        "builtins.weakproxy", "builtins.weakcallableproxy",
    ),
    _FRAME: ("builtins.frame", "builtins.traceback", "builtins.cell", "builtins.super"),
    _MEMORY: (
        "_ctypes._SimpleCData", "_ctypes.Structure", "_ctypes.Union", "_ctypes.Array",
        "_ctypes._Pointer", "_ctypes.CFuncPtr", "_ctypes._CData", "ctypes.CDLL",
        "mmap.mmap", "builtins.memoryview", "builtins.PyCapsule",
        "multiprocessing.SharedMemory", "multiprocessing.ShareableList",
    ),
    _CONNECTION: (
        "socket.socket", "_socket.socket", "sqlite3.Connection", "sqlite3.Cursor",
        "ssl.SSLContext", "multiprocessing._ConnectionBase", "select.epoll", "select.poll",
    ),
    _CODE: ("builtins.code",),
    _FUTURE: ("concurrent.Future", "_asyncio.Future", "_asyncio.Task", "asyncio.Future"),
}  # fmt: skip

FORBIDDEN.update({name: reason for reason, names in _REASONS.items() for name in names})
