"""The reference names everything that there is to refer to."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

import mitosis
from mitosis import errors
from mitosis._cli.commands import COMMANDS, command
from mitosis._cli.package_command import package_command
from mitosis.errors import MitosisError

from .error_samples import SAMPLES
from .pages import DOCS, blocks

ERRORS = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")


def _tree() -> Iterator[type[MitosisError]]:
    for name in errors.__all__:
        yield getattr(errors, name)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_each_command_is_the_first_paragraph_of_its_help(name: str) -> None:
    found = command.get_command(click.Context(command), name)
    assert found
    assert found.help
    assert " ".join(found.help.partition("\n\n")[0].split()) == COMMANDS[name][1]


def _entry(slug: str) -> str:
    _, found, rest = ERRORS.partition(f"# {slug}\n")
    assert found, f"docs/reference/errors.md has no entry {slug!r}"
    return rest.partition("\n#")[0]


def _commands(group: click.Command) -> Iterator[click.Command]:
    yield group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            child = group.get_command(context, name)
            assert child
            yield from _commands(child)


@pytest.mark.parametrize("name", mitosis.__all__)
def test_each_public_name_stands_in_the_reference(name: str) -> None:
    api = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    assert f":: mitosis.{name}\n" in api or f":: mitosis.{name}(" in api or name == "errors"
    assert f"mitosis.{name}" in api


@pytest.mark.parametrize("kind", list(_tree()), ids=lambda kind: kind.slug)
def test_each_error_has_an_entry_under_its_slug_that_names_it(kind: type[MitosisError]) -> None:
    assert f"`{kind.__name__}`" in _entry(kind.slug)


def test_no_two_errors_share_a_slug() -> None:
    slugs = [kind.slug for kind in _tree()]
    assert sorted(set(slugs)) == sorted(slugs)


def test_each_error_that_is_raised_has_a_sample() -> None:
    never_raised = {"mitosis", "code-state", "trial"}
    assert {kind.slug for kind in _tree()} - never_raised == {e.slug for e in SAMPLES}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda error: error.slug)
def test_the_message_that_the_reference_shows_is_the_one_that_is_raised(
    sample: MitosisError,
) -> None:
    (shown,) = (b.text for b in blocks(_entry(sample.slug)) if b.kind == "text")
    assert shown == f"{sample.message}\n"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda error: error.slug)
def test_the_attributes_of_an_error_are_named(sample: MitosisError) -> None:
    entry = _entry(sample.slug)
    assert not [n for n in vars(sample) if f"`{n}`" not in entry and n != "reason"]


def test_each_command_is_part_of_the_generated_reference() -> None:
    cli = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    assert ".. click:: mitosis._cli.commands:command" in cli
    assert ":nested: full" in cli


def test_each_option_of_a_package_stands_in_the_help_that_the_reference_shows() -> None:
    cli = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    options = [p for p in package_command(mitosis).params if isinstance(p, click.Option)]
    assert not [name for option in options for name in option.opts if name not in cli]


def test_each_option_has_a_help_text() -> None:
    options = [
        (found.name, option.name)
        for found in _commands(command)
        for option in found.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert not options
