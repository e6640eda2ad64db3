"""The digest of an array's values: C order, one bit pattern for NaN, no padding.

Contiguous memory is hashed where it lies, on all processors. Of a large array of numbers that
are usual in memory, another thread looks for NaNs meanwhile; only where there are some it is
hashed again, in pieces that are copied and normalised.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

_PIECE = 1 << 20
"""Bytes that are looked at and hashed together, while the processor still has them near."""
_LARGE = 1 << 22
"""Bytes from which another thread pays."""
_ABANDONED = 1 << 26
"""Bytes that are hashed before asking whether it was in vain."""
_LOOKED_AT = 8192
"""Numbers in one product: for more, BLAS would start threads that take the hash's place."""


def digest_values(value: Any) -> str:
    """Return the blake3 digest of an exact ndarray that holds no Python objects."""
    from blake3 import blake3

    hasher = blake3(max_threads=blake3.AUTO if value.nbytes > _PIECE else 1)
    return _fed(hasher, value).hexdigest()  # type: ignore[no-any-return] # blake3 has no types for it


def _fed(hasher: Any, value: Any) -> Any:
    names = value.dtype.names
    if names is not None:
        for name in names:
            hasher = _fed(hasher, value[name])
        return hasher
    if value.dtype.itemsize == 0 or value.size == 0:
        return hasher
    flat = _flat(value)
    if flat.dtype.kind != "f":
        return hasher.update(flat.view("u1").data)
    return _without_nan(hasher, flat) or _normalised(hasher, flat)


def _flat(value: Any) -> Any:
    """Return all values in C order, complex ones as pairs; no copy of contiguous memory."""
    np = sys.modules["numpy"]
    flat = np.ascontiguousarray(value).reshape(-1)
    if flat.dtype.kind == "c":
        return flat.view(f"{flat.dtype.byteorder}f{flat.dtype.itemsize // 2}")
    if flat.dtype.kind == "b" and flat.view("u1").max() > 1:
        # Any byte but 0 is true, and memory from elsewhere holds any.
        return flat.view("u1") != 0
    return flat


def _without_nan(hasher: Any, flat: Any) -> Any:
    """Return a hasher that has been fed with memory as it lies, None if that holds a NaN."""
    if flat.nbytes < _LARGE or not _can_be_multiplied(flat):
        return None
    found = threading.Event()
    looking = threading.Thread(target=_look_for_nan, args=(flat, found), name="mitosis-nan")
    looking.start()
    hasher = hasher.copy()
    memory = flat.view("u1").data
    for start in range(0, len(memory), _ABANDONED):
        if found.is_set():
            break
        hasher.update(memory[start : start + _ABANDONED])
    looking.join()
    return None if found.is_set() else hasher


def _look_for_nan(flat: Any, found: threading.Event) -> None:
    if _may_hold_nan(flat, sys.modules["numpy"]):
        found.set()


def _can_be_multiplied(flat: Any) -> bool:
    return bool(flat.dtype.isnative and flat.dtype.itemsize in (4, 8))


def _may_hold_nan(flat: Any, np: Any) -> bool:
    if not _can_be_multiplied(flat):
        return bool(np.isnan(flat).any())
    # A sum of squares is NaN only if a term is, and costs a tenth of asking each.
    with np.errstate(all="ignore"):
        for start in range(0, flat.size, _LOOKED_AT):
            piece = flat[start : start + _LOOKED_AT]
            total = np.dot(piece, piece)
            if total != total:
                return True
    return False


def _normalised(hasher: Any, flat: Any) -> Any:
    np = sys.modules["numpy"]
    length = max(1, _PIECE // flat.dtype.itemsize)
    for start in range(0, flat.size, length):
        piece = flat[start : start + length]
        if _may_hold_nan(piece, np):
            piece = piece.copy()
            piece[np.isnan(piece)] = np.nan
        if piece.dtype.itemsize > 8:
            piece = _without_padding(piece, np)
        hasher.update(piece.view("u1").data)
    return hasher


def _without_padding(piece: Any, np: Any) -> Any:
    # The 80-bit numbers of x86 lie in 12 or 16 bytes, the rest is whatever was there.
    used = 10 if np.finfo(np.longdouble).nmant == 63 else piece.dtype.itemsize
    rows = piece.view("u1").reshape(-1, piece.dtype.itemsize)
    kept = rows[:, :used] if piece.dtype.isnative else rows[:, -used:]
    return np.ascontiguousarray(kept).reshape(-1)
