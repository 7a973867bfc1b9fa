"""PostgreSQL, asked whether a transaction waits for another's rows."""

from __future__ import annotations

import time

from labeling.database import Database

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def until_one_waits(database: Database) -> None:
    deadline = time.monotonic() + 30
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.exec_driver_sql(WAITING).scalar():
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.02)
