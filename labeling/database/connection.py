"""Transactions on SQLite or PostgreSQL, behind one door."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, create_engine

from labeling.database.turnstile import Turnstile
from labeling.refusal import Refusal

CHANNEL = "handraise"
"""The PostgreSQL notification channel that every commit rings."""

AWAY = (OperationalError, InterfaceError, PoolExhausted)
"""What is raised while the database cannot be reached: then waiting helps, and nothing else does."""
_WROTE = "handraise_wrote"


class DatabaseUnreachable(Refusal):
    """The database cannot be opened. Check DATABASE_URL, and that the server runs and lets you in."""


class Database:
    """One database for all services; any number of processes may hold one of these."""

    def __init__(self, url: str) -> None:
        """Raises DatabaseUnreachable for an address that is none."""
        try:
            self.url = make_url(url.replace("postgres://", "postgresql://", 1))
            self.engine = _engine(str(self.url.render_as_string(hide_password=False)))
        except (ArgumentError, ImportError, ValueError) as error:
            raise DatabaseUnreachable(f"DATABASE_URL is not a database address: {error}") from error
        except OSError as error:
            raise DatabaseUnreachable(f"cannot make a folder for {self.url.database}: {error.strerror}") from error
        # SQLite lets one write at a time; PostgreSQL lets them queue by row.
        self._turn_to_write: Callable[[], AbstractContextManager[None]] = (
            nullcontext if self.is_postgresql else Turnstile().turn
        )

    @property
    def is_postgresql(self) -> bool:
        return bool(self.url.get_backend_name() == "postgresql")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Everything inside is committed together, or not at all; a commit rings the bell."""
        with self._turn_to_write(), Session(self.engine, expire_on_commit=False) as session:
            connection = session.connection(execution_options={"handraise_writes": True})
            connection.info[_WROTE] = False
            yield session
            session.flush()
            if self.is_postgresql and connection.info[_WROTE]:  # a reader woken by a reader would never sleep again
                session.execute(text(f"NOTIFY {CHANNEL}"))
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """For reading; nothing inside is kept. SQLite gives one consistent view, PostgreSQL one a statement."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def check(self) -> None:
        """Raises DatabaseUnreachable, in one line, where no connection can be made."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DatabaseError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise DatabaseUnreachable(f"cannot reach {self.url!r}: {reason}") from error

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        engine: Engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
        event.listen(engine, "after_cursor_execute", _note_writing)
        return engine
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite_engine(url)
    event.listen(engine, "connect", _leave_begin_to_us)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_engine(url: str) -> Engine:
    """Keeps its connections: SQLAlchemy 1.4 by itself opens the file anew for every transaction."""
    patient = {"timeout": 30, "check_same_thread": False}
    engine = create_engine(url, poolclass=QueuePool, pool_size=10, max_overflow=20, connect_args=patient)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _leave_begin_to_us(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None


def _note_writing(connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
    if context.isinsert or context.isupdate or context.isdelete:
        connection.info[_WROTE] = True


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A transaction that reads first and writes later deadlocks with its twin; take the write lock at once.
    writes = connection.get_execution_options().get("handraise_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
