"""Axes of a picture: where a number stands on one, and which are written beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mitosis._dataclass import dataclass

DECADES = 100.0
"""Positive numbers that span so much stand on a logarithmic axis."""

_MOST_TICKS = 7
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LEAST_SPAN = 1e-300
_SMALL, _LARGE = 1e-4, 1e9


@dataclass(frozen=True)
class Axis:
    """A range of numbers along a line.

    Attributes:
        low: the number at its beginning.
        high: the number at its end, which is larger.
        is_log: whether it is logarithmic; its numbers are positive then.
        start: where it begins in the picture.
        end: where it ends.
    """

    low: float
    high: float
    is_log: bool = False
    start: float = 0.0
    end: float = 1.0

    def at(self, number: float) -> float:
        """Return where a number stands in the picture."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        share = (self._scaled(number) - low) / (high - low)
        return self.start + share * (self.end - self.start)

    def _scaled(self, number: float) -> float:
        return math.log10(number) if self.is_log else number

    def ticks(self) -> list[tuple[float, str]]:
        """Return round numbers on it, each with its text."""
        return self._powers() if self.is_log else self._multiples()

    def _powers(self) -> list[tuple[float, str]]:
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        every = math.ceil((last - first + 1) / _MOST_TICKS)
        numbers = [10.0**power for power in range(first, last + 1, max(1, every))]
        return [(number, f"{number:.4g}") for number in numbers]

    def _multiples(self) -> list[tuple[float, str]]:
        step = _round_step((self.high - self.low) / (_MOST_TICKS - 1))
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        numbers = [count * step for count in range(first, last + 1)]
        return list(zip(numbers, _texts(numbers, step), strict=True))


def linear(low: float, high: float, margin: float = 0.06) -> Axis:
    """Return an axis with some room beside the least and the largest number."""
    room, size = (high - low) * margin, max(abs(low), abs(high))
    if room < _LEAST_SPAN or room <= size * 1e-12:  # hardly a difference
        room = size * 0.05 if size > _LEAST_SPAN else 0.5
    return Axis(low - room, high + room)


def logarithmic(low: float, high: float, factor: float = 1.3) -> Axis:
    """Return a logarithmic axis with some room beside the least and the largest number."""
    return Axis(low / factor, high * factor, is_log=True)


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least or step == _STEPS[-1])


def _texts(numbers: Sequence[float], step: float) -> list[str]:
    """Return numbers with as many digits as their distance needs."""
    size = max(map(abs, numbers), default=0.0)
    digits = f"{step:.1e}"  # 2.5 has one more than 1, 2 and 5
    power = int(digits.partition("e")[2]) - (digits[2] != "0")
    if size >= _LARGE or step < _SMALL:
        behind = max(0, math.floor(math.log10(size or step)) - power)
        return [f"{number:.{behind}e}" if number else "0" for number in numbers]
    return [f"{number:.{max(0, -power)}f}" for number in numbers]
