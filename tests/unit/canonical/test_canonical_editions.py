"""A change of the form is an edition, and what an earlier one locked is compared under it."""

from __future__ import annotations

from typing import Any

import pytest

from mitosis._canonical import VERSION, form, registry, text
from mitosis._canonical.registry import Writer, named
from mitosis._canonical.walk import write
from mitosis.errors import NotCanonicalError

NEXT = VERSION + 1


class Kept:
    """A type that a later edition writes in another way."""

    def __init__(self, size: int) -> None:
        self.size = size


class Opened:
    """A type that only a later edition can write."""

    def __init__(self, size: int) -> None:
        self.size, self.callback = size, lambda: size


@pytest.fixture
def _next_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an edition in which both types have a rule."""
    monkeypatch.setattr(registry, "NAMED", dict(registry.NAMED))
    monkeypatch.setattr(text, "VERSION", NEXT)
    root = __name__.partition(".")[0]

    @named(f"{root}.Kept", f"{root}.Opened", since=NEXT)
    def write_size(value: Any, writer: Writer) -> str:
        return f"{writer.name(type(value))}(size is {value.size})"


def test_without_a_change_there_is_one_text() -> None:
    assert form([1, {"a": Kept(3)}]).former == {}


@pytest.mark.usefixtures("_next_edition")
def test_a_changed_text_comes_with_those_of_all_earlier_editions() -> None:
    before = f"[1, {__name__}.Kept(size=3)]"
    found = form([1, Kept(3)])
    assert found.text == f"[1, {__name__}.Kept(size is 3)]"
    assert found.former == dict.fromkeys(range(1, NEXT), before)


@pytest.mark.usefixtures("_next_edition")
def test_a_value_without_the_change_is_written_once() -> None:
    assert form([1, {"a": 2}]).former == {}


@pytest.mark.usefixtures("_next_edition")
def test_an_edition_that_refused_a_value_has_no_text_of_it() -> None:
    found = form(Opened(3))
    assert found.text.endswith("Opened(size is 3)")
    assert found.former == {}


@pytest.mark.usefixtures("_next_edition")
def test_a_rule_is_unknown_to_the_editions_before_it() -> None:
    assert write(Kept(3), VERSION).text == f"{__name__}.Kept(size=3)"
    assert write(Kept(3), NEXT).changes == {NEXT}
    with pytest.raises(NotCanonicalError, match="callback"):
        write(Opened(3), VERSION)
