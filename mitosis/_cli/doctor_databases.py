"""The databases of a trials folder: whether they are sound, and agree with its trials."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mitosis import _layout
from mitosis._cli.doctor_findings import Finding, note, wrong
from mitosis._records import close_dead, recorded_trials
from mitosis._store import Store, databases, joined_to, network_file_system
from mitosis._store.schema import SCHEMA_VERSION
from mitosis._wording import counted, shown, size_text
from mitosis.errors import (
    DatabaseBusyError,
    DatabaseError,
    ForeignDatabaseError,
    ServerError,
)

if TYPE_CHECKING:
    from mitosis._model import RecordedTrial
    from mitosis._store import DatabaseState
    from mitosis._store.folders import Joined

_MOST = 5
_UPGRADE = "upgrade mitosis; until then it can be read here, but no trial recorded"


def looked_at_databases(trials: Path) -> Iterator[Finding]:
    """Yield facts about each database, then about trials' folders that none of them holds."""
    joined = joined_to(trials)
    if joined:
        yield from _server(joined, trials)
    if not trials.is_dir():
        yield Finding("files", "none yet")
        return
    try:
        found = databases(trials) if joined else sorted(trials.iterdir())
    except ServerError:
        return  # it was told above
    files = [path for path in found if joined or _is_database(path)]
    if not files:
        yield Finding("files", "none yet")
    recorded, faults = recorded_trials(trials)
    repair = f"mitosis repair {shlex.quote(str(trials))}"
    for file in files:
        yield from _database(
            file, [t for t in recorded if t.claim.database == file.name], repair
        )
    names = {file.name for file in (*files, *(joined.unmerged if joined else ()))}
    for name in sorted({t.claim.database for t in recorded} - names):
        held = [t.claim.key for t in recorded if t.claim.database == name]
        yield wrong(
            name, f"is gone; {counted(len(held), 'trial')} in folders tell of it", repair
        )
    if faults:
        text = "\n".join(
            f"{fault.file.parent.name}: {fault.reason}" for fault in faults[:_MOST]
        )
        yield wrong(
            "records", f"{counted(len(faults), 'record')} cannot be read\n{text}", repair
        )


def _server(joined: Joined, trials: Path) -> Iterator[Finding]:
    try:
        version = joined.version(trials)
    except ServerError as exc:
        yield wrong("store", exc.message, "start the server, or correct MITOSIS_STORE or store")
    else:
        yield Finding("store", f"{joined.server}, PostgreSQL {version}")
    for file in joined.unmerged:
        text = f"{file.name} is a file of before; no trial can be recorded beside it"
        yield wrong(file.name, text, f"mitosis merge {shlex.quote(str(file))}")


def _is_database(path: Path) -> bool:
    """Tell whether a file is, or should be, a database in use, and no copy of a former one."""
    is_other = path.suffix != ".db" and (
        ".db." in path.name or not _layout.is_own_database(path)
    )
    return path.is_file() and not is_other


def _database(file: Path, recorded: Sequence[RecordedTrial], repair: str) -> Iterator[Finding]:
    store = Store(file)
    try:
        closed = close_dead(file.parent, store)
        state = store.state()
        yield _state(file, state, repair)
        if closed:
            names = _names([trial.name for trial in closed])
            yield note(file.name, f"closed just now, as their processes are gone: {names}")
        if state.integrity == "ok" and state.schema <= SCHEMA_VERSION:
            yield from _running(file, store)
            yield from _compared(file, store, recorded, repair)
    except ForeignDatabaseError:
        yield note(file.name, "made by another program; mitosis leaves it alone")
    except DatabaseBusyError as exc:
        yield wrong(file.name, exc.message, f"find out who holds it: fuser {file}")
    except DatabaseError as exc:
        yield wrong(file.name, exc.message, repair)


def _state(file: Path, state: DatabaseState, repair: str) -> Finding:
    trials = ", ".join(f"{number} {status}" for status, number in state.trials.items())
    text = (
        f"schema {state.schema}, trials: {trials or 'none'}, {counted(state.locks, 'lock')}, "
        f"{size_text(state.size_bytes)}, journal mode {state.journal_mode}"
    )
    if state.integrity != "ok":
        return wrong(file.name, f"{text}\nit is damaged: {state.integrity}", repair)
    if state.schema > SCHEMA_VERSION:
        return wrong(file.name, f"{text}\nwritten by a newer mitosis", _UPGRADE)
    if state.schema < SCHEMA_VERSION:
        return note(file.name, f"{text}\nraised to {SCHEMA_VERSION} by the next trial")
    if state.journal_mode == "wal" and (network := network_file_system(file)):
        text += f", which is not safe on {network}; the next trial changes it"
        return note(file.name, text)
    return Finding(file.name, text)


def _running(file: Path, store: Store) -> Iterator[Finding]:
    from mitosis._provenance import is_gone, runner

    here = runner().host
    for trial in store.running():
        process, host = f"process {trial.runner.pid}", trial.runner.host
        name = shown(trial.name)
        if is_gone(trial.runner):
            text = f"{name} could not be closed, though its {process} is gone"
            yield wrong(file.name, text, f"get the right to write to {file.parent}")
        elif host == here:
            yield Finding(file.name, f"{name} runs in {process}")
        else:
            text = f"{name} runs in {process} on {host}; only there one can see if it lives"
            yield Finding(file.name, text)


def _compared(
    file: Path, store: Store, recorded: Sequence[RecordedTrial], repair: str
) -> Iterator[Finding]:
    rows = {row["key"]: row for row in store.trials()}
    lacking = [t.claimed.name for t in recorded if t.claimed and t.claim.key not in rows]
    if lacking:
        yield wrong(file.name, f"lacks {_names(lacking)}, whose folders are there", repair)
    known = {trial.claim.key for trial in recorded}
    joined = joined_to(file.parent)
    here = joined.folder_id if joined else None
    gone = [
        row["name"]
        for key, row in rows.items()
        if key not in known
        and not (row["folder"] and (file.parent / row["folder"]).exists())
        and row["folder_id"] in (None, here)
    ]
    if gone:
        yield note(file.name, f"holds {_names(gone)}, whose folders are not there")


def _names(names: Collection[str]) -> str:
    some = [shown(name) for name in list(names)[:_MOST]]
    more = [f"{len(names) - _MOST} more"] if len(names) > _MOST else []
    return ", ".join([*some, *more])
