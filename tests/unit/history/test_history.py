"""`mitosis.history` on real databases."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mitosis
from mitosis._model import Status, SweepPoint
from mitosis._model.annotations import Annotation, Mark
from mitosis._store import Store
from mitosis.errors import (
    ExperimentNotFoundError,
    InvalidExpressionError,
    NotADatabaseError,
    UnknownFieldError,
)
from tests.unit.history.recorded import Trials, summary
from tests.unit.records.trials import begin
from tests.unit.store.claims import COMMIT, NOON


@pytest.fixture
def trials(tmp_path: Path) -> Trials:
    return Trials(tmp_path / "trials")


def names(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame["name"]]


def test_each_trial_is_a_row_in_the_order_of_the_claims(trials: Trials) -> None:
    keys = [
        trials.add({"k": 3, "method": "KMeans"}, 0.25, numbers={"inertia": 7.5}),
        trials.add({"k": 5, "method": "GMM"}, metrics={"loss": summary(3.0, 1.0, 2.0)}),
        trials.add({"k": 8, "method": "GMM"}, status=Status.FAILED, reason="it broke"),
    ]
    frame = mitosis.history("kmeans", trials_folder=trials.folder)
    assert (list(frame.index), frame.index.name) == (keys, "key")
    assert names(frame) == ["kmeans-3-KMeans-1", "kmeans-5-GMM-1", "kmeans-8-GMM-1"]
    assert frame["k"].tolist() == [3, 5, 8]
    assert frame["k.variant"].tolist() == ["3", "5", "8"]
    assert frame["status"].tolist() == ["succeeded", "succeeded", "failed"]
    assert frame["main"].tolist()[:2] == [0.25, 1.5]
    assert frame["inertia"].tolist()[0] == 7.5
    assert frame["loss"].tolist()[1] == 2.0
    assert frame["commit"].tolist() == [COMMIT] * 3
    assert frame["started_at"].tolist() == [NOON + timedelta(minutes=i) for i in range(3)]
    assert frame["reason"].tolist()[2] == "it broke"
    assert "hypothesis" not in frame


def test_trials_of_a_sweep_are_found_by_it(trials: Trials) -> None:
    trials.add({"k": 1})
    key = trials.add({"k": 2}, sweep=SweepPoint("night", 4))
    frame = mitosis.history(
        "kmeans", "sweep == 'night' and sweep_point > 3", trials_folder=trials.folder
    )
    assert list(frame.index) == [key]
    everything = mitosis.history(
        "kmeans", columns=["sweep", "sweep_point"], trials_folder=trials.folder
    )
    assert everything["sweep"].tolist()[1] == "night"
    assert everything["sweep_point"].isna().tolist() == [True, False]


def test_columns_have_the_types_of_their_values(trials: Trials) -> None:
    trials.add({"whole": 1, "half": 0.5, "text": "a", "flag": True, "mixed": 1}, seed=2**70)
    trials.add({"whole": 2, "half": 2, "text": "b", "flag": False, "mixed": "one"}, seed=None)
    trials.add({"whole": 3, "sometimes": 4}, status=None)
    frame = mitosis.history(trials_folder=trials.folder)
    types = {name: str(frame[name].dtype) for name in frame}
    assert types["whole"] == types["iteration"] == "int64"
    assert types["half"] == types["main"] == types["wall_seconds"] == "float64"
    assert types["sometimes"] == types["peak_memory_bytes"] == "Int64"
    assert types["flag"] == "boolean"
    assert types["started_at"].endswith("UTC]")
    assert types["ended_at"].endswith("UTC]")
    assert pd.isna(frame["ended_at"].tolist()[2])
    assert frame["mixed"].tolist()[:2] == [1, "one"]
    assert frame["seed"].tolist()[:2] == [2**70, None]
    assert pd.api.types.is_string_dtype(frame["status"])


def test_an_argument_that_is_no_scalar_has_its_variant_s_name(trials: Trials) -> None:
    trials.add({"data": "array(1000)", "k": 3})
    frame = mitosis.history(trials_folder=trials.folder, columns=["data", "data.variant"])
    assert frame.iloc[0].tolist() == ["array(1000)", "array(1000)"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "filters", "found"),
    [
        ("k > 3", {}, [5, 8]),
        (None, {"k": 3}, [3]),
        (None, {"k": [3, 8]}, [3, 8]),
        (None, {"method": "GMM", "k": 5}, [5]),
        ("k > 3", {"method": "GMM"}, [5, 8]),
        (None, {"status": Status.FAILED}, [8]),
        ("loss < 2", {}, [3]),
        ("metric.loss.maximum == 3", {}, [5]),
        ("inertia == None", {}, [5, 8]),
        ("started_at > '2024-05-06 12:00:30'", {}, [5, 8]),
        ("started_at == '2024-05-06'", {}, [3, 5, 8]),
        (None, {"commit": COMMIT[:10]}, [3, 5, 8]),
        ("seed == 7 and not (k == 5 or method == 'KMeans')", {}, [8]),
        ("k == 77", {}, []),
    ],
)
def test_trials_are_chosen_by_expression_and_by_filter(
    trials: Trials, where: str | None, filters: dict[str, Any], found: list[int]
) -> None:
    trials.add(
        {"k": 3, "method": "KMeans"}, numbers={"inertia": 7}, metrics={"loss": summary(1)}
    )
    trials.add({"k": 5, "method": "GMM"}, metrics={"loss": summary(3, 2)})
    trials.add({"k": 8, "method": "GMM"}, status=Status.FAILED, seed=7)
    frame = mitosis.history("kmeans", where, trials_folder=trials.folder, **filters)
    assert frame["k"].tolist() == found
    assert len(frame.columns) > 15  # also where no trial fits


def test_trials_are_sorted_and_cut_to_the_last(trials: Trials) -> None:
    for k, main in ((1, 0.3), (2, 0.1), (3, None), (4, 0.2), (5, 0.1)):
        trials.add({"k": k}, main, status=Status.SUCCEEDED if main else Status.FAILED)

    def order(**how: Any) -> list[int]:
        frame = mitosis.history("kmeans", trials_folder=trials.folder, **how)
        return list(frame["k"])

    assert order(sort="main") == [2, 5, 4, 1, 3]
    assert order(sort="main", reverse=True) == [1, 4, 2, 5, 3]
    assert order(sort=["status", "main"]) == [3, 2, 5, 4, 1]
    assert order(tail=2) == [4, 5]
    assert order(sort="main", tail=2) == [4, 1]
    assert order(sort="main", tail=4) == [2, 5, 4, 1]
    assert order(sort="main", reverse=True, tail=2) == [2, 5]
    assert order(sort="main", reverse=True, tail=3) == [4, 2, 5]
    assert order(sort="main", tail=9) == [3, 2, 5, 4, 1]


def test_columns_are_as_they_were_asked_for(trials: Trials) -> None:
    trials.add({"k": 3}, metrics={"k": summary(1.0, 4.0)})
    asked = ["metric.k.minimum", "k", "metric.k", "results_digest", "values"]
    frame = mitosis.history("kmeans", trials_folder=trials.folder, columns=asked)
    assert list(frame) == asked
    assert frame.iloc[0].tolist() == [1.0, 3, 4.0, None, {"k": 3}]


def test_several_experiments_and_databases_stand_in_the_order_of_their_starts(
    trials: Trials,
) -> None:
    trials.add({"k": 3}, 0.3)
    trials.add({"rate": 0.5}, 0.1, experiment="decay")
    trials.add({"k": 5}, 0.2, database="other.db")
    trials.add({"noise": "x"}, 0.4, experiment="sine")

    def found(*given: Any, **how: Any) -> list[float]:
        return list(mitosis.history(*given, trials_folder=trials.folder, **how)["main"])

    class Decay:
        name = "decay"

    assert found() == [0.3, 0.1, 0.2, 0.4]
    assert found("kmeans") == [0.3, 0.2]
    assert found(["sine", Decay()]) == [0.1, 0.4]
    assert found(logfile="other.db") == [0.2]
    assert found(sort="main") == [0.1, 0.2, 0.3, 0.4]
    assert found(sort="main", tail=2) == [0.3, 0.4]
    assert found(tail=3) == [0.1, 0.2, 0.4]
    assert found(where="rate == None", sort="main", reverse=True) == [0.4, 0.3, 0.2]


def test_archived_trials_are_out_of_sight_until_they_are_asked_for(trials: Trials) -> None:
    key = trials.add({"k": 3})
    trials.add({"k": 5})
    store = Store(trials.folder / "kmeans.db")
    store.annotate(key, Annotation(Mark.ARCHIVE, "", NOON, "Ada"))
    store.annotate(key, Annotation(Mark.TAG, "odd", NOON, "Ada"))
    assert mitosis.history("kmeans", trials_folder=trials.folder)["k"].tolist() == [5]
    every = mitosis.history("kmeans", trials_folder=trials.folder, archived=True)
    assert every["k"].tolist() == [3, 5]
    assert every["tags"].tolist() == [("odd",), ()]
    tagged = mitosis.history(where="'odd' in tags", archived=True, trials_folder=trials.folder)
    assert tagged["k"].tolist() == [3]


def test_nothing_recorded_is_an_empty_table(tmp_path: Path) -> None:
    frame = mitosis.history(trials_folder=tmp_path / "nowhere")
    assert len(frame) == 0
    assert {"name", "status", "main", "started_at"} <= set(frame)


def test_an_experiment_without_trials_is_refused_with_near_names(trials: Trials) -> None:
    trials.add()
    with pytest.raises(ExperimentNotFoundError, match="did you mean 'kmeans'"):
        mitosis.history("kmaens", trials_folder=trials.folder)


def test_all_unknown_names_are_told_at_once(trials: Trials) -> None:
    trials.add({"k": 3})
    with pytest.raises(UnknownFieldError) as caught:
        mitosis.history(
            "kmeans",
            "kk > 3",
            columns=["k", "colour"],
            sort="mainn",
            trials_folder=trials.folder,
            methods="x",
        )
    assert [fault.split(";")[0] for fault in caught.value.faults] == [
        "'kk'",
        "'methods'",
        "'mainn'",
        "'colour'",
    ]


def test_a_filter_that_fits_nothing_ever_is_refused(trials: Trials) -> None:
    trials.add({"k": 3})
    with pytest.raises(InvalidExpressionError, match="NaN equals nothing"):
        mitosis.history("kmeans", trials_folder=trials.folder, k=math.nan)


def test_a_damaged_database_is_not_passed_over(trials: Trials) -> None:
    trials.add()
    file = trials.folder / "kmeans.db"
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(NotADatabaseError):
        mitosis.history(trials_folder=trials.folder)


def test_a_dead_trial_is_closed_first(tmp_path: Path) -> None:
    begin(tmp_path)
    assert mitosis.history(trials_folder=tmp_path)["status"].tolist() == ["lost"]


def test_infinite_and_endless_numbers_are_asked_for_as_any_other(trials: Trials) -> None:
    trials.add(main="inf")  # as a report writes it
    trials.add(main="-inf")
    trials.add(main=10**400)
    trials.add(main=0.5)

    def found(where: str) -> list[Any]:
        return mitosis.history(where=where, trials_folder=trials.folder)["main"].tolist()

    assert found("main > 1") == [math.inf, 10**400]
    assert found("main == -1e999") == [-math.inf]


def test_a_column_that_another_hides_does_not_take_its_place(trials: Trials) -> None:
    trials.add(numbers={"loss": 1.0, "metric.loss": 2.0}, metrics={"loss": summary(3.0)})
    frame = mitosis.history(trials_folder=trials.folder)
    assert (frame["loss"].tolist(), frame["metric.loss"].tolist()) == ([1.0], [2.0])
