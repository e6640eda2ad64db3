"""As many digits as numbers are worth."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._history.rounding import math_text, rounded_like, spread_texts


@pytest.mark.parametrize(
    ("mean", "std", "text", "latex"),
    [
        (0.123456, 0.0321, "0.123 ± 0.032", r"0.123 \pm 0.032"),
        (0.5, 0.0996, "0.50 ± 0.10", r"0.50 \pm 0.10"),
        (56789.0, 1234.0, "56800 ± 1200", r"56800 \pm 1200"),
        (-3.0, 12.3, "-3 ± 12", r"-3 \pm 12"),
        (0.0, 0.031, "0.000 ± 0.031", r"0.000 \pm 0.031"),
        (1.2341e-8, 2.1e-10, "(1.234 ± 0.021)e-08", r"(1.234 \pm 0.021) \times 10^{-8}"),
        (4.2e9, 3e8, "(4.20 ± 0.30)e+09", r"(4.20 \pm 0.30) \times 10^{9}"),
        (0.123456, math.nan, "0.1235", "0.1235"),
        (0.123456, None, "0.1235", "0.1235"),
        (1e-9, None, "1e-09", r"1 \times 10^{-9}"),
        (0.5, 0.0, "0.5 ± 0", r"0.5 \pm 0"),
        (math.inf, math.nan, "inf", r"\infty"),
    ],
)
def test_a_mean_has_as_many_decimals_as_its_deviation(
    mean: float, std: float | None, text: str, latex: str
) -> None:
    assert spread_texts(mean, std) == (text, latex)


@given(mean=st.floats(-1e12, 1e12), std=st.floats(1e-9, 1e9))
def test_rounding_moves_nothing_by_more_than_a_tenth_of_the_deviation(
    mean: float, std: float
) -> None:
    text, _ = spread_texts(mean, std)
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?=[ )]|$)", text)]
    scale = float(f"1{found[0]}") if (found := re.findall(r"e[+-]\d+$", text)) else 1.0
    shown_mean, shown_std = (number * scale for number in numbers[:2])
    assert abs(shown_std - std) <= std * 0.051
    assert abs(shown_mean - mean) <= std * 0.051 + abs(mean) * 1e-12


def test_bounds_have_the_decimals_of_their_mean() -> None:
    assert rounded_like(0.24656, 0.0321) == "0.247"
    assert rounded_like(0.24656, math.nan) == "0.2466"
    assert rounded_like(math.inf, 1.0) == "inf"


def test_exponents_become_powers_of_ten() -> None:
    assert math_text("1.5e-07") == r"1.5 \times 10^{-7}"
    assert math_text("-2e+20") == r"-2 \times 10^{20}"
    assert math_text("nan") == r"\mathrm{NaN}"
