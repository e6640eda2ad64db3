"""The tables as they are: whoever changes one gives the schema another number."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mitosis._layout import APPLICATION_ID
from mitosis._store import Store, schema
from mitosis._store.schema import SCHEMA_VERSION

from .claims import LOW, act, claim, execute, finish

FROZEN = Path(__file__).parent / f"schema_{SCHEMA_VERSION}.sql"


@pytest.fixture
def database(store: Store) -> Path:
    given = claim()
    store.claim(given)
    store.finish(finish(given.key))
    store.retire(LOW, act())
    store.claim(claim())
    return store.path


def test_the_schema_is_the_one_that_its_version_froze(database: Path) -> None:
    """A released schema never changes: raise SCHEMA_VERSION and add a migration instead."""
    rows = execute(database, "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name")
    statements = [" ".join(sql.split()) + ";\n" for (sql,) in rows]
    assert "".join(statements) == FROZEN.read_text(encoding="utf-8")


def test_the_history_names_the_version() -> None:
    assert f"\n{SCHEMA_VERSION}. (" in (schema.__doc__ or "")


def test_the_file_says_whose_it_is_and_which_schema_it_has(database: Path) -> None:
    assert execute(database, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert execute(database, "SELECT * FROM meta") == [("schema_version", str(SCHEMA_VERSION))]


def test_every_table_is_strict(database: Path) -> None:
    tables = execute(database, "SELECT name, strict FROM pragma_table_list WHERE schema='main'")
    ours = {name: strict for name, strict in tables if not name.startswith("sqlite_")}
    named = {"meta", "trial", "trial_variant", "variant", "variant_act"}
    named |= {"trial_value", "metric", "trial_tag", "purged"}
    assert ours == dict.fromkeys(named, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trial SET pid = 'many'",
        "UPDATE trial SET iteration = 1.5",
        "UPDATE trial SET main = 'large'",
        "UPDATE trial SET seed = x'00'",
        "UPDATE variant SET canonical_version = 'first'",
        "UPDATE trial_variant SET variant_id = 'first'",
        "UPDATE variant_act SET at = x'00'",
    ],
)
def test_a_value_of_another_type_is_refused(database: Path, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="cannot store"):
        execute(database, statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE trial SET key = NULL", "NOT NULL"),
        ("UPDATE variant SET text = NULL", "NOT NULL"),
        (
            "INSERT INTO variant SELECT 9, experiment, parameter, name, 'other', digest, 1, "
            "locked_at, trial_name, trial_key, NULL, NULL, NULL FROM variant "
            "WHERE retired_at IS NULL",
            "UNIQUE",
        ),
        (
            "INSERT INTO trial (key, experiment, name, run_group, variants, iteration, "
            "digests, literals, status, started_at, host, pid, process_started, boot_id, "
            "environment) SELECT 'k', experiment, name, run_group, variants, iteration, "
            "digests, literals, status, started_at, host, pid, process_started, boot_id, "
            "environment FROM trial LIMIT 1",
            "UNIQUE",
        ),
        ("INSERT INTO trial_variant SELECT * FROM trial_variant", "UNIQUE"),
        ("UPDATE variant_act SET by_whom = NULL", "NOT NULL"),
    ],
    ids=[
        "no key",
        "no text",
        "two definitions in force",
        "two trials of one iteration",
        "a definition twice in one trial",
        "an act of nobody",
    ],
)
def test_the_file_itself_refuses_what_may_not_be(
    database: Path, statement: str, constraint: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=constraint):
        execute(database, statement)
