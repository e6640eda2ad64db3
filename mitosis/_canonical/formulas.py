"""sympy: what pickling of expressions leaves out, and functions that have a name only.

Everything else of sympy is written as pickle rebuilds it, which is by its arguments.
"""

from __future__ import annotations

from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.objects import attributes, rebuilt
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, key_of, named, nameless
from mitosis._canonical.scalars import quoted


@nameless("sympy.UndefinedFunction", since=2)
def write_function(value: Any, writer: Writer) -> str:
    """Write `sympy.Function('f')`, with the assumptions that it was given."""
    for cls in anatomy.lineage(value):
        if key_of(cls) == "sympy.AppliedUndef":
            writer.name(cls)
            given = attributes([*(value._kwargs or {}).items()], writer)  # noqa: SLF001 - no other way
            return f"sympy.Function({', '.join([quoted(value.name), *given])})"
    msg = "a function that only claims to be sympy's; use sympy.Function(name)"
    raise Refusal(msg)


@nameless("sympy.AppliedUndef", since=2)
def write_applied(value: Any, writer: Writer) -> str:
    """Write `sympy.AppliedUndef(sympy.Function('f'), (sympy.Symbol(...),))`."""
    parts = [writer.form(type(value), ".func"), writer.form(tuple(value.args), ".args")]
    return f"sympy.AppliedUndef({', '.join(parts)})"


@named("sympy.Poly")
def write_polynomial(value: Any, writer: Writer) -> str:
    """Write a polynomial; its domain if that does not follow from the expression."""
    domain = value.domain
    if type(value)(*value.args).domain == domain or not writer.since(2):
        return rebuilt(value, writer)
    return _extended(value, [("domain", str(domain))], writer)


@named("sympy.Wild")
def write_wild(value: Any, writer: Writer) -> str:
    """Write a symbol that stands for others, and for which not."""
    held = [(name, getattr(value, name)) for name in ("exclude", "properties")]
    if not any(part for _, part in held) or not writer.since(2):
        return rebuilt(value, writer)
    return _extended(value, held, writer)


@named("sympy.FiniteField", since=2)
def write_field(value: Any, writer: Writer) -> str:
    """Write a finite field by its modulus, and whether its numbers lie around zero."""
    held = [("mod", int(value.mod)), ("symmetric", bool(value.sym))]
    return f"{writer.name(type(value))}({', '.join(attributes(held, writer))})"


def _extended(value: Any, held: list[tuple[str, Any]], writer: Writer) -> str:
    return f"{rebuilt(value, writer)[:-1]}, {', '.join(attributes(held, writer))})"
