"""How well do common classifiers read handwritten digits?"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, clone  # type: ignore[import-untyped]  # has no types
from sklearn.datasets import load_digits  # type: ignore[import-untyped]  # has no types
from sklearn.decomposition import PCA  # type: ignore[import-untyped]  # has no types
from sklearn.ensemble import RandomForestClassifier  # type: ignore[import-untyped]  # has no types
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # has no types
from sklearn.metrics import (  # type: ignore[import-untyped]  # has no types
    ConfusionMatrixDisplay,
    confusion_matrix,
    precision_recall_fscore_support,
)
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]  # has no types
from sklearn.naive_bayes import GaussianNB  # type: ignore[import-untyped]  # has no types
from sklearn.neighbors import KNeighborsClassifier  # type: ignore[import-untyped]  # has no types
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-untyped]  # has no types
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]  # has no types
from sklearn.svm import SVC  # type: ignore[import-untyped]  # has no types

import mitosis
from example_project import Preparation, Signal
from example_project._plots import new_axes
from example_project._tables import show_table

name = "classifiers"

FOLDS = 5
CLAIMED_ACCURACY = 0.95

Labels = npt.NDArray[np.int64]

model = {
    "bayes": GaussianNB(),
    "logistic": LogisticRegression(max_iter=2000),
    "neighbors": KNeighborsClassifier(n_neighbors=5),
    "forest": RandomForestClassifier(n_estimators=100),
    "svm": SVC(),
}


def run(seed: int, model: BaseEstimator, preparation: Preparation) -> dict[str, Any]:
    """The model reads more than 95 % of handwritten digits correctly.

    It reads images that it was not fitted to: 5-fold cross-validation on the
    1797 images of scikit-learn's `digits`, 8 x 8 pixels each. Guessing would
    read 10 % correctly.

    Args:
        seed: seed of the split into folds and of models that draw at random.
        model: an unfitted scikit-learn classifier; it is copied, not changed.
        preparation: what is done to the pixels first, fitted in each fold anew.

    Returns:
        `main`: accuracy, the fraction of images read correctly (dimensionless).
        `accuracy_per_fold`: the same in each fold, shape (5,).
        `confusion`: images by true digit (rows) and read digit, shape (10, 10).
        `per_class`: precision, recall, F1 and number of images of each digit.
        `supported`: whether `main` is more than 0.95.
    """
    images, digits = load_digits(return_X_y=True)
    random_state = int(np.random.default_rng(seed).integers(2**31))
    pipeline = _pipeline(model, preparation, random_state)
    read, accuracy_per_fold = _cross_validate(pipeline, images, digits, random_state)
    per_class = _per_class(digits, read)
    confusion = confusion_matrix(digits, read)
    accuracy = float(np.mean(read == digits))
    show_table(per_class.round(3))
    mitosis.log_table(per_class, "per_class.csv")
    _plot(confusion, accuracy)
    return {
        "main": accuracy,
        "accuracy_per_fold": accuracy_per_fold,
        "confusion": confusion,
        "per_class": per_class,
        "supported": accuracy > CLAIMED_ACCURACY,
    }


def _pipeline(model: BaseEstimator, preparation: Preparation, random_state: int) -> Pipeline:
    """Return the preparation's steps followed by a seeded copy of the model."""
    steps: list[BaseEstimator] = []
    if preparation.components is not None:
        steps.append(PCA(preparation.components, random_state=random_state))
    if preparation.standardised:
        steps.append(StandardScaler())
    return make_pipeline(*steps, _seeded(model, random_state))


def _seeded(model: BaseEstimator, random_state: int) -> BaseEstimator:
    """Return a copy of the model, seeded if it draws at random."""
    copy = clone(model)
    if "random_state" in copy.get_params():
        copy.set_params(random_state=random_state)
    return copy


def _cross_validate(
    pipeline: Pipeline, images: Signal, digits: Labels, random_state: int
) -> tuple[Labels, list[float]]:
    """Read each image with a pipeline that was fitted to the other folds.

    Args:
        pipeline: what is fitted; each fold fits its own copy.
        images: brightness of the pixels, 0 to 16, shape (images, 64).
        digits: the true digits, shape (images,).
        random_state: seed of the split.

    Returns:
        The digits read, shape (images,), and the accuracy in each fold.
    """
    read = np.empty_like(digits)
    accuracy_per_fold = []
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=random_state)
    for fold, (known, unseen) in enumerate(split.split(images, digits), start=1):
        fitted = clone(pipeline).fit(images[known], digits[known])
        read[unseen] = fitted.predict(images[unseen])
        accuracy = float(np.mean(read[unseen] == digits[unseen]))
        accuracy_per_fold.append(accuracy)
        mitosis.log(step=fold, accuracy=accuracy)
        print(f"fold {fold} of {FOLDS}: accuracy {accuracy:.3f}", flush=True)
    return read, accuracy_per_fold


def _per_class(digits: Labels, read: Labels) -> pd.DataFrame:
    """Return the metrics of each digit, one row per digit."""
    precision, recall, f1, images = precision_recall_fscore_support(
        digits, read, zero_division=0.0
    )
    columns = {"precision": precision, "recall": recall, "F1": f1, "images": images}
    return pd.DataFrame(columns, index=pd.Index(np.unique(digits), name="digit"))


def _plot(confusion: Labels, accuracy: float) -> None:
    """Show how many images of each digit were read as which."""
    title = f"{accuracy:.1%} of the digits read correctly"
    axes = new_axes(title, "Digit read", "True digit", size_inches=(6, 5))
    display = ConfusionMatrixDisplay(confusion)
    display.plot(ax=axes, cmap="Greys", colorbar=False)
    display.figure_.colorbar(display.im_, label="Number of images")
    axes.set(xlabel="Digit read", ylabel="True digit")
    plt.show()
