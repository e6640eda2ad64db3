"""numpy's polynomials and scipy's interpolators, which each version stores in its own way.

They are written by what makes up the curve, alike under each version: coefficients, where
they hold, and how it goes on outside.
"""

from __future__ import annotations

from typing import Any

from mitosis._canonical.arrays import composed
from mitosis._canonical.objects import attributes, state_of
from mitosis._canonical.registry import Writer, named

_BOOKKEEPING = {"_asarray", "_xp", "_xp_internal", "_delegate_to"}
"""What scipy keeps to compute with arrays of several libraries."""

_BOUNDS = ("domain", "window")


@named("numpy.ABCPolyBase", since=2)
def write_polynomial(value: Any, writer: Writer) -> str:
    """Write coefficients, symbol and bounds, which numpy 1 keeps as integers by default."""
    state = dict(state_of(value))
    for name in _BOUNDS:
        if name in state:
            state[name] = state[name] + 0.0
    return composed(value, attributes([*state.items()], writer), writer)


@named("scipy.PPoly", "scipy.BPoly", since=2)
def write_pieces(value: Any, writer: Writer) -> str:
    """Write coefficients and breakpoints."""
    return _written(value, ("c", "x", "axis", "extrapolate"), writer)


@named("scipy.BSpline", since=2)
def write_spline(value: Any, writer: Writer) -> str:
    """Write knots, coefficients and degree."""
    return _written(value, ("t", "c", "k", "axis", "extrapolate"), writer)


@named("scipy.RegularGridInterpolator", "scipy.RBFInterpolator", since=2)
def write_interpolator(value: Any, writer: Writer) -> str:
    """Write an interpolator by its state."""
    return _written(value, (), writer)


def _written(value: Any, names: tuple[str, ...], writer: Writer) -> str:
    known = {*names, *(f"_{name}" for name in names), *_BOOKKEEPING}
    more = [pair for pair in state_of(value) if pair[0] not in known]
    held = [(name, getattr(value, name)) for name in names]
    return composed(value, attributes(held + more, writer), writer)
