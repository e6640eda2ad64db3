"""What can be said of an experiment before it runs."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import pytest

from mitosis._run.experiment import Experiment, require_hypothesis
from mitosis._run.function_experiment import describe_function as describe
from mitosis._settings import Settings
from mitosis.errors import InvalidExperimentError, NoHypothesisError

HERE = Path(__file__).resolve()
name = "this-module"


def run(amplitude: float) -> dict[str, float]:
    """The maximum equals the amplitude.

    Args:
        amplitude: of the wave.
    """
    return {"main": amplitude}


class Solver:
    """Solvers solve."""

    name = "solver"

    def __init__(self, size: int = 1) -> None:
        self.size = size

    def run(self, amplitude: float) -> dict[str, float]:
        return {"main": amplitude * self.size}


class Documented(Solver):
    def run(self, amplitude: float) -> dict[str, float]:
        """What the method claims."""
        return {}


def faults(subject: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidExperimentError, match="is no experiment") as caught:
        describe(subject)
    return caught.value.faults


def this_module() -> ModuleType:
    return sys.modules[__name__]


def test_a_module_is_imported_by_its_name() -> None:
    described = describe(this_module())
    assert (described.name, described.run) == ("this-module", run)
    assert (described.module, described.payload) == (__name__, None)
    assert described.file == HERE
    assert described.source == HERE.read_text(encoding="utf-8")
    assert str(described.signature) == "(amplitude: 'float') -> 'dict[str, float]'"


def test_the_hypothesis_is_the_docstring_without_its_sections() -> None:
    assert describe(this_module()).hypothesis == "The maximum equals the amplitude."


def test_a_hypothesis_beside_the_name_goes_before_the_docstring() -> None:
    stated = SimpleNamespace(name="a", run=run, hypothesis="\n    Waves\n      wave.\n")
    assert describe(stated).hypothesis == "Waves\n  wave."


@pytest.mark.parametrize("blank", [None, "", " \n"], ids=repr)
def test_a_blank_hypothesis_is_none(blank: str | None) -> None:
    subject = SimpleNamespace(name="a", run=run, hypothesis=blank)
    assert describe(subject, blank).hypothesis == "The maximum equals the amplitude."


def test_a_hypothesis_that_is_passed_goes_before_all_others() -> None:
    subject = SimpleNamespace(name="a", run=run, hypothesis="Waves wave.")
    assert describe(subject, "  They do not.").hypothesis == "They do not."


def test_a_hypothesis_that_is_no_text_is_a_fault_among_the_others() -> None:
    assert faults(SimpleNamespace(run=run, hypothesis=3)) == (
        "it has no `name`",
        "its `hypothesis` is 3, no text",
    )


@pytest.mark.parametrize("attribute", ["name", "run", "hypothesis"])
def test_an_attribute_that_raises_is_a_fault(attribute: str) -> None:
    def broken(_: Any) -> NoReturn:
        raise ValueError("no such file")

    members = {"name": "a", "run": staticmethod(run), attribute: property(broken)}
    subject = type("Subject", (), members)()
    assert faults(subject) == (f"its `{attribute}` raises ValueError: no such file",)


def test_half_of_a_surrogate_pair_is_no_hypothesis() -> None:
    stated = SimpleNamespace(name="a", run=run, hypothesis="half \ud83e")
    (fault,) = faults(stated)
    assert fault == r"its `hypothesis` is 'half \ud83e', which holds half of a surrogate pair"

    def documented() -> None: ...

    documented.__doc__ = "Half \ud83e."  # Python 3.13 compiles no such literal
    (fault,) = faults(SimpleNamespace(name="a", run=documented))
    assert fault == "its docstring holds half of a surrogate pair"


def test_the_library_of_that_name_is_no_hypothesis() -> None:
    subject = SimpleNamespace(name="a", run=run, hypothesis=json)
    assert describe(subject).hypothesis == "The maximum equals the amplitude."


def test_variants_of_an_argument_of_that_name_are_no_hypothesis() -> None:
    def run(hypothesis: str) -> None:
        """Claim."""

    variants = {"null": "nothing happens"}
    subject = SimpleNamespace(name="a", run=run, hypothesis=variants)
    assert describe(subject).hypothesis == "Claim."


def test_an_experiment_without_a_hypothesis_is_refused_where_one_is_demanded() -> None:
    silent = describe(SimpleNamespace(name="silent", run=lambda: None))
    demanding = Settings(require_hypothesis=True, file=HERE)
    require_hypothesis(silent, Settings())
    require_hypothesis(describe(this_module()), demanding)
    with pytest.raises(NoHypothesisError, match="states no hypothesis") as caught:
        require_hypothesis(silent, demanding)
    assert (caught.value.experiment, caught.value.file) == ("silent", HERE)


def test_an_object_is_pickled_as_it_is() -> None:
    solver = Solver(3)
    described = describe(solver)
    assert (described.module, described.payload) == (None, solver)
    assert described.file == HERE
    assert described.source.startswith("class Solver:")
    assert described.hypothesis == "Solvers solve."


def test_the_docstring_of_run_goes_before_that_of_the_class() -> None:
    assert describe(Documented()).hypothesis == "What the method claims."


def test_a_class_may_be_an_experiment_itself() -> None:
    class Static:
        name = "static"

        @staticmethod
        def run(amplitude: float) -> dict[str, float]:
            """Claim."""
            return {}

    described = describe(Static)
    assert (described.name, described.hypothesis, described.file) == ("static", "Claim.", HERE)


def test_a_namespace_stands_where_its_function_does() -> None:
    described = describe(SimpleNamespace(name="sine", run=run))
    assert described.file == HERE
    assert described.source.startswith("def run(amplitude")
    assert described.module is None


def test_a_module_that_cannot_be_imported_again_is_pickled_by_its_parts() -> None:
    module = ModuleType("not_in_sys_modules")
    module.__dict__.update(name="sine", run=run)
    described = describe(module)
    assert described.module is None
    assert (described.payload.name, described.payload.run) == ("sine", run)


def test_the_running_script_is_pickled_by_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    main.__dict__.update(name="sine", run=run)
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert describe(main).module is None


def test_what_an_interactive_session_defines_has_no_file() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    code = "def run(x):\n    'Claim.'\n    return {'main': x}"
    exec(compile(code, "<session>", "exec"), namespace)
    described = describe(SimpleNamespace(name="sine", run=namespace["run"]))
    assert (described.file, described.source, described.hypothesis) == (None, "", "Claim.")


def test_run_may_be_callable_in_any_way() -> None:
    described = describe(SimpleNamespace(name="sine", run=functools.partial(run, 3.0)))
    assert described.hypothesis == ""
    assert "amplitude" not in described.signature.parameters


@pytest.mark.parametrize("wrap", [functools.lru_cache, functools.cache], ids=["lru", "cache"])
def test_a_decorated_run_stands_where_the_function_does(wrap: Any) -> None:
    assert describe(SimpleNamespace(name="sine", run=wrap(run))).file == HERE


def test_a_run_that_another_package_wraps_stands_where_the_function_does() -> None:
    namespace: dict[str, Any] = {"functools": functools}
    code = "def wrap(f):\n    return functools.wraps(f)(lambda *a, **k: f(*a, **k))"
    exec(compile(code, json.__file__, "exec"), namespace)
    assert describe(SimpleNamespace(name="sine", run=namespace["wrap"](run))).file == HERE


def test_both_faults_of_an_experiment_are_said() -> None:
    assert faults(SimpleNamespace()) == ("it has no `name`", "it has no `run`")


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        (SimpleNamespace(name="", run=run), "its `name` is '', no text"),
        (SimpleNamespace(name=3, run=run), "its `name` is 3, no text"),
        (SimpleNamespace(name="a", run=3), "its `run` is 3, no function"),
        (SimpleNamespace(name="a"), "it has no `run`"),
        (SimpleNamespace(run=run), "it has no `name`"),
        (SimpleNamespace(name="a", run=dict), "the signature of its `run` cannot be read"),
    ],
)
def test_each_fault_is_said_by_itself(subject: Any, fault: str) -> None:
    assert faults(subject) == (fault,)


def test_a_module_is_called_by_its_name_and_an_object_by_its_type() -> None:
    for subject, title in ((json, "Module 'json'"), (3, "An object of type 'int'")):
        with pytest.raises(InvalidExperimentError, match="is no experiment") as caught:
            describe(subject)
        assert caught.value.experiment == title


@pytest.mark.parametrize(
    "section",
    ["Args:\n    x: y", "Returns:\n    z", "Parameters\n----------\nx : y", ":param x: y"],
    ids=lambda text: text.splitlines()[0],
)
def test_sections_of_every_style_are_left_out(section: str) -> None:
    def run() -> None: ...

    run.__doc__ = f"Claim, in\ntwo lines.\n\nMore of it.\n\n{section}\n"
    described = describe(SimpleNamespace(name="sine", run=run))
    assert described.hypothesis == "Claim, in\ntwo lines.\n\nMore of it."


def test_a_description_cannot_be_changed() -> None:
    described = describe(this_module())
    assert isinstance(described, Experiment)
    with pytest.raises(AttributeError, match="name"):
        described.name = "other"  # type: ignore[misc]  # what is tested
