"""Many locks at a glance: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

from mitosis import _layout
from mitosis._locks import Held
from mitosis._model import Act, Action, Lock
from mitosis._recording.report import cut
from mitosis._wording import counted, shown

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_MOST_CHARACTERS = 60
_UNBOUNDED = 10_000
_LEAST_CHARACTERS = 20


def table_text(held: Sequence[Held], *, width: int | None, with_state: bool) -> str:
    """Return a table of locks, one a line where that fits into the width.

    Where it does not, each has a second line that says how it came to be locked.

    Args:
        held: at least one.
        width: of the terminal; None where lines may be of any length, and plain.
        with_state: whether to say of each if it was retired or renamed.
    """
    rows = [_row(h, with_state) for h in held]
    is_elsewhere = any(
        h.file.name != _layout.database(h.file.parent, h.lock.experiment).name for h in held
    )
    if not is_elsewhere:  # where every database has its usual name, the names say nothing
        for row in rows:
            del row["database"]
    wide = _rendered(_wide(rows), None, colours=width is not None)
    if width is None or max(map(len, _rendered(_wide(rows), None).splitlines())) <= width:
        return wide
    return _rendered(_narrow(rows, width), width, colours=True)


def json_text(held: Iterable[Held]) -> str:
    """Return all that is known of locks, as JSON."""
    return json.dumps([_document(h) for h in held], indent=2)


def _state(lock: Lock) -> str:
    """Say whether a lock is in force, and what became of it otherwise."""
    if lock.retired_at:
        return f"retired {_day(lock.retired_at)}"
    renamed = [act for act in lock.acts if act.action is Action.RENAMED]
    return (
        f"was {shown(renamed[-1].former_name)} until {_day(renamed[-1].at)}" if renamed else ""
    )


def _row(held: Held, with_state: bool) -> dict[str, str]:
    lock = held.lock
    row = {
        "experiment": shown(lock.experiment),
        "parameter": shown(lock.variant.parameter),
        "name": shown(lock.variant.name),
        "value": cut(lock.variant.text, _MOST_CHARACTERS),
        "locked (UTC)": f"{lock.locked_at.astimezone(UTC):%Y-%m-%d %H:%M}",
        "by trial": shown(f"sweep {lock.sweep}" if lock.sweep else lock.trial_name),
        "commit": lock.commit[:10] if lock.commit else "-",
        "trials": str(lock.used_by),
    }
    if with_state:
        row["state"] = _state(lock) or "in force"
    return row | {"database": held.file.name}


def _wide(rows: list[dict[str, str]]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in rows[0]:
        table.add_column(name, no_wrap=True, justify="right" if name == "trials" else "left")
    for row in rows:
        table.add_row(*map(_plain, row.values()))
    return table


def _narrow(rows: list[dict[str, str]], width: int) -> Group:
    """Return two lines a lock: what is locked to what, and below how that came."""
    from rich.console import Group
    from rich.padding import Padding

    names = [(row["experiment"], f"{row['parameter']}={row['name']}") for row in rows]
    columns = [min(max(map(len, column)), width // 3) for column in zip(*names, strict=True)]
    lines: list[Padding] = []
    for row, pair in zip(rows, names, strict=True):
        start = "  ".join(name.ljust(size) for name, size in zip(pair, columns, strict=True))
        left = max(width - len(start) - 2, _LEAST_CHARACTERS)
        lines.append(Padding(_plain(f"{start}  {cut(row['value'], left)}"), expand=False))
        facts = _plain(_facts(row))
        facts.stylize("dim")
        lines.append(Padding(facts, (0, 0, 0, 4), expand=False))
    return Group(*lines)


def _facts(row: dict[str, str]) -> str:
    origin = f"{row['locked (UTC)']} UTC by {row['by trial']}"
    facts = [origin if row["commit"] == "-" else f"{origin} at {row['commit']}"]
    facts.append(counted(int(row["trials"]), "trial"))
    facts += [row[name] for name in ("state", "database") if name in row]
    return ", ".join(facts)


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)  # a str would be read as markup: "[red]" is a fine value


def _rendered(what: Table | Group, width: int | None, *, colours: bool = False) -> str:
    from rich.console import Console

    console = Console(
        file=StringIO(),
        width=width or _UNBOUNDED,
        force_terminal=colours,
        no_color=not colours or None,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(what)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _document(held: Held) -> dict[str, Any]:
    lock = held.lock
    return {
        "experiment": lock.experiment,
        "parameter": lock.variant.parameter,
        "name": lock.variant.name,
        "text": lock.variant.text,
        "digest": lock.variant.digest,
        "edition": lock.variant.version,
        "locked_at": lock.locked_at.astimezone(UTC).isoformat(),
        "trial": None if lock.sweep else lock.trial_name,
        "key": lock.trial_key or None,
        "sweep": lock.sweep,
        "commit": lock.commit,
        "used_by": lock.used_by,
        "retired_at": lock.retired_at and lock.retired_at.astimezone(UTC).isoformat(),
        "acts": [_act(act) for act in lock.acts],
        "database": str(held.file),
    }


def _act(act: Act) -> dict[str, str]:
    return {
        "action": act.action.value,
        "at": act.at.astimezone(UTC).isoformat(),
        "by": act.by,
        "why": act.why,
        "former_name": act.former_name,
    }
