"""A database of a former schema: read as it is, raised by the first who writes, never lost."""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from mitosis._layout import is_own
from mitosis._model import Act, Action, Annotation, Comparison, Field, Kind, Lock, Mark, Query
from mitosis._store import Store, migrations
from mitosis._store.schema import SCHEMA_VERSION
from mitosis.errors import DatabaseError, VariantConflictError
from tests.conftest import FreshPython, Unprivileged

from . import former
from .claims import LOW, NOON, act, claim, execute, finish, variant
from .former import DEFINITIONS, TRIALS, make_schema_1, moment
from .former_2_and_3 import VALUES_OF_SCHEMA_3, make_schema_2, make_schema_3

Verb = Callable[[Store], object]
WRITING: dict[str, Verb] = {
    "claim": lambda store: store.claim(claim(variant("high", "9"))),
    "finish": lambda store: store.finish(finish("f0000001")),
    "retire": lambda store: store.retire(LOW, act()),
    "rename": lambda store: store.rename(LOW, "faint", act()),
    "import": lambda store: store.import_locks([_lock()], act()),
    "annotate": lambda store: store.annotate(
        "f0000001", Annotation(Mark.TAG, "best", NOON, "Ada")
    ),
    "purge": lambda store: store.purge(["f0000001"], act()),
}
each_writing_verb = pytest.mark.parametrize("verb", WRITING.values(), ids=WRITING)


DIES = """
import os, sys
from pathlib import Path
from typing import Any
from mitosis._store import Store, migrations

step = migrations.STEPS[2]

def die(connection):
    step(connection)
    os.kill(os.getpid(), 9)

migrations.STEPS = {2: die}
if not (child := os.fork()):
    Store(Path(sys.argv[1])).rename(None, "", None)
assert os.waitpid(child, 0)[1] == 9
"""


def _lock() -> Lock:
    at = datetime.fromisoformat(moment(1))
    return Lock("sine", variant("high", "9"), at, "sine-high-1", "0000000a", None)


@pytest.fixture
def old(store: Store) -> Store:
    make_schema_1(store.path)
    return store


@pytest.fixture
def raised(old: Store) -> Store:
    """A store that was of schema 1 until a trial of it was finished again."""
    WRITING["finish"](old)
    return old


def beside(store: Store) -> list[str]:
    return sorted(path.name for path in store.path.parent.iterdir())


def version(path: Path) -> str:
    return str(execute(path, "SELECT value FROM meta")[0][0])


def by_text(locks: list[Lock]) -> Mapping[str, Lock]:
    found = {lock.variant.text: lock for lock in locks}
    assert len(found) == len(locks) == len(DEFINITIONS)
    return found


def frozen(path: Path) -> str:
    rows = execute(path, "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name")
    return "".join(" ".join(sql.split()) + ";\n" for (sql,) in rows)


def test_a_file_of_schema_2_is_read_and_raised_with_all_it_holds(store: Store) -> None:
    make_schema_2(store.path)
    before = store.path.read_bytes()
    locks, trials = store.variants(retired=True), store.trials()
    assert [(lock.used_by, len(lock.acts)) for lock in locks] == [(1, 1)]
    assert [(row["key"], row["data"], row["hypothesis"]) for row in trials] == [
        ("f0000001", [], None)
    ]
    assert store.path.read_bytes() == before
    WRITING["claim"](store)
    assert beside(store) == ["sine.db", "sine.db.schema-2"]
    assert version(store.path) == str(SCHEMA_VERSION)
    assert store.trials()[:1] == trials
    assert store.variants(retired=True)[1:] == locks


def test_a_raised_file_of_schema_2_has_the_tables_of_a_new_one(
    store: Store, tmp_path: Path
) -> None:
    make_schema_2(store.path)
    WRITING["finish"](store)
    new = Store(tmp_path / "new.db")
    new.claim(claim())
    assert frozen(store.path) == frozen(new.path)


def test_a_file_of_schema_3_is_asked_as_it_is_and_raised_with_all_its_values(
    store: Store, tmp_path: Path
) -> None:
    make_schema_3(store.path)
    before, trials = store.path.read_bytes(), store.trials()
    fields = [Field(Kind.VALUE, name) for name, *_ in VALUES_OF_SCHEMA_3]
    asked = Query("sine", Comparison(Field(Kind.VALUE, "method"), "==", "KMeans"))
    values = [3, True, "KMeans", "v grid", math.nan, 2**70, "told"]
    assert str(store.table(asked, fields)) == str([[value] for value in values])
    assert store.field_names().parameters == tuple(sorted(f.name for f in fields))
    assert [one.key for one in store.named("sine-1")] == ["f0000001"]
    assert store.path.read_bytes() == before
    WRITING["claim"](store)
    assert beside(store) == ["sine.db", "sine.db.schema-3"]
    copy = store.path.with_name("sine.db.schema-3")
    assert (version(copy), len(execute(copy, "SELECT * FROM trial_variant"))) == ("3", 6)
    assert store.trials()[:1] == trials
    assert (trials[0]["main"], trials[0]["metrics"], trials[0]["note"]) == (2.5, {}, None)
    query = "SELECT argument, variant, json, number, text FROM trial_value WHERE trial_id = 1"
    assert execute(store.path, f"{query} ORDER BY argument") == sorted(
        (name, text and f"v {name}", *told) for name, _, text, told in VALUES_OF_SCHEMA_3
    )
    new = Store(tmp_path / "new.db")
    new.claim(claim())
    assert frozen(store.path) == frozen(new.path)


@each_writing_verb
def test_whoever_writes_first_raises_the_schema_and_keeps_a_copy(
    old: Store, verb: Verb
) -> None:
    before = execute(old.path, "SELECT * FROM variant")
    verb(old)
    assert version(old.path) == str(SCHEMA_VERSION)
    assert [name for name in beside(old) if not name.endswith(".acts")] == [
        "sine.db",
        "sine.db.schema-1",
    ]
    copy = old.path.with_name("sine.db.schema-1")
    assert version(copy) == "1"
    assert execute(copy, "SELECT * FROM variant") == before
    assert execute(copy, "PRAGMA integrity_check") == [("ok",)]


def test_the_next_who_write_make_no_further_copy(raised: Store) -> None:
    raised.claim(claim(variant("high", "9")))
    raised.finish(finish("f0000002"))
    assert beside(raised) == ["sine.db", "sine.db.schema-1"]


def test_a_raised_file_has_the_tables_of_a_new_one(raised: Store, tmp_path: Path) -> None:
    new = Store(tmp_path / "new.db")
    new.claim(claim())
    assert frozen(raised.path) == frozen(new.path)
    assert execute(raised.path, "PRAGMA application_id") == execute(
        new.path, "PRAGMA application_id"
    )


def test_no_row_points_nowhere_afterwards(raised: Store) -> None:
    assert execute(raised.path, "PRAGMA foreign_key_check") == []
    assert execute(raised.path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("verb", [None, WRITING["finish"]], ids=["read", "raised"])
def test_each_lock_is_what_it_was(old: Store, verb: Verb | None) -> None:
    if verb:
        verb(old)
    locks = by_text(old.variants(retired=True))
    for number, definition in enumerate(DEFINITIONS, 1):
        lock = locks[definition[3]]
        experiment, parameter, name, _ = definition
        assert (lock.experiment, lock.variant.parameter) == (experiment, parameter)
        assert (lock.variant.name, lock.variant.version) == (name, 1)
        assert lock.variant.digest == f"digest {number}"
        locker = former.locker(definition)
        assert lock.locked_at == datetime.fromisoformat(moment(locker))
        assert (lock.trial_name, lock.trial_key) == (
            f"{experiment}-{locker}",
            f"f{locker:07x}",
        )
        assert lock.commit == (None if locker == 5 else f"{locker:040x}")


@pytest.mark.parametrize("verb", [None, WRITING["finish"]], ids=["read", "raised"])
def test_each_lock_counts_the_trials_that_ran_with_it(old: Store, verb: Verb | None) -> None:
    if verb:
        verb(old)
    counts = {text: lock.used_by for text, lock in by_text(old.variants(retired=True)).items()}
    assert counts == {
        definition[3]: sum(definition in ran for ran, _ in TRIALS) for definition in DEFINITIONS
    }


@pytest.mark.parametrize("verb", [None, WRITING["finish"]], ids=["read", "raised"])
def test_what_was_retired_by_hand_is_an_act(old: Store, verb: Verb | None) -> None:
    if verb:
        verb(old)
    at = datetime.fromisoformat(moment(9))
    acts = {lock.variant.text: lock.acts for lock in old.variants(retired=True) if lock.acts}
    assert acts == {"0.1": (Act(Action.RETIRED, at, "unknown", "a typo"),)}
    assert [lock.variant.text for lock in old.variants("sine")] == [former.ODD[3], "0.2"]


def test_every_column_of_every_trial_is_kept(old: Store) -> None:
    columns = [row[1] for row in execute(old.path, "PRAGMA table_info(trial)")]
    query = f"SELECT {', '.join(columns)} FROM trial ORDER BY id"
    before = execute(old.path, query)
    WRITING["retire"](old)
    assert execute(old.path, query) == before


def test_texts_are_kept_byte_for_byte(old: Store) -> None:
    query = "SELECT id, CAST(text AS BLOB), CAST(name AS BLOB), CAST(locked_at AS BLOB)"
    before = execute(old.path, f"{query} FROM variant ORDER BY id")
    WRITING["finish"](old)
    assert execute(old.path, f"{query} FROM variant ORDER BY id") == before
    assert len(before) == len(DEFINITIONS)


def test_claims_go_on_where_they_stood(raised: Store) -> None:
    now = variant("low", "0.2"), variant("a\0b\n🧬", former.ODD[3], "größe 'n")
    assert raised.claim(claim(*now)).iteration == 7
    with pytest.raises(VariantConflictError, match="by trial 'sine-4' ") as caught:
        raised.claim(claim(variant("low", "0.1")))
    assert len(caught.value.conflicts) == 1
    assert by_text(raised.variants(retired=True))["0.2"].used_by == 3


@pytest.mark.parametrize("verb", [Store.trials, Store.variants])
def test_reading_changes_nothing(old: Store, verb: Verb) -> None:
    before = old.path.read_bytes()
    verb(old)
    assert old.path.read_bytes() == before
    assert beside(old) == ["sine.db"]


def test_reading_needs_no_right_to_write(open_folder: Path, unprivileged: Unprivileged) -> None:
    store = Store(make_schema_1(open_folder / "sine.db"))
    store.path.chmod(0o444)
    open_folder.chmod(0o555)
    with unprivileged():
        assert len(store.variants(retired=True)) == len(DEFINITIONS)
        assert len(store.trials()) == len(TRIALS)


def test_reading_does_not_wait_for_a_writer_that_has_not_written_yet(old: Store) -> None:
    with closing(sqlite3.connect(old.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert len(old.variants()) == 3


@each_writing_verb
def test_a_step_that_fails_leaves_the_file_and_the_folder_as_they_were(
    old: Store, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: Connection) -> None:
        step(connection)
        connection.exec_driver_sql("INSERT INTO absent VALUES (1)")

    step = migrations.STEPS[2]
    monkeypatch.setattr(migrations, "STEPS", {2: half})
    before = old.path.read_bytes()
    with pytest.raises(DatabaseError, match="no such table: absent"):
        verb(old)
    assert old.path.read_bytes() == before
    assert beside(old) == ["sine.db"]


@pytest.mark.slow
def test_a_process_that_dies_in_the_midst_leaves_the_file_as_it_was(
    old: Store, fresh_python: FreshPython
) -> None:
    execute(  # more than SQLite keeps in memory: it writes before it commits
        old.path,
        "INSERT INTO variant SELECT NULL, experiment, parameter, value, text, digest, 1, "
        "locked_at, trial_id, NULL, NULL FROM variant, json_each(?) WHERE variant.id = 4",
        json.dumps([f"v{n}" for n in range(100)]),
    )
    before = old.variants(retired=True), old.trials(), old.path.stat().st_size
    fresh_python(DIES, str(old.path))
    assert old.path.with_name("sine.db-journal").stat().st_size > 0
    assert old.path.stat().st_size > before[-1]
    assert (old.variants(retired=True), old.trials(), old.path.stat().st_size) == before
    assert version(old.path) == "1"
    left = [name for name in beside(old) if name != "sine.db"]
    assert all(is_own(old.path.with_name(name), old.path.parent) for name in left)
    WRITING["finish"](old)
    assert version(old.path) == str(SCHEMA_VERSION)
    assert "sine.db.schema-1" in beside(old)


def test_a_refused_claim_leaves_the_file_and_the_folder_as_they_were(old: Store) -> None:
    before = old.path.read_bytes()
    with pytest.raises(VariantConflictError, match="locked with another value"):
        old.claim(claim(variant("low", "0.1")))
    assert old.path.read_bytes() == before
    assert beside(old) == ["sine.db"]


def test_a_copy_is_never_written_over(old: Store) -> None:
    first = old.path.read_bytes()
    for _ in range(3):
        old.path.write_bytes(first)
        WRITING["finish"](old)
    assert beside(old) == [
        "sine.db",
        "sine.db.schema-1",
        "sine.db.schema-1-2",
        "sine.db.schema-1-3",
    ]


def test_the_copies_are_known_as_files_of_mitosis_and_not_as_databases(raised: Store) -> None:
    folder = raised.path.parent
    shutil.copy(raised.path.with_name("sine.db.schema-1"), folder / "sine.db.schema-1-2")
    assert [path.name for path in folder.glob("*.db")] == ["sine.db"]
    for name in ("sine.db.schema-1", "sine.db.schema-1-2", ".sine.db.schema-1.0123abcd"):
        assert is_own(folder / name, folder)


def test_a_copy_may_be_read_by_those_who_may_read_the_database(old: Store) -> None:
    old.path.chmod(0o600)
    WRITING["finish"](old)
    copy = old.path.with_name("sine.db.schema-1")
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_copy_is_a_database_that_can_be_put_back(raised: Store) -> None:
    raised.path.with_name("sine.db.schema-1").replace(raised.path)
    assert version(raised.path) == "1"
    assert raised.claim(claim(variant("low", "0.2"))).iteration == 1 + 2


def test_a_folder_that_takes_no_copy_is_an_error_that_says_so(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    store = Store(make_schema_1(open_folder / "sine.db"))
    store.path.chmod(0o666)
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(DatabaseError, match="no copy can be made") as caught:
        WRITING["finish"](store)
    assert caught.value.database == store.path
    assert version(store.path) == "1"


def test_a_damaged_file_is_told_when_it_is_copied(old: Store) -> None:
    content = old.path.read_bytes()
    old.path.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    with pytest.raises(DatabaseError, match=r"malformed|copy"):
        WRITING["finish"](old)
    with pytest.raises(DatabaseError, match="malformed"):
        old.variants()


def test_each_former_schema_has_a_step_that_leaves_it() -> None:
    assert sorted(migrations.STEPS) == list(range(2, SCHEMA_VERSION + 1))
