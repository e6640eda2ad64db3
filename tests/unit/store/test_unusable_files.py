"""Files that are no database of ours: each is refused by name and left as it is."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from mitosis._layout import APPLICATION_ID
from mitosis._model import Lock
from mitosis._store import Store, connection, waiting
from mitosis._store.schema import SCHEMA_VERSION
from mitosis.errors import (
    DatabaseBusyError,
    DatabaseError,
    ForeignDatabaseError,
    NewerDatabaseError,
    NotADatabaseError,
)
from tests.conftest import Unprivileged

from .claims import LOW, NOON, act, claim, execute, finish, in_force, variant

LOCK = Lock("sine", variant(), NOON, "sine-low-1", "0000000a", None)
VERBS: dict[str, Callable[[Store], object]] = {
    "claim": lambda store: store.claim(claim()),
    "finish": lambda store: store.finish(finish("00000001")),
    "trials": lambda store: store.trials(),
    "variants": lambda store: store.variants(),
    "retire": lambda store: store.retire(LOW, act()),
    "rename": lambda store: store.rename(LOW, "faint", act()),
    "import": lambda store: store.import_locks([LOCK], act()),
}
each_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
writing_verb = pytest.mark.parametrize(
    "verb",
    [VERBS[name] for name in ("claim", "finish", "retire", "rename", "import")],
    ids=["claim", "finish", "retire", "rename", "import"],
)
Verb = Callable[[Store], object]


@pytest.fixture(scope="module")
def used_content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    store = Store(tmp_path_factory.mktemp("used") / "sine.db")
    for n in range(20):
        store.claim(claim(variant(f"v{n}", "x" * 400)))
    return store.path.read_bytes()


@pytest.fixture
def used(store: Store, used_content: bytes) -> Store:
    """A store that holds some trials and variants."""
    store.path.write_bytes(used_content)
    return store


def refused(store: Store, verb: Verb, kind: type[DatabaseError], match: str) -> DatabaseError:
    """Check that the file is refused and keeps every byte, and return the error."""
    before = store.path.read_bytes()
    with pytest.raises(kind, match=match) as caught:
        verb(store)
    assert caught.value.database == store.path
    assert str(store.path) in caught.value.message
    assert store.path.read_bytes() == before
    assert list(store.path.parent.iterdir()) == [store.path]
    return caught.value


@each_verb
@pytest.mark.parametrize(
    "content",
    [b"x", b"name,value\n1,2\n" * 100, b"\x00" * 4096, b"SQLite format 2\x00" + bytes(4096)],
    ids=["one byte", "a table of text", "zeros", "SQLite 2"],
)
def test_a_file_that_is_not_sqlite(store: Store, verb: Verb, content: bytes) -> None:
    store.path.write_bytes(content)
    refused(store, verb, NotADatabaseError, "no database that SQLite can read")


@each_verb
def test_a_header_with_nothing_behind_it(store: Store, verb: Verb) -> None:
    store.path.write_bytes(b"SQLite format 3\x00")
    refused(store, verb, NotADatabaseError, "not a database")


@each_verb
def test_a_truncated_file(used: Store, verb: Verb) -> None:
    used.path.write_bytes(used.path.read_bytes()[:5000])
    refused(used, verb, NotADatabaseError, "malformed")


def test_a_file_whose_pages_are_overwritten(used: Store) -> None:
    content = bytearray(used.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    used.path.write_bytes(content)
    refused(used, VERBS["claim"], NotADatabaseError, "malformed")


@each_verb
def test_a_database_of_another_program(store: Store, verb: Verb) -> None:
    execute(store.path, "CREATE TABLE theirs (x)")
    error = refused(store, verb, ForeignDatabaseError, "not made by mitosis")
    assert isinstance(error, ForeignDatabaseError)
    assert error.tables == ("theirs",)


def test_a_database_of_another_program_that_has_a_table_of_our_name(store: Store) -> None:
    execute(store.path, "CREATE TABLE meta (key TEXT, value TEXT)")
    refused(store, VERBS["claim"], ForeignDatabaseError, "meta")


def test_our_application_id_without_our_tables(store: Store) -> None:
    execute(store.path, "CREATE TABLE theirs (x)")
    execute(store.path, f"PRAGMA application_id = {APPLICATION_ID}")
    refused(store, VERBS["claim"], ForeignDatabaseError, "theirs")


@writing_verb
def test_a_database_of_a_newer_mitosis_is_not_written(used: Store, verb: Verb) -> None:
    execute(used.path, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    error = refused(used, verb, NewerDatabaseError, "has schema 99; this mitosis writes")
    assert isinstance(error, NewerDatabaseError)
    assert (error.found, error.known) == (99, SCHEMA_VERSION)


def test_a_database_of_a_newer_mitosis_can_be_read(used: Store) -> None:
    execute(used.path, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    assert len(used.trials()) == len(in_force(used)) > 0


@pytest.mark.parametrize(
    "damage",
    ["DELETE FROM meta", "UPDATE meta SET value = 'one'"],
    ids=["without a version", "with a text as version"],
)
def test_a_database_whose_version_cannot_be_read(used: Store, damage: str) -> None:
    execute(used.path, damage)
    refused(used, VERBS["claim"], DatabaseError, "version")


def test_an_empty_file_is_taken_by_the_first_claim(store: Store) -> None:
    store.path.touch()
    assert store.claim(claim()).iteration == 1


@pytest.mark.parametrize("name", ["finish", "trials", "variants"])
def test_an_empty_file_is_left_by_everything_else(store: Store, name: str) -> None:
    store.path.touch()
    refused(store, VERBS[name], DatabaseError, "not made by mitosis")


@each_verb
def test_a_folder_in_its_place(store: Store, verb: Verb) -> None:
    store.path.mkdir()
    with pytest.raises(DatabaseError, match="Is a directory") as caught:
        verb(store)
    assert caught.value.database == store.path


@pytest.mark.parametrize("name", ["finish", "trials", "variants"])
def test_a_missing_file_is_not_made_by_reading(store: Store, name: str) -> None:
    with pytest.raises(DatabaseError, match="unable to open"):
        VERBS[name](store)
    assert not store.path.exists()


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="unable to open") as caught:
        Store(tmp_path / "absent" / "sine.db").claim(claim())
    assert caught.value.database == tmp_path / "absent" / "sine.db"
    assert list(tmp_path.iterdir()) == []


@writing_verb
def test_another_process_that_holds_it_too_long(
    used: Store, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(used.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            DatabaseBusyError, match=r"held by another process for 0\.05 s"
        ) as c:
            verb(used)
        other.execute("ROLLBACK")
    assert (c.value.waited_seconds, c.value.database) == (0.05, used.path)
    assert used.claim(claim()).iteration == 1


def test_reading_in_one_thread_leaves_the_lock_of_another_on_the_file(used: Store) -> None:
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute(sys.argv[2])"
    with connection.transaction(used.path, create=False):
        reader = Thread(target=used.variants)
        reader.start()
        reader.join()
        other = subprocess.run(
            [sys.executable, "-c", code, str(used.path), "BEGIN IMMEDIATE"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "database is locked" in other.stderr


def test_a_claim_does_not_wait_for_readers(used: Store) -> None:
    with closing(sqlite3.connect(used.path)) as reader:
        reader.execute("SELECT * FROM trial").fetchall()
        assert used.claim(claim()).iteration == 1


def test_a_file_that_may_only_be_read(open_folder: Path, unprivileged: Unprivileged) -> None:
    store = Store(open_folder / "sine.db")
    store.claim(claim())
    store.path.chmod(0o444)
    with unprivileged():
        refused(store, VERBS["claim"], DatabaseError, "readonly|read-only")


def test_a_file_that_may_not_even_be_read(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    store = Store(open_folder / "sine.db")
    store.claim(claim())
    store.path.chmod(0)
    with unprivileged(), pytest.raises(DatabaseError, match="Permission denied") as caught:
        store.claim(claim())
    assert caught.value.database == store.path


@pytest.mark.parametrize(
    "name", ["sp ace.db", "größe🧬.db", "it's.db", 'a"b.db', "&mode=ro.db"]
)
def test_a_path_of_any_kind_is_the_path_that_is_used(tmp_path: Path, name: str) -> None:
    Store(tmp_path / name).claim(claim())
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["what?.db", "C#.db", "100%25.db", "a?mode=ro.db"])
def test_a_path_with_the_marks_of_a_url_is_the_path_that_is_used(
    tmp_path: Path, name: str
) -> None:
    Store(tmp_path / name).claim(claim())
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_first_claim_that_fails_leaves_an_empty_file_at_most(store: Store) -> None:
    with pytest.raises(DatabaseError, match="UNIQUE"):
        store.claim(claim(variant(text="1"), variant(text="2")))
    assert store.path.read_bytes() == b""  # another process may be about to fill it


def test_a_name_that_is_no_unicode_text_is_an_error_of_ours(store: Store) -> None:
    with pytest.raises(DatabaseError):
        store.claim(claim(variant("\ud800")))
