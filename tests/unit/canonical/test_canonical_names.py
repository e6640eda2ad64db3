"""By which names classes and functions are known, in each way to start Python."""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from mitosis._canonical import canonical

Interpreter = Callable[..., str]

SCRIPT = """
from mitosis._canonical import canonical, script_travels
class Foo:
    def __init__(self): self.x = 1
    def method(self): ...
def run(): ...
if __name__ == "__main__":
    print(canonical([Foo(), Foo, run]))
"""
FACADE = """
def __getattr__(name):
    if name != "Foo":
        raise AttributeError(name)
    from pkg import mod
    return mod.Foo
"""


def test_a_script_gives_its_file_name_to_what_travels_with_it(
    interpreter: Interpreter, tmp_path: Path
) -> None:
    asked = "print(canonical([Foo(), Foo, run]))"
    travelling = f"with script_travels(vouched=True): {asked}"
    script = SCRIPT.replace(asked, travelling)
    (tmp_path / "train it's.py").write_text(script)
    main = """__main__["train it's.py"]"""
    assert interpreter(str(tmp_path / "train it's.py")).strip() == (
        f"[{main}.Foo(x=1), <class {main}.Foo>, <function {main}.run>]"
    )


@pytest.mark.parametrize("thing", ["Foo()", "Foo", "run", "Foo().method", "[{1: run}]"])
def test_what_stands_in_a_script_is_refused_unless_it_travels(
    interpreter: Interpreter, tmp_path: Path, thing: str
) -> None:
    asked = f"try: canonical({thing})\n    except TypeError as error: print(error)"
    script = SCRIPT.replace("print(canonical([Foo(), Foo, run]))", asked)
    (tmp_path / "train.py").write_text(script)
    said = interpreter(str(tmp_path / "train.py"))
    assert "stands in the running script, where no kernel can import it" in said
    assert "modules=[sys.modules['__main__']]" in said


def test_a_module_run_by_name_keeps_its_name(interpreter: Interpreter, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    assert interpreter("-m", "train").strip() == (
        "[train.Foo(x=1), <class train.Foo>, <function train.run>]"
    )
    imported = "from train import *\nprint(canonical([Foo(), Foo, run]))"
    assert interpreter("-m", "train") == interpreter("-c", imported)


def test_a_package_that_offers_a_class_names_it_either_way(
    interpreter: Interpreter, tmp_path: Path
) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text(FACADE)
    (package / "mod.py").write_text(SCRIPT)
    imported = "from pkg.mod import *\nprint(canonical([Foo(), Foo]))"
    assert interpreter("-c", imported).strip() == "[pkg.Foo(x=1), <class pkg.Foo>]"
    assert interpreter("-m", "pkg.mod").startswith("[pkg.Foo(x=1), <class pkg.Foo>")


def test_a_session_has_no_names(interpreter: Interpreter) -> None:
    code = (
        "from mitosis._canonical import canonical\nclass Foo: ...\n"
        "try: canonical(Foo())\nexcept TypeError as error: print(error)"
    )
    said = interpreter("-c", code)
    assert "the class Foo is defined in an interactive session; move it to a module" in said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (len, "<builtin len>"),
        (math.sqrt, "<function math.sqrt>"),
        (functools.reduce, "<function functools.reduce>"),
        (functools.partial, "<class functools.partial>"),
        (random.random, "<function random.random>"),
        (random, "<module random>"),
        (type(None), "<class types.NoneType>"),
        (type(len), "<class types.BuiltinFunctionType>"),
        (Path, "<class pathlib.Path>"),
        (int.__add__, "<function builtins.int.__add__>"),
        ([1].append, "method('append', [1])"),
    ],
)
def test_things_are_known_by_the_shortest_name(value: object, text: str) -> None:
    assert canonical(value) == text


def test_importing_the_canonicaliser_is_cheap(interpreter: Interpreter) -> None:
    code = (
        "import sys, mitosis._canonical\n"
        "print({'numpy', 'pandas', 'blake3', 'decimal'} & {*sys.modules})"
    )
    assert interpreter("-c", code).strip() == "set()"
