"""`mitosis doctor`: say what mitosis sees here, and what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.folder_option import folder_option

if TYPE_CHECKING:
    from mitosis._cli.doctor_findings import Section


@click.command("doctor", context_settings=CONTEXT)
@folder_option
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read [tool.mitosis] from this file. Default: the nearest pyproject.toml.",
)
@exit_status
def doctor_command(folder: Path | None, config: Path | None) -> None:
    """Say what mitosis sees here, and what is wrong.

    Run it in the folder with your experiments, when something does not work or before a long
    job. It looks at versions, the git repository, the settings, the trials folder and its
    databases, this machine, and really starts a kernel. It changes nothing, but that trials
    whose process is gone are closed as lost, as by whatever reads a database.

    Each line begins with ok, note (worth knowing) or WRONG (it keeps a recorded trial from
    running, or a record from being safe). An arrow below a line says what to do.

    Exit status: 0 if nothing is wrong, 1 if something is, 2 if the command was misused.
    """
    from mitosis._cli.doctor_report import section_text, summary

    colours, seen = _wants_colours(), []
    _say(f"mitosis doctor looks at {Path.cwd()}")
    for section in _sections(Path.cwd(), folder, config):
        _say(f"\n{section_text(section, colours=colours)}")
        seen.append(section)
    _say(f"\n{summary(seen)}")
    sys.exit(1 if any(section.is_wrong for section in seen) else 0)


def _sections(here: Path, folder: Path | None, config: Path | None) -> Iterator[Section]:
    """Yield what is found, also where a package that mitosis needs cannot be imported."""
    from mitosis._cli.doctor_findings import Section, examined, wrong
    from mitosis._cli.doctor_software import looked_at_software

    yield examined("software", looked_at_software)
    try:
        from mitosis._cli.doctor_sections import sections
    except ImportError as exc:
        way_out = f"{sys.executable} -m pip install --force-reinstall mitosis"
        yield Section("the rest", (wrong("import", f"mitosis cannot run: {exc}", way_out),))
        return
    yield from sections(here, folder, config)


def _say(text: str) -> None:
    """Write whatever letters the terminal can show, also where all else cannot be imported."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding))


def _wants_colours() -> bool:
    is_watched = sys.stdout is not None and sys.stdout.isatty()
    return is_watched and not os.environ.get("NO_COLOR")
