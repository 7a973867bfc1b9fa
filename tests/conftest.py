"""What several areas' tests start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import schema
from labeling.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with the current schema."""
    database = Database(f"sqlite:///{tmp_path / 'handraise.db'}")
    schema.upgrade(database)
    yield database
    database.close()
