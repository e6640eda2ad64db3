"""What trials reported, against one of their parameters; readable in black and white.

Each trial is a dot while there are few. Above each value stand the mean and the standard
deviation; of many trials, a thin line from the least to the largest takes the place of dots.

The picture is written without matplotlib: to load that takes longer than a short sweep.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise
from statistics import median

from mitosis._curves.axes import DECADES, Axis, linear, logarithmic
from mitosis._dataclass import dataclass
from mitosis._wording import shown

_MOST = 1e100
"""Larger numbers are left out: their squares are none, and no axis reaches so far."""

_MOST_DOTS = 500
_MOST_PLACES = 60
"""Values in so many parts of the axis are drawn together if there are more of them."""

_MOST_LABELS = 12
_LONGEST_LABEL = 16
_LEAST_GAP = 0.09
_ASIDE = 5.0
"""So far left of the bar the dots stand, where it does not hide them."""

_TOP, _RIGHT, _CAP, _HALF = 24.0, 12.0, 3.0, 2.25
_LETTER, _LINE = 5.4, 12.0
"""About as wide and as high is a letter."""

_STYLE = (
    "text{font:9px 'DejaVu Sans',Verdana,Arial,sans-serif;fill:#000}"
    ".title{font-size:10px}.y{text-anchor:end}.x{text-anchor:middle}"
    "path{fill:none}.grid{stroke:#e3e6ea;stroke-width:.6}.axis{stroke:#59636e;stroke-width:.8}"
    ".one{stroke:#8a94a0;stroke-width:.8;fill:none}"
    ".bar{stroke:#1b4f8f;stroke-width:1.6}.mean{fill:#1b4f8f}"
    ".joined{stroke:#1b4f8f;stroke-width:1.1;fill:none}"
)


@dataclass(frozen=True)
class Dependence:
    """One parameter of some trials, and what they reported.

    Attributes:
        name: of the parameter.
        x: its value for each trial; where it is no number, the number of its category.
        y: what each trial reported.
        categories: their names; empty where the values are numbers.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class _Place:
    """Where something stands on the axis, and what was reported there."""

    x: float
    mean: float
    std: float
    low: float
    high: float


@dataclass(frozen=True)
class _Frame:
    """The two axes, and what stands beside them."""

    across: Axis
    up: Axis
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    is_turned: bool

    @property
    def left(self) -> float:
        return self.across.start

    @property
    def right(self) -> float:
        return self.across.end

    @property
    def bottom(self) -> float:
        return self.up.start


def dependence_svg(
    dependence: Dependence,
    y_label: str,
    *,
    limits: tuple[float, float] | None = None,
    size: tuple[float, float] = (360.0, 216.0),
) -> str:
    """Return a picture of what trials reported against a parameter, as SVG.

    An axis is logarithmic if its numbers are positive and span two decades. Numbers that are
    not finite, or enormous, are left out.

    Args:
        dependence: what to draw.
        y_label: what was reported.
        limits: the least and largest number of all pictures that stand beside each other.
        size: width and height, in points.
    """
    pairs = zip(dependence.x, dependence.y, strict=True)
    points = [(float(x), float(y)) for x, y in pairs if abs(x) <= _MOST and abs(y) <= _MOST]
    title = _cut(f"{shown(y_label)} by {shown(dependence.name)}", size[0] - 20)
    label = _cut(_x_label(dependence), size[0] - 20)
    parts = [f'<rect width="100%" height="100%" fill="#fff"/><style>{_STYLE}</style>']
    middle = size[0] / 2
    if points:
        frame = _framed(dependence, points, limits, size)
        middle = (frame.left + frame.right) / 2
        parts += _axes(frame)
        parts += [_clip(frame), '<g clip-path="url(#in)">']
        parts += [*_drawn(frame, points, is_joined=not dependence.categories), "</g>"]
    parts.append(_text("x", middle, size[1] - 6, label))
    parts.append(_text("title", 10.0, 14.0, title))
    width, height = (f"{length:g}" for length in size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )


def _x_label(dependence: Dependence) -> str:
    name = shown(dependence.name)
    return f"{name}, numbered" if len(dependence.categories) > _MOST_LABELS else name


def _framed(
    dependence: Dependence,
    points: Sequence[tuple[float, float]],
    limits: tuple[float, float] | None,
    size: tuple[float, float],
) -> _Frame:
    ys = [y for _, y in points]
    low, high = (max(-_MOST, min(_MOST, y)) for y in limits or (min(ys), max(ys)))
    up = logarithmic(low, high) if _spans_decades([low, high]) else linear(low, high)
    xs = sorted({x for x, _ in points})
    across, x_ticks = _numbered(xs)
    if dependence.categories:
        across, x_ticks = _named(dependence.categories)
    y_ticks = up.ticks()
    left = 16.0 + _LETTER * max((len(text) for _, text in y_ticks), default=0)
    widths = [len(text) * _LETTER + 8 for _, text in x_ticks]
    is_turned = bool(dependence.categories) and sum(widths) > size[0] - left - _RIGHT
    below = _LINE + 0.5 * max(widths, default=0.0) if is_turned else _LINE + 4
    return _Frame(
        replace(across, start=left, end=size[0] - _RIGHT),
        replace(up, start=size[1] - below - 16, end=_TOP),
        x_ticks,
        y_ticks,
        is_turned,
    )


def _numbered(xs: Sequence[float]) -> tuple[Axis, list[tuple[float, str]]]:
    """Return the axis of some numbers in order.

    The ticks are where these are, if they are few and far enough apart.
    """
    make = logarithmic if _is_logarithmic(xs) else linear
    axis = make(xs[0], xs[-1])
    at = [axis.at(x) for x in xs]
    gap = min((b - a for a, b in pairwise(at)), default=1.0)
    if len(xs) <= _MOST_LABELS and gap >= _LEAST_GAP:
        return axis, [(x, f"{x:.4g}") for x in xs]
    return axis, axis.ticks()


def _named(categories: Sequence[str]) -> tuple[Axis, list[tuple[float, str]]]:
    axis = Axis(-0.6, len(categories) - 0.4)
    if len(categories) > _MOST_LABELS:
        return axis, [(x, text) for x, text in axis.ticks() if x >= 0]
    return axis, [(float(n), _short(shown(name))) for n, name in enumerate(categories)]


def _axes(frame: _Frame) -> Iterator[str]:
    for x, text in frame.x_ticks:
        at = frame.across.at(x)
        yield _path("axis", f"M{at:.1f} {frame.bottom:.1f}v3")
        turn = f' transform="rotate(-30 {at:.1f} {frame.bottom + 10:.1f})"'
        if frame.is_turned:
            yield _text("y", at + 3, frame.bottom + 10, text, turn)
        else:
            yield _text("x", at, frame.bottom + 12, text)
    for y, text in frame.y_ticks:
        at = frame.up.at(y)
        yield _path("grid", f"M{frame.left:.1f} {at:.1f}H{frame.right:.1f}")
        yield _text("y", frame.left - 5, at + 3, text)
    yield _path("axis", f"M{frame.left:.1f} {_TOP}V{frame.bottom:.1f}H{frame.right:.1f}")


def _clip(frame: _Frame) -> str:
    """Return what cuts off bars that are longer than the axis."""
    width, height = frame.right + _RIGHT - frame.left, frame.bottom - _TOP + 6
    at = f'x="{frame.left - 6:.1f}" y="{_TOP - 6}"'
    return (
        f'<clipPath id="in"><rect {at} width="{width:.1f}" height="{height:.1f}"/></clipPath>'
    )


def _drawn(
    frame: _Frame, points: Sequence[tuple[float, float]], *, is_joined: bool
) -> Iterator[str]:
    across, up = frame.across.at, frame.up.at
    places = _gathered(points)
    if len(points) <= _MOST_DOTS:
        for x, y in points:
            at = f'cx="{across(x) - _ASIDE:.1f}" cy="{up(y):.1f}"'
            yield f'<circle class="one" {at} r="1.5"/>'
    else:
        ends = (f"M{across(p.x):.1f} {up(p.low):.1f}V{up(p.high):.1f}" for p in places)
        yield _path("one", "".join(ends))
    if is_joined:
        means = " ".join(f"{across(p.x):.1f},{up(p.mean):.1f}" for p in places)
        yield f'<polyline class="joined" points="{means}"/>'
    for place in places:
        yield from _bar(frame, place)


def _bar(frame: _Frame, place: _Place) -> Iterator[str]:
    x, mean = frame.across.at(place.x), frame.up.at(place.mean)
    if place.std:
        bottom = place.mean - place.std
        if frame.up.is_log:
            bottom = max(bottom, place.low)
        low, high = frame.up.at(bottom), frame.up.at(place.mean + place.std)
        caps = "".join(f"M{x - _CAP:.1f} {y:.1f}h{2 * _CAP}" for y in (low, high))
        yield _path("bar", f"M{x:.1f} {low:.1f}V{high:.1f}{caps}")
    size = 2 * _HALF
    at = f'x="{x - _HALF:.1f}" y="{mean - _HALF:.1f}"'
    yield f'<rect class="mean" {at} width="{size}" height="{size}"/>'


def _gathered(points: Sequence[tuple[float, float]]) -> list[_Place]:
    """Return the statistics at each value, or in parts of the axis if there are too many."""
    found = defaultdict[float, list[float]](list)
    for x, y in points:
        found[x].append(y)
    if len(found) <= _MOST_PLACES:
        return [_place(x, ys) for x, ys in sorted(found.items())]
    scale = math.log10 if _is_logarithmic(sorted(found)) else float
    low, high = scale(min(found)), scale(max(found))
    bounds = [low + (high - low) * n / _MOST_PLACES for n in range(1, _MOST_PLACES)]
    parts = defaultdict[int, list[tuple[float, float]]](list)
    for x, y in points:
        parts[bisect_left(bounds, scale(x))].append((x, y))
    return [
        _place(median(x for x, _ in part), [y for _, y in part])
        for _, part in sorted(parts.items())
    ]


def _place(x: float, ys: Sequence[float]) -> _Place:
    mean = math.fsum(ys) / len(ys)
    square = math.fsum((y - mean) ** 2 for y in ys)
    std = math.sqrt(square / (len(ys) - 1)) if len(ys) > 1 else 0.0
    return _Place(x, mean, std, min(ys), max(ys))


def _spans_decades(numbers: Sequence[float]) -> bool:
    low, high = numbers[0], numbers[-1]
    return low >= 1 / _MOST and high / low >= DECADES


def _is_logarithmic(xs: Sequence[float]) -> bool:
    """Tell whether values stand better on a logarithmic axis: most of them far from the end."""
    return _spans_decades(xs) and median(xs) <= xs[-1] / 5


def _short(label: str) -> str:
    return (
        label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 6]}…{label[-5:]}"
    )


def _cut(text: str, width: float) -> str:
    most = int(width / _LETTER)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _path(kind: str, line: str) -> str:
    return f'<path class="{kind}" d="{line}"/>'


def _text(kind: str, x: float, y: float, text: str, further: str = "") -> str:
    told = escape(text, quote=False)
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{further}>{told}</text>'
