"""What `mitosis check` says, and the status it ends with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mitosis._canonical import VERSION
from mitosis._cli.check_report import report_text
from mitosis._cli.checking import Checked
from mitosis._locks import Definition, compare
from tests.unit.locks.databases import held, lock, variant

HERE = Path("/home/ada/sine")


def checked(
    *definitions: Definition, faults: int = 0, problems: int = 0, edition: int = VERSION
) -> Checked:
    """Compare with the lock `low=1`, and with `high=2` of a `mitosis.lock`."""
    low = lock("low", 1)
    low = replace(low, variant=replace(low.variant, version=edition))
    locks = [
        held(low, f"{HERE}/trials/sine.db"),
        held(lock("high", 2), f"{HERE}/mitosis.lock"),
    ]
    told = (("sine", "variant 'odd' of parameter 'noise', $: a lambda"),) * faults
    return Checked(compare(definitions, locks), told, ("cannot import",) * problems)


def defined(name: str, value: object) -> Definition:
    return Definition("sine", variant("noise", name, value))


def report(what: Checked, *, quiet: bool = False) -> str:
    return report_text(what, HERE, quiet=quiet)


LOW, HIGH = defined("low", 1), defined("high", 2)


def test_where_all_is_well_one_line_says_so() -> None:
    what = checked(LOW, HIGH)
    assert report(what) == "mitosis check: 0 conflicts, 2 as locked, 0 new, 0 unused"
    assert report(what, quiet=True) == ""
    assert what.exit_status == 0


def test_conflicts_stand_below_the_file_that_holds_the_lock() -> None:
    what = checked(defined("low", 7), defined("high", 8))
    text = report(what)
    headings = [line for line in text.splitlines() if "contradicts" in line]
    assert headings == [
        "Experiment 'sine' contradicts its locks in mitosis.lock:",
        "Experiment 'sine' contradicts its locks in trials/sine.db:",
    ]
    assert text.count("The ways out:") == 1
    assert "mitosis variants export" in text
    assert "2 conflicts" in text
    assert what.exit_status == 1


def test_the_lock_file_is_no_way_out_where_it_is_not_in_the_way() -> None:
    assert "export" not in report(checked(defined("low", 7)))


def test_a_file_elsewhere_is_named_in_full() -> None:
    text = report_text(checked(defined("low", 7)), Path("/elsewhere"), quiet=False)
    assert f"locks in {HERE}/trials/sine.db:" in text


def test_new_and_unused_ones_are_listed_unless_all_is_to_be_quiet() -> None:
    what = checked(defined("two\nlines", 1))
    assert "Not locked yet:\n    sine  noise=two\\nlines\n" in report(what)
    assert "Locked, but in no dict of variants:\n    sine  noise=high\n" in report(what)
    assert report(what, quiet=True) == ""
    assert what.exit_status == 0


def test_a_newer_edition_counts_as_a_conflict_and_says_what_to_do() -> None:
    what = checked(LOW, HIGH, edition=VERSION + 1)
    text = report(what, quiet=True)
    assert "only a newer mitosis can compare" in text
    assert f"sine  noise=low (edition {VERSION + 1}, in trials/sine.db)" in text
    assert what.exit_status == 1


@pytest.mark.parametrize(
    ("faults", "problems", "status"), [(0, 0, 0), (1, 0, 1), (0, 1, 2), (1, 1, 1)]
)
def test_the_status_tells_wrong_from_not_checked(
    faults: int, problems: int, status: int
) -> None:
    what = checked(LOW, faults=faults, problems=problems)
    assert what.exit_status == status
    assert ("1 cannot be locked" in report(what)) == bool(faults)
    assert ("1 not checked" in report(what)) == bool(problems)
    assert ("sine: variant 'odd'" in report(what, quiet=True)) == bool(faults)
