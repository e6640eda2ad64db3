"""What is said to differ from the last trial of the same variants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mitosis._layout import TrialFolder
from mitosis._model import (
    Checkout,
    Claim,
    Claimed,
    CodeState,
    DataFile,
    Environment,
    FormerTrial,
    Machine,
    Places,
    Runner,
)
from mitosis._recording.data import data_to_json
from mitosis._recording.lines import append_line
from mitosis._records import write_record
from mitosis._run.changes import changes_since

AT = datetime(2026, 1, 2, tzinfo=UTC)
LIB = Checkout("libx", "a" * 40, modules={"a.py": "1", "b.py": "2"})
CLAIM = Claim(
    experiment="exp",
    key="3f9a2c11",
    name_prefix="exp",
    group=None,
    variants=(),
    values={},
    seed=1,
    code=CodeState(checkouts=(LIB,)),
    machine=Machine("Linux", "cpu", 1, 1, ()),
    runner=Runner("host", 1, 1.0),
    environment_digest="e",
    started_at=AT,
)


def data(*paths: str) -> tuple[DataFile, ...]:
    return tuple(DataFile(path, f"digest of {path}", 1, AT) for path in paths)


def changes(
    tmp_path: Path, then: Claim, now: Claim, found: tuple[DataFile, ...] = ()
) -> list[str]:
    """Record a trial that named files itself, and compare a claim with it."""
    folder = TrialFolder(tmp_path / "exp-1_3f9a2c11")
    folder.root.mkdir()
    for file in found:
        append_line(folder.data, data_to_json(file))
    everything = replace(then, data=(*then.data, *found))
    write_record(folder, everything, Claimed("exp-1", 1), tmp_path / "trial_exp-1.html")
    former = FormerTrial(
        key=then.key,
        name="exp-1",
        places=Places(folder.root.name),
        started_at=AT,
        commit=None,
        environment="e",
        results_digest=None,
        data=everything.data,
    )
    environment = Environment("3.11", "CPython", {})
    return list(changes_since(former, now, environment, tmp_path))


def with_lib(**fields: object) -> Claim:
    lib = replace(LIB, **fields)  # type: ignore[arg-type]  # any of its fields
    return replace(CLAIM, code=CodeState(checkouts=(lib,)))


def test_what_an_experiment_imports_while_it_runs_makes_no_difference(tmp_path: Path) -> None:
    late = Checkout("late", "b" * 40, modules={"c.py": "3"})
    then = replace(CLAIM, code=CodeState(checkouts=(late, LIB)))
    assert changes(tmp_path, then, with_lib(modules={"a.py": "1"})) == []


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"modules": {"b.py": "3", "c.py": "4"}}, "code of libx: b.py"),
        ({"commit": "c" * 40}, "code of libx aaaaaaaaaa -> cccccccccc"),
        (
            {"commit": "c" * 40, "modules": {"a.py": "0", "b.py": "0"}},
            "code of libx aaaaaaaaaa -> cccccccccc: a.py, b.py",
        ),
        (
            {"changes": (" M b.py",), "modules": {"b.py": "0"}},
            "code of libx aaaaaaaaaa -> aaaaaaaaaa with uncommitted changes: b.py",
        ),
    ],
    ids=["file", "commit", "commit and files", "uncommitted"],
)
def test_another_state_of_a_checkout_is_told(
    tmp_path: Path, fields: dict[str, object], fact: str
) -> None:
    assert changes(tmp_path, CLAIM, with_lib(**fields)) == [fact]


def test_other_uncommitted_files_are_told_where_no_module_differs(tmp_path: Path) -> None:
    then, now = with_lib(changes=("?? a", "?? b")), with_lib(changes=("?? b", "?? c"))
    assert changes(tmp_path, then, now) == ["code of libx: other uncommitted files: ?? a, ?? c"]


def test_checkouts_of_one_name_are_told_apart_by_their_remotes(tmp_path: Path) -> None:
    both = tuple(replace(LIB, commit=c * 40, remote=f"https://{c}") for c in "de")
    then = replace(CLAIM, code=CodeState(checkouts=both))
    assert changes(tmp_path, then, replace(then, code=CodeState(checkouts=both[::-1]))) == []


def test_a_file_that_is_no_longer_named_is_told(tmp_path: Path) -> None:
    then = replace(CLAIM, data=data("gone.csv", "kept.csv"))
    now = replace(CLAIM, data=data("kept.csv", "new.csv"))
    assert changes(tmp_path, then, now, found=data("found.csv")) == [
        "data new.csv is new",
        "data gone.csv is no longer named",
    ]
