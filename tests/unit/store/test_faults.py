"""Whatever SQLite reports at whichever statement: the verb is undone, and can be done again."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from mitosis._store import Store, waiting
from mitosis.errors import DatabaseBusyError, DatabaseError, NotADatabaseError

from .claims import execute
from .faults import KINDS, VERBS, Steps, counted, failing, make_for, told

ERRORS = {"BUSY": DatabaseBusyError, "CORRUPT": NotADatabaseError}


def copy(store: Store, folder: Path) -> Store:
    folder.mkdir()
    (folder / store.path.name).write_bytes(store.path.read_bytes())
    return Store(folder / store.path.name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_fault_at_any_statement_leaves_all_rows_as_they_were(
    store: Store, verb: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "BUSY_SECONDS", 0.02)
    make_for(verb, store.path)
    before = told(store)
    with counted(Steps()) as good:
        VERBS[verb](copy(store, store.path.parent / "good"))
    after = told(Store(store.path.parent / "good" / store.path.name))
    assert good.done >= 5
    for n in range(good.done):
        used = copy(store, store.path.parent / f"fault-{n}")
        with (
            counted(Steps(failing(kind), n)),
            pytest.raises(DatabaseError, match=rf"injected {kind}|held by") as caught,
        ):
            VERBS[verb](used)
        is_of_the_copy = "no copy can be made" in caught.value.message
        assert type(caught.value) is ERRORS.get(kind, DatabaseError) or is_of_the_copy
        assert told(used) == before
        assert [path.name for path in used.path.parent.glob("*.schema-1")] == []
        assert execute(used.path, "PRAGMA integrity_check") == [("ok",)]
        VERBS[verb](used)
        assert told(used) == after


def test_a_full_disk_refuses_a_claim_and_leaves_what_is_there(tmp_path: Path) -> None:
    if os.system(f"mount -t tmpfs -o size=400k tmpfs {tmp_path} 2>/dev/null"):
        pytest.skip("this machine allows no mounts")
    try:
        store = Store(tmp_path / "sine.db")
        make_for("claim", store.path)
        before = told(store)
        ballast = tmp_path / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(1024)):
                pass
        for verb in ("claim", "finish", "retire", "import", "restore"):
            with pytest.raises(DatabaseError, match=r"full|I/O|No space"):
                VERBS[verb](store)
            assert told(store) == before
        ballast.unlink()
        VERBS["restore"](store)
        assert store.is_damaged() is None
    finally:
        os.system(f"umount -l {tmp_path}")
