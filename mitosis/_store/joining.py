"""Which trials folders share a server, and which one.

The path of a database is its address, also on a server: the folder tells which server, and the
name which database there. A folder is *joined* to a server by a setting, and from its first
trial there on by a file in it, so whoever looks into the folder asks the same server. That file
holds neither user nor password.
"""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis.errors import DatabaseError

if TYPE_CHECKING:  # it takes a while, and a folder that is not joined needs none of it
    from sqlalchemy import URL

DRIVER = "postgresql+psycopg"
VARIABLE = "MITOSIS_STORE"
_PORT = 5432
_PRIVATE = ("user", "password", "passfile", "sslpassword", "sslkey", "sslcert")

_given: dict[Path, URL] = {}
"""What settings said in this process, by trials folder."""


@dataclass(frozen=True)
class Home:
    """A trials folder that is joined to a server.

    Attributes:
        url: of the server and its database, with user and password if these were given.
        folder_id: what trials name the folder by; empty as long as it has none.
    """

    trials_folder: Path
    url: URL
    folder_id: str = ""

    @property
    def server(self) -> str:
        """How the server is called in messages: without user and password."""
        return _public(self.url).render_as_string()

    @property
    def place(self) -> str:
        """Where the folder is, for people: `user@host:path`."""
        return f"{_user()}@{os.uname().nodename}:{self.trials_folder.resolve()}"

    def settled(self) -> Home:
        """Return the folder with its id, which it gets with the first trial."""
        file = _layout.store_file(self.trials_folder)
        if not self.folder_id:
            told = {"store": self.server, "folder_id": _layout.new_key() + _layout.new_key()}
            _layout.make_trials_folder(self.trials_folder)
            _write_first(file, json.dumps(told))
        return replace(self, folder_id=_read(file)["folder_id"])


def join(trials_folder: Path, store: str | None) -> None:
    """Have the databases of a trials folder be on a server, as far as this process goes.

    Nothing is written; the folder itself tells it from the first trial on.

    Args:
        trials_folder: where folders and pages of trials go.
        store: the setting; None leaves the folder as it is.

    Raises:
        DatabaseError: the folder's trials are on another server.
    """
    if store is None:
        return
    url = parse(store)
    file = _layout.store_file(trials_folder)
    if (told := _read(file)) and not _is_same(parse(told["store"]), url):
        reason = (
            f"the settings name {_public(url).render_as_string()}, but the trials of this "
            f"folder are on {told['store']}, as {file.name} in it says; use another folder"
        )
        raise DatabaseError(database=trials_folder, reason=reason)
    _given[trials_folder.resolve()] = url


def home_of(database: Path) -> Home | None:
    """Return the trials folder of a database if it is joined to a server; None for a file."""
    folder = database.parent
    told = _read(_layout.store_file(folder))
    url = _given.get(folder.resolve()) if _given or told else None
    if told and url is None:
        public = parse(told["store"])
        given = os.environ.get(VARIABLE)
        is_same = given and _is_same(parse(given), public)
        url = parse(given) if given and is_same else public
    return Home(folder, url, told.get("folder_id", "")) if url is not None else None


def parse(store: str) -> URL:
    """Return the URL of a server, for the one driver that we use."""
    from sqlalchemy import make_url

    return make_url(store).set(drivername=DRIVER)


def _read(file: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file.read_bytes())
        parse(told["store"])
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, LookupError, TypeError) as exc:
        reason = f"{file.name}, which tells the server of this folder, cannot be read: {exc}"
        raise DatabaseError(database=file.parent, reason=reason) from exc
    return told


def _write_first(file: Path, content: str) -> None:
    """Write a file unless another process was faster."""
    made = _layout.unfinished(file)
    made.write_text(content, encoding="utf-8")
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        if not file.exists():
            made.replace(file)
    made.unlink(missing_ok=True)


def _public(url: URL) -> URL:
    return url._replace(username=None, password=None).difference_update_query(_PRIVATE)


def _is_same(one: URL, other: URL) -> bool:
    return _identity(one) == _identity(other)


def _identity(url: URL) -> tuple[Any, ...]:
    return url.host, url.port or _PORT, url.database, url.query.get("host")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # nobody that the system knows
        return "unknown"
