"""What trials reported, against one of their parameters; readable in black and white.

Each trial is a dot while there are few. Above each value stand the mean and the standard
deviation; of many trials, a thin line from the least to the largest takes the place of dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mitosis._curves.drawing import COLOURS, own_settings, svg_text
from mitosis._wording import shown

if TYPE_CHECKING:  # for annotations only: most processes draw nothing
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOST = 1e100
"""Larger numbers are left out: their squares are none, and no axis reaches so far."""

_MOST_DOTS = 500
_MOST_PLACES = 60
"""Values in so many parts of the axis are drawn together if there are more of them."""

_MOST_LABELS = 12
_LONGEST_LABEL = 16
_LEAST_GAP = 0.09
_DECADES = 100.0
_ASIDE = 5.0
"""So many points left of the bar the dots stand, where it does not hide them."""

_DOT, _MEAN = "#8a94a0", COLOURS[0]


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
    x: Sequence[float] | Floats
    y: Sequence[float] | Floats
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class _Places:
    """Where something stands on the axis, and what was reported there."""

    x: Floats
    mean: Floats
    std: Floats
    low: Floats
    high: Floats


def dependence_svg(
    dependence: Dependence,
    y_label: str,
    *,
    limits: tuple[float, float] | None = None,
    size_inches: tuple[float, float] = (5.0, 3.0),
) -> str:
    """Return a picture of what trials reported against a parameter, as SVG.

    An axis is logarithmic if its numbers are positive and span two decades. Numbers that are
    not finite, or enormous, are left out.

    Args:
        dependence: what to draw.
        y_label: what was reported.
        limits: the least and largest number of all pictures that stand beside each other.
        size_inches: width and height.
    """
    import numpy as np
    from matplotlib.figure import Figure

    x, y = np.asarray(dependence.x, float), np.asarray(dependence.y, float)
    usable = (np.abs(x) <= _MOST) & (np.abs(y) <= _MOST)
    x, y = x[usable], y[usable]
    with own_settings():
        figure = Figure(figsize=size_inches, layout="constrained")
        axes = figure.add_subplot()
        if len(x):
            _draw(axes, x, y, is_numeric=not dependence.categories)
            low, high = np.clip(limits or (y.min(), y.max()), -_MOST, _MOST)
            _set_axes(axes, x, (low, high), dependence.categories)
        title = f"{shown(y_label)} by {shown(dependence.name)}"
        axes.set_title(title, loc="left", fontsize=10, parse_math=False)
        axes.set_xlabel(_x_label(dependence), parse_math=False)
        return svg_text(figure)


def _x_label(dependence: Dependence) -> str:
    name = shown(dependence.name)
    return f"{name}, numbered" if len(dependence.categories) > _MOST_LABELS else name


def _draw(axes: Axes, x: Floats, y: Floats, *, is_numeric: bool) -> None:
    import numpy as np
    from matplotlib.transforms import ScaledTranslation

    places = _gathered(x, y)
    is_log = bool(y.min() > 0)
    bottom = np.maximum(places.mean - places.std, places.low) if is_log else None
    down = places.mean - bottom if bottom is not None else places.std
    if len(x) <= _MOST_DOTS:
        beside = axes.transData + ScaledTranslation(
            -_ASIDE / 72, 0, axes.figure.dpi_scale_trans
        )
        dots: dict[str, Any] = {
            "markersize": 3,
            "color": _DOT,
            "markerfacecolor": "none",
            "zorder": 2,
        }
        axes.plot(x, y, "o", transform=beside, **dots)
    else:
        axes.vlines(places.x, places.low, places.high, color=_DOT, linewidth=0.8, zorder=2)
    axes.errorbar(
        places.x,
        places.mean,
        (down, places.std),
        color=_MEAN,
        linestyle="-" if is_numeric else "",
        linewidth=1.1,
        elinewidth=1.6,
        capsize=3,
        marker="s",
        markersize=4.5,
        zorder=3,
    )


def _gathered(x: Floats, y: Floats) -> _Places:
    """Return the statistics at each value, or in parts of the axis if there are too many."""
    import numpy as np

    places, member = np.unique(x, return_inverse=True)
    if len(places) > _MOST_PLACES:
        scale = np.log10 if _is_logarithmic(x) else np.asarray
        at = scale(x)
        bounds = np.linspace(at.min(), at.max(), _MOST_PLACES + 1)[1:-1]
        used, member = np.unique(np.searchsorted(bounds, at), return_inverse=True)
        places = np.array([np.median(x[member == part]) for part in range(len(used))])
    parts = [y[member == part] for part in range(len(places))]
    return _Places(
        places,
        np.array([part.mean() for part in parts]),
        np.array([part.std(ddof=1) if len(part) > 1 else 0.0 for part in parts]),
        np.array([part.min() for part in parts]),
        np.array([part.max() for part in parts]),
    )


def _spans_decades(numbers: Floats) -> bool:
    return bool(numbers.min() >= 1 / _MOST and numbers.max() / numbers.min() >= _DECADES)


def _is_logarithmic(x: Floats) -> bool:
    """Tell whether values stand better on a logarithmic axis: most of them far from the end."""
    import numpy as np

    return _spans_decades(x) and bool(np.median(np.unique(x)) <= x.max() / 5)


def _set_axes(
    axes: Axes, x: Floats, limits: tuple[float, float], categories: Sequence[str]
) -> None:
    import numpy as np

    if _spans_decades(np.asarray(limits)):
        axes.set_yscale("log")
        axes.set_ylim(limits[0] / 1.3, limits[1] * 1.3)
    else:
        room = (limits[1] - limits[0]) * 0.06 or abs(limits[0]) * 0.05 or 0.5
        axes.set_ylim(limits[0] - room, limits[1] + room)
    if categories:
        _name_categories(axes, categories)
    else:
        _number_axis(axes, np.unique(x), is_log=_is_logarithmic(x))


def _number_axis(axes: Axes, places: Floats, *, is_log: bool) -> None:
    """Put the ticks where the values are, if they are few and far enough apart."""
    import numpy as np

    if is_log:
        axes.set_xscale("log")
    at = np.log10(places) if is_log else places
    gap = np.diff(at).min() / (at[-1] - at[0]) if len(at) > 1 else 1.0
    if len(places) <= _MOST_LABELS and gap >= _LEAST_GAP:
        axes.set_xticks(places, [f"{place:.4g}" for place in places])
        axes.set_xticks([], minor=True)


def _name_categories(axes: Axes, categories: Sequence[str]) -> None:
    number = len(categories)
    axes.set_xlim(-0.6, number - 0.4)
    axes.grid(visible=False, axis="x")
    if number > _MOST_LABELS:
        return
    labels = [_short(shown(name)) for name in categories]
    is_long = sum(map(len, labels)) + 2 * number > 56
    axes.set_xticks(range(number), labels)
    for label in axes.get_xticklabels():
        label.set_parse_math(False)
        if is_long:
            label.set(rotation=30, ha="right", rotation_mode="anchor")


def _short(label: str) -> str:
    return (
        label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 6]}…{label[-5:]}"
    )
