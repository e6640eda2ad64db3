"""What holds for every source file: its size, its docstrings, and who may print."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mitosis"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 400
VAGUE = {"utils", "util", "helpers", "core", "common", "base", "misc", "tools"}
MAY_PRINT = {"_cli", "_run/terminal.py"}

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def public(node: ast.Module | ast.ClassDef, where: str) -> Iterator[tuple[str, Documented]]:
    """Yield everything with a public name, and where it stands."""
    yield where, node
    for child in node.body:
        if getattr(child, "name", "_").startswith("_"):
            continue
        if isinstance(child, ast.ClassDef):
            yield from public(child, f"{where}:{child.name}")
        elif isinstance(child, Documented) and not repeats(child):
            yield f"{where}:{child.name}", child


def repeats(function: Documented) -> bool:
    """Tell whether a function is documented by another one of its name."""
    decorators = [ast.unparse(d) for d in getattr(function, "decorator_list", ())]
    return any(d == "overload" or d.endswith(".setter") for d in decorators)


each_module = pytest.mark.parametrize("path", MODULES, ids=relative)


def test_the_modules_are_found() -> None:
    assert len(MODULES) > 40


def test_no_file_has_more_than_four_hundred_lines() -> None:
    sizes = {relative(path): len(path.read_bytes().splitlines()) for path in MODULES + TESTS}
    assert {name for name, size in sizes.items() if size > MOST_LINES} == set()


@each_module
def test_everything_public_has_a_docstring_that_ends_its_first_line(path: Path) -> None:
    missing, unfinished = [], []
    for where, node in public(parsed(path), relative(path)):
        lines = (ast.get_docstring(node) or "").splitlines()
        if not lines:
            missing.append(where)
        elif lines[0][-1] not in ".:?":
            unfinished.append(where)
    assert (missing, unfinished) == ([], [])


@each_module
def test_modules_are_named_by_nouns_that_say_something(path: Path) -> None:
    assert path.stem.strip("_") not in VAGUE


def test_only_the_command_line_and_the_terminal_write_to_the_terminal() -> None:
    printing = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "click.echo")
    }
    assert {name for name in printing if not name.startswith(tuple(MAY_PRINT))} == set()


def test_no_module_imports_with_a_star() -> None:
    stars = [
        relative(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
    ]
    assert stars == []


def test_every_suppression_has_a_code_and_a_reason() -> None:
    bare = [
        f"{relative(path)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.rstrip().endswith(("# noqa", "# type: ignore"))
    ]
    assert bare == []


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
