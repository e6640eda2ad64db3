"""A team on one server: folders of their own, one order of trials, one meaning of a name."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mitosis._cli.chosen_trials import chosen
from mitosis._exchange import bring_in
from mitosis._history.lookup import find
from mitosis._model import Claimed, Places, SweepPoint
from mitosis._records import close_dead
from mitosis._store import Store, databases, join, joined_to, patience
from mitosis._store.connection import transaction
from mitosis._store.schema import SCHEMA_VERSION
from mitosis.errors import (
    DatabaseBusyError,
    DatabaseError,
    NewerDatabaseError,
    ServerError,
    TrialElsewhereError,
    VariantConflictError,
)
from tests.unit.store.claims import claim, execute, finish, variant

from .servers import Server


def _folder(tmp_path: Path, name: str, url: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    join(folder, url)
    return folder


@pytest.fixture
def ada(tmp_path: Path, url: str) -> Store:
    return Store(_folder(tmp_path, "ada", url) / "sine.db")


@pytest.fixture
def bob(tmp_path: Path, url: str) -> Store:
    return Store(_folder(tmp_path, "bob", url) / "sine.db")


def placed(claimed: Claimed) -> Places:
    return Places(f"{claimed.name}_x", f"trial_{claimed.name}.html")


def test_two_folders_number_their_trials_together_and_each_row_tells_its_folder(
    ada: Store, bob: Store
) -> None:
    assert [one.claim(claim(), placed).iteration for one in (ada, bob, ada)] == [1, 2, 3]
    rows = ada.trials()
    assert rows == bob.trials()
    places = [row["folder_place"].partition(":")[2] for row in rows]
    assert places == [str(ada.path.parent), str(bob.path.parent), str(ada.path.parent)]
    ids = [row["folder_id"] for row in rows]
    assert ids[0] == ids[2] != ids[1]
    assert databases(bob.path.parent) == [bob.path]
    assert not bob.path.exists()


def test_a_name_that_a_colleague_locked_refuses_another_value_and_names_whose_it_is(
    ada: Store, bob: Store
) -> None:
    ada.claim(claim(key="0000abcd"))
    with pytest.raises(VariantConflictError) as caught:
        bob.claim(claim(variant(text="0.2")))
    assert "by trial 'sine-low-1' (key 0000abcd)" in caught.value.message
    assert f"@{os.uname().nodename}:{ada.path.parent}" in caught.value.message
    assert len(bob.trials()) == 1


def test_nobody_judges_a_colleagues_trial(ada: Store, bob: Store) -> None:
    ada.claim(claim(key="0000abcd"))  # its process is long gone, and on this machine
    assert bob.running() == []
    assert close_dead(bob.path.parent, bob, given_up=["0000abcd"]) == []
    (row,) = bob.trials()
    assert row["status"] == "running"
    assert [trial.key for trial in ada.running()] == ["0000abcd"]


def test_a_colleagues_sweep_of_the_same_name_is_another_one(ada: Store, bob: Store) -> None:
    ada.claim(claim(key="0000abcd", sweep=SweepPoint("night", 0)), placed)
    bob.claim(claim(key="0000abce", sweep=SweepPoint("night", 1)), placed)
    assert [(row.point, row.key) for row in ada.sweep_rows("night")] == [(0, "0000abcd")]
    assert [(row.point, row.key) for row in bob.sweep_rows("night")] == [(1, "0000abce")]
    assert [sum(one.sweep_counts("night").values()) for one in (ada, bob)] == [1, 1]


def test_a_trial_whose_folder_a_colleague_has_is_refused_by_name_host_and_folder(
    ada: Store, bob: Store
) -> None:
    ada.claim(claim(key="0000abcd"), placed)
    bob.claim(claim())
    with pytest.raises(TrialElsewhereError) as caught:
        find("0000abcd", bob.path.parent)
    (fault,) = caught.value.faults
    assert "sine-low-1 (key 0000abcd)" in fault
    assert fault.endswith(f"@{os.uname().nodename}:{ada.path.parent}")
    assert find("0000abcd", ada.path.parent).name == "sine-low-1"
    with pytest.raises(TrialElsewhereError, match="0000abcd"):  # nor is it among many
        chosen((), "iteration >= 1", bob.path.parent)
    own = chosen((), "iteration > 1", bob.path.parent)
    assert [trial.name for trial in own] == ["sine-low-2"]


def test_the_file_in_the_folder_tells_server_and_no_user_or_password(
    tmp_path: Path, url: str
) -> None:
    folder = _folder(tmp_path, "ada", url.replace("postgres@", "postgres:S3cret@"))
    Store(folder / "sine.db").claim(claim())
    told = (folder / ".store").read_text(encoding="utf-8")
    assert "postgresql+psycopg:///waves" in told
    assert "S3cret" not in told
    assert "postgres:" not in told
    assert repr(joined_to(folder)).count("S3cret") == 0


def test_another_server_than_before_is_refused(ada: Store, server: Server) -> None:
    ada.claim(claim())
    with pytest.raises(DatabaseError, match="use another folder"):
        join(ada.path.parent, server.new_database())


@pytest.mark.parametrize("address", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_server_that_is_away_is_told_without_the_password(
    tmp_path: Path, address: str
) -> None:
    folder = _folder(tmp_path, "ada", f"postgresql://ada:S3cret@{address}/waves")
    with pytest.raises(ServerError) as caught:
        Store(folder / "sine.db").claim(claim())
    assert address.partition(":")[0] in caught.value.server
    assert "S3cret" not in caught.value.message
    assert "S3cret" not in repr(caught.value.__cause__)


def test_a_user_who_may_not_write_is_told_what_is_denied(
    tmp_path: Path, ada: Store, url: str, server: Server
) -> None:
    ada.claim(claim())
    server.execute(url, "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'S3cret'")
    folder = _folder(tmp_path, "guest", url.replace("postgres@", "guest:S3cret@"))
    with pytest.raises(DatabaseError, match="permission denied") as caught:
        Store(folder / "sine.db").claim(claim())
    assert "S3cret" not in caught.value.message


def test_whoever_finds_a_database_held_waits_and_gives_up_in_time(
    ada: Store, bob: Store
) -> None:
    ada.claim(claim())
    with (
        transaction(ada.path, create=False),
        patience(0.2),
        pytest.raises(DatabaseBusyError) as caught,
    ):
        bob.claim(claim())
    assert caught.value.waited_seconds == 0.2
    assert bob.claim(claim()).iteration == 2


def test_a_newer_schema_is_read_and_not_written(ada: Store) -> None:
    ada.claim(claim())
    execute(ada.path, f"UPDATE meta SET value = '{SCHEMA_VERSION + 1}'")
    assert len(ada.trials()) == 1
    assert ada.state().schema == SCHEMA_VERSION + 1
    with pytest.raises(NewerDatabaseError):
        ada.claim(claim())


def test_an_older_schema_is_read_as_it_is_and_raised_by_whoever_writes(ada: Store) -> None:
    ada.claim(claim())
    for table, column in (
        *(("trial", name) for name in ("sweep", "sweep_point", "folder_id", "folder_place")),
        ("variant", "folder_place"),
    ):
        execute(ada.path, f"ALTER TABLE {table} DROP COLUMN {column}")
    execute(ada.path, "UPDATE meta SET value = '4'")
    assert [row["sweep"] for row in ada.trials()] == [None]
    assert ada.state().schema == 4
    ada.claim(claim())
    assert ada.state().schema == SCHEMA_VERSION
    assert len(ada.trials()) == 2


def test_databases_of_one_server_have_locks_of_their_own(ada: Store) -> None:
    other = Store(ada.path.with_name("x'; DROP.db"))
    ada.claim(claim())
    other.claim(claim(variant(text="0.9")))
    assert [lock.variant.text for lock in ada.variants()] == ["0.1"]
    assert [lock.variant.text for lock in other.variants()] == ["0.9"]
    assert databases(ada.path.parent) == [ada.path, other.path]


def test_what_a_row_cannot_hold_is_said_and_nothing_is_written(ada: Store) -> None:
    with pytest.raises(DatabaseError, match="surrogates"):
        ada.claim(replace(claim(), name_prefix="\ud800"))
    assert not ada.is_made()


def test_names_and_values_may_be_long(ada: Store) -> None:
    long = "x" * 20_000
    ada.claim(claim(variant(name=long, text=repr(long)), values={"noise": long}))
    with pytest.raises(VariantConflictError):
        ada.claim(claim(variant(name=long, text="1")))
    assert ada.claim(claim(variant(name=long, text=repr(long)))).iteration == 2


def test_a_file_of_before_is_refused_until_it_is_merged(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    local = Store(folder / "sine.db")
    local.claim(claim())
    local.finish(finish(local.trials()[0]["key"]))
    join(folder, url)
    with pytest.raises(DatabaseError, match=r"mitosis merge sine\.db"):
        local.claim(claim())
    assert joined_to(folder).unmerged == (local.path,)  # type: ignore[union-attr]
    taken = bring_in(local.path)
    assert taken.left == ["sine.db: 1 of its trials have no folder; they stay in the file"]
    assert [lock.variant.name for lock in local.variants()] == ["low"]
    assert [path.name for path in folder.glob("*merged*")] == ["sine.db.merged-1"]


def test_a_contradicting_lock_is_told_and_the_teams_stays(
    tmp_path: Path, ada: Store, url: str
) -> None:
    ada.claim(claim())
    folder = tmp_path / "bob"
    folder.mkdir()
    local = Store(folder / "sine.db")
    local.claim(claim(variant(text="0.2")))
    local.finish(finish(local.trials()[0]["key"]))
    join(folder, url)
    taken = bring_in(local.path)
    assert any("low" in line and "0.2" in line and "retired" in line for line in taken.left)
    assert [lock.variant.text for lock in ada.variants()] == ["0.1"]


def _settings(value: Any) -> str:
    return f"[tool.mitosis]\nstore = {value!r}\n"


def test_a_setting_that_is_no_address_is_refused_without_showing_it(tmp_path: Path) -> None:
    from mitosis._settings import find_settings
    from mitosis.errors import SettingsError

    (tmp_path / "pyproject.toml").write_text(_settings("mysql://ada:S3cret@db/waves"))
    with pytest.raises(SettingsError, match="postgresql\\+psycopg://host/database") as caught:
        find_settings(tmp_path)
    assert "S3cret" not in caught.value.message


def test_the_variable_comes_before_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mitosis._settings import find_settings

    (tmp_path / "pyproject.toml").write_text(_settings("postgresql://db/waves"))
    assert find_settings(tmp_path).store == "postgresql://db/waves"
    monkeypatch.setenv("MITOSIS_STORE", "postgresql+psycopg://ada:S3cret@db/waves")
    assert find_settings(tmp_path).store == "postgresql+psycopg://ada:S3cret@db/waves"
    assert "S3cret" not in repr(find_settings(tmp_path))
