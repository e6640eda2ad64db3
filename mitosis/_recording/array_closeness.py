"""How far two arrays of one form are apart, block by block: copies of a result may be too many.

What is left of a sum that should be zero depends on the size of what was added. So the numbers
of an array are seen beside the largest of them.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator
from typing import Any

RELATIVE = 1e-9
"""Floats that are this close, by the larger of both, differ by noise."""

RESIDUE = 1e-12
"""So do floats that are this close, by the largest number of the same array or list."""

LAST_PLACES = 4
"""So do floats that are as many units in their last place apart: not all have 53 bits."""

_SMALLEST = math.ulp(0.0)

_BLOCK = 1 << 20


class Different(Exception):  # noqa: N818 - never leaves the package
    """Two values differ by more than noise.

    Attributes:
        then: a short text of the first.
        now: of the second.
        place: where they stand in the values that were to be compared, as code goes there.
    """

    def __init__(self, then: str, now: str, place: str = "") -> None:
        super().__init__(then, now, place)
        self.then, self.now, self.place = then, now, place


def numbers_apart(then: complex, now: complex, scale: float) -> float:
    """Return how far two numbers are apart, beside the larger one or else beside the scale.

    Raises:
        Different: that is more than noise.
    """
    if then == now or (cmath.isnan(then) and cmath.isnan(now)):
        return 0.0
    apart, size = abs(then - now), max(abs(then), abs(now))
    if math.isfinite(size):
        if apart <= max(RELATIVE * size, LAST_PLACES * _SMALLEST):
            return apart / size
        if apart <= RESIDUE * scale:
            return apart / scale
    raise Different(repr(then), repr(now))


def floats_apart(then: Any, now: Any, scale: float) -> float:
    """Return how far the floats of two arrays are apart at most.

    Args:
        then: the first array.
        now: the second, of the same dtype and shape.
        scale: what small numbers are seen beside.

    Raises:
        Different: that is more than noise.
    """
    return max(_apart(then, now, scale), default=0.0)


def largest(array: Any) -> float:
    """Return the size of the largest finite number in an array of floats."""
    import numpy as np

    with np.errstate(all="ignore"):
        sizes = (np.abs(array.reshape(-1)[block]) for block in _blocks(array))
        return max((float(np.max(s[np.isfinite(s)], initial=0.0)) for s in sizes), default=0.0)


def first_difference(then: Any, now: Any) -> Different:
    """Return the first place at which two arrays of no floats differ."""
    is_other = (then != now).reshape(-1)
    if not is_other.any():  # as bytes they do
        return Different("an array", "another array")
    return _at(int(is_other.argmax()), then, now)


def _apart(then: Any, now: Any, scale: float) -> Iterator[float]:
    import numpy as np

    for block in _blocks(then):
        one, other = then.reshape(-1)[block], now.reshape(-1)[block]
        with np.errstate(all="ignore"):
            unequal = ~((one == other) | (np.isnan(one) & np.isnan(other)))
            places = np.flatnonzero(unequal)
            one, other = one[unequal], other[unequal]
            beside = _beside(np.abs(one - other), np.maximum(np.abs(one), np.abs(other)), scale)
        if np.isnan(beside).any():
            raise _at(block.start + int(places[np.isnan(beside).argmax()]), then, now)
        yield float(np.max(beside, initial=0.0))


def _beside(apart: Any, size: Any, scale: float) -> Any:
    """Return each difference beside what it is noise of; NaN where it is more than noise."""
    import numpy as np

    bits = np.finfo(size.dtype)
    relative = max(RELATIVE, LAST_PLACES * float(bits.eps))
    close = (apart <= relative * size) | (apart <= LAST_PLACES * bits.smallest_subnormal)
    residual = ~close & (apart <= RESIDUE * scale)
    by_scale = np.where(residual, apart / (scale or 1.0), np.nan)
    return np.where(np.isfinite(size), np.where(close, apart / size, by_scale), np.nan)


def _at(place: int, then: Any, now: Any) -> Different:
    import numpy as np

    index = np.unravel_index(place, then.shape)
    step = f"[{', '.join(map(str, index))}]" if index else ""
    return Different(str(then[index]), str(now[index]), step)


def _blocks(array: Any) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, array.size, _BLOCK))
