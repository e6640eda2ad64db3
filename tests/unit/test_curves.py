"""Pictures of curves: the same each time, small, and nothing in them that runs or loads."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._curves import Envelope, curves_svg, thinned

pytestmark = pytest.mark.slow

FLOATS = st.lists(st.floats(), min_size=1, max_size=60)


def test_a_picture_is_the_same_each_time_and_loads_nothing() -> None:
    series = {"a": ([0, 1, 2], [1.0, 2.0, 0.5])}
    picture = curves_svg(series, "loss")
    assert picture == curves_svg(series, "loss")
    assert picture.startswith("<svg")
    outside = set(re.findall(r"https?://[^\"'\s]+", picture))
    assert outside == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in picture


def test_curves_differ_without_their_colours() -> None:
    series = {f"t{number}": ([0, 1, 2], [number] * 3) for number in range(6)}
    groups = curves_svg(series, "loss").split('<g id="line2d_')
    drawn = [group for group in groups if "stroke-width: 1.3" in group][:6]
    assert len({tuple(re.findall(r"stroke-dasharray: [\d.,]+", line)) for line in drawn}) == 6
    assert len({tuple(re.findall(r'<path id="m\w+" d="([^"]+)"', line)) for line in drawn}) == 6


@pytest.mark.parametrize(
    "name", ["$x^2$", "$", "_hidden", "<&>\"'", "\x00\x1b[1m", "ünï 🎉", "x" * 500]
)
def test_any_name_can_be_drawn(name: str) -> None:
    series = {name: ([0, 1], [0, 1]), f"{name}2": ([0, 1], [1, 0])}
    assert ET.fromstring(curves_svg(series, name)).tag.endswith("svg")


@given(FLOATS, FLOATS)
def test_whatever_was_logged_can_be_drawn(steps: list[float], values: list[float]) -> None:
    size = min(len(steps), len(values))
    x, y = thinned(steps[:size], values[:size], 5)
    assert len(x) == len(y) <= 20
    assert np.all(np.diff(x) >= 0)


def test_extremes_gaps_and_infinities_of_a_long_curve_stay() -> None:
    values = np.zeros(100_000)
    values[12_345], values[54_321] = 5, -7
    values[60_000:70_000] = math.nan
    values[80_000] = math.inf
    x, y = thinned(np.arange(100_000.0), values, 300)
    assert len(x) <= 1200
    assert {5.0, -7.0, math.inf} <= set(y.tolist())
    assert np.isnan(y[(x > 61_000) & (x < 69_000)]).all()


def test_a_curve_that_comes_in_pieces_keeps_its_extremes() -> None:
    envelope = Envelope()
    for piece in range(50):
        values = np.zeros(10_000)
        values[piece] = piece
        envelope.add(np.arange(10_000.0) + piece * 10_000, values)
    x, y = envelope.points()
    assert len(x) < 5000
    assert set(range(50)) <= set(y.tolist())


def test_a_long_curve_makes_a_small_picture() -> None:
    steps = np.arange(1e6)
    noise = np.random.default_rng(1).normal(size=len(steps))
    assert len(curves_svg({"loss": (steps, noise)}, "loss")) < 60_000


def test_the_settings_of_the_caller_stay_and_have_no_part() -> None:
    series = {"a": ([0, 1], [0, 1])}
    picture = curves_svg(series, "loss")
    with mpl.rc_context({"lines.linewidth": 9.0, "text.usetex": True, "svg.fonttype": "path"}):
        assert curves_svg(series, "loss") == picture
        assert mpl.rcParams["lines.linewidth"] == 9.0


@pytest.mark.parametrize("values", [[1e308, -1e308], [1e-320, 0], [math.nan] * 2, [5] * 2])
def test_values_at_the_ends_of_the_range_can_be_drawn(values: list[float]) -> None:
    assert curves_svg({"a": ([0, 1], values)}, "x").endswith("</svg>\n")
    assert curves_svg({"a": ([-1e300, 1e308], values)}, "x").endswith("</svg>\n")


@pytest.mark.slow
def test_no_pyplot_is_imported() -> None:
    code = (
        "import sys; from mitosis._curves import curves_svg\n"
        "assert 'matplotlib' not in sys.modules\n"
        "curves_svg({'a': ([0], [1])}, 'x'); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
