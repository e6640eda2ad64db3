"""The command `mitosis`, and where each of its commands is defined."""

from __future__ import annotations

from collections.abc import Mapping

import click

from mitosis import __version__
from mitosis._cli.ending import CONTEXT
from mitosis._loading import load

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("run_command", "Run one recorded trial of EXPERIMENT."),
    "sweep": (
        "sweep_command",
        "Run many recorded trials of EXPERIMENT: all combinations of variants and seeds.",
    ),
    "sweeps": ("sweeps_command", "List all sweeps, or show how one stands."),
    "history": ("history_command", "List, group and export recorded trials."),
    "show": ("show_command", "Show what is recorded of TRIAL, also while it runs."),
    "compare": ("compare_command", "Say what differs between trials."),
    "note": ("note_command", "Keep a note with TRIAL, or show the one that it has."),
    "tag": ("tag_command", "Give TRIAL one or more tags, each a single word."),
    "archive": ("archive_command", "Put trials out of sight: tables of trials leave them out."),
    "purge": (
        "purge_command",
        "Delete trials for good: folder, page and row. This cannot be undone.",
    ),
    "export": (
        "export_command",
        "Write whole trials into one file, for another machine or a reader.",
    ),
    "variants": ("lock_commands", "List the locked variants, free their names, share them."),
    "check": ("check_command", "Compare the variants in the code with the locks; run nothing."),
    "doctor": ("doctor_command", "Say what mitosis sees here, and what is wrong."),
    "repair": ("repair_command", "Rebuild or complete the databases of a trials folder."),
    "import": (
        "import_command",
        "Take over the trials of FILE, which `mitosis export` or mitosis 0.6 wrote.",
    ),
    "merge": (
        "merge_command",
        "Take over the trials of OTHER_FOLDER, a trials folder, with their locks.",
    ),
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
        found = getattr(load(f"mitosis._cli.{name}"), f"{cmd_name}_command")
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
