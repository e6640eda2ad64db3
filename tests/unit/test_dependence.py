"""Pictures of what trials reported against a parameter."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitosis._curves import Dependence, dependence_svg

NAMES = ["$x^2$", "$", "_hidden", "<&>\"'", "\x00\x1b[1m", "ünï 🎉", "x" * 500]
NUMBERS = st.lists(st.floats(), min_size=1, max_size=20)


def texts(picture: str) -> list[str]:
    return [
        text.text or "" for text in ET.fromstring(picture).iter() if text.tag[-4:] == "text"
    ]


def dots(picture: str) -> int:
    """Return how many single trials were drawn."""
    return picture.count("<circle")


def joined(picture: str) -> list[tuple[float, ...]]:
    """Return where the means stand that a line joins."""
    lines = re.findall(r'<polyline[^>]* points="([^"]*)"', picture)
    return [tuple(map(float, point.split(","))) for line in lines for point in line.split()]


def test_a_picture_is_the_same_each_time_and_loads_nothing() -> None:
    dependence = Dependence("k", [1, 1, 2], [0.5, 1.0, 2.0])
    picture = dependence_svg(dependence, "main")
    assert picture == dependence_svg(dependence, "main")
    outside = set(re.findall(r"https?://[^\"'\s]+", picture))
    assert outside == {"http://www.w3.org/2000/svg"}
    assert "<script" not in picture


def test_few_numbers_have_their_ticks() -> None:
    picture = dependence_svg(Dependence("k", [1, 2, 5], [3, 4, 5]), "main")
    assert texts(picture)[:3] == ["1", "2", "5"]
    assert {"k", "main by k"} <= set(texts(picture))


def test_numbers_over_decades_stand_on_a_logarithmic_axis() -> None:
    rates = [1e-4, 1e-3, 1e-2, 1e-1]
    picture = dependence_svg(Dependence("rate", rates, [1, 2, 3, 4]), "main")
    assert texts(picture)[:4] == ["0.0001", "0.001", "0.01", "0.1"]
    across = [x for x, _ in joined(picture)]
    assert len(across) == 4
    assert np.allclose(np.diff(across), np.diff(across)[0], atol=0.2)


def test_categories_stand_by_name_and_are_not_joined() -> None:
    numbers = Dependence("k", [0, 1], [3, 4])
    named = Dependence("k", [0, 1], [3, 4], ("adam", "sgd"))
    assert {"adam", "sgd"} <= set(texts(dependence_svg(named, "main")))
    assert len(joined(dependence_svg(numbers, "main"))) == 2
    assert not joined(dependence_svg(named, "main"))


def test_means_and_deviations_stand_where_the_axis_says() -> None:
    picture = dependence_svg(Dependence("k", [1, 1, 2], [10, 30, 40]), "main")
    up = {
        text: float(y) for y, text in re.findall(r'class="y"[^>]* y="([\d.]+)">(\d+)<', picture)
    }
    assert {"10", "20", "30", "40"} <= up.keys()
    (_, first), (_, second) = joined(picture)
    assert [first, second] == pytest.approx([up["20"] - 3, up["40"] - 3], abs=0.2)
    (bar,) = re.findall(r'class="bar" d="M[\d.]+ ([\d.]+)V([\d.]+)', picture)
    each = (up["10"] - up["20"]) / 10
    ends = [first + each * math.sqrt(200), first - each * math.sqrt(200)]
    assert list(map(float, bar)) == pytest.approx(ends, abs=0.2)


@pytest.mark.parametrize(
    ("y", "ticks"),
    [
        ([0.0, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([1234567, 1234571], ["1234567", "1234568", "1234569", "1234570", "1234571"]),
        ([2e-5, 4e-5], ["2.0e-05", "2.5e-05", "3.0e-05", "3.5e-05", "4.0e-05"]),
        ([1e-3, 10], ["0.001", "0.01", "0.1", "1", "10"]),
        ([7, 7], ["6.8", "7.0", "7.2"]),
    ],
)
def test_ticks_are_round_numbers_with_the_digits_they_need(
    y: list[float], ticks: list[str]
) -> None:
    picture = dependence_svg(Dependence("k", [1, 2], y), "main")
    assert re.findall(r'class="y"[^>]*>([^<]*)<', picture) == ticks


def test_each_of_few_trials_is_a_dot_and_a_picture_of_many_stays_small() -> None:
    rng = np.random.default_rng(0)
    few = dependence_svg(Dependence("k", [1] * 30, rng.normal(size=30).tolist()), "main")
    assert dots(few) == 30
    x, y = rng.normal(size=(2, 10_000)).tolist()
    named = Dependence("k", range(10_000), y, tuple(map(str, range(10_000))))
    for dependence in (Dependence("k", x, y), named):
        many = dependence_svg(dependence, "main")
        assert dots(many) == 0
        assert len(many) < 80_000


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_drawn(name: str) -> None:
    picture = dependence_svg(Dependence(name, [0, 1], [1, 2], (name, "b")), name)
    assert ET.fromstring(picture).tag.endswith("svg")


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(NUMBERS, NUMBERS)
def test_whatever_was_reported_can_be_drawn(x: list[float], y: list[float]) -> None:
    size = min(len(x), len(y))
    limits = (min(y), max(y)) if all(map(math.isfinite, y)) else None
    picture = dependence_svg(Dependence("k", x[:size], y[:size]), "main", limits=limits)
    assert ET.fromstring(picture).tag.endswith("svg")
