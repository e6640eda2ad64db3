"""scipy's and scikit-learn's objects that keep more than they are.

Working memory, counters of queries, methods made anew and the bytes of C structures are
left out; what is written is what the object was made from or fitted to.
"""

from __future__ import annotations

import types
from collections.abc import Set
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.arrays import composed
from mitosis._canonical.containers import write_dict
from mitosis._canonical.objects import attributes, state_of
from mitosis._canonical.registry import Writer, named

_MADE_ANEW = frozenset({
    "_ctor_param", "_parse_arg_template", "_parse_args", "_parse_args_stats", "_parse_args_rvs",
    "_ppfvec", "_cdfvec", "vecentropy", "generic_moment", "__doc__",
})  # fmt: skip
"""What a distribution makes from its other attributes."""

_GIVEN_TO_SPLINE = 7
"""How many entries of a spline's working data were given: x, y, w, ends, degree, smoothing."""

_QUERIES = slice(7, 11)
"""Where the state of a tree of scikit-learn counts what it was asked."""

_OPERATOR_CACHES = frozenset({"_MatrixLinearOperator__adj", "_xp", "ndim"})
_VECTORIZER_CACHES = frozenset({"_stop_words_id", "_sklearn_version"})
_TIMES = ("_fit_time", "_score_time")
_TREES = frozenset({"scipy.cKDTree"})


@named("scipy.rv_generic", since=2)
def write_distribution(value: Any, writer: Writer) -> str:
    """Write a distribution by its attributes."""
    state = anatomy.instance_dict(value)
    held = _without(_MADE_ANEW, [*state.items()])
    # Freezing makes a distribution anew, which draws from its seed again.
    seed = (state.get("_ctor_param") or {}).get("seed")
    return composed(value, attributes([*held, ("seed", seed)], writer), writer)


@named("scipy.UnivariateSpline", since=2)
def write_spline(value: Any, writer: Writer) -> str:
    """Write knots, coefficients and the given data; the rest is FITPACK's memory."""
    state = dict(state_of(value))
    given = tuple(state.pop("_data", ()))[:_GIVEN_TO_SPLINE]
    return composed(value, attributes([*state.items(), ("given", given)], writer), writer)


@named("scipy.cKDTree", since=2)
def write_tree(value: Any, writer: Writer) -> str:
    """Write points, their order in the tree, size of leaves and period."""
    held = [(name, getattr(value, name)) for name in ("data", "indices", "leafsize", "boxsize")]
    held += _without({"_tree"}, state_of(value, _TREES))
    return composed(value, attributes(held, writer), writer)


@named("scipy.LinearOperator", since=2)
def write_operator(value: Any, writer: Writer) -> str:
    """Write an operator without its memory of the adjoint one."""
    return _state_without(_OPERATOR_CACHES, value, writer)


@named("scipy.gaussian_kde", since=2)
def write_density(value: Any, writer: Writer) -> str:
    """Write an estimate; a bandwidth that was given as a number is `factor`, too."""
    state = dict(state_of(value))
    if state.get("_bw_method") == "use constant":
        state.pop("covariance_factor", None)
    return composed(value, attributes([*state.items()], writer), writer)


@named("scipy.QMCEngine", since=2)
def write_sequence(value: Any, writer: Writer) -> str:
    """Write a sampler, its own methods by name."""
    held = [(name, _by_name(part, value)) for name, part in state_of(value)]
    return composed(value, attributes(held, writer), writer)


@named("sklearn.BinaryTree32", "sklearn.BinaryTree64", since=2)
def write_neighbours(value: Any, writer: Writer) -> str:
    """Write the state of a tree without the counters of its queries."""
    state = [*value.__getstate__()]
    del state[_QUERIES]
    return composed(value, ["<state>", writer.form(tuple(state), ".__getstate__()")], writer)


@named("sklearn.Bunch", since=2)
def write_bunch(value: Any, writer: Writer) -> str:
    """Write entries, and attributes but the list of warnings, which pickling drops."""
    held = _without({"_deprecated_key_to_warnings"}, state_of(value))
    return composed(value, [write_dict(value, writer), *attributes(held, writer)], writer)


@named("sklearn._VectorizerMixin", since=2)
def write_vectorizer(value: Any, writer: Writer) -> str:
    """Write an estimator of texts without the address that it keeps."""
    return _state_without(_VECTORIZER_CACHES, value, writer)


@named("sklearn.BaseSearchCV", since=2)
def write_search(value: Any, writer: Writer) -> str:
    """Write a search without the times that it took, which no two fits share."""
    state = dict(_without({"refit_time_"}, state_of(value)))
    found = state.get("cv_results_")
    if type(found) is dict:
        state["cv_results_"] = {
            key: part for key, part in found.items() if not str(key).endswith(_TIMES)
        }
    return composed(value, attributes([*state.items()], writer), writer)


def _state_without(names: Set[str], value: Any, writer: Writer) -> str:
    return composed(value, attributes(_without(names, state_of(value)), writer), writer)


def _without(names: Set[str], pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return [pair for pair in pairs if pair[0] not in names]


def _by_name(part: Any, owner: Any) -> Any:
    is_own = type(part) is types.MethodType and part.__self__ is owner
    return part.__func__ if is_own else part
