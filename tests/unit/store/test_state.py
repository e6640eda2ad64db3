"""How a database stands, and whether it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._layout import is_own
from mitosis._model import Status
from mitosis._store import DatabaseState, Store
from mitosis._store.schema import SCHEMA_VERSION
from mitosis.errors import DatabaseError, ForeignDatabaseError, NewerDatabaseError
from tests.conftest import Unprivileged

from .claims import LOW, act, claim, execute, finish, variant
from .former import DEFINITIONS, TRIALS, make_schema_1


@pytest.fixture
def used(store: Store) -> Store:
    for number in range(3):
        store.claim(claim(variant(f"v{number}", "x" * 5000), key=f"k{number}"))
    store.finish(finish("k0"))
    store.finish(finish("k1", status=Status.LOST))
    return store


def test_the_state_tells_what_the_file_holds(used: Store) -> None:
    used.retire(LOW._replace(name="v0"), act())
    assert used.state() == DatabaseState(
        schema=SCHEMA_VERSION,
        trials={"running": 1, "succeeded": 1, "lost": 1},
        locks=2,
        journal_mode="delete",
        integrity="ok",
        size_bytes=used.path.stat().st_size,
    )


def test_a_file_of_a_former_or_newer_schema_has_a_state(store: Store, used: Store) -> None:
    execute(used.path, "UPDATE meta SET value = '99'")
    assert used.state().schema == 99
    used.path.unlink()
    make_schema_1(store.path)
    state = store.state()
    assert (state.schema, state.trials) == (1, {"succeeded": len(TRIALS)})
    assert state.locks == len(DEFINITIONS) - 1


def test_a_sound_file_is_not_damaged(used: Store) -> None:
    assert used.is_damaged() is None


@pytest.mark.parametrize(
    ("start", "end"), [(0, 100), (4096, 8192), (8192, 1 << 20)], ids=["header", "page", "rest"]
)
def test_a_file_with_overwritten_pages_is_damaged(used: Store, start: int, end: int) -> None:
    content = bytearray(used.path.read_bytes())
    end = min(end, len(content))
    content[start:end] = b"\xff" * (end - start)
    used.path.write_bytes(content)
    assert used.is_damaged()
    assert used.path.read_bytes() == content


@pytest.mark.parametrize("size", [1, 100, 5000, 3 * 4096])
def test_a_truncated_file_is_damaged(used: Store, size: int) -> None:
    used.path.write_bytes(used.path.read_bytes()[:size])
    assert used.is_damaged()


@pytest.mark.parametrize(
    "statement", ["DROP TABLE trial", "DROP TABLE variant", "DELETE FROM meta"]
)
def test_a_file_without_what_it_should_hold_is_damaged(used: Store, statement: str) -> None:
    execute(used.path, statement)
    assert used.is_damaged()


def test_the_file_of_another_program_is_not_called_damaged(store: Store) -> None:
    execute(store.path, "CREATE TABLE theirs (x)")
    with pytest.raises(ForeignDatabaseError):
        store.is_damaged()


def test_what_may_not_be_read_is_not_called_damaged(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    store = Store(open_folder / "sine.db")
    store.claim(claim())
    store.path.chmod(0)
    with unprivileged(), pytest.raises(DatabaseError, match="Permission denied"):
        store.is_damaged()
    open_folder.chmod(0)
    with unprivileged(), pytest.raises(DatabaseError, match="Permission denied"):
        store.is_damaged()


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("UPDATE variant SET locked_at = 'yesterday'", "'yesterday' is no time"),
        ("UPDATE variant_act SET at = ''", "'' is no time"),
        ("UPDATE variant_act SET action = 'merged'", "'merged' is nothing that people do"),
    ],
)
def test_garbage_is_an_error_of_ours(used: Store, statement: str, match: str) -> None:
    used.retire(LOW._replace(name="v0"), act())
    execute(used.path, statement)
    with pytest.raises(DatabaseError, match=match):
        used.variants(retired=True)
    execute(used.path, "UPDATE meta SET value = '99'")
    with pytest.raises(NewerDatabaseError, match="schema 99"):
        used.variants(retired=True)


def test_the_acts_survive_a_half_line_and_garbage(
    used: Store, caplog: pytest.LogCaptureFixture
) -> None:
    path = used.path.with_name("sine.db.acts")
    assert used.acts() == ()
    used.retire(LOW._replace(name="v0"), act("first"))
    whole = path.read_bytes()
    path.write_bytes(whole + b'\xff\xfe\n[1]\n{"mitosis_act": 99}\n' + whole[:40])
    used.rename(LOW._replace(name="v1"), "other", act("second"))
    assert [recorded.act.why for recorded in used.acts()] == ["first", "second"]
    assert [r.getMessage() for r in caplog.records] == [
        "4 lines of sine.db.acts cannot be read and are left out"
    ]
    assert is_own(path, path.parent)
    assert path.stat().st_mode == used.path.stat().st_mode


def test_an_act_that_cannot_be_written_down_is_not_done(used: Store) -> None:
    used.path.with_name("sine.db.acts").mkdir()
    before = used.path.read_bytes()
    with pytest.raises(DatabaseError, match="the file of what people did in it"):
        used.retire(LOW._replace(name="v0"), act())
    assert used.path.read_bytes() == before
