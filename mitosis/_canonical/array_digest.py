"""The digest of an array's values: C order, one bit pattern for NaN, no padding.

Contiguous memory is hashed where it lies. NaNs are looked for in pieces that stay in the
processor's cache, so that memory is read once.
"""

from __future__ import annotations

import sys
from typing import Any

_PIECE = 1 << 20
"""Bytes that are looked at and hashed together, while the processor still has them near."""


def digest_values(value: Any) -> str:
    """Return the blake3 digest of an exact ndarray that holds no Python objects."""
    from blake3 import blake3

    hasher = blake3()
    _feed(hasher, value)
    return hasher.hexdigest()


def _feed(hasher: Any, value: Any) -> None:
    names = value.dtype.names
    if names is not None:
        for name in names:
            _feed(hasher, value[name])
        return
    for piece in _pieces(value):
        hasher.update(_normalised(piece).view("u1").data)


def _pieces(value: Any) -> Any:
    """Yield contiguous one-dimensional arrays that hold all values in C order."""
    np = sys.modules["numpy"]
    if value.dtype.itemsize == 0 or value.size == 0:
        return
    flat = np.ascontiguousarray(value).reshape(-1)
    length = max(1, _PIECE // value.dtype.itemsize)
    for start in range(0, flat.size, length):
        yield flat[start : start + length]


def _normalised(piece: Any) -> Any:
    np = sys.modules["numpy"]
    kind, size = piece.dtype.kind, piece.dtype.itemsize
    if kind == "c":
        kind, size = "f", size // 2
        piece = piece.view(f"{piece.dtype.byteorder}f{size}")
    if kind != "f":
        return piece
    if _may_hold_nan(piece, np):
        piece = piece.copy()
        piece[np.isnan(piece)] = np.nan
    return _without_padding(piece, np) if size > 8 else piece


def _may_hold_nan(piece: Any, np: Any) -> bool:
    # A sum of squares is NaN only if a term is, and costs a tenth of asking each.
    if piece.dtype.isnative and piece.dtype.itemsize in (4, 8):
        with np.errstate(all="ignore"):
            total = np.dot(piece, piece)
        return bool(total != total)
    return bool(np.isnan(piece).any())


def _without_padding(piece: Any, np: Any) -> Any:
    # The 80-bit numbers of x86 lie in 12 or 16 bytes, the rest is whatever was there.
    used = 10 if np.finfo(np.longdouble).nmant == 63 else piece.dtype.itemsize
    rows = piece.view("u1").reshape(-1, piece.dtype.itemsize)
    kept = rows[:, :used] if piece.dtype.isnative else rows[:, -used:]
    return np.ascontiguousarray(kept).reshape(-1)
