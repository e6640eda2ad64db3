"""Expressions that choose trials: `k > 3 and method == "KMeans"`.

What an expression may hold is listed here: comparisons of names with literals, `and`, `or`,
`not` and parentheses. Each comparison becomes a condition that the store answers; nothing is
ever evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._history.conditions import compare
from mitosis._history.names import Names
from mitosis._history.syntax import Source, read_source
from mitosis._model.queries import Condition, Either, Every, Field, Kind, Opposite
from mitosis.errors import InvalidExpressionError

_MOST_COMPARISONS = 200
_MOST_DEPTH = 50

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "==",
    ast.IsNot: "!=",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_JOINED: dict[type[ast.AST], type[Every | Either]] = {
    ast.And: Every,
    ast.BitAnd: Every,
    ast.Or: Either,
    ast.BitOr: Either,
}
_SIGNS: dict[type[ast.AST], tuple[str, str]] = {
    ast.BitAnd: ("&", "and"),
    ast.BitOr: ("|", "or"),
}
_REFUSED: dict[type[ast.AST], str] = {
    ast.Call: "functions cannot be called here",
    ast.Subscript: "[...] behind a name is not possible here",
    ast.BinOp: "nothing is computed here: compare names with numbers or texts",
    ast.UnaryOp: "a sign can only stand before a number",
    ast.JoinedStr: "f-strings are not possible here: write the text itself",
    ast.Lambda: "lambda is not possible here",
    ast.NamedExpr: ":= is not possible here: equal is ==",
    ast.IfExp: "if ... else is not possible here",
    ast.Compare: "a comparison cannot be compared",
    ast.BoolOp: "`and` and `or` join comparisons, not values",
    ast.List: "a list can only stand behind `in`",
    ast.Tuple: "several values can only stand behind `in`",
    ast.Set: "several values can only stand behind `in`",
    ast.Constant: "only texts, numbers, True, False and None are possible here",
}
_WORDS = {
    "nan": "NaN equals nothing: compare with None to find what is missing",
    "inf": "infinity is written 1e999",
    "null": "what is missing is None",
    "none": "what is missing is None",
    "true": "write True",
    "false": "write False",
}


def parse(expression: str, names: Names) -> Condition:
    """Return the condition that an expression states.

    Args:
        expression: e.g. `"1 < k <= 5 and status == 'succeeded'"`.
        names: what its names may stand for.

    Raises:
        InvalidExpressionError: it is no such expression; all mistakes are named.
        UnknownFieldError: names in it stand for nothing; all are named.
    """
    condition, unknown = read(expression, names)
    names.refuse(unknown)
    assert condition, "there is one where nothing is unknown"
    return condition


def read(expression: str, names: Names) -> tuple[Condition | None, list[str]]:
    """Return the condition that an expression states, or names in it that stand for nothing.

    Raises:
        InvalidExpressionError: it is no such expression; all mistakes are named.
    """
    source = read_source(expression)
    reading = _Reading(source, names)
    condition = reading.kept(source.tree)
    if reading.faults:
        faults = tuple(dict.fromkeys(reading.faults))
        raise InvalidExpressionError(expression=expression, faults=faults)
    return condition, reading.unknown


@dataclass(frozen=True)
class _Literal:
    """A value that is written down."""

    value: Any


class _Mistake(Exception):  # noqa: N818 - never seen outside of this module
    """Something that ends the reading of one comparison, and of no other."""

    def __init__(self, at: ast.expr | int = 0, what: str = "") -> None:
        super().__init__(what)
        self.at, self.what = at, what


class _Reading:
    """One way through a tree, with all that is wrong in it."""

    def __init__(self, source: Source, names: Names) -> None:
        self.faults: list[tuple[int, str]] = []
        self.unknown: list[str] = []
        self._source = source
        self._names = names
        self._comparisons = 0

    def kept(self, node: ast.expr, depth: int = 0) -> Condition | None:
        """Return what a part of the tree states; None where something is wrong with it."""
        try:
            return self._condition(node, depth)
        except _Mistake as exc:
            at = exc.at if isinstance(exc.at, int) else self._source.column(exc.at.col_offset)
            if exc.what:
                self.faults.append((at, exc.what))
            return None

    def _condition(self, node: ast.expr, depth: int) -> Condition:
        if depth > _MOST_DEPTH:
            raise _Mistake(node, "it is nested too deeply")
        if isinstance(node, ast.Compare):
            return self._comparisons_of(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
            return Opposite(self._condition(node.operand, depth + 1))
        if isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _JOINED:
            operands = node.values if isinstance(node, ast.BoolOp) else _flat(node)
            found = [self.kept(operand, depth + 1) for operand in operands]
            return _JOINED[type(node.op)](_all(found))
        name = self._source.name(node)
        if name is not None:
            raise _Mistake(node, f"{name!r} alone is no comparison: {name} == True")
        if isinstance(node, ast.Constant):
            raise _Mistake(node, "a value alone is no comparison")
        raise _Mistake(node, _why_refused(node))

    def _comparisons_of(self, node: ast.Compare) -> Condition:
        self._comparisons += len(node.ops)
        if self._comparisons > _MOST_COMPARISONS:
            raise _Mistake(0, f"it has more than {_MOST_COMPARISONS} comparisons")
        sides = [node.left, *node.comparators]
        found = tuple(
            self._comparison(left, operator, right)
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
        )
        return found[0] if len(found) == 1 else Every(found)

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Condition:
        sign = _OPERATORS[type(operator)]
        if isinstance(operator, ast.In | ast.NotIn):
            return self._membership(left, sign, right)
        sides = self._sides(left, right)
        if isinstance(operator, ast.Is | ast.IsNot) and _Literal(None) not in sides:
            raise _Mistake(right, "`is` goes with None only: equal is ==")
        match sides:
            case Field() as field, _Literal(value):
                return _compared(left, field, sign, value)
            case _Literal(value), Field() as field:
                return _compared(left, field, _MIRRORED.get(sign, sign), value)
        what = "fields" if isinstance(sides[0], Field) else "values"
        raise _Mistake(left, f"two {what} cannot be compared: one side has to be a name")

    def _sides(self, left: ast.expr, right: ast.expr) -> tuple[Any, Any]:
        """Return what stands on both sides; an unknown name beside a known is a fault."""
        sides = self._side(left), self._side(right)
        for side, other in ((left, sides[1]), (right, sides[0])):
            name = self._source.name(side)
            if isinstance(other, Field) and name is not None and self.unknown[-1:] == [name]:
                self.unknown.pop()
                raise _Mistake(side, f"no trial has a field {name!r}; texts stand in quotes")
        return _all(sides)

    def _membership(self, left: ast.expr, sign: str, right: ast.expr) -> Condition:
        if isinstance(right, ast.List | ast.Tuple | ast.Set):
            (side,) = _all([self._side(left)])
            if isinstance(side, _Literal):
                raise _Mistake(left, "a name has to stand before `in`")
            values = [self._literal(element).value for element in right.elts]
            return _compared(left, side, sign, values)
        side, field = _all([self._side(left), self._side(right)])
        if isinstance(side, _Literal) and field == Field(Kind.COLUMN, "tags"):
            return _compared(left, field, "==" if sign == "in" else "!=", side.value)
        raise _Mistake(right, "`in` needs a list: [1, 2]")

    def _side(self, node: ast.expr) -> Field | _Literal | None:
        """Return what stands on one side of a comparison; None for an unknown name."""
        name = self._source.name(node)
        if name is None:
            return self._literal(node)
        field = self._names.find(name)
        if field is None and name.lower() in _WORDS:
            raise _Mistake(node, _WORDS[name.lower()])
        if field is None:
            self.unknown.append(name)
        return field

    def _literal(self, node: ast.expr) -> _Literal:
        value = getattr(node, "value", ...) if isinstance(node, ast.Constant) else ...
        if isinstance(value, str | int | float | None):
            return _Literal(value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            number = getattr(node.operand, "value", None)
            if isinstance(number, int | float) and not isinstance(number, bool):
                return _Literal(-number if isinstance(node.op, ast.USub) else number)
        if self._source.name(node) is not None:
            raise _Mistake(node, "a list holds values only; texts stand in quotes")
        raise self._misplaced(node)

    def _misplaced(self, node: ast.expr) -> _Mistake:
        """Return what is wrong with something that is no value."""
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            sign, word = _SIGNS[type(node.op)]
            behind = self._source.column(node.left.end_col_offset or 0)
            at = max(self._source.text.find(sign, behind), 0)
            return _Mistake(at, f"`{sign}` binds before comparisons: write `{word}`")
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return _Mistake(node, "`~` binds before comparisons: write `not`")
        return _Mistake(node, _why_refused(node))


def _all(found: Any) -> tuple[Any, ...]:
    """Return what was found, unless something is missing that has been told of already."""
    if any(one is None for one in found):
        raise _Mistake
    return tuple(found)


def _compared(node: ast.expr, field: Field, operator: str, value: Any) -> Condition:
    try:
        return compare(field, operator, value)
    except ValueError as exc:
        raise _Mistake(node, str(exc)) from None


def _flat(node: ast.BinOp) -> list[ast.expr]:
    """Return what one sign joins, without a level for each."""
    return list(reversed(list(_backwards(node))))


def _backwards(node: ast.BinOp) -> Iterator[ast.expr]:
    sign, rest = type(node.op), node
    while isinstance(rest.left, ast.BinOp) and isinstance(rest.left.op, sign):
        yield rest.right
        rest = rest.left
    yield rest.right
    yield rest.left


def _why_refused(node: ast.expr) -> str:
    return _REFUSED.get(type(node), f"{type(node).__name__} is not possible here")
