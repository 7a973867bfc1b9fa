"""The wire between the services."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alembic import command

from bot import schema
from escalation.store.conversation import conversation_of, find_conversation
from labeling.database import Bell, Database, DatabaseUnreachable
from tests.until import until


def test_the_bell_rings_after_somebody_elses_commit(either_database: Database) -> None:
    rung = threading.Event()
    bell = Bell(either_database)
    bell.listen(rung.set)
    bell.start()
    try:
        assert rung.wait(10)
        rung.clear()
        elsewhere = Database(str(either_database.url.render_as_string(hide_password=False)))
        with elsewhere.transaction() as session:
            conversation_of(session, "webchat", "c1")
        assert rung.wait(10)
        elsewhere.close()
    finally:
        bell.stop()


def test_a_transaction_that_changes_nothing_rings_for_nobody(
    either_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.database.bell.SAFETY_SECONDS", 60.0)
    rings: list[None] = []
    bell = Bell(either_database)
    bell.listen(lambda: rings.append(None))
    bell.start()
    try:
        until(lambda: rings)  # it rings once when it begins to listen
        rings.clear()
        for _ in range(5):
            with either_database.transaction() as session:
                find_conversation(session, "webchat", "c1")
        time.sleep(0.5)
        assert rings == []
    finally:
        bell.stop()


def test_a_burst_of_commits_rings_less_often_than_it_commits_and_its_last_commit_is_heard(
    either_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POLL_SECONDS", "REST_SECONDS"):
        monkeypatch.setattr(f"labeling.database.bell.{name}", 0.5)
    elsewhere = Database(str(either_database.url.render_as_string(hide_password=False)))
    seen: list[bool] = []

    def look() -> None:
        with either_database.reading() as session:
            seen.append(find_conversation(session, "webchat", "c49") is not None)

    bell = Bell(either_database)
    bell.listen(look)
    bell.start()
    try:
        until(lambda: seen)  # it rings once when it begins to listen
        for number in range(50):
            with elsewhere.transaction() as session:
                conversation_of(session, "webchat", f"c{number}")
        until(lambda: seen[-1])
        assert len(seen) < 50
    finally:
        bell.stop()
        elsewhere.close()


def test_a_bell_that_has_stopped_leaves_no_connection_on_which_nothing_can_be_undone(
    either_database: Database,
) -> None:
    rung = threading.Event()
    bell = Bell(either_database)
    bell.listen(rung.set)
    bell.start()
    assert rung.wait(10)
    bell.stop()
    for _ in range(5):  # whichever connection the pool gives out
        with pytest.raises(RuntimeError), either_database.transaction() as session, session.begin_nested():
            conversation_of(session, "webchat", "c1")
            raise RuntimeError
    with either_database.reading() as session:
        assert find_conversation(session, "webchat", "c1") is None


def test_the_bell_rings_in_a_process_that_holds_more_than_a_thousand_connections(either_database: Database) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    rung = threading.Event()
    bell = Bell(either_database)
    bell.listen(rung.set)
    bell.start()
    try:
        for number in range(3):
            assert rung.wait(10)
            rung.clear()
            with either_database.transaction() as session:
                conversation_of(session, "webchat", f"c{number}")
    finally:
        bell.stop()
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_failed_transaction_leaves_nothing_behind(either_database: Database) -> None:
    with pytest.raises(RuntimeError), either_database.transaction() as session:
        conversation_of(session, "webchat", "c1")
        raise RuntimeError
    with either_database.reading() as session:
        assert find_conversation(session, "webchat", "c1") is None


def test_writers_of_one_process_are_let_in_in_the_order_in_which_they_came(database: Database) -> None:
    came, wrote = [f"c{number}" for number in range(8)], []

    def write(sender: str) -> None:
        with database.transaction() as session:
            conversation_of(session, "webchat", sender)
            wrote.append(sender)

    threads = [threading.Thread(target=write, args=(sender,)) for sender in came]
    queue = database._turn_to_write.__self__._queue
    with database.transaction():
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until(lambda number=number: len(queue) == number)
    for thread in threads:
        thread.join()
    assert wrote == came


def test_the_migrations_make_what_the_tables_say(either_database: Database) -> None:
    with either_database.engine.begin() as connection:
        command.check(schema._config(connection))


def test_services_that_start_together_upgrade_one_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    code = f"from bot import schema; from labeling.database import Database; schema.upgrade(Database({url!r}))"
    services = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [service.wait(60) for service in services] == [0, 0, 0]


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/nothing", "not an address", "oracle://x", "sqlite:////proc/none/x.db"]
)
def test_a_database_that_cannot_be_reached_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        Database(url).check()
    assert "\n" not in str(refused.value)


def test_the_refusal_does_not_show_the_password() -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        Database("postgresql://me:s3cret@127.0.0.1:1/nothing").check()
    assert "s3cret" not in str(refused.value)
