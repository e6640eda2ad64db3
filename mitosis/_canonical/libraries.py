"""Which rules are for which library: they are loaded when one of its values is met."""

from __future__ import annotations

import sys
from importlib import import_module

from mitosis._canonical import anatomy

_MODULES = {
    "numpy": ("arrays", "curves"),
    "pandas": ("frames",),
    "polars": ("polars_frames",),
    "scipy": ("curves", "fitted", "sparse"),
    "sklearn": ("fitted",),
    "sympy": ("formulas",),
    "torch": ("networks", "tensors"),
    "xarray": ("labelled_arrays",),
}
"""Root modules of libraries, to the modules here that hold rules for their types."""


def load_rules(lineage: tuple[type, ...]) -> None:
    """Load the rules of all libraries from which a class descends."""
    for root in {anatomy.home(cls).partition(".")[0] for cls in lineage}:
        _load_rules_for(root)


def load_rules_at_hand() -> None:
    """Load the rules of all libraries that are loaded themselves."""
    for root in _MODULES.keys() & sys.modules.keys():
        _load_rules_for(root)


def _load_rules_for(root: str) -> None:
    for name in _MODULES.get(root, ()):
        import_module(f"mitosis._canonical.{name}")
