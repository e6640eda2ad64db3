"""The table of other tools' capabilities names tests that exist, and leaves none out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from .pages import DOCS, ROOT

PAGE = DOCS / "reference" / "coming-from.md"
SEEDS = sorted((ROOT / "tests" / "functional" / "seeds").glob("test_*.py"))
HEADING = ["there", "here", "shown by"]
_TEST = re.compile(r"`(?:(test_\w+\.py)::)?(test_\w+)`")


@dataclass(frozen=True)
class Row:
    """One capability.

    Attributes:
        module: the tests of its section.
        line: where it stands.
    """

    module: str
    line: int
    cells: tuple[str, ...]

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests that show it, with their files."""
        return [(file or self.module, name) for file, name in _TEST.findall(self.cells[-1])]


def rows() -> Iterator[Row]:
    """Yield the rows of all tables; headings and the lines below them are none."""
    module = ""
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), start=1):
        if found := re.match(r"`(test_\w+\.py)`", line):
            module = found[1]
        cells = tuple(cell.strip() for cell in line.strip("|").split(" | "))
        if line.startswith("| ") and list(cells) != HEADING:
            yield Row(module, number, cells)


@cache
def found_in(file: str) -> frozenset[str]:
    """Return the tests in the files of this name."""
    trees = [ast.parse(path.read_bytes()) for path in (ROOT / "tests").rglob(file)]
    functions = [
        node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)
    ]
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"line-{row.line}")
def test_each_row_says_what_is_here_and_names_tests_that_exist(row: Row) -> None:
    there, here, _ = row.cells
    assert there
    assert here
    assert row.tests or here.startswith("not yet: "), "nothing shows it"
    assert not [name for file, name in row.tests if name not in found_in(file)]


@pytest.mark.parametrize("module", SEEDS, ids=lambda path: path.stem)
def test_each_test_of_a_published_example_stands_in_the_table(module: Path) -> None:
    named = {name for row in rows() for file, name in row.tests if file == module.name}
    assert sorted(found_in(module.name) - named) == []


def test_each_published_description_has_a_section() -> None:
    assert {row.module for row in rows()} == {path.name for path in SEEDS}
