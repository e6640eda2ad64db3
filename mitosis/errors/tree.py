"""The root of the tree of errors, and what all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from textwrap import indent
from typing import Any, ClassVar, TypeVar, dataclass_transform

from mitosis._dataclass import dataclass

_HOME = "mitosis.errors"
"""Where tracebacks and pickles find the errors, whichever module of it they are written in."""


def listed(items: tuple[str, ...], most: int = 20) -> str:
    """Return lines of facts, indented, and how many more there are."""
    shown = items if len(items) <= most else items[: most - 1]
    more = [] if len(shown) == len(items) else [f"... and {len(items) - len(shown)} more"]
    return indent("\n".join([*shown, *more]), "    ")


def _rebuild(kind: type[MitosisError], state: Mapping[str, Any]) -> MitosisError:
    return kind(**state)


_rebuild.__module__ = _HOME  # no pickle is to name the module behind it


@dataclass(kw_only=True, eq=False)
class MitosisError(Exception):
    """Base of all errors that mitosis raises on purpose."""

    slug: ClassVar[str] = "mitosis"

    def __post_init__(self) -> None:
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {f.name: getattr(self, f.name) for f in fields(self)})

    def _render_traceback_(self) -> list[str]:
        """Have IPython show the message; where in mitosis it was raised helps nobody."""
        return [f"{type(self).__name__}: {self.message}"]

    @property
    def message(self) -> str:
        """The whole text that a user reads."""
        return self._compose()

    def _compose(self) -> str:
        raise NotImplementedError


MitosisError.__module__ = _HOME

_Kind = TypeVar("_Kind", bound=MitosisError)


@dataclass_transform(kw_only_default=True, eq_default=False)
def error(kind: type[_Kind]) -> type[_Kind]:
    """Make a class of errors from its fields, at home in `mitosis.errors`."""
    made = dataclass(kw_only=True, eq=False)(kind)
    # Only now: a dataclass looks for the meaning of `ClassVar` in the module that it names.
    made.__module__ = _HOME
    return made
