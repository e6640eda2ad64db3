"""The first figure of a process, which takes twice as long as all others."""

from __future__ import annotations

from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def draw_first_figure() -> None:
    """Draw a figure that nobody sees, as a notebook draws those that it shows."""
    for _ in range(2):  # after some calls of a function, Python makes it faster
        figure = Figure()
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.plot([0, 1], label="a")
        axes.set_title("a")
        axes.legend()
        figure.savefig(BytesIO(), format="png", bbox_inches="tight")
