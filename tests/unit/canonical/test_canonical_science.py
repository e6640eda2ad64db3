"""scipy and scikit-learn, by the general rules and where they need their own."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from mitosis._canonical import canonical

sparse = pytest.importorskip("scipy.sparse")


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
