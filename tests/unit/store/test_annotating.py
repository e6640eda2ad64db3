"""A trial's row follows what people say of the trial."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mitosis._model import Annotation, Field, Kind, Mark, Query
from mitosis._store import Restored, Store
from mitosis.errors import DatabaseError

from .claims import NOON, claim, execute
from .faults import record


def said(mark: Mark, text: str = "", hours: int = 0) -> Annotation:
    return Annotation(mark, text, NOON + timedelta(hours=hours), "Ada")


def standing(store: Store) -> tuple[object, ...]:
    fields = [Field(Kind.COLUMN, name) for name in ("note", "tags", "archived_at")]
    (found,) = zip(*store.table(Query(with_archived=True), fields), strict=True)
    return tuple(found)


def test_a_note_takes_the_place_of_the_last_and_tags_come_and_go(store: Store) -> None:
    given = claim()
    store.claim(given)
    for annotation in (
        said(Mark.NOTE, "bad lamp"),
        said(Mark.NOTE, "a bad lamp, too: \ud800"),
        said(Mark.TAG, "paper"),
        said(Mark.TAG, "best"),
        said(Mark.TAG, "best"),
        said(Mark.ARCHIVE, hours=1),
        said(Mark.ARCHIVE, hours=2),
    ):
        store.annotate(given.key, annotation)
    moment = NOON + timedelta(hours=1)
    assert standing(store) == ("a bad lamp, too: \\ud800", ("best", "paper"), moment)
    for annotation in (
        said(Mark.UNTAG, "best"),
        said(Mark.UNTAG, "none"),
        said(Mark.NOTE, ""),
        said(Mark.UNARCHIVE),
    ):
        store.annotate(given.key, annotation)
    assert standing(store) == (None, ("paper",), None)


def test_what_is_said_of_an_unknown_trial_is_an_error_that_names_its_key(store: Store) -> None:
    store.claim(claim())
    with pytest.raises(DatabaseError, match="does not hold the trial with key ffffffff"):
        store.annotate("ffffffff", said(Mark.TAG, "best"))


def test_a_restored_trial_stands_as_its_folder_tells_whatever_the_row_said(
    store: Store,
) -> None:
    told = replace(
        record("a1"),
        annotations=(
            said(Mark.UNTAG, "old", 3),
            said(Mark.TAG, "old", 2),
            said(Mark.NOTE, "x"),
        ),
    )
    assert store.restore([told]) == Restored(added=("a1",))
    assert standing(store) == ("x", (), None)
    store.annotate("a1", said(Mark.TAG, "only here"))
    assert store.restore([told]) == Restored(completed=("a1",))
    assert standing(store) == ("x", (), None)
    before = store.path.read_bytes()
    assert store.restore([told]) == Restored()
    assert store.path.read_bytes() == before


def test_a_folder_that_tells_nothing_leaves_the_row_as_it_is(store: Store) -> None:
    store.restore([record("a1")])
    store.annotate("a1", said(Mark.TAG, "best"))
    assert store.restore([record("a1")]) == Restored()
    assert execute(store.path, "SELECT tag FROM trial_tag") == [("best",)]
