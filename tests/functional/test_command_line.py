"""The command lines, as typed."""

from __future__ import annotations

import pytest

from tests.functional.conftest import Project

pytestmark = pytest.mark.slow


@pytest.fixture
def lab(project: Project) -> Project:
    project.write(
        {
            "project_pkg/__init__.py": """
                from mitosis import Parameter
                exp_params = {"var_a": 1, "var_b": {"deep": 2}}
                frequency = {"slow": 0.5, "fast": Parameter("fast", "frequency", 5)}
                verbosity = {"high": 3}
                """,
            "project_pkg/__main__.py": """
                import mitosis, project_pkg
                mitosis.main(project_pkg)
                """,
            "project_pkg/exp1.py": """
                name = "first"
                def run(seed, exp_params):
                    return {"main": seed + 1}
                """,
            "project_pkg/exp2.py": """
                name = "second"
                def run(frequency, amplitude=1, verbosity=0):
                    if verbosity == 4: raise ValueError("too loud")
                    return {"main": frequency * amplitude}
                """,
            "project_pkg/_common.py": "name = 'common'\ndef run(): pass\n",
            "pyproject.toml": """
                [tool.mitosis.steps]
                my_exp = ["project_pkg.exp2:run", "project_pkg.steps:lookup_dict"]
                """,
            "project_pkg/steps.py": """
                lookup_dict = {"frequency": {"odd": 7}}
                """,
        }
    )
    project.commit()
    return project


def test_the_package_s_own_command_line_runs_an_experiment(lab: Project) -> None:
    done = lab.python(
        *[
            "-m",
            "project_pkg",
            "--exp_name",
            "exp1",
            "--seed",
            "2",
            "--param",
            "exp_params=var_a",
        ]
    )
    assert done.status == 0, done
    assert "first-var_a-1 starts" in done.out
    assert "seed 2," in done.out
    assert "succeeded, main = 3" in done.out
    assert done.page.name == "trial_first-var_a-1.html"


def test_names_may_be_the_experiment_s_own_and_options_have_short_forms(lab: Project) -> None:
    done = lab.python("-m", "project_pkg", "--exp-name", "second", "-p", "frequency=fast", "-d")
    assert done.status == 0, done
    assert "main = 5" in done.out


def test_mitosis_run_finds_variants_and_evaluates_expressions(lab: Project) -> None:
    done = lab.mitosis("run", "project_pkg.exp2", "-p", "frequency=slow", "-e", "amplitude=4")
    assert "second-4-slow-1 succeeded, main = 2" in done.out, done


def test_a_plus_leaves_a_parameter_untracked(lab: Project) -> None:
    done = lab.mitosis(
        "run",
        "project_pkg.exp2",
        "-p",
        "frequency=slow",
        "-p",
        "+verbosity=high",
        "-e",
        "+amplitude=2",
    )
    assert "second-slow-1 succeeded, main = 1" in done.out, done


def test_a_registered_name_runs_with_its_own_variants(lab: Project) -> None:
    done = lab.mitosis("run", "my_exp", "-p", "my_exp.frequency=odd")
    assert "my_exp-odd-1 succeeded, main = 7" in done.out, done


def test_a_hand_written_main_keeps_working(lab: Project) -> None:
    lab.write(
        {
            "hand/__init__.py": """
                from importlib import import_module
                from mitosis import Parameter
                this_module = import_module(__name__)
                class Foo: pass
                first_param = {"test": Parameter("my_variant", "argname", Foo(), [this_module])}
                """,
            "hand/exp1.py": "name = 'by-hand'\ndef run(seed, argname): return {'main': seed}\n",
            "hand/__main__.py": """
                import argparse
                from pathlib import Path
                import mitosis
                import hand, hand.exp1
                parser = argparse.ArgumentParser("runner")
                parser.add_argument("--param", action="append")
                args = parser.parse_args()
                params = []
                for param in args.param:
                    arg_name, var_name = param.split("=")
                    params.append(getattr(hand, arg_name)[var_name])
                mitosis.run(
                    hand.exp1, debug=False, seed=2, params=params,
                    trials_folder=Path(".").resolve() / "trials",
                )
                """,
        }
    )
    lab.commit()
    done = lab.python("-m", "hand", "--param", "first_param=test")
    assert "by-hand-my_variant-1 succeeded, main = 2" in done.out, done


def test_a_failed_experiment_ends_with_status_1_and_its_page_last(lab: Project) -> None:
    done = lab.mitosis("run", "project_pkg.exp2", "-p", "frequency=slow", "-e", "verbosity=4")
    assert done.status == 1
    assert "failed: ValueError: too loud" in done.out
    assert "ValueError: too loud" in done.html
    assert "Traceback (most recent call last)" in done.err
    assert "ExperimentFailedError" not in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["project_pkg.exp3"], "did you mean 'project_pkg.exp"),
        (["project_pkg.exp2", "-p", "frequency=slwo"], "did you mean 'slow'?"),
        (["project_pkg.exp2", "-p", "frequenzy=slow"], "did you mean 'frequency'?"),
        (["project_pkg.exp2", "-p", "frequency"], "has to read ARGUMENT=VARIANT"),
        (["project_pkg.exp2", "-e", "frequency=1 +"], "raised SyntaxError"),
        (["project_pkg.exp2"], "argument 'frequency' of run() is missing"),
        (["project_pkg.steps"], "it has no `name`"),
        (["project_pkg.exp2", "--seed", "-1"], "--seed"),
        (["project_pkg.exp2", "--colour"], "No such option"),
    ],
)
def test_misuse_ends_with_status_2_and_a_way_out(
    lab: Project, words: list[str], message: str
) -> None:
    before = lab.snapshot()
    done = lab.mitosis("run", *words)
    assert done.status == 2, done
    assert message in done.err
    assert "Traceback" not in done.err
    assert lab.snapshot() == before


def test_help_at_each_level_names_what_there_is(lab: Project) -> None:
    assert "run" in lab.mitosis("--help").out
    assert "-e, --eval-param" in lab.mitosis("run", "--help").out
    own = lab.python("-m", "project_pkg", "--help").out
    for part in ("--exp_name", "exp1", "exp2", "frequency: slow, fast", "exp_params: var_a"):
        assert part in own, own
    assert "_common" not in own


def test_the_version_is_told(lab: Project) -> None:
    assert lab.mitosis("--version").out.startswith("mitosis, version 0.")
