"""The file beside a database that tells what people did to its locks, should it get lost.

Trials are told by their own folders; who retired, renamed or imported a lock is told by the
database alone, and by this file. It is only ever appended to, a JSON object in each line, by
whoever holds the database for writing.
"""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from mitosis import _layout
from mitosis._model import Act, Action, Lock, LockName, Variant
from mitosis._store.connection import transaction
from mitosis._store.locks import read_locks
from mitosis._store.schema import read_time
from mitosis.errors import DatabaseError

_VERSION = 1

log = logging.getLogger("mitosis")


@dataclass(frozen=True)
class RecordedAct:
    """What somebody did to a lock, with what is needed to do it again.

    Attributes:
        lock_name: the lock as it was called before.
        digest: of its text.
        trial_key: of the trial that locked it.
        new_name: what it was renamed to; else empty.
        lock: what was imported, as it was then; else None.
    """

    lock_name: LockName
    digest: str
    trial_key: str
    act: Act
    new_name: str = ""
    lock: Lock | None = None


@contextmanager
def acting(database: Path, *, create: bool) -> Iterator[tuple[Connection, list[Lock]]]:
    """Hold the database for writing, and write down the last act of each lock put in the list.

    That is done right before the commit. If the commit fails, it is taken back, so what the
    file tells was done; only if the process dies in between, it tells what was about to be.

    Raises:
        DatabaseError: as `transaction` does, or the file cannot be written.
    """
    written: list[str] = []
    locks: list[Lock] = []
    try:
        with transaction(database, create=create) as connection:
            yield connection, locks
            if locks:
                _write(database, _lines(database, connection, locks, written))
    except BaseException:
        if written:
            with suppress(DatabaseError):
                _write(database, [_line(id_, withdrawn=True) for id_ in written])
        raise


def read_acts(database: Path) -> tuple[RecordedAct, ...]:
    """Return what the file tells, in its order. What cannot be read of it is left out."""
    try:
        content = _layout.acts_file(database).read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as exc:
        raise DatabaseError(database=database, reason=_cannot(exc)) from exc
    acts: dict[str, RecordedAct] = {}
    unreadable = 0
    for line in content.splitlines():
        try:
            _take(json.loads(line), acts)
        except (ValueError, LookupError, TypeError):
            unreadable += bool(line.strip())
    if unreadable:
        name = _layout.acts_file(database).name
        log.warning("%d lines of %s cannot be read and are left out", unreadable, name)
    return tuple(acts.values())


def acts_of(lock: Lock) -> list[RecordedAct]:
    """Return what people did to a lock, in order, each with the name it had before."""
    acts: list[RecordedAct] = []
    name = lock.variant.name
    for act in reversed(lock.acts):
        is_renamed = act.action is Action.RENAMED
        new_name = name if is_renamed else ""
        name = act.former_name if is_renamed else name
        acts.append(
            RecordedAct(
                lock_name=lock.full_name._replace(name=name),
                digest=lock.variant.digest,
                trial_key=lock.trial_key,
                act=act,
                new_name=new_name,
                lock=_as_imported(lock, name) if act.action is Action.IMPORTED else None,
            )
        )
    return acts[::-1]


def _as_imported(lock: Lock, name: str) -> Lock:
    variant = replace(lock.variant, name=name)
    return replace(lock, variant=variant, used_by=0, retired_at=None, acts=())


def _lines(
    database: Path, connection: Connection, locks: Sequence[Lock], written: list[str]
) -> list[str]:
    """Return the lines to add, and note their ids. The first time, all acts of old are told."""
    acts = [acts_of(lock)[-1] for lock in locks]
    new = {id(act): _layout.new_key() * 2 for act in acts}
    written += new.values()
    if not _layout.acts_file(database).exists():
        told = {(act.trial_key, act.digest, act.act) for act in acts}
        former = [act for lock in read_locks(connection) for act in acts_of(lock)]
        former = [a for a in former if (a.trial_key, a.digest, a.act) not in told]
        acts = sorted(former, key=lambda act: act.act.at) + acts
    return [_line(new.get(id(act)) or _layout.new_key() * 2, **_fields(act)) for act in acts]


def _line(id_: str, **fields: Any) -> str:
    return json.dumps({"mitosis_act": _VERSION, "id": id_, **fields})


def _fields(recorded: RecordedAct) -> dict[str, Any]:
    act, lock = recorded.act, recorded.lock
    return {
        **recorded.lock_name._asdict(),
        "digest": recorded.digest,
        "trial_key": recorded.trial_key,
        "action": act.action.value,
        "at": act.at.isoformat(),
        "by": act.by,
        "why": act.why,
        "new_name": recorded.new_name,
        "lock": lock and _lock_fields(lock),
    }


def _lock_fields(lock: Lock) -> dict[str, Any]:
    return {
        "text": lock.variant.text,
        "canonical_version": lock.variant.version,
        "locked_at": lock.locked_at.isoformat(),
        "trial_name": lock.trial_name,
        "commit": lock.commit,
    }


def _take(line: dict[str, Any], acts: dict[str, RecordedAct]) -> None:
    if line["mitosis_act"] > _VERSION:
        raise ValueError
    if line.get("withdrawn"):
        acts.pop(line["id"], None)
    else:
        acts[line["id"]] = _recorded_act(line)


def _recorded_act(line: dict[str, Any]) -> RecordedAct:
    name = LockName(line["experiment"], line["parameter"], line["name"])
    action = Action(line["action"])
    former_name = name.name if action is Action.RENAMED else ""
    return RecordedAct(
        lock_name=name,
        digest=line["digest"],
        trial_key=line["trial_key"],
        act=Act(action, read_time(line["at"]), line["by"], line["why"], former_name),
        new_name=line["new_name"],
        lock=_imported_lock(line, line["lock"]) if line["lock"] else None,
    )


def _imported_lock(line: dict[str, Any], lock: dict[str, Any]) -> Lock:
    return Lock(
        experiment=line["experiment"],
        variant=Variant(
            line["parameter"],
            line["name"],
            lock["text"],
            line["digest"],
            lock["canonical_version"],
        ),
        locked_at=read_time(lock["locked_at"]),
        trial_name=lock["trial_name"],
        trial_key=line["trial_key"],
        commit=lock["commit"],
    )


def _write(database: Path, lines: Sequence[str]) -> None:
    """Append lines by one write, and wait until they are on the disk."""
    path = _layout.acts_file(database)
    try:
        is_new = not path.exists()
        with path.open("ab+", buffering=0) as file:
            content = "".join(f"{line}\n" for line in lines).encode()
            content = b"\n" * _ends_half(file) + content
            if file.write(content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        if is_new:
            path.chmod(database.stat().st_mode & 0o777)
            _layout.sync_folder(path.parent)
    except OSError as exc:
        raise DatabaseError(database=database, reason=_cannot(exc)) from exc


def _ends_half(file: Any) -> bool:
    size = file.seek(0, os.SEEK_END)
    return bool(size) and os.pread(file.fileno(), 1, size - 1) != b"\n"


def _cannot(error: OSError) -> str:
    return f"the file of what was done to its locks: {error.strerror or error}"
