"""What people do with locks besides running trials: look, compare, free, share.

This layer reads and writes locks through `_store` and in `mitosis.lock`. It prints nothing,
imports no experiment, and makes no value canonical: definitions reach it as `Variant`s.
"""

from mitosis._locks.comparison import Comparison, Contradiction, Definition, compare
from mitosis._locks.folder import Held, Holdings, held_locks
from mitosis._locks.freeing import rename, retire
from mitosis._locks.lockfile import lock_file_text, read_lock_file, write_lock_file
from mitosis._locks.naming import Named, find_definitions, find_lock
from mitosis._locks.sharing import Imported, import_locks, shared_locks, unknown_locks

__all__ = [
    "Comparison",
    "Contradiction",
    "Definition",
    "Held",
    "Holdings",
    "Imported",
    "Named",
    "compare",
    "find_definitions",
    "find_lock",
    "held_locks",
    "import_locks",
    "lock_file_text",
    "read_lock_file",
    "rename",
    "retire",
    "shared_locks",
    "unknown_locks",
    "write_lock_file",
]
