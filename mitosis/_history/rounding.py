"""Numbers for people: as many digits as they are worth.

A standard deviation is given with two significant digits, and its mean with as many decimals,
as is usual in papers (e.g. the Guide to the Expression of Uncertainty in Measurement, 7.2.6).
"""

from __future__ import annotations

import math
import re

_SMALL, _LARGE = 1e-4, 1e6
_EXPONENT = re.compile(r"e([+-])0*(\d+)$")


def number_text(value: float) -> str:
    """Return a number with at most six significant digits."""
    return f"{value:.6g}"


def spread_texts(mean: float, std: float | None) -> tuple[str, str]:
    r"""Return a mean and its standard deviation as text and as LaTeX for math mode.

    Args:
        mean: any number.
        std: of the single values; None or NaN where there is none, as for a single value.

    Example:
        >>> spread_texts(0.123456, 0.0321)
        ('0.123 ± 0.032', '0.123 \\\\pm 0.032')
    """
    if std is None or not (math.isfinite(std) and math.isfinite(mean)) or std == 0:
        text = f"{mean:.4g}"
        zero = "" if std is None or math.isnan(std) else " ± 0"
        return text + zero, math_text(text) + zero.replace("±", r"\pm")
    largest = max(abs(mean), std)
    exponent = 0 if _SMALL <= largest < _LARGE else math.floor(math.log10(largest))
    scale = 10.0**exponent
    decimals = _decimals(std / scale)
    pair = [_fixed(number / scale, decimals) for number in (mean, std)]
    text, latex = " ± ".join(pair), r" \pm ".join(pair)
    if not exponent:
        return text, latex
    return f"({text})e{exponent:+03}", rf"({latex}) \times 10^{{{exponent}}}"


def rounded_like(value: float, std: float | None) -> str:
    """Return a number with as many decimals as the mean beside it has."""
    if std is None or not std or not (math.isfinite(std) and math.isfinite(value)):
        return f"{value:.4g}"
    if not _SMALL <= max(abs(value), std) < _LARGE:
        return f"{value:.4g}"
    return _fixed(value, _decimals(std))


def math_text(text: str) -> str:
    """Return the text of a number as LaTeX has it in math mode."""
    if text.lstrip("-") in ("inf", "nan"):
        return text.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
    return _EXPONENT.sub(lambda m: rf" \times 10^{{{m[1].strip('+')}{m[2]}}}", text)


def _decimals(std: float) -> int:
    """Return after how many decimals a standard deviation has two significant digits."""
    rounded = float(f"{std:.1e}")  # 0.0996 has them as 0.10
    return 1 - math.floor(math.log10(rounded))


def _fixed(value: float, decimals: int) -> str:
    return f"{round(value, decimals):.{max(decimals, 0)}f}"
