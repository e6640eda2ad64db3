"""The command `mitosis`, and where each of its commands is defined."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from mitosis import __version__
from mitosis._cli.ending import CONTEXT

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("run_command", "Run one recorded trial of EXPERIMENT."),
    "variants": ("lock_commands", "See, compare and free the names of locked values."),
    "check": ("check_command", "Say before a commit which locks its definitions contradict."),
    "doctor": ("doctor_command", "Say what mitosis sees here, and what is wrong."),
    "repair": ("repair_command", "Rebuild or complete the databases of a trials folder."),
    "import": ("import_command", "Take over a database of the published mitosis 0.6."),
}
"""Each command, in the order of the help, with its module and its line there."""


class LateCommands(click.Group):
    """Loads the module of a command when that is called: none pays for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        name = COMMANDS[cmd_name][0]
        found = getattr(import_module(f"mitosis._cli.{name}"), f"{cmd_name}_command")
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the lines of the help without loading a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LateCommands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="mitosis")
def command() -> None:
    """Run numerical experiments so that no result lies about where it came from."""
