"""Which texts of mitosis 0.6 stand for one value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mitosis import canonical
from mitosis._canonical import text_digest
from mitosis._model import Environment
from mitosis._records.legacy_values import Seen, legacy_text, settle, shows_types


def shown(value: Any, *, evaluated: bool = False) -> Seen:
    return Seen(evaluated, True, value)


UNTOLD = Seen(evaluated=False, is_told=False)


# What mitosis 0.6.1 itself wrote for these values.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4, "4"),
        (0.5, "0.5"),
        (1e-05, "1e-05"),
        (2 + 1j, "(2+1j)"),
        (True, "True"),
        ("rbf", "'rbf'"),
        ("it's", "'it's'"),
        ((1, 2), "[1, 2]"),
        ([1, 2], "[1, 2]"),
        ({"k": 1, "b": [1, (2,)]}, "{'k': 1, 'b': [1, [2]]}"),
        ([], "]"),
        ({}, "}"),
        (b"ab", "[97, 98]"),
    ],
)
def test_a_literal_that_the_folders_show_is_locked_under_its_canonical_text(
    value: Any, text: str
) -> None:
    assert legacy_text(value) == text
    settled = settle("p", "low", text, [shown(value)])
    assert (settled.doubt, settled.text) == ("", text)
    assert settled.variant.text == canonical(value)
    assert settled.variant.digest == text_digest(settled.variant.text)


def test_values_with_the_same_old_text_are_locked_apart() -> None:
    as_list = settle("p", "low", "[1, 2]", [shown([1, 2])])
    as_tuple = settle("p", "low", "[1, 2]", [shown((1, 2))])
    assert as_list.variant.text != as_tuple.variant.text


def test_none_needs_no_folder() -> None:
    assert settle("p", "low", "None", ()).variant.text == canonical(None)


@pytest.mark.parametrize("text", ["4", "0.5", "True", "'rbf'", "[1, 2]", "]", "<f>", ""])
def test_without_a_folder_any_other_text_stays_in_doubt(text: str) -> None:
    settled = settle("p", "low", text, ())
    assert "no folder" in settled.doubt
    assert settled.text == text


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([UNTOLD], "tells its type"),
        ([shown(0.5), UNTOLD], "tells its type"),
        ([shown(0.5), shown(0.25)], "several values"),
        ([shown(0.25)], "another value"),
        ([shown("0.5")], "another value"),
        ([shown(0.5), shown(0.5, evaluated=True)], "both as a name and as an expression"),
    ],
)
def test_folders_that_do_not_tell_leave_a_doubt(seen: list[Seen], said: str) -> None:
    assert said in settle("p", "low", "0.5", seen).doubt


def test_a_dict_is_recognised_whatever_the_order_in_which_it_is_shown() -> None:
    value = {"a": 1, "b": {"d": 1, "c": 2}}
    assert not settle("p", "low", "{'b': {'d': 1, 'c': 2}, 'a': 1}", [shown(value)]).doubt
    assert settle("p", "low", "{'b': {'d': 2, 'c': 1}, 'a': 1}", [shown(value)]).doubt


@pytest.mark.parametrize(
    ("name", "value"), [("4", 4), ("-0.5", -0.5), ("[1, (2,)]", [1, (2,)])]
)
def test_an_expression_that_is_a_literal_needs_no_more_than_its_name(
    name: str, value: Any
) -> None:
    untold = Seen(evaluated=True, is_told=False)
    assert settle("p", name, f"'{name}'", [untold]).variant.text == canonical(value)


def test_any_other_expression_is_locked_to_the_value_that_its_trials_show() -> None:
    settled = settle("p", "2*3", "'2*3'", [shown(6, evaluated=True)] * 2)
    assert settled.variant.text == "6"
    differing = [shown(6, evaluated=True), shown(7, evaluated=True)]
    assert "several values" in settle("p", "f()", "'f()'", differing).doubt


@pytest.mark.parametrize("text", ["0.5", "'ü\n'", "mitosis_0_6('0.5')"])
def test_a_text_in_doubt_is_never_that_of_a_value(text: str) -> None:
    variant = settle("p", "low", text, ()).variant
    assert variant.text.startswith("mitosis_0_6(")
    assert variant.text.isascii()
    assert variant.digest == text_digest(variant.text)
    assert variant.digest != text_digest(ascii(text))


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        ({}, True),
        ({"numpy": "2.4.6"}, True),
        ({"numpy": "1.26.4"}, False),
        ({"numpy": "?"}, False),
    ],
)
def test_numpy_shows_its_own_types_from_version_2_on(
    packages: Mapping[str, str], expected: bool
) -> None:
    assert shows_types(Environment("3.11", "", packages)) is expected


def test_nothing_is_known_to_show_types_without_the_list_of_packages() -> None:
    assert not shows_types(None)
