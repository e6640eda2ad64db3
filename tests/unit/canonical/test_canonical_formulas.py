"""sympy and networkx: expressions and graphs by what they are, not by how they were made."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import dill
import pytest

from mitosis._canonical import canonical
from mitosis.errors import NotCanonicalError

sp = pytest.importorskip("sympy")
nx = pytest.importorskip("networkx")
x, y = sp.Symbol("x"), sp.Symbol("y")


@pytest.mark.parametrize(
    "values",
    [
        [x, sp.Symbol("x", real=True), sp.Symbol("x", positive=True), y, sp.Function("x")],
        [x + y, x - y, x * y, sp.sin(x), (x + 1) ** 2, x**2 + 2 * x + 1],
        [sp.Integer(1), sp.Float(1), 1, sp.Rational(1, 2), sp.Float("1", 30), sp.true],
        [sp.Function("f")(x), sp.Function("f")(y), sp.Function("g")(x), sp.Function("f")],
        [sp.Function("f")(x), sp.Function("f", real=True)(x)],
        [sp.Poly(x**2 + 1, x, **kind) for kind in ({}, {"modulus": 3}, {"domain": "QQ"})],
        [sp.Wild("a"), sp.Wild("a", exclude=[x]), sp.Wild("b")],
        [sp.GF(3), sp.GF(5), sp.ZZ],
        [sp.Matrix([[1, 2]]), sp.Matrix([1, 2]), sp.ImmutableMatrix([[1, 2]])],
    ],
)
def test_near_expressions_keep_apart(values: list[Any]) -> None:
    assert len({canonical(value) for value in values}) == len(values)


def test_the_order_in_which_an_expression_was_built_does_not_count() -> None:
    assert canonical(x + y * 2) == canonical(2 * y + x)
    assert canonical({x, y, x + y}) == canonical({y, x + y, x})


def test_using_an_expression_does_not_change_its_text() -> None:
    expression = sp.sin(x) ** 2 + y
    before = canonical(expression)
    assert hash(expression) == hash(sp.sin(x) ** 2 + y)
    assert expression.diff(x).subs(x, 0) == 0
    assert canonical(expression) == before


def test_a_function_without_a_body_is_its_name_and_assumptions() -> None:
    assert canonical(sp.Function("f")) == "sympy.Function('f')"
    assert canonical(sp.Function("f")(1)).startswith(
        "sympy.AppliedUndef(sympy.Function('f'), ("
    )


def test_code_made_from_an_expression_is_refused() -> None:
    with pytest.raises(NotCanonicalError):
        canonical(sp.lambdify(x, x + 1))


def graph(*edges: tuple[int, int], kind: Any = nx.Graph, **attributes: Any) -> Any:
    made = kind(**attributes)
    made.add_edges_from(edges)
    return made


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_order_of_nodes_and_views_of_a_graph_do_not_count(kind: Any) -> None:
    one, other = graph((1, 2), (1, 3), kind=kind), graph((1, 3), (1, 2), kind=kind)
    before = canonical(one)
    assert [len(one.adj), len(one.nodes), len(one.edges), len(one.degree)] == [3, 3, 2, 3]
    assert canonical(one) == before == canonical(other)


def test_graphs_differ_by_kind_nodes_edges_and_attributes() -> None:
    weighted = graph((1, 2))
    weighted.edges[1, 2]["weight"] = 1
    values = [graph((1, 2), kind=kind) for kind in (nx.Graph, nx.DiGraph, nx.MultiGraph)]
    values += [weighted, graph((1, 3)), graph((2, 1), kind=nx.DiGraph), graph((1, 2), name="n")]
    assert len({canonical(value) for value in values}) == len(values)


@pytest.mark.parametrize(
    "value", [sp.sin(x) + y, sp.Function("f")(x), sp.Matrix([[1, x]]), graph((1, 2), (2, 3))]
)
def test_expressions_and_graphs_survive_copying_and_pickling(value: Any) -> None:
    copies = [copy.deepcopy(value), pickle.loads(pickle.dumps(value))]
    copies.append(dill.loads(dill.dumps(value, recurse=True)))
    assert {canonical(made) for made in copies} == {canonical(value)}
