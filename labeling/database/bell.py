"""Wakes readers when somebody, in whatever process, has committed something."""

from __future__ import annotations

import logging
import select
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
from sqlalchemy.exc import SQLAlchemyError

from labeling.database.connection import CHANNEL, Database

log = logging.getLogger(__name__)

POLL_SECONDS = 0.05
"""How often SQLite is asked whether anything was committed; the question costs microseconds."""
REST_SECONDS = 0.02
"""Between two rings on PostgreSQL, so that a burst of commits wakes everybody once and not a hundred times."""
SAFETY_SECONDS = 2.0
"""The bell also rings this often without cause, so that a lost notification delays work and loses none."""


class Bell:
    """Calls every listener after a commit, from one thread of its own. Listeners must be quick."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: list[Callable[[], None]] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        rings = self._postgresql if self._database.is_postgresql else self._sqlite
        while not self._stopped.is_set():
            try:
                for _ in rings():
                    for listener in self._listeners:
                        listener()
            except (SQLAlchemyError, psycopg2.Error, sqlite3.Error, OSError):
                log.warning("the database went away; listening again in a second")
                self._stopped.wait(1.0)

    def _sqlite(self) -> Iterator[None]:
        with closing(self._database.engine.raw_connection()) as connection:
            seen, rung = None, 0.0
            while not self._stopped.wait(POLL_SECONDS):
                version = connection.cursor().execute("PRAGMA data_version", ()).fetchone()[0]
                if version != seen or time.monotonic() - rung > SAFETY_SECONDS:
                    seen, rung = version, time.monotonic()
                    yield

    def _postgresql(self) -> Iterator[None]:
        pooled: Any = self._database.engine.raw_connection()
        with closing(pooled):
            pooled.detach()  # it commits by itself from now on, so no transaction may ever be given it
            connection = pooled.connection  # the driver's own
            connection.set_isolation_level(0)
            connection.cursor().execute(f"LISTEN {CHANNEL}")
            told = select.poll()  # select.select knows no descriptor above 1023, which a busy bot's easily is
            told.register(connection, select.POLLIN)
            yield
            while not self._stopped.wait(REST_SECONDS):
                if told.poll(SAFETY_SECONDS * 1000):
                    connection.poll()
                    connection.notifies.clear()
                else:
                    connection.cursor().execute("SELECT 1")  # a dead server raises here
                yield
