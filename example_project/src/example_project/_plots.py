"""What the experiments' figures share.

Lines differ by style and bars by hatching, never by colour alone.
"""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from example_project import Signal


def new_axes(
    title: str, x_label: str, y_label: str, *, size_inches: tuple[float, float] = (8, 4)
) -> Axes:
    """Return the axes of a new figure, with its title and labels."""
    _, axes = plt.subplots(figsize=size_inches, layout="constrained")
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    return axes


def plot_truth(axes: Axes, x: Signal, y: Signal, label: str) -> None:
    """Draw the true curve through `x` and `y`, both of shape (n,)."""
    axes.plot(x, y, color="0.6", linewidth=2.5, label=label)


def plot_estimate(axes: Axes, x: Signal, y: Signal, label: str) -> None:
    """Draw an estimated curve through `x` and `y`, both of shape (n,)."""
    axes.plot(x, y, color="black", linestyle="--", linewidth=1.2, label=label)


def plot_samples(axes: Axes, x: Signal, y: Signal, label: str) -> None:
    """Draw measured points at `x` and `y`, both of shape (n,)."""
    axes.plot(x, y, color="black", linestyle="none", marker=".", label=label)


def show_figure(axes: Axes) -> None:
    """Show the figure of `axes`, with a legend beside it."""
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    plt.show()
