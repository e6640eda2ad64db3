"""Stores on a real PostgreSQL server, which is started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mitosis._store import Store, join

from .servers import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture(scope="session")
def one_database(server: Server) -> str:
    return server.new_database()


@pytest.fixture
def url(server: Server, one_database: str) -> str:
    """The address of an empty database."""
    server.empty(one_database)
    return one_database


@pytest.fixture
def store(tmp_path: Path, url: str) -> Store:
    """A store that is not made yet, on the server."""
    join(tmp_path, url)
    return Store(tmp_path / "sine.db")
