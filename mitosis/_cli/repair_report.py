"""What `mitosis repair` says: each database first, what is left to look at last."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from textwrap import wrap
from typing import TYPE_CHECKING

from mitosis._wording import counted, shown

if TYPE_CHECKING:
    from mitosis._records import Repaired
    from mitosis._records.database_repair import DatabaseRepair

_WIDTH = 80
_PATIENCE_SECONDS = 2.0
_MOST_NAMES = 20


def report_text(repaired: Repaired, *, dry_run: bool) -> str:
    """Return the whole report, in lines of at most 80 letters where words allow it."""
    counts = counted(repaired.trials, "trial"), counted(len(repaired.databases), "database")
    parts = [f"{repaired.folder}: {counts[0]} with a record, {counts[1]}"]
    parts += [line for database in repaired.databases for line in _database(database)]
    parts += _listed("lost, as their runner is gone:", repaired.closed)
    parts += _listed("records completed from the database:", repaired.records)
    parts += _listed("pages written again:", repaired.pages)
    parts += _listed("left behind by processes that died, removed:", repaired.removed)
    parts += _listed("left as they are:", repaired.left, most=None)
    parts += _listed("CONTRADICTIONS, for you to look at:", repaired.contradictions, most=None)
    parts += _listed("NOT REPAIRED:", repaired.faults, most=None)
    return "\n".join([*parts, _verdict(repaired, dry_run)])


def _database(repair: DatabaseRepair) -> Iterator[str]:
    name = shown(repair.file.name)
    counts = [
        f"{counted(len(repair.added), 'trial')} added" if repair.added else "",
        f"{counted(len(repair.completed), 'trial')} completed" if repair.completed else "",
    ]
    done = ", ".join(filter(None, counts)) or "nothing was missing"
    if repair.damage:
        yield from _wrapped(f"{name}: was damaged ({repair.damage}), made anew: {done}", 2)
        if repair.aside:
            yield from _wrapped(f"the damaged one is kept as {shown(repair.aside.name)}", 4)
    elif repair.was_missing:
        yield from _wrapped(f"{name}: was missing, made anew: {done}", 2)
    else:
        yield from _wrapped(f"{name}: {done}", 2)
    for sentence in repair.replayed:
        yield from _wrapped(sentence, 4)


def _listed(
    headline: str, items: Iterable[str], *, most: int | None = _MOST_NAMES
) -> Iterator[str]:
    lines = list(items)
    if lines:
        yield f"  {headline}"
    for line in lines[:most]:
        for part in line.splitlines():
            yield from _wrapped(part, 4)
    if most and len(lines) > most:
        yield f"    ... and {len(lines) - most} more"


def _wrapped(text: str, indent: int) -> list[str]:
    """Return lines with a hanging indent; a path is never taken apart."""
    return wrap(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 4),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _verdict(repaired: Repaired, dry_run: bool) -> str:
    was_needed = any(
        (
            *(d.is_new or d.added or d.completed or d.replayed for d in repaired.databases),
            *(repaired.closed, repaired.records, repaired.pages, repaired.removed),
        )
    )
    left = len(repaired.contradictions) + len(repaired.faults)
    if dry_run:
        done = "this is what would be done" if was_needed else "there is nothing to do"
    else:
        done = "done" if was_needed else "nothing had to be done"
    more = f"; {counted(left, 'thing')} to look at" if left else ""
    return f"mitosis repair: {done}{more}"


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what shows how far work has come, on a terminal, once it takes its time."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    began = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", visible=False)

        def show(what: str, done: int, total: int) -> None:
            is_long = time.monotonic() - began > _PATIENCE_SECONDS
            bar.update(task, description=what, completed=done, total=total, visible=is_long)

        yield show
