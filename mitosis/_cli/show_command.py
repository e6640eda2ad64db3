"""`mitosis show`: one trial, as it was recorded."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say, terminal_width

if TYPE_CHECKING:
    from mitosis._model import Trial

_WIDTH = 80


@click.command("show", context_settings=CONTEXT)
@click.argument("trial", metavar="TRIAL")
@click.option("--html", "what", flag_value="html", help="Open its page in the browser.")
@click.option("--log", "what", flag_value="log", help="Print all that it printed.")
@click.option(
    "--code",
    "what",
    flag_value="code",
    help="Print the source of the experiment and its steps.",
)
@click.option(
    "--environment", "what", flag_value="environment", help="Print Python and all packages."
)
@click.option(
    "--json", "what", flag_value="json", help="Print all of its record, for programs."
)
@folder_option
@exit_status
def show_command(trial: str, what: str | None, folder: Path | None) -> None:
    """Show what is recorded of TRIAL, also while it runs.

    TRIAL is a key, the beginning of a key, a name, or the path of a folder or page. Without
    an option, its results, parameters, code and files are shown in short.

    \b
    mitosis show 3f9a
    mitosis show sine-exp-my_variant-1 --html

    Exit status: 0 it was shown; 2 refused: there is no such trial, or several.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._history.loading import loaded
    from mitosis._history.lookup import find

    found = loaded(find(trial, folder))
    shown = {"log": _log, "code": _code, "environment": _environment, "json": _json}
    if what == "html":
        _open(found.html)
    else:
        say(shown.get(what or "", _summary)(found))


def _summary(trial: Trial) -> str:
    from mitosis._cli.trial_summary import summary_text
    from mitosis._layout import TrialFolder
    from mitosis._records import read_record

    told = read_record(TrialFolder(trial.folder))
    return summary_text(trial, told, terminal_width() or _WIDTH)


def _log(trial: Trial) -> str:
    return trial.log.removesuffix("\n")


def _code(trial: Trial) -> str:
    code = trial.code
    parts = [code.experiment] if code.experiment else []
    parts += [f"# step {name}\n{source}" for name, source in code.steps.items()]
    if not parts:
        try:
            parts = [f"# {path}\n{text}" for path, text in code.files.items()]
        except LookupError as exc:
            return f"No source was kept: {exc.args[0]}."
    return "\n\n".join(part.rstrip("\n") for part in parts)


def _environment(trial: Trial) -> str:
    told = trial.environment
    packages = [f"{name}=={version}" for name, version in told["packages"].items()]
    conda = [f"# conda: {name} {version}" for name, version in told["conda"].items()]
    return "\n".join([f"# {told['implementation']} {told['python']}", *conda, *packages])


def _json(trial: Trial) -> str:
    document: dict[str, Any] = {
        **trial.record,
        "environment": {**trial.environment, "digest": trial.record.get("environment")},
        "artifact_files": {name: str(path) for name, path in trial.artifacts.items()},
        "page": str(trial.html),
        "folder": str(trial.folder),
    }
    return json.dumps(document, indent=1, default=str)


def _open(page: Path) -> None:
    """Open a page, or say where it is if there is nothing here to open it with."""
    path = page.resolve()
    is_remote = "SSH_CONNECTION" in os.environ
    has_screen = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not path.exists():
        click.echo(f"The page is gone; `mitosis repair` writes it again: {path}", err=True)
        sys.exit(1)
    if (
        has_screen
        and (not is_remote or os.environ.get("DISPLAY"))
        and not click.launch(str(path))
    ):
        return
    click.echo("There is no screen here to open the page on. It is", err=True)
    click.echo(path)
