"""A store whose file does not exist yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "sine.db")
