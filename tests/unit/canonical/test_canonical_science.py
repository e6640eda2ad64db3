"""scipy and scikit-learn, by the general rules and where they need their own."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from mitosis._canonical import canonical

sparse = pytest.importorskip("scipy.sparse")


class Grid(sparse.csr_array):  # type: ignore[misc,name-defined] # imported only if it is there
    """A sparse array with an attribute of its own."""

    unit: str


def test_order_of_storage_in_a_sparse_matrix_does_not_count() -> None:
    unsorted = sparse.csr_array((np.array([1, 2]), np.array([1, 0]), np.array([0, 2, 2])))
    ordered = unsorted.copy()
    ordered.sort_indices()
    assert canonical(unsorted) == canonical(ordered)


def test_sparse_matrices_differ_by_format_shape_dtype_and_entries() -> None:
    eye = sparse.eye_array(3, format="csr")
    others = [eye.tocsc(), sparse.eye_array(4, format="csr"), eye.astype("f4"), eye * 2]
    assert len({canonical(value) for value in [eye, *others]}) == 5


def test_special_functions_are_named() -> None:
    special = pytest.importorskip("scipy.special")
    assert canonical(special.gamma) == "<function scipy.special.gamma>"


def estimators() -> list[Any]:
    """Return estimators as they are made, and fitted."""
    linear = pytest.importorskip("sklearn.linear_model")
    tree = pytest.importorskip("sklearn.tree")
    data, target = np.arange(20.0).reshape(10, 2), np.arange(10) % 2
    fitted = tree.DecisionTreeClassifier(random_state=0).fit(data, target)
    return [linear.Ridge(alpha=0.5), linear.Ridge(alpha=0.6), fitted]


def test_estimators_are_known_by_their_state() -> None:
    one, other, fitted = texts = [canonical(value) for value in estimators()]
    assert one.startswith("sklearn.linear_model.Ridge(alpha=0.5, copy_X=True, ")
    assert one != other
    assert "_sklearn_version" not in "".join(texts)
    assert "dtype=[('left_child', '<i8')" in fitted


def test_estimators_survive_copying_and_pickling() -> None:
    for value in estimators():
        assert canonical(pickle.loads(pickle.dumps(value))) == canonical(value)
        assert canonical(copy.deepcopy(value)) == canonical(value)


def entries(kind: str, order: list[int]) -> Any:
    """Return a sparse array whose entries were given in an order."""
    made = getattr(sparse, f"{kind}_array")((3, 3))
    for place in order:
        made[place, 2 - place] = place + 1.0
    return made


@pytest.mark.parametrize("kind", ["dok", "lil"])
def test_order_of_assignment_to_a_sparse_matrix_does_not_count(kind: str) -> None:
    assert canonical(entries(kind, [2, 0, 1])) == canonical(entries(kind, [0, 1, 2]))


def test_what_a_subclass_adds_to_a_sparse_matrix_counts() -> None:
    one, other = Grid((2, 2)), Grid((2, 2))
    one.unit, other.unit = "mm", "cm"
    assert canonical(one) != canonical(other)


def neighbours() -> Any:
    """Return a tree of points that has answered no query."""
    return pytest.importorskip("sklearn.neighbors").KDTree(np.arange(20.0).reshape(10, 2))


def vectorizer() -> Any:
    """Return an estimator that keeps the address of its stop words."""
    text = pytest.importorskip("sklearn.feature_extraction.text")
    return text.CountVectorizer(stop_words=["a"]).fit(["a bc", "bc de"])


def searched() -> Any:
    """Return a fitted search, which takes down how long it took."""
    linear = pytest.importorskip("sklearn.linear_model")
    selection = pytest.importorskip("sklearn.model_selection")
    data = np.arange(20.0).reshape(10, 2)
    return selection.GridSearchCV(linear.Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(
        data, data[:, 0]
    )


def spline() -> Any:
    """Return a spline, which keeps working memory of FITPACK."""
    interpolate = pytest.importorskip("scipy.interpolate")
    return interpolate.UnivariateSpline(np.arange(6.0), np.arange(6.0) ** 2)


def tree() -> Any:
    """Return scipy's tree of points, the nodes of which hold padding."""
    return pytest.importorskip("scipy.spatial").KDTree(
        np.arange(40.0).reshape(20, 2), leafsize=2
    )


def frozen() -> Any:
    """Return discrete distributions, which hold methods made from themselves."""
    stats = pytest.importorskip("scipy.stats")
    return [stats.poisson(2), stats.rv_discrete(values=([1, 2], [0.5, 0.5])), stats.norm(1, 2)]


@pytest.mark.parametrize("make", [neighbours, vectorizer, searched, spline, tree, frozen])
def test_what_was_made_twice_has_one_text(make: Any) -> None:
    assert canonical(make()) == canonical(make())


def test_being_asked_does_not_change_an_object() -> None:
    asked, scipys = neighbours(), tree()
    before = [canonical(asked), canonical(scipys)]
    asked.query(np.zeros((1, 2)))
    assert scipys.tree.split is not None
    assert [canonical(asked), canonical(scipys)] == before


def test_distributions_differ_by_family_arguments_and_generator() -> None:
    stats = pytest.importorskip("scipy.stats")
    seeded = stats.norm(0, 1)
    seeded.random_state = 3
    values = [
        stats.norm,
        stats.norm(0, 1),
        stats.norm(0, 2),
        stats.t(2),
        stats.poisson(2),
        seeded,
    ]
    values += [stats.rv_discrete(values=([1, 2], [p, 1 - p])) for p in (0.5, 0.25)]
    assert len({canonical(value) for value in values}) == len(values)


def test_trees_splines_and_estimates_differ_by_their_data() -> None:
    spatial = pytest.importorskip("scipy.spatial")
    interpolate = pytest.importorskip("scipy.interpolate")
    stats = pytest.importorskip("scipy.stats")
    steps = np.arange(6.0)
    values = [spatial.KDTree(steps[:, None] + shift) for shift in (0, 1)]
    values += [interpolate.UnivariateSpline(steps, steps**power) for power in (1, 3)]
    values += [stats.gaussian_kde(steps, bw_method=width) for width in (None, 0.5, 0.6)]
    assert len({canonical(value) for value in values}) == len(values)
