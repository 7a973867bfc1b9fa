"""One process at a time: for work that must not interleave, whichever service or machine begins it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from sqlalchemy import text

from labeling.database import Database


@contextmanager
def alone(database: Database, work: str) -> Iterator[None]:
    """Waits for its turn. The lock dies with its holder: a killed process leaves none behind."""
    holding = _on_server(database, work) if database.is_postgresql else _on_file(database, work)
    with holding:
        yield


@contextmanager
def _on_server(database: Database, work: str) -> Iterator[None]:
    name = {"name": crc32(f"handraise {work}".encode())}
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:name)"), name)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:name)"), name)


@contextmanager
def _on_file(database: Database, work: str) -> Iterator[None]:
    path = Path(f"{database.url.database or 'handraise'}.{work}.lock")
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
