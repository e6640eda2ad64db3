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
    found = [g for g in picture.split("<g id=")[1:] if "stroke: #8a94a0" in g and "<use" in g]
    return sum(group.count("<use") for group in found)


def test_a_picture_is_the_same_each_time_and_loads_nothing() -> None:
    dependence = Dependence("k", [1, 1, 2], [0.5, 1.0, 2.0])
    picture = dependence_svg(dependence, "main")
    assert picture == dependence_svg(dependence, "main")
    outside = set(re.findall(r"https?://[^\"'\s]+", picture))
    assert outside == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in picture


def test_few_numbers_have_their_ticks() -> None:
    picture = dependence_svg(Dependence("k", [1, 2, 5], [3, 4, 5]), "main")
    assert texts(picture)[:3] == ["1", "2", "5"]
    assert {"k", "main by k"} <= set(texts(picture))


def test_numbers_over_decades_stand_on_a_logarithmic_axis() -> None:
    rates = [1e-4, 1e-3, 1e-2, 1e-1]
    picture = dependence_svg(Dependence("rate", rates, [1, 2, 3, 4]), "main")
    assert texts(picture)[:4] == ["0.0001", "0.001", "0.01", "0.1"]
    means = picture.split("stroke-width: 1.1")[0].rsplit('<path d="', 1)[1]
    across = [float(x) for x in re.findall(r"[ML] ([\d.]+) ", means)]
    assert len(across) == 4
    assert np.allclose(np.diff(across), np.diff(across)[0], rtol=1e-3)


def test_categories_stand_by_name_and_are_not_joined() -> None:
    numbers = Dependence("k", [0, 1], [3, 4])
    named = Dependence("k", [0, 1], [3, 4], ("adam", "sgd"))
    assert {"adam", "sgd"} <= set(texts(dependence_svg(named, "main")))
    joined = "stroke-width: 1.1"
    assert joined in dependence_svg(numbers, "main")
    assert joined not in dependence_svg(named, "main")


def test_each_of_few_trials_is_a_dot_and_a_picture_of_many_stays_small() -> None:
    rng = np.random.default_rng(0)
    few = dependence_svg(Dependence("k", [1] * 30, rng.normal(size=30)), "main")
    assert dots(few) == 30
    x, y = rng.normal(size=10_000), rng.normal(size=10_000)
    named = Dependence("k", range(10_000), y, tuple(map(str, range(10_000))))
    for dependence in (Dependence("k", x, y), named):
        many = dependence_svg(dependence, "main")
        assert dots(many) == 0
        assert len(many) < 80_000


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_drawn(name: str) -> None:
    picture = dependence_svg(Dependence(name, [0, 1], [1, 2], (name, "b")), name)
    assert ET.fromstring(picture).tag.endswith("svg")


@settings(max_examples=8, deadline=None)
@given(NUMBERS, NUMBERS)
def test_whatever_was_reported_can_be_drawn(x: list[float], y: list[float]) -> None:
    size = min(len(x), len(y))
    limits = (min(y), max(y)) if all(map(math.isfinite, y)) else None
    picture = dependence_svg(Dependence("k", x[:size], y[:size]), "main", limits=limits)
    assert ET.fromstring(picture).tag.endswith("svg")
