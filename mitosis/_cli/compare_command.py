"""`mitosis compare`: what differs between trials."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import terminal_width
from mitosis._wording import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitosis._history.comparison import Comparison
    from mitosis._history.lookup import Found


@click.command("compare", context_settings=CONTEXT)
@click.argument("trials", nargs=-1, required=True, metavar="TRIAL TRIAL...")
@click.option(
    "--all",
    "with_same",
    is_flag=True,
    help="Show also what is the same in all of them.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write one page with everything, curves and figures too, and print its path.",
)
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="NOTEBOOK",
    help="Make the page of --html from your own notebook, which is run with the trials' keys "
    "in the variable `trials` and their folder in `trials_folder`. They are set after its "
    "cell tagged `parameters`, else at its top.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, for programs.")
@folder_option
@exit_status
def compare_command(
    trials: tuple[str, ...],
    with_same: bool,
    html: Path | None,
    template: Path | None,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Say what differs between trials.

    Each TRIAL is a key, the beginning of a key, a name, or the path of a folder or page.
    Compared are parameters, results, last values of metrics, code, input files, packages and
    hardware, as each trial recorded them; code is compared between the commits, in the modules
    that ran.

    \b
    mitosis compare 3f9a 77b0
    mitosis compare 3f9a 77b0 81cc --html report.html

    Exit status: 0 they were compared, whatever differs; 1 the notebook of --template failed;
    2 refused: there is no such trial.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._history.comparison import compared
    from mitosis._history.lookup import find_all

    if template and not html:
        raise click.UsageError("--template needs --html, the page to write")
    found = find_all(trials, folder)
    same = _named_twice(trials, found)
    if len({f.folder.root.resolve() for f in found}) < 2:
        wanted = "Name two trials or more, to be compared with each other."
        raise click.UsageError("\n".join([*same, wanted]))
    for line in same:
        click.echo(f"mitosis: {line}", err=True)
    comparison = compared(found, with_same=with_same)
    if html:
        _write(comparison, html, template)
    elif as_json:
        click.echo(json.dumps(_document(comparison), indent=1, default=str))
    else:
        click.echo(_text(comparison))


def _named_twice(words: Sequence[str], found: Sequence[Found]) -> list[str]:
    """Return a sentence for each trial that several of the words name."""
    named: dict[Path, list[str]] = {}
    for word, trial in zip(words, found, strict=True):
        named.setdefault(trial.folder.root.resolve(), []).append(shown(word))
    names = {trial.folder.root.resolve(): shown(trial.name) for trial in found}
    return [
        f"{' and '.join(map(repr, each))} are the same trial, {names[root]}."
        for root, each in named.items()
        if len(each) > 1
    ]


def _write(comparison: Comparison, html: Path, template: Path | None) -> None:
    try:
        click.echo(comparison.to_html(html, template))
    except RuntimeError as exc:
        click.echo(f"mitosis: {exc}", err=True)
        sys.exit(1)
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    except OSError as exc:
        raise click.UsageError(f"{html} cannot be written: {exc.strerror or exc}") from exc


def _text(comparison: Comparison) -> str:
    from mitosis._history.comparison_text import comparison_text

    width = terminal_width()
    if width is None:
        return comparison_text(comparison)
    return comparison_text(comparison, width, _coloured)


def _coloured(text: str, colour: str) -> str:
    if colour == "bold":
        return click.style(text, bold=True)
    return click.style(text, fg=colour) if colour else text


def _document(comparison: Comparison) -> dict[str, Any]:
    return {
        "trials": [
            {"name": t.name, "key": t.key, "status": t.status.value} for t in comparison.trials
        ],
        "rows": [
            {
                "section": row.section,
                "item": row.item,
                "differs": row.differs,
                "values": [f.value if f else None for f in row.facts],
            }
            for row in comparison.shown
        ],
        "code": comparison.code,
        "not_compared": list(comparison.notes),
    }
