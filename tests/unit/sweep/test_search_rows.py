"""A search told by its trials: its points, its ranking, and what Optuna is told of it."""

from __future__ import annotations

from pathlib import Path

import optuna
from optuna.trial import TrialState

from mitosis._model import Status
from mitosis._sweep.grown import grown
from mitosis._sweep.overview import Overview
from mitosis._sweep.ranking import best_sheet, ranked, searched
from mitosis._sweep.standing import Standing
from mitosis._sweep.study import Method, make_study, parameters, suggest, tell
from mitosis._sweep.summary import end_text
from tests.unit.sweep.searches import pruned, search, space_of, trial

SPACE = space_of(x=(0.0, 9.0), kind=["a", "b"])


def at(x: float, kind: str = "a") -> dict[str, str]:
    return {"kind": repr(kind), "x": repr(x)}


ROWS = [
    trial(0, at(8.0), 64.0),
    trial(1, at(10 / 3, "b"), 11.0),
    trial(2, at(9.0), status=Status.FAILED, reason="ValueError: no"),
    pruned(3, at(7.0)),
    trial(4, at(2.0), status=Status.LOST),
    trial(5, at(1.0), float("nan")),
]


def method(**fields: object) -> Method:
    usual = {"direction": "minimize", "sampler": None, "pruner": None, "prune_by": ""}
    return Method(**{**usual, "seed": 5, **fields})  # type: ignore[arg-type]


def test_the_points_of_a_search_are_what_its_trials_were_given() -> None:
    plan = grown(search(SPACE), ROWS)
    assert [argument.name for argument in plan.arguments] == ["kind", "x"]
    names = [variant.name for variant in plan.arguments[1].variants]
    assert names == ["1.0", "2.0", "3.3333333333333335", "7.0", "8.0", "9.0"]
    assert plan.variants_of(1) == at(10 / 3, "b")
    assert plan.size == 6


def test_a_search_without_a_trial_has_no_points_but_a_size() -> None:
    overview = Overview(search(SPACE, 4), [])
    assert (overview.points, overview.missing, overview.groups()) == (4, 4, [])
    assert overview.state() == "4 points, 4 without a trial"


def test_points_whose_trials_are_gone_are_missing() -> None:
    overview = Overview(search(SPACE), [ROWS[0], ROWS[2], ROWS[5]])
    assert [row.point for row in overview.rows] == [0, 2, 5]
    assert overview.missing == 3


def test_the_same_suggestion_twice_is_two_points() -> None:
    overview = Overview(search(SPACE, 2), [trial(0, at(1.0), 3.0), trial(1, at(1.0), 5.0)])
    assert [row.main for row in overview.rows] == [3.0, 5.0]
    (group,) = overview.groups()
    assert (group.n, group.mean) == (2, 4.0)


def test_a_pruned_trial_is_no_failure() -> None:
    overview = Overview(search(SPACE), ROWS)
    assert [row.point for row in overview.failures] == [2, 4]
    assert overview.pruned == 1
    assert overview.state() == "6 points, 3 succeeded, 1 failed, 1 lost, 1 pruned"
    standing = Standing(6)
    for row in ROWS:
        standing.settle(row.status, row.name, row.main, row.reason)
    assert (standing.done, standing.failed) == (4, 2)


def test_the_best_comes_first_in_either_direction() -> None:
    low, high = (Overview(search(SPACE, 6, way), ROWS) for way in ("minimize", "maximize"))
    assert [row.point for row in ranked(low)] == [1, 0]
    assert [row.point for row in ranked(high)] == [0, 1]
    assert searched(low, ranked(low)[0]) == {"x": 10 / 3, "kind": "'b'"}
    (first, _) = best_sheet(low).rows
    assert [cell.text for cell in first] == ["3.3333333333333335", "'b'", "11", "exp-1"]


def test_a_search_says_how_to_go_on_while_something_is_left() -> None:
    text = end_text(search(SPACE), ROWS, Path("sweep_search.html"))
    assert "mitosis.optimize(..., name='search', resume=True)" in text
    whole = [*ROWS[:4], trial(4, at(2.0), 4.0), ROWS[5]]
    assert "resume" not in end_text(search(SPACE), whole, Path("sweep_search.html"))


def test_optuna_is_told_of_all_trials_that_came_to_an_end_of_their_own() -> None:
    study = make_study(SPACE, method(), ROWS)
    states = [TrialState.COMPLETE] * 2 + [TrialState.FAIL, TrialState.PRUNED, TrialState.FAIL]
    assert [told.state for told in study.trials] == states
    assert study.best_params == {"x": 10 / 3, "kind": "'b'"}
    assert study.best_trial.user_attrs == {"trial": "exp-1", "key": "00000001"}


def test_optuna_is_told_what_was_logged_where_it_prunes(tmp_path: Path) -> None:
    (tmp_path / "exp-0").mkdir()
    lines = '{"step": 0, "at": 0.1, "loss": 5}\n{"step": 1, "at": 0.2, "loss": 4.5}\n'
    (tmp_path / "exp-0/metrics.jsonl").write_text(lines)
    study = make_study(SPACE, method(prune_by="loss"), ROWS[:2], tmp_path)
    assert study.trials[0].intermediate_values == {0: 5.0, 1: 4.5}
    assert study.trials[1].intermediate_values == {}


def test_what_was_given_otherwise_is_not_told() -> None:
    rows = [trial(0, {"kind": "'z'", "x": "1.0"}), trial(1, {"x": "1.0"}), ROWS[1]]
    study = make_study(SPACE, method(), rows)
    assert [told.user_attrs["trial"] for told in study.trials] == ["exp-1"]


def test_a_search_that_goes_on_suggests_what_it_did_not_suggest_before() -> None:
    fresh = suggest(make_study(SPACE, method()), SPACE, None)
    again = suggest(make_study(SPACE, method()), SPACE, None)
    later = suggest(make_study(SPACE, method(), ROWS), SPACE, None)
    assert fresh.params == again.params
    assert later.params != fresh.params


def test_a_sampler_of_the_callers_does_not_repeat_itself_either() -> None:
    def first(rows: list[object]) -> dict[str, object]:
        sampler = optuna.samplers.RandomSampler(seed=1)
        study = make_study(SPACE, method(sampler=sampler), rows)  # type: ignore[arg-type]
        return dict(suggest(study, SPACE, None).params)

    assert first([]) == first([])
    assert first([*ROWS]) != first([])


def test_a_lost_trial_is_suggested_again_and_told_how_it_ended() -> None:
    study = make_study(SPACE, method(), ROWS)
    again = suggest(study, SPACE, ROWS[4].variants)
    assert [p.vals for p in parameters(SPACE, again)] == [2.0, "a"]
    tell(study, again, Status.SUCCEEDED, 2, is_pruned=False)
    assert study.best_value == 2.0
    for main in (float("inf"), "text", None, True):
        other = suggest(study, SPACE, None)
        tell(study, other, Status.SUCCEEDED, main, is_pruned=False)
        assert study.trials[-1].state is TrialState.FAIL
