"""How far two results are apart: equal, apart by the noise of floating point, or different.

The numbers of one list or array, and of those inside it, are seen beside the largest of them.
What stands in a dict or an object may mean anything, so it is seen beside nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from mitosis._canonical import canonical, differences
from mitosis._dataclass import dataclass
from mitosis._recording.array_closeness import (
    Different,
    first_difference,
    floats_apart,
    largest,
    numbers_apart,
)
from mitosis._recording.report import shortened

_LISTS = (list, tuple)
_SETS = (set, frozenset)


@dataclass(frozen=True)
class Closeness:
    """How two values compare.

    Attributes:
        is_close: whether they differ by noise at most.
        largest_relative: the largest difference of two floats in them, beside the larger one or
            beside the largest of their list or array; of values that are not close, it is 0.
        place: in values that are not close, where the first difference is, as code goes there.
        then: a short text of what stands there in the first.
        now: and in the second.
    """

    is_close: bool
    largest_relative: float = 0.0
    place: str = ""
    then: str = ""
    now: str = ""


def closeness(then: Any, now: Any) -> Closeness:
    """Compare two values of any kind.

    Raises:
        Exception: whatever a value raises that cannot be looked at.
    """
    try:
        return Closeness(True, max(_apart(then, now), default=0.0))
    except Different as found:
        return Closeness(False, 0.0, found.place, found.then, found.now)


def _apart(then: Any, now: Any, scale: float | None = None) -> Iterator[float]:
    """Yield the relative differences of all floats in two values of one form.

    Args:
        then: the first.
        now: the second.
        scale: the largest number of the list that both are in; None outside of any.
    """
    if then is now:
        return
    if type(then) is not type(now):
        raise Different(_typed(then), _typed(now))
    if isinstance(then, float):
        yield numbers_apart(float(then), float(now), scale or 0.0)
    elif isinstance(then, complex):
        yield numbers_apart(complex(then), complex(now), scale or 0.0)
    elif type(then) is dict:
        yield from _dicts_apart(then, now)
    elif type(then) in _LISTS:
        yield from _lists_apart(then, now, _scale([then, now]) if scale is None else scale)
    elif type(then) in _SETS and _are_floats(then) and _are_floats(now):
        yield from _apart(_in_order(then), _in_order(now), scale)
    elif (arrays := _arrays(then, now)) is not None:
        yield from _arrays_apart(*arrays, scale)
    elif _is_table(then):
        yield from _tables_apart(then, now)
    else:
        yield from _texts_apart(canonical(then), canonical(now))


def _typed(value: Any) -> str:
    return f"{shortened(value)} ({type(value).__module__}.{type(value).__qualname__})"


def _below(step: str, then: Any, now: Any, scale: float | None = None) -> Iterator[float]:
    """Compare parts of two values that a step leads to."""
    try:
        yield from _apart(then, now, scale)
    except Different as found:
        found.place = step + found.place
        raise


def _dicts_apart(then: dict[Any, Any], now: dict[Any, Any]) -> Iterator[float]:
    if then.keys() != now.keys():
        only_then = [key for key in then if key not in now]
        only_now = [key for key in now if key not in then]
        raise Different(f"only here: {only_then!r:.90}", f"only here: {only_now!r:.90}")
    for key, value in then.items():
        yield from _below(f"[{shortened(key, 60)}]", value, now[key])


def _lists_apart(then: Any, now: Any, scale: float) -> Iterator[float]:
    if len(then) != len(now):
        raise Different(f"of length {len(then)}", f"of length {len(now)}")
    for place, (one, other) in enumerate(zip(then, now, strict=True)):
        yield from _below(f"[{place}]", one, other, scale)


def _are_floats(values: Any) -> bool:
    return all(isinstance(value, float) for value in values)


def _in_order(numbers: Any) -> list[float]:
    return sorted(numbers, key=lambda number: (math.isnan(number), number))


def _scale(values: Any) -> float:
    """Return the size of the largest finite number in lists and what is in them, but dicts."""
    return max(map(_size, values), default=0.0)


def _size(value: Any) -> float:
    if isinstance(value, float | complex):
        size = math.hypot(value.real, value.imag)
        return size if math.isfinite(size) else 0.0
    if type(value) in (*_LISTS, *_SETS):
        return _scale(value)
    arrays = _arrays(value, value)
    return largest(arrays[0]) if arrays and arrays[0].dtype.kind in "fc" else 0.0


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


def _arrays_apart(then: Any, now: Any, scale: float | None) -> Iterator[float]:
    if then.dtype != now.dtype or then.shape != now.shape:
        raise Different(*(f"{array.dtype} of shape {array.shape}" for array in (then, now)))
    if then.dtype.names:
        for name in then.dtype.names:
            yield from _below(f"[{name!r}]", then[name], now[name])
    elif then.dtype.hasobject:
        yield from _apart(then.ravel().tolist(), now.ravel().tolist(), scale)
    elif then.dtype.kind in "fc":
        if scale is None and then.ndim:
            scale = max(largest(then), largest(now))
        yield floats_apart(then, now, scale or 0.0)
    elif then.tobytes() != now.tobytes():
        raise first_difference(then, now)


def _is_table(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(value) in (pandas.DataFrame, pandas.Series)


def _tables_apart(then: Any, now: Any) -> Iterator[float]:
    """Compare tables of pandas: all but the numbers as texts, which hold these as digests."""
    for one, other in ((then.iloc[:0], now.iloc[:0]), (then.index, now.index)):
        yield from _texts_apart(canonical(one), canonical(other))
    if then.ndim == 1:
        yield from _columns_apart(then, now)
        return
    for place in range(then.shape[1]):
        one, other = then.iloc[:, place], now.iloc[:, place]
        try:
            yield from _columns_apart(one, other)
        except Different as found:
            found.place = f".iloc[:, {place}]{found.place}"
            raise


def _columns_apart(then: Any, now: Any) -> Iterator[float]:
    import numpy as np

    if then.dtype == now.dtype and isinstance(then.dtype, np.dtype) and then.dtype.kind in "fc":
        yield from _apart(then.to_numpy(), now.to_numpy())
    else:
        yield from _texts_apart(canonical(then), canonical(now))


def _texts_apart(then: str, now: str) -> Iterator[float]:
    """Compare values that only their canonical texts open up, leaf by leaf."""
    for path, one, other in differences(then, now):
        try:
            yield numbers_apart(_number(one), _number(other), 0.0)
        except (ValueError, Different):
            raise Different(one, other, path.removeprefix("$")) from None


def _number(text: str) -> complex:
    if "." not in text and "e" not in text and "j" not in text and "n" not in text:
        raise ValueError(text)  # an integer, of which each digit counts
    return complex(text)


def differing_keys(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the keys that differ, main first."""
    keys = [*now, *(key for key in then if key not in now)]
    differing = [key for key in keys if then.get(key) != now.get(key)]
    return sorted(differing, key=lambda key: key != "main")
