"""`mitosis history`: look back at recorded trials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.lock_place import place_options
from mitosis._cli.screen import say, terminal_width
from mitosis._history.sheet_text import sheet_text
from mitosis._wording import counted

if TYPE_CHECKING:
    from mitosis._history.export import Export
    from mitosis._history.history import Place, Question
    from mitosis._history.sheet import Sheet


def _names(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> list[str]:
    """Take lists of names apart that commas separate."""
    return [name.strip() for text in given for name in text.split(",") if name.strip()]


@click.command("history", context_settings=CONTEXT)
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
@click.option(
    "-f",
    "--filter",
    "where",
    metavar="EXPRESSION",
    help="Only trials that fit, e.g. \"k > 3 and method == 'KMeans'\".",
)
@click.option(
    "-g",
    "--group-by",
    multiple=True,
    callback=_names,
    metavar="A,B",
    help="One row for all trials with the same A and B: how many, mean, standard deviation.",
)
@click.option(
    "--pivot",
    nargs=2,
    metavar="ROW COLUMN",
    help="Mean and standard deviation for each ROW and COLUMN, as in a paper.",
)
@click.option("--value", default="main", help="What --pivot averages.  [default: main]")
@click.option(
    "-s", "--sort", multiple=True, callback=_names, metavar="A,B", help="Sort by A, then by B."
)
@click.option("-r", "--reverse", is_flag=True, help="Sort from the largest to the smallest.")
@click.option(
    "-c", "--columns", multiple=True, callback=_names, metavar="A,B", help="Show these columns."
)
@click.option("-n", "--tail", type=click.IntRange(min=1), help="Show only the last so many.")
@click.option("--best", type=click.Choice(["min", "max"]), help="Mark the best main.")
@click.option("--archived", is_flag=True, help="Show archived trials, too.")
@click.option(
    "-o",
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table to a file: .csv, .json, .md, .tex, .html, .xlsx, .parquet or .pkl.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all digits.")
@place_options
@exit_status
def history_command(
    experiments: tuple[str, ...], folder: Path | None, logfile: str | None, **options: Any
) -> None:
    """List, group and export recorded trials.

    Trials stand in the order of their starts. Filtered, grouped, sorted, reduced to columns and
    cut to the last ones they are in this order. Names are those
    of arguments, results and metrics, and: name, key, experiment, status, main, seed, commit,
    started_at, wall_seconds and so on; a wrong one is answered with all.

    \b
    mitosis history kmeans --filter "k > 3" --sort main --tail 20
    mitosis history kmeans --group-by k,method --export table.tex
    mitosis history kmeans --pivot method dataset --best max

    Exit status: 2 if an experiment or a name is unknown or the expression is not understood.
    """  # noqa: D301 - the control character keeps click from wrapping the examples
    _refuse_contradictions(options)
    if sheet := _glanced(experiments, folder, logfile, options):
        say(sheet_text(sheet, terminal_width(), may_drop=True))
        return
    from mitosis._history.export import require_format
    from mitosis._history.history import Place, Question
    from mitosis._history.lookup import default_folder

    if options["export"]:
        require_format(options["export"])
    place = Place(list(experiments) or None, default_folder(folder), logfile)
    question = Question(
        where=options["where"],
        columns=options["columns"] or None,
        sort=options["sort"],
        reverse=options["reverse"],
        tail=options["tail"],
        archived=options["archived"],
    )
    _show(_table(place, question, options), place, options)


def _glanced(
    experiments: tuple[str, ...],
    folder: Path | None,
    logfile: str | None,
    options: dict[str, Any],
) -> Sheet | None:
    """Return the plain listing, which needs little; None where more is asked for."""
    plain = {name: options[name] for name in ("tail", "archived", "best")}
    if logfile or any(v for k, v in options.items() if k not in plain and v != "main"):
        return None
    from mitosis._history.glancing import glanced_sheet

    return glanced_sheet(folder, experiments, **plain)


def _refuse_contradictions(options: dict[str, Any]) -> None:
    """Refuse options that say nothing together."""
    if not options["pivot"]:
        return
    if len({*options["pivot"]}) < 2:
        raise click.UsageError("--pivot needs two fields, and was given one twice")
    for name in ("group_by", "sort", "columns", "tail", "reverse"):
        if options[name]:
            msg = f"--pivot and --{name.replace('_', '-')} do not go together"
            raise click.UsageError(msg)


def _table(place: Place, question: Question, options: dict[str, Any]) -> Export:
    from mitosis._history import listing

    best = options["best"]
    if options["pivot"]:
        row, column = options["pivot"]
        return listing.list_pivot(place, question, (row, column, options["value"]), best)
    if options["group_by"]:
        return listing.list_groups(place, question, options["group_by"], best)
    return listing.list_trials(place, question, best)


def _show(table: Export, place: Place, options: dict[str, Any]) -> None:
    """Write a table to where it was asked for."""
    from mitosis._history.export import json_text, write_table

    file = options["export"]
    if file:
        said = "replaced" if file.exists() else "written"
        write_table(file, table)
        say(f"{file} {said}: {counted(len(table.sheet.rows), 'row')}")
    elif options["as_json"]:
        click.echo(json_text(table.frame))
    elif not table.sheet.rows:
        say(_nothing_text(place, options))
    else:
        may_drop = not (options["columns"] or options["pivot"])
        say(sheet_text(table.sheet, terminal_width(), may_drop=may_drop))


def _nothing_text(place: Place, options: dict[str, Any]) -> str:
    if not place.trials_folder.is_dir():
        return f"No trial is recorded: there is no trials folder {place.trials_folder}"
    if options["where"]:
        return "No trial fits the filter"
    more = "" if options["archived"] else "; --archived shows those out of sight"
    return f"No trial is recorded in {place.trials_folder}{more}"
