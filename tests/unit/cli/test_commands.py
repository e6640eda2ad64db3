"""The commands: help, misuse and refusals. Each ends with the status that it deserves."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import mitosis
from mitosis._cli import command, main

OPTIONS = [
    "-p, --param", "-e, --eval-param", "--seed", "-d, --debug", "-F, --folder", "-g, --group",
    "--timeout", "--output-extension", "--config", "--version", "-h, --help",
]  # fmt: skip


def invoke(*words: str) -> Result:
    return CliRunner().invoke(command, words)


class Ended:
    """How a package's own command line ended."""

    def __init__(self, status: object, out: str, err: str) -> None:
        self.exit_code, self.out, self.err = status, out, err


PackageCommand = Callable[..., Ended]


@pytest.fixture
def package_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> PackageCommand:
    """Call `mitosis.main(package)` as its `__main__.py` does."""

    def call(package: ModuleType, *words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["__main__.py", *words])
        with pytest.raises(SystemExit) as caught:
            main(package)
        out, err = capsys.readouterr()
        return Ended(caught.value.code, out, err)

    return call


def test_help_is_there_at_each_level() -> None:
    for words in ([], ["run"]):
        result = invoke(*words, "--help")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("Usage: ")


def test_help_names_every_option() -> None:
    shown = invoke("run", "--help").stdout
    assert [option for option in OPTIONS if option not in shown] == []


def test_the_help_of_a_command_that_is_called_without_words_is_shown() -> None:
    result = invoke()
    assert "Usage: " in result.output
    assert "run " in result.output


@pytest.mark.parametrize("words", [["--version"], ["run", "--version"]])
def test_the_version_is_told(words: list[str]) -> None:
    result = invoke(*words)
    assert (result.exit_code, result.stdout) == (0, f"mitosis, version {mitosis.__version__}\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["run"], "Missing argument 'EXPERIMENT...'"),
        (["rum"], "No such command 'rum'"),
        (["run", "absent_1", "absent_2"], "There is no experiment 'absent_1'"),
        (["run", "x", "--sede", "3"], "No such option.*--seed"),
        (["run", "x", "--seed", "-1"], "'--seed': -1 is not in the range"),
        (["run", "x", "--seed", "1.5"], "'1.5' is not a valid integer"),
        (["run", "x", "--timeout", "0"], "'--timeout': 0.0 is not in the range"),
        (["run", "x", "--output-extension", "pdf"], "'pdf' is not one of 'html', 'ipynb'"),
        (["run", "x", "--config", "absent.toml"], "'absent.toml' does not exist"),
    ],
)
def test_misuse_ends_with_status_two_and_a_complaint(words: list[str], complaint: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.search(complaint, " ".join(result.stderr.split()))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["waves.paek"], "did you mean 'waves.peak'?"),
        (["absent"], "no module is named 'absent'"),
        (["waves.peak", "-p", "amplitude=hihg"], "'high'"),
        (["waves.peak", "-p", "amplitudes=low"], "'amplitude'"),
        (["waves.peak", "-p", "amplitude"], "'amplitude' has to read ARGUMENT=VARIANT"),
        (["waves.peak", "-e", "amplitude"], "'amplitude' has to read ARGUMENT=EXPRESSION"),
        (["waves.peak"], "argument 'amplitude' of run() is missing"),
        (["waves.peak", "-e", "amplitude=1 +"], "raised SyntaxError"),
        (["waves.peak", "-e", "amplitude=1", "-e", "amplitude=2"], "is given 2 times"),
        (["waves.peak", "-p", "amplitude=low", "-g", "a"], "takes no argument 'group'"),
        (["waves.peak", "-p", "amplitude=low", "-g", ""], "the group is ''"),
        (["waves.peak", "-p", "amplitude=low", "--timeout", "nan"], "timeout_seconds is nan"),
        (["waves.peak", "-p", "amplitude=low"], "No commit says what would run"),
    ],
)
def test_a_refusal_ends_with_status_two_and_says_why(
    waves: ModuleType, tmp_path: Path, words: list[str], said: str
) -> None:
    result = invoke("run", *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("mitosis: refused\n")
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["waves"]


def test_what_is_missing_is_said_with_a_way_to_give_it(project: Any) -> None:
    source = 'name = "km"\nk = {"two": 2, "five": 5}\ndef run(k, size, seed, group): ...\n'
    project({"flowers/__init__.py": 'k = {"three": 3}', "flowers/km.py": source})
    result = invoke("run", "flowers.km")
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Give what is missing:\n"
        "    -p k=VARIANT (two, five, three)\n    -e size=VALUE\n    -g GROUP\n"
    )


def test_a_step_is_named_where_its_argument_is_missing(project: Any) -> None:
    load = 'name = "load"\nsource = {"lab": 1}\ndef run(source): ...\n'
    fit = 'name = "fit"\ndef run(data, alpha): ...\n'
    project({"chain/__init__.py": "", "chain/load.py": load, "chain/fit.py": fit})
    result = invoke("run", "chain.load", "chain.fit", "-p", "load.source=lab")
    assert result.stderr.endswith("Give what is missing:\n    -e fit.alpha=VALUE\n")
    result = invoke("run", "chain.load", "chain.fit", "-e", "fit.alpha=1")
    assert result.stderr.endswith("    -p load.source=VARIANT (lab)\n")


def test_a_module_that_is_no_experiment_is_refused(many: ModuleType) -> None:
    result = invoke("run", "waves.nameless")
    assert result.exit_code == 2
    assert "it has no `name`" in result.stderr


def test_faulty_settings_are_refused(waves: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[tool.mitosis]\ntrial_folder = 'x'")
    result = invoke("run", "waves.peak", "--config", "other.toml")
    assert result.exit_code == 2
    assert "did you mean 'trials_folder'?" in result.stderr


def test_a_trials_folder_that_is_a_file_is_refused_before_anything(
    waves: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    words = ["run", "waves.peak", "-p", "amplitude=low", "--debug", "-F", "file"]
    result = invoke(*words)
    assert result.exit_code == 2
    assert "The trials folder cannot be used: it is a file" in result.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_a_packages_help_lists_experiments_and_variants(
    many: ModuleType, package_command: PackageCommand
) -> None:
    ended = package_command(many, "--help")
    assert (ended.exit_code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: python -m waves [OPTIONS]\n")
    for start in ("peak(amplitude", "valley(amplitude", "amplitude: low, high, lowest\n"):
        assert f"\n    {start}" in ended.out
    for absent in ("_private", "nameless", "noise", "_hidden", "unit"):
        assert absent not in ended.out


def test_a_packages_help_lists_an_experiment_whose_signature_is_unknown(
    waves: ModuleType, package_command: PackageCommand
) -> None:
    waves.__dict__["odd"] = SimpleNamespace(name="odd-exp", run=dict)
    assert "odd-exp" in package_command(waves, "--help").out


def test_a_packages_help_names_the_same_options(
    waves: ModuleType, package_command: PackageCommand
) -> None:
    shown = package_command(waves, "--help").out
    options = [*OPTIONS, "--exp_name, --exp-name"]
    assert [option for option in options if option not in shown] == []


@pytest.mark.parametrize("option", ["--exp_name", "--exp-name"])
def test_a_packages_unknown_experiment_gets_near_names(
    many: ModuleType, package_command: PackageCommand, option: str
) -> None:
    ended = package_command(many, option, "paek")
    assert ended.exit_code == 2
    assert "'peak'" in ended.err


def test_a_package_with_several_experiments_wants_a_name(
    many: ModuleType, package_command: PackageCommand
) -> None:
    ended = package_command(many, "--param", "amplitude=low")
    assert ended.exit_code == 2
    assert "--exp_name" in ended.err


def test_a_packages_refusal_writes_nothing(
    waves: ModuleType, package_command: PackageCommand, tmp_path: Path
) -> None:
    ended = package_command(waves, "--param", "amplitude=low")
    assert (ended.exit_code, ended.out) == (2, "")
    assert "No commit says what would run" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["waves"]
