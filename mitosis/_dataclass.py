"""Dataclasses that are defined in a third of the time: a command defines nearly two hundred.

`dataclasses.dataclass` compiles up to six methods for each class, and compiling takes longer
than all else that an import does. Here it is only asked for `__init__`. The others do what its
own would do, but are functions that all classes share.
"""

from __future__ import annotations

import dataclasses
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        kind: type | None = None,
        /,
        *,
        frozen: bool = False,
        eq: bool = True,
        repr: bool = True,  # noqa: A002 - as it is called there
        kw_only: bool = False,
    ) -> Any:
        """Make a class of its fields, as `dataclasses.dataclass` does."""
        methods = {
            "__repr__": repr and _repr,
            "__eq__": eq and _eq,
            "__hash__": eq and (_hash if frozen else None),
            "__setattr__": frozen and _setattr,
            "__delattr__": frozen and _delattr,
        }

        def make(kind: type) -> type:
            own = {name for name, value in vars(kind).items() if value is not None}
            kind.__doc__ = kind.__doc__ or kind.__name__  # or its signature would be asked for
            made = dataclasses.dataclass(repr=False, eq=False, kw_only=kw_only)(kind)
            for name, method in methods.items():
                if method is not False and name not in own:
                    setattr(made, name, method)
            return made

        return make if kind is None else make(kind)


@recursive_repr()
def _repr(self: Any) -> str:
    shown = [f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _compared(self: Any) -> tuple[object, ...]:
    return tuple(getattr(self, f.name) for f in dataclasses.fields(self) if f.compare)


def _eq(self: Any, other: object) -> bool:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _setattr(self: Any, name: str, value: object) -> None:
    """Set a field once, as `__init__` does."""
    if name in vars(self) or name not in self.__dataclass_fields__:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _delattr(_self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
