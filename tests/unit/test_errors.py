"""The tree of errors: what its docstring promises, and what each class does."""

from __future__ import annotations

import builtins
import copy
import pickle
import re
from dataclasses import fields, replace
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from pkgutil import iter_modules

import pytest

from mitosis import errors
from mitosis._model import Conflict, Trial
from mitosis.errors import MitosisError

from .error_samples import CONFLICT, FILE, LOCK, SAMPLES

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
_BRANCH = re.compile(r"^ {4}((?:[│ ] {3})*)(?:[├└]── )?(\w+Error)(?: \((\w+)\))?", re.MULTILINE)

each_error = pytest.mark.parametrize("error", SAMPLES, ids=lambda e: type(e).__name__)


def classes() -> list[type[MitosisError]]:
    modules = [import_module(f"mitosis.errors.{m.name}") for m in iter_modules(errors.__path__)]
    found = {v for module in modules for v in vars(module).values() if isinstance(v, type)}
    return sorted((k for k in found if issubclass(k, MitosisError)), key=lambda k: k.__name__)


def documented_tree() -> dict[str, tuple[str | None, str | None]]:
    """Return class name to parent and builtin, as the module's docstring draws them."""
    tree: dict[str, tuple[str | None, str | None]] = {}
    above: list[str] = []
    for indent, name, builtin in _BRANCH.findall(errors.__doc__ or ""):
        depth = 0 if name == "MitosisError" else len(indent) // 4 + 1
        del above[depth:]
        tree[name] = (above[-1] if above else None, builtin or None)
        above.append(name)
    return tree


def actual_tree() -> dict[str, tuple[str | None, str | None]]:
    def named(kind: type[MitosisError], *, ours: bool) -> str | None:
        for base in kind.__bases__:
            if issubclass(base, MitosisError) is ours and base is not Exception:
                return base.__name__
        return None

    return {k.__name__: (named(k, ours=True), named(k, ours=False)) for k in classes()}


def test_each_class_can_be_had_from_the_package_and_is_shown_as_its_own() -> None:
    assert sorted(errors.__all__) == [kind.__name__ for kind in classes()]
    for kind in classes():
        assert kind.__module__ == "mitosis.errors"
        assert getattr(errors, kind.__name__) is kind


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    name = "NoSuchError"
    with pytest.raises(AttributeError, match=f"'mitosis.errors' has no attribute '{name}'"):
        getattr(errors, name)


def test_the_docstring_draws_the_tree_as_it_is() -> None:
    assert len(documented_tree()) > 20
    assert documented_tree() == actual_tree()


def test_the_builtin_bases_are_builtin_exceptions() -> None:
    for _, builtin in actual_tree().values():
        assert builtin is None or issubclass(getattr(builtins, builtin), Exception)


def test_there_is_a_sample_of_each_class_that_is_raised() -> None:
    abstract = {MitosisError, errors.CodeStateError}
    assert {type(sample) for sample in SAMPLES} == set(classes()) - abstract


def test_the_slug_is_the_name_of_the_class_in_words() -> None:
    for kind in classes():
        words = re.findall(r"[A-Z](?:[a-z]+|(?=[A-Z]))", kind.__name__.removesuffix("Error"))
        assert kind.slug == "-".join(words).lower()


def test_slugs_are_unique() -> None:
    slugs = [kind.slug for kind in classes()]
    assert len(slugs) == len(set(slugs))


def test_the_documentation_has_an_entry_for_each_class_under_its_slug() -> None:
    page = DOCUMENTATION.read_text(encoding="utf-8")
    entries = dict(re.findall(r"^##+ ([a-z-]+)\n\n`(\w+)`", page, re.MULTILINE))
    assert entries == {kind.slug: kind.__name__ for kind in classes()}


@each_error
def test_its_message_is_a_text_of_its_own(error: MitosisError) -> None:
    assert error.message.strip()
    assert str(error) == error.message == error.args[0]
    assert "None" not in error.message


def facts(value: object) -> list[str]:
    """Return the texts that a message has to hold for the value of a field."""
    if isinstance(value, tuple):
        return [fact for item in value for fact in facts(item)]
    if isinstance(value, Conflict):
        return [value.description]
    if isinstance(value, Trial):
        return [value.name, str(value.html)]
    if isinstance(value, bool):  # says how to compose the message
        return []
    return [f"{value:g}" if isinstance(value, float) else str(value)]


@each_error
def test_its_message_shows_every_field(error: MitosisError) -> None:
    for field in fields(error):
        for fact in facts(getattr(error, field.name)):
            assert fact in error.message


@each_error
def test_it_survives_pickling_with_all_fields(error: MitosisError) -> None:
    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(copied) is type(error)
        assert vars(copied) == vars(error)
        assert copied.message == error.message


def test_a_pickle_from_when_all_errors_stood_in_one_module_can_be_read() -> None:
    pickled = (
        b"cmitosis.errors\n_rebuild\n(cmitosis.errors\nNoRepositoryError\n"
        b"(Vplace\nV/home/ada\nVreason\nVnone\ndtR."
    )
    error = pickle.loads(pickled)
    assert type(error) is errors.NoRepositoryError
    assert error.reason == "none"


def test_pickles_name_the_package_and_no_module_behind_it() -> None:
    error = errors.NoHypothesisError(experiment="sine")
    assert b"mitosis.errors." not in pickle.dumps(error)


@each_error
def test_it_takes_its_fields_by_name_only(error: MitosisError) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        type(error)("something")


@each_error
def test_ipython_shows_the_message_alone(error: MitosisError) -> None:
    assert error._render_traceback_() == [f"{type(error).__name__}: {error.message}"]


def test_every_class_has_a_docstring_of_its_own() -> None:
    for kind in classes():
        assert kind.__doc__
        assert getdoc(kind) != getdoc(kind.__bases__[0])


def test_a_hundred_faults_are_cut_to_twenty_lines() -> None:
    error = errors.InvalidParameterError(faults=tuple(f"fault {n}" for n in range(100)))
    lines = error.message.splitlines()
    assert lines[1:3] == ["    fault 0", "    fault 1"]
    assert lines[-1] == "    ... and 81 more"
    assert len(lines) == 1 + 20


def test_twenty_faults_are_all_shown() -> None:
    error = errors.InvalidParameterError(faults=tuple(f"fault {n}" for n in range(20)))
    assert error.message.endswith("    fault 19")


def test_a_conflict_names_variant_values_trial_and_commit() -> None:
    assert CONFLICT.description.splitlines() == [
        "variant 'low' of parameter 'noise'",
        "    locked  1",
        "    given   2",
        "    since 2024-05-06 07:08 UTC, by trial 'sine-low-1' (key 3f9a2c11) "
        "at commit abcdef0123",
    ]


def test_a_difference_inside_a_value_is_shown_under_its_path() -> None:
    inner = replace(CONFLICT, differences=(("$['a']", "1", "2"),))
    assert inner.description.splitlines()[1:4] == [
        "    $['a']",
        "        locked  1",
        "        given   2",
    ]


def test_a_conflict_without_a_commit_names_none() -> None:
    assert replace(CONFLICT, lock=replace(LOCK, commit=None)).description.endswith(
        "(key 3f9a2c11)"
    )


def test_a_conflict_shows_ten_differences_and_counts_the_others() -> None:
    many = Conflict(LOCK, CONFLICT.given, tuple((f"$[{n}]", "1", "2") for n in range(13)))
    assert "$[9]" in many.description
    assert "$[10]" not in many.description
    assert "... and 3 more differences" in many.description


def test_several_conflicts_are_counted_and_the_ways_out_are_given_once() -> None:
    error = errors.VariantConflictError(
        experiment="sine", database=FILE, conflicts=(CONFLICT, CONFLICT)
    )
    assert "2 variants are locked with another value" in error.message
    assert error.message.count("The ways out:") == 1
    for way_out in (
        "new variant name",
        "put the locked value back",
        "debug=True",
        "variants retire",
    ):
        assert way_out in error.message


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.VariantConflictError, RuntimeError),
        (errors.UnknownVariantError, LookupError),
        (errors.TrialsFolderError, OSError),
        (errors.DatabaseBusyError, TimeoutError),
        (errors.TrialTimedOutError, TimeoutError),
        (errors.NotCanonicalError, TypeError),
    ],
)
def test_code_that_expects_the_builtin_catches_it(
    kind: type[MitosisError], builtin: type[Exception]
) -> None:
    (sample,) = (s for s in SAMPLES if type(s) is kind)
    with pytest.raises(builtin) as caught:
        raise sample
    assert caught.value is sample
