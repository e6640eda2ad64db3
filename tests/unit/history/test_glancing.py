"""The plain listing: read without SQLAlchemy and pandas, it shows what the store would."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from mitosis._history.glancing import glanced_sheet
from mitosis._history.history import Place, Question
from mitosis._history.listing import list_trials
from mitosis._model import Annotation, Mark, Status
from mitosis._store import Store, glance
from mitosis._store.schema import SCHEMA_VERSION
from tests.unit.store.claims import NOON, execute

from .recorded import Trials, summary

CHOICES: list[dict[str, Any]] = [
    {},
    {"tail": 2},
    {"archived": True},
    {"best": "max"},
    {"experiments": ("kmeans",)},
    {"experiments": ("sine",), "tail": 1, "archived": True, "best": "min"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two databases with all that a listing may have to show."""
    trials = Trials(tmp_path_factory.mktemp("project") / "trials")
    noted = trials.add({"k": 3, "method": "lloyd"}, 1, numbers={"loss": 0.5, "steps": 7})
    nan = {"loss": math.nan, "steps": math.inf}
    trials.add({"k": 4.5, "method": "elkan"}, math.nan, numbers=nan, group="night")
    trials.add(
        {"k": True}, "text", metrics={"loss": summary(1.0, 0.25), "rate": summary(math.nan)}
    )
    trials.add({"k": [1, 2]}, 10**400, status=Status.FAILED, reason="it broke")
    archived = trials.add({"k": "a\nb"}, -math.inf)
    trials.add({"name": "x", "key": None}, 2.5, experiment="sine", database="a.db")
    trials.add({"name": "y", "key": 2**70}, 3, experiment="sine", database="a.db")
    store = Store(trials.folder / "kmeans.db")
    for key, mark, text in [
        (noted, Mark.NOTE, "look here"),
        (noted, Mark.TAG, "paper"),
        (noted, Mark.TAG, "draft"),
        (archived, Mark.ARCHIVE, ""),
    ]:
        store.annotate(key, Annotation(mark, text, NOON, "Ada"))
    return trials.folder


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_it_shows_what_the_store_would(folder: Path, choice: dict[str, Any]) -> None:
    glanced = glanced_sheet(folder, **choice)
    asked = dict(choice)
    place = Place(list(asked.pop("experiments", ())) or None, folder)
    best = asked.pop("best", None)
    assert glanced == list_trials(place, Question(**asked), best).sheet


def test_the_sheet_is_that_of_the_table(folder: Path) -> None:
    from mitosis._history.sheet import frame_sheet

    listed = list_trials(Place(None, folder), Question(columns=["main", "k", "loss"]), "max")
    assert listed.sheet == frame_sheet(listed.frame, "max")


def test_the_schema_is_the_stores() -> None:
    assert glance.SCHEMA == SCHEMA_VERSION


def test_what_needs_the_store_is_left_to_it(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "trials")
    assert glanced_sheet(trials.folder) is None  # nothing there yet
    key = trials.add()
    assert glanced_sheet(trials.folder) is not None
    assert glanced_sheet(trials.folder, ("unknown",)) is None
    database = trials.folder / "kmeans.db"
    execute(database, "UPDATE trial SET status = 'running' WHERE key = ?", key)
    assert glanced_sheet(trials.folder) is None
    execute(database, "UPDATE trial SET status = 'failed'")
    execute(database, "UPDATE meta SET value = '4' WHERE key = 'schema_version'")
    assert glanced_sheet(trials.folder) is None
    database.write_bytes(database.read_bytes()[:3000])
    assert glanced_sheet(trials.folder) is None
