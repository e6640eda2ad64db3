"""The file beside a database that tells what people did in it, should it get lost.

Trials are told by their own folders; who retired, renamed or imported a lock, and who purged a
trial, is told by the database alone, and by this file. It is only ever appended to, a JSON
object in each line, by whoever holds the database for writing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from mitosis import _layout
from mitosis._canonical import text_digest
from mitosis._store.act_lines import Told, from_fields, to_fields
from mitosis._store.connection import transaction
from mitosis._store.locks import read_locks
from mitosis._store.purging import read_purged
from mitosis._store.recorded_acts import PurgedTrial, acts_of
from mitosis.errors import DatabaseError

_VERSION = 1

log = logging.getLogger("mitosis")


@contextmanager
def telling(database: Path, *, create: bool) -> Iterator[tuple[Connection, list[Told]]]:
    """Hold the database for writing, and write down the acts that are put in the list.

    That is done right before the commit. If the commit fails, it is taken back, so what the
    file tells was done; only if the process dies in between, it tells what was about to be.

    Raises:
        DatabaseError: as `transaction` does, or the file cannot be written.
    """
    written: list[str] = []
    acts: list[Told] = []
    try:
        with transaction(database, create=create) as connection:
            yield connection, acts
            if acts:
                _write(database, _lines(database, connection, acts, written))
    except BaseException:
        if written:
            with suppress(DatabaseError):
                _write(database, [_line(id_, withdrawn=True) for id_ in written])
        raise


def read_acts(database: Path) -> tuple[Told, ...]:
    """Return what the file tells, in its order. What cannot be read of it is left out."""
    try:
        content = _layout.acts_file(database).read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as exc:
        raise DatabaseError(database=database, reason=_cannot(exc)) from exc
    acts: dict[str, Told] = {}
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


def acts_text(acts: Sequence[Told]) -> str:
    """Return acts as the file holds them; the same acts make the same text."""
    fields = [to_fields(act) for act in acts]
    ids = [text_digest(json.dumps(told))[: 4 * _layout.KEY_LENGTH] for told in fields]
    lines = [_line(id_, **told) for id_, told in zip(ids, fields, strict=True)]
    return "".join(f"{line}\n" for line in lines)


def _lines(
    database: Path, connection: Connection, acts: Sequence[Told], written: list[str]
) -> list[str]:
    """Return the lines to add, and note their ids. The first time, all acts of old are told."""
    new = {id(act): _layout.new_key() * 2 for act in acts}
    written += new.values()
    if not _layout.acts_file(database).exists():
        told = {_identity(act) for act in acts}
        former: list[Told] = [a for lock in read_locks(connection) for a in acts_of(lock)]
        former += read_purged(connection)
        former = [act for act in former if _identity(act) not in told]
        acts = [*sorted(former, key=lambda act: act.act.at), *acts]
    return [_line(new.get(id(act)) or _layout.new_key() * 2, **to_fields(act)) for act in acts]


def _identity(told: Told) -> tuple[object, ...]:
    if isinstance(told, PurgedTrial):
        return (told.key,)
    return told.trial_key, told.digest, told.act


def _line(id_: str, **fields: Any) -> str:
    return json.dumps({"mitosis_act": _VERSION, "id": id_, **fields})


def _take(line: dict[str, Any], acts: dict[str, Told]) -> None:
    if line["mitosis_act"] > _VERSION:
        raise ValueError
    if line.get("withdrawn"):
        acts.pop(line["id"], None)
    else:
        acts[line["id"]] = from_fields(line)


def _write(database: Path, lines: Sequence[str]) -> None:
    """Append lines to a file that whoever may use the database may read."""
    path = _layout.acts_file(database)
    try:
        if _layout.append_lines(path, lines):
            like = database if database.exists() else database.parent
            path.chmod(like.stat().st_mode & 0o666)
    except OSError as exc:
        raise DatabaseError(database=database, reason=_cannot(exc)) from exc


def _cannot(error: OSError) -> str:
    return f"the file of what people did in it: {error.strerror or error}"
