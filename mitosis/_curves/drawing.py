"""How a picture is drawn and written: the same each time, without scripts or addresses."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for annotations only: most processes draw nothing
    from matplotlib.figure import Figure

COLOURS = ("#1b4f8f", "#c04a00", "#14705a", "#8a2c6d", "#5c5c5c", "#a07800", "#2f2f2f")
MOST = 1e300
"""Beyond this matplotlib cannot tell where to put ticks; values count as infinite there."""

_SETTINGS = {
    "svg.hashsalt": "mitosis",
    "svg.fonttype": "none",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#59636e",
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "grid.color": "#e3e6ea",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
}
_FONTS = re.compile(r"'DejaVu Sans', '[^;\"]*sans-serif")
_PROLOGUE = re.compile(r"\A.*?(?=<svg\b)", re.DOTALL)


@contextmanager
def own_settings() -> Iterator[None]:
    """Draw with mitosis's settings, whatever the caller's are."""
    import matplotlib as mpl

    settings: dict[Any, Any] = {k: v for k, v in mpl.rcParamsDefault.items() if k != "backend"}
    settings |= _SETTINGS
    with warnings.catch_warnings(), mpl.rc_context(settings):
        warnings.simplefilter("ignore")  # of letters that no font here has
        yield


def svg_text(figure: Figure) -> str:
    """Return a figure as SVG without the prologue of XML."""
    picture = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(picture, format="svg", metadata=nothing)
    plain = _PROLOGUE.sub("", picture.getvalue())
    return _FONTS.sub("'DejaVu Sans', Verdana, Arial, sans-serif", plain)
