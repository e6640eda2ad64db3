"""Parameters from a script's own command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest

import mitosis
from mitosis._run.naming import defaults_of


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    made.add_argument("table")
    made.add_argument("--batch-size", type=int, default=64, metavar="N")
    made.add_argument("--rate", type=float, default="0.5")
    made.add_argument("--layers", type=int, nargs="*", default=[3])
    made.add_argument("--fast", action="store_true")
    made.add_argument("--label")
    made.add_argument("--hidden", default=argparse.SUPPRESS)
    made.add_argument("--version", action="version", version="1")
    return made


def named(parameters: list[mitosis.Parameter]) -> dict[str, tuple[str, object]]:
    return {p.arg_name: (p.var_name, p.vals) for p in parameters}


def test_every_argument_is_a_parameter_named_by_its_value(
    parser: argparse.ArgumentParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["train.py", "a.csv", "--batch-size", "8", "--layers", "4", "5", "--fast"]
    monkeypatch.setattr(sys, "argv", words)
    found = mitosis.parameters_from(parser)
    assert named(found) == {
        "table": ("'a.csv'", "a.csv"),
        "batch_size": ("8", 8),
        "rate": ("0.5", 0.5),
        "layers": ("[4, 5]", [4, 5]),
        "fast": ("True", True),
        "label": ("None", None),
    }
    assert defaults_of(found) == {
        "table": None,
        "batch_size": 64,
        "rate": 0.5,
        "layers": "[3]",
        "fast": False,
        "label": None,
    }


def test_a_namespace_may_be_given_and_have_been_changed(
    parser: argparse.ArgumentParser,
) -> None:
    given = parser.parse_args(["a.csv", "--hidden", "x"])
    vars(given).pop("fast")
    given.device = "cpu"
    found = mitosis.parameters_from(parser, given)
    assert named(found).keys() == {
        *("table", "batch_size", "rate", "layers", "label", "hidden", "device")
    }


def test_of_sub_commands_the_chosen_one_and_its_defaults_count() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command")
    for name, rate in (("train", 0.1), ("test", 0.2)):
        command = commands.add_parser(name)
        command.add_argument("--rate", type=float, default=rate)
        command.set_defaults(function=print, mode=name)
    found = mitosis.parameters_from(parser, parser.parse_args(["test", "--rate", "0.3"]))
    assert named(found) == {
        "command": ("'test'", "test"),
        "rate": ("0.3", 0.3),
        "mode": ("'test'", "test"),
    }
    assert defaults_of(found) == {"command": None, "rate": 0.2, "mode": "test"}


def test_an_open_file_stands_for_its_name(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.touch()
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", type=open, nargs="+")
    given = parser.parse_args([str(path)])
    (found,) = mitosis.parameters_from(parser, given)
    given.tables[0].close()
    assert found.vals == [str(path)]


def test_a_default_that_its_type_refuses_is_told_as_it_stands() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default="auto")
    parser.add_argument("--label", default=argparse.SUPPRESS)
    found = mitosis.parameters_from(parser, argparse.Namespace(rate=1.0, label="x"))
    assert defaults_of(found) == {"rate": "auto", "label": None}
