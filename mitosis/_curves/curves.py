"""Curves of metrics as static vector pictures, readable in black and white.

A picture is the same in every process, holds no script and asks no network for anything, and
stays small whatever the number of points. matplotlib is imported when the first one is drawn;
the caller's settings and figures have no part in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mitosis._curves.drawing import COLOURS, MOST, own_settings, svg_text
from mitosis._wording import shown

if TYPE_CHECKING:  # for annotations only: most processes draw nothing
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = Sequence[float] | Floats

_PARTS = 300
"""Of a curve with more points, only the extremes in so many parts of its steps are drawn."""

_HELD_PARTS = 600
_MOST_HELD = 100_000
_FEW = 40
_MARKED = 10
_LEGEND_INCHES = 0.19
_LINES: Sequence[Any] = ("-", "--", "-.", ":", (0, (7, 1.5)), (0, (5, 1, 1, 1, 1, 1)))
_MARKERS = "os^DvPX*<>"


def curves_svg(
    series: Mapping[str, tuple[Numbers, Numbers]],
    title: str,
    *,
    x_label: str = "step",
    size_inches: tuple[float, float] = (5.0, 3.0),
) -> str:
    """Return a picture of curves over each other, as SVG without the prologue of XML.

    Lines and markers differ without their colours. A value that is NaN leaves a gap, an
    infinite one is a triangle at the edge. Points are drawn in the order of their steps.

    Args:
        series: name to steps and values; there is a legend if there are several.
        title: stands above.
        x_label: stands below.
        size_inches: width and height, without the legend.
    """
    from matplotlib.figure import Figure

    with own_settings():
        figure = Figure(figsize=size_inches)
        axes = figure.add_subplot()
        for number, (steps, values) in enumerate(series.values()):
            _draw(axes, number, *thinned(steps, values, _PARTS), alone=len(series) == 1)
        axes.set_title(shown(title), loc="left", fontsize=10, parse_math=False)
        axes.set_xlabel(shown(x_label), parse_math=False)
        if len(series) > 1:
            figure.set_layout_engine("constrained")  # it takes long, and makes room
            _add_legend(figure, axes, list(series))
        else:
            figure.subplots_adjust(left=0.13, right=0.97, top=0.9, bottom=0.16)
        return svg_text(figure)


def _draw(axes: Axes, number: int, steps: Floats, values: Floats, *, alone: bool) -> None:
    import numpy as np

    colour = COLOURS[number % len(COLOURS)]
    values = np.where(np.abs(values) > MOST, np.copysign(np.inf, values), values)
    finite = np.isfinite(values)
    bounds = np.concatenate(([False], finite, [False]))
    single = finite & ~bounds[:-2] & ~bounds[2:]  # a line would not show them
    is_marked = not alone or len(steps) <= _FEW
    axes.plot(
        steps,
        np.where(finite, values, np.nan),
        color=colour,
        linestyle=_LINES[number % len(_LINES)],
        linewidth=1.3,
        marker=_MARKERS[number % len(_MARKERS)] if is_marked else "",
        markersize=3.5,
        markevery=1 if len(steps) <= _FEW else (number, max(1, len(steps) // _MARKED)),
    )
    if single.any() and not is_marked:
        axes.plot(steps[single], values[single], ".", color=colour, markersize=4)
    for sign, marker, height in ((1, "^", 1.0), (-1, "v", 0.0)):
        infinite = steps[values == sign * np.inf]
        if len(infinite):
            _draw_at_edge(axes, infinite, height, marker=marker, color=colour)


def _draw_at_edge(axes: Axes, steps: Floats, height: float, **style: Any) -> None:
    edge = axes.get_xaxis_transform()  # steps across, and parts of the height
    axes.plot(
        steps,
        [height] * len(steps),
        transform=edge,
        clip_on=False,
        linestyle="",
        markersize=5,
        **style,
    )


def _add_legend(figure: Figure, axes: Axes, names: list[str]) -> None:
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    labels = [f" {shown(name)}" for name in names]  # one that begins with _ would be left out
    columns = 1 if max(map(len, labels)) > 30 else 2
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + _LEGEND_INCHES * math.ceil(len(names) / columns))
    legend = figure.legend(
        lines, labels, loc="outside lower left", ncols=columns, frameon=False, handlelength=4
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def thinned(steps: Numbers, values: Numbers, parts: int) -> tuple[Floats, Floats]:
    """Return the points of a curve in the order of their steps, few enough to be drawn.

    Of more than twice as many points as parts, those stay that are the smallest or largest in
    their part of the steps. A part without a finite value stays a gap, and infinities stay.
    """
    import numpy as np

    x, y = np.asarray(steps, float), np.asarray(values, float)
    usable = np.abs(x) <= MOST
    x, y = x[usable], y[usable]
    if np.any(x[1:] < x[:-1]):
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    if len(x) <= 2 * parts:
        return x, y
    share = np.linspace(0, 1, parts + 1)[1:-1]
    bounds = np.searchsorted(x, x[0] * (1 - share) + x[-1] * share)
    kept = [
        start + place
        for start, end in pairwise([0, *bounds.tolist(), len(x)])
        if start < end
        for place in _extremes(y[start:end])
    ]
    return x[kept], y[kept]


def _extremes(values: Floats) -> list[int]:
    """Return the places of what has to be drawn of some values, in their order."""
    import numpy as np

    finite = np.isfinite(values)
    places = {int(np.argmax(values == np.inf)), int(np.argmax(values == -np.inf))}
    places = {place for place in places if np.isinf(values[place])}
    if finite.any():
        places.add(int(np.where(finite, values, np.inf).argmin()))
        places.add(int(np.where(finite, values, -np.inf).argmax()))
    return sorted(places or {0})


class Envelope:
    """A curve that comes in pieces, held as what a picture can show of it.

    However many points come, it holds no more than a hundred thousand and the last piece.
    """

    def __init__(self) -> None:
        self._pieces: list[tuple[Any, Any]] = []
        self._held = 0

    def add(self, steps: Numbers, values: Numbers) -> None:
        """Take in the next points."""
        self._pieces.append((steps, values))
        self._held += len(steps)
        if self._held > _MOST_HELD:
            points = self.points()
            self._pieces, self._held = [points], len(points[0])

    def points(self) -> tuple[Floats, Floats]:
        """Return steps and values, in the order of the steps."""
        import numpy as np

        steps, values = (
            np.concatenate(part) for part in zip(*self._pieces or [([], [])], strict=True)
        )
        return thinned(steps, values, _HELD_PARTS)
