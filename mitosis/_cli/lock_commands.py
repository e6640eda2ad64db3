"""`mitosis variants`: look at locked variants. What changes them is in `lock_acts.py`."""

from __future__ import annotations

import sys
from typing import Any

import click

from mitosis._cli import lock_acts
from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.lock_place import (
    Pair,
    find_holdings,
    lock_name,
    nothing_text,
    place_options,
    sound_holdings,
    variant_name,
)
from mitosis._cli.screen import say, terminal_width


class _ListedByDefault(click.Group):
    """A group that lists where no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` before what is no command."""
        first, second = ([*args, "-", "-"])[:2]
        if first in self.commands or first in ctx.help_option_names:
            return super().parse_args(ctx, args)
        if not first.startswith("-") and not second.startswith("-"):
            known = ", ".join(self.commands)
            ctx.fail(f"No such command {first!r}. There are: {known}.")
        return super().parse_args(ctx, ["list", *args])


@click.group(
    "variants", cls=_ListedByDefault, invoke_without_command=False, context_settings=CONTEXT
)
def variants_command() -> None:
    """List the locked variants, free their names, share them.

    A variant's name is locked to its value by the first recorded trial that uses it.
    `mitosis variants` alone lists all locks; `mitosis variants peak` those of experiment peak.

    PARAMETER=NAME names a lock in the commands below. PARAMETER=NAME@1 means the first
    definition that had the name, where the name was freed and locked anew.
    """


@variants_command.command("list", context_settings=CONTEXT)
@click.argument("experiment", required=False)
@place_options
@click.option(
    "-a", "--all", "all_", is_flag=True, help="Show retired definitions and former names, too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all texts in full.")
@exit_status
def list_command(experiment: str | None, all_: bool, as_json: bool, **place: Any) -> None:
    """List locked variants: their values, when and by which trial they were locked.

    Databases that other programs made are passed over. Exit status: 1 if one could not be
    read; the others are listed nonetheless.
    """
    from mitosis._cli.lock_table import json_text, table_text

    holdings = find_holdings(**place)
    held = [
        held
        for held in (holdings.held if all_ else holdings.in_force)
        if experiment in (None, held.lock.experiment)
    ]
    if as_json:
        click.echo(json_text(held))
    elif held:
        say(table_text(held, width=terminal_width(), with_state=all_))
    elif not holdings.faults:
        click.echo(nothing_text(holdings, experiment, all_))
    for fault in holdings.faults:
        click.echo(fault.message, err=True)
    if holdings.faults:
        sys.exit(1)


@variants_command.command("show", context_settings=CONTEXT)
@click.argument("experiment")
@click.argument("variant", type=variant_name, metavar="PARAMETER=NAME")
@place_options
@exit_status
def show_command(experiment: str, variant: Pair, **place: Any) -> None:
    """Show a lock in full: its value, what locked it, and what people did to it.

    \b
    mitosis variants show peak amplitude=low
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._cli.lock_descriptions import full_text
    from mitosis._locks import find_definitions

    first, *others = find_definitions(sound_holdings(**place), lock_name(experiment, variant))
    say(full_text(first, others, terminal_width()))


@variants_command.command("diff", context_settings=CONTEXT)
@click.argument("experiment")
@click.argument("one", type=variant_name, metavar="PARAMETER=ONE")
@click.argument("other", type=variant_name, metavar="PARAMETER=OTHER")
@place_options
@exit_status
def diff_command(experiment: str, one: Pair, other: Pair, **place: Any) -> None:
    """Show where the values of two locks differ.

    \b
    mitosis variants diff peak solver=quick solver=exact
    mitosis variants diff peak solver=quick@1 solver=quick
    """  # noqa: D301 - as above
    from mitosis._cli.lock_descriptions import difference_text
    from mitosis._locks import find_definitions

    holdings = sound_holdings(**place)
    found = [find_definitions(holdings, lock_name(experiment, v))[0] for v in (one, other)]
    say(difference_text(*found))


for _command in lock_acts.COMMANDS:
    variants_command.add_command(_command)
