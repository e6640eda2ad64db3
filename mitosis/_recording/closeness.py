"""How far two results are apart: equal, apart by the noise of floating point, or different."""

from __future__ import annotations

import cmath
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mitosis._canonical import canonical, differences

RELATIVE = 1e-9
"""Floats that are this close, by the larger of both, differ by noise."""

ABSOLUTE = 1e-12
"""So do floats that are this close themselves."""

_NUMBERS = (float, complex)


class _Different(Exception):  # noqa: N818 - never leaves the module
    """Two values differ by more than noise."""


@dataclass(frozen=True)
class Closeness:
    """How two values compare.

    Attributes:
        is_close: whether they differ by noise at most.
        largest_relative: the largest relative difference of two floats in them, as far as it
            was looked for: of values that are not close, it is 0.
    """

    is_close: bool
    largest_relative: float = 0.0


def closeness(then: Any, now: Any) -> Closeness:
    """Compare two values of any kind.

    Raises:
        Exception: whatever a value raises that cannot be looked at.
    """
    try:
        return Closeness(True, max(_apart(then, now), default=0.0))
    except _Different:
        return Closeness(False)


def _apart(then: Any, now: Any) -> Iterator[float]:
    """Yield the relative differences of all floats in two values of one form."""
    if then is now:
        return
    if type(then) is not type(now):
        raise _Different
    if isinstance(then, _NUMBERS):
        yield _relative(complex(then), complex(now))
    elif type(then) is dict:
        yield from _dicts_apart(then, now)
    elif type(then) in (list, tuple):
        yield from _lists_apart(then, now)
    elif (arrays := _arrays(then, now)) is not None:
        yield from _arrays_apart(*arrays)
    else:
        yield from _texts_apart(canonical(then), canonical(now))


def _dicts_apart(then: dict[Any, Any], now: dict[Any, Any]) -> Iterator[float]:
    if then.keys() != now.keys():
        raise _Different
    for key, value in then.items():
        yield from _apart(value, now[key])


def _lists_apart(then: Any, now: Any) -> Iterator[float]:
    if len(then) != len(now):
        raise _Different
    for one, other in zip(then, now, strict=True):
        yield from _apart(one, other)


def _relative(then: complex, now: complex) -> float:
    if then == now or (cmath.isnan(then) and cmath.isnan(now)):
        return 0.0
    apart, size = abs(then - now), max(abs(then), abs(now))
    if not (apart <= ABSOLUTE or apart <= RELATIVE * size) or cmath.isinf(size):
        raise _Different
    return apart / size


def _arrays(then: Any, now: Any) -> tuple[Any, Any] | None:
    """Return two values of numpy, or two tensors, as arrays."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if torch and type(then) is torch.Tensor and then.device == now.device:
        then, now = then.detach().cpu(), now.detach().cpu()
        if then.dtype is torch.bfloat16:
            return None
        then, now = then.numpy(), now.numpy()
    if numpy and type(then) is numpy.ndarray:
        return then, now
    if numpy and isinstance(then, numpy.generic):
        return numpy.asarray(then), numpy.asarray(now)
    return None


def _arrays_apart(then: Any, now: Any) -> Iterator[float]:
    if then.dtype != now.dtype or then.shape != now.shape:
        raise _Different
    if then.dtype.names:
        for name in then.dtype.names:
            yield from _arrays_apart(then[name], now[name])
    elif then.dtype.hasobject:
        yield from _lists_apart(then.ravel().tolist(), now.ravel().tolist())
    elif then.dtype.kind in "fc":
        yield _floats_apart(then, now)
    elif not _are_equal(then, now):
        raise _Different


def _are_equal(then: Any, now: Any) -> bool:
    return bool(then.tobytes() == now.tobytes())


def _floats_apart(then: Any, now: Any) -> float:
    """Compare block by block: three arrays of the size of a result may be too many."""
    pairs = zip(_blocks(then), _blocks(now), strict=True)
    return max((_block_apart(one, other) for one, other in pairs), default=0.0)


def _block_apart(then: Any, now: Any) -> float:
    import numpy as np

    with np.errstate(all="ignore"):
        unequal = ~((then == now) | (np.isnan(then) & np.isnan(now)))
        one, other = then[unequal], now[unequal]
        apart = np.abs(one - other)
        size = np.maximum(np.abs(one), np.abs(other))
        close = (apart <= ABSOLUTE) | (apart <= RELATIVE * size)
        if not np.all(close & np.isfinite(size)):
            raise _Different
        return float(np.max(apart / size, initial=0.0))


def _blocks(array: Any, length: int = 1 << 20) -> Iterator[Any]:
    flat = array.reshape(-1)
    for start in range(0, flat.size, length):
        yield flat[start : start + length]


def _texts_apart(then: str, now: str) -> Iterator[float]:
    """Compare values that only their canonical texts open up, leaf by leaf."""
    for _, one, other in differences(then, now):
        try:
            yield _relative(_number(one), _number(other))
        except ValueError:
            raise _Different from None


def _number(text: str) -> complex:
    if "." not in text and "e" not in text and "j" not in text and "n" not in text:
        raise ValueError(text)  # an integer, of which each digit counts
    return complex(text)


def differing_keys(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the keys that differ, main first."""
    keys = [*now, *(key for key in then if key not in now)]
    differing = [key for key in keys if then.get(key) != now.get(key)]
    return sorted(differing, key=lambda key: key != "main")
