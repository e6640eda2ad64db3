"""What stands on the page of a sweep, ready for its template and cut to what a page holds."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import prod
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mitosis._layout import environment_file
from mitosis._model import Status
from mitosis._model.sweeps import SweepRow
from mitosis._sweep.index_charts import charts, pivot
from mitosis._sweep.overview import Group, Overview
from mitosis._sweep.standing import rough_time
from mitosis._sweep.summary import group_sheet
from mitosis._wording import counted, main_text, printable, shown

_MOST_GROUPS = 500
_MOST_FAILURES = 100
_MOST_LINKS = 2000
_MOST_LINKS_EACH = 50
_MOST_REASON = 300
_MOST_COMMITS = 5
_LONGEST_SEED = 12
_SHORT_COMMIT = 10


def content(overview: Overview, trials_folder: Path) -> dict[str, Any]:
    """Return what the template asks for.

    Args:
        overview: of the sweep.
        trials_folder: where the page lies.
    """
    plan = overview.plan
    groups = overview.groups()
    failures = overview.failures
    packages = _packages(overview, trials_folder)
    where = f"sweep == {json.dumps(plan.name)}"
    return {
        "title": f"{plan.word.title()} {shown(plan.name)}",
        "experiment": shown(plan.experiment),
        "status": _status(overview),
        "extremes": list(_extremes(overview)),
        "facts": [*_facts(overview), *((("packages", packages[0]),) if packages[0] else ())],
        "arguments": [shown(name) for name in overview.arguments],
        "failures": [_failure(overview, row) for row in failures[:_MOST_FAILURES]],
        "more_failures": max(0, len(failures) - _MOST_FAILURES),
        "failures_command": _history(f'{where} and status != "succeeded"'),
        **charts(overview),
        "pivot": pivot(overview, groups),
        **_table(overview, groups),
        "all_command": _history(where),
        "packages": packages[1],
    }


def _history(where: str) -> str:
    return f"mitosis history --filter {shlex.quote(where)}"


def _status(overview: Overview) -> dict[str, str]:
    running, total = overview.counts.get(Status.RUNNING, 0), overview.points
    failed = len(overview.failures)
    if not overview.is_ended:
        kind, word = "running", f"{len(overview.rows) - running:,} of {total:,} ended"
    elif failed:
        kind, word = "failed", f"{failed:,} of {total:,} without success"
    else:
        kind, word = (
            "succeeded",
            f"All {total:,} points succeeded" if total > 1 else "Succeeded",
        )
    meaning = ""
    if not overview.is_ended:
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        name = shlex.quote(overview.plan.name)
        way = f"mitosis sweep --resume {name} runs what is missing or failed."
        if overview.plan.is_search:
            way = "mitosis.optimize(..., resume=True) goes on with it."
        meaning = f"As of {now}. {way}"
    counts = "" if kind == "succeeded" else overview.state()
    return {"kind": kind, "word": word, "counts": counts, "meaning": meaning}


def _extremes(overview: Overview) -> Iterator[dict[str, Any]]:
    rows = overview.numbered
    if not rows:
        return
    low, high = min(rows, key=lambda r: r.main), max(rows, key=lambda r: r.main)
    pairs = (("lowest main", low), ("highest main", high))
    for label, row in pairs if low.main != high.main else (("main", low),):
        yield {"label": label, "main": main_text(row.main), "trial": _trial(row)}


def _trial(row: SweepRow) -> dict[str, Any]:
    """Return how a trial is linked to; its page lies beside this one."""
    name = shown(row.name)
    main = "" if row.main is None else f", main = {main_text(row.main)}"
    return {
        "name": name,
        "link": quote(row.html) if row.html else "",
        "title": f"{name}: {_word(row.status)}{main}",
        "text": _link_text(row),
        "failed": row.status not in (Status.SUCCEEDED, Status.RUNNING),
    }


def _link_text(row: SweepRow) -> str:
    seed = "" if row.seed is None else str(row.seed)
    text = seed if 0 < len(seed) <= _LONGEST_SEED else f"point {row.point}"
    return text if row.status is Status.SUCCEEDED else f"{text} ({_word(row.status)})"


def _word(status: Status) -> str:
    return status.value.replace("_", " ")


def _failure(overview: Overview, row: SweepRow) -> dict[str, Any]:
    reason = printable(" ".join(row.reason.split()))
    return {
        "trial": _trial(row),
        "variants": [shown(name) for name in overview.variants_of(row.point)],
        "seed": "" if row.seed is None else row.seed,
        "status": _word(row.status),
        "reason": reason if len(reason) <= _MOST_REASON else f"{reason[:_MOST_REASON]} ...",
    }


def _facts(overview: Overview) -> Iterator[tuple[str, str]]:
    plan = overview.plan
    yield "points", _points_text(overview)
    yield "planned", _time_text(plan.created_at)
    if overview.rows:
        first = min(row.started_at for row in overview.rows)
        ends = (r.started_at + timedelta(seconds=r.wall_seconds or 0) for r in overview.rows)
        spent = rough_time(sum(row.wall_seconds or 0 for row in overview.rows))
        yield "ran", f"{_span_text(first, max(ends))}, {spent} of trials"
    commits = list(dict.fromkeys(row.commit for row in overview.rows if row.commit))
    if commits or plan.commit:
        yield "commit", _commits_text(commits or [str(plan.commit)])
    if plan.group:
        yield "group", shown(plan.group)
    if plan.argv:
        program, *words = plan.argv
        yield "command", printable(shlex.join([Path(program).name, *words]))


def _points_text(overview: Overview) -> str:
    plan = overview.plan
    varying = [plan.arguments[at] for at in overview.varying]
    sizes = {argument.name: len(argument.variants) for argument in varying}
    parts = [f"{size} {shown(name)}" for name, size in sizes.items()]
    seeds = len({point.seed for point in plan.points})
    if seeds > 1:
        parts.append(counted(seeds, "seed"))
    is_product = prod(sizes.values()) * seeds == overview.points
    how = f" = {' × '.join(parts)}" if is_product and parts else ""  # noqa: RUF001 - a product
    return f"{overview.points:,}{how}"


def _time_text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span_text(first: datetime, last: datetime) -> str:
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    end = f"{last:%H:%M} UTC" if first.date() == last.date() else _time_text(last)
    return f"{first:%Y-%m-%d %H:%M} to {end}"


def _commits_text(commits: Sequence[str]) -> str:
    texts = [commit[:_SHORT_COMMIT] for commit in commits[:_MOST_COMMITS]]
    more = [f"and {len(commits) - len(texts)} more"] if len(commits) > len(texts) else []
    several = " (several: the code changed between trials)" if len(commits) > 1 else ""
    return f"{', '.join(texts + more)}{several}"


def _packages(overview: Overview, trials_folder: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return interpreter and packages of the plan, in a line and one by one."""
    from mitosis._provenance import read_environment

    digest = overview.plan.environment
    stored = read_environment(environment_file(trials_folder, digest)) if digest else None
    if stored is None:
        return "", []
    packages = [(printable(n), printable(v)) for n, v in stored.packages.items()]
    version = stored.python.partition(" ")[0]  # what follows tells the compiler
    python = printable(f"{stored.implementation} {version}".strip())
    return f"{python}, {counted(len(packages), 'package')}, listed below", packages


def _table(overview: Overview, groups: Sequence[Group]) -> dict[str, Any]:
    """Return the table by variants, with links to as many trials as a page can hold."""
    sheet = group_sheet(overview, _MOST_GROUPS)
    each = min(_MOST_LINKS_EACH, max(1, _MOST_LINKS // max(1, len(sheet.rows))))
    has_seeds = any(row.seed is not None for row in overview.rows)
    rows = []
    for group, cells in zip(groups, sheet.rows, strict=False):
        texts = [cell.text for cell in cells]
        rows.append(
            {
                "variants": _variants(overview, group, texts[: sheet.heads]),
                "cells": texts[sheet.heads :],
                "trials": [_trial(row) for row in group.rows[:each]],
                "more": max(0, len(group.rows) - each),
            }
        )
    return {
        "heads": sheet.titles[: sheet.heads],
        "titles": sheet.titles[sheet.heads :],
        "links_title": "trials, by seed" if has_seeds else "trials",
        "groups": rows,
        "more_groups": len(groups) - len(rows),
    }


def _variants(overview: Overview, group: Group, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the variants of a group, each with its value where that says more."""
    values = group.rows[0].values if group.rows else {}
    own = [values.get(name) for name in overview.arguments] or [None]
    return [
        (name, "" if value is None or _is_same(name, value) else shown(str(value))[:30])
        for name, value in zip(names, own, strict=True)
    ]


def _is_same(name: str, value: Any) -> bool:
    """Tell whether a variant's name says all that its value does."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(name) == value
        except ValueError:
            return False
    return str(value) == name
