"""The desk on PostgreSQL: the same rules, two desks, and every row locked by one of them at a time."""

from __future__ import annotations

import threading

import pytest

from escalation.store.file import keep_picture
from labeling.database import Database
from tests.desk import test_case, test_correction, test_home, test_resilience, test_shortcuts
from tests.desk.conftest import Scene
from tests.until import until


@pytest.fixture
def database(postgresql: Database) -> Database:
    return postgresql


def test_a_race_for_a_case_has_one_winner(scene: Scene) -> None:
    test_case.test_a_race_for_a_case_has_one_winner_and_the_loser_is_told_who_has_it(scene)


def test_words_go_both_ways(scene: Scene) -> None:
    test_case.test_the_customers_later_words_go_into_the_thread_and_the_owners_replies_to_the_customer(scene)


def test_a_click_teaches(scene: Scene) -> None:
    test_correction.test_one_click_on_a_guess_says_what_the_customer_wanted(scene)


def test_an_event_that_slack_sends_twice_is_said_once(scene: Scene) -> None:
    test_resilience.test_an_event_that_slack_sends_twice_is_said_once(scene, "duplicate_new_id")


def test_two_desks_do_everything_once(scene: Scene) -> None:
    test_resilience.test_two_desks_on_one_database_do_everything_once(scene)


def test_two_desks_that_meet_an_agent_at_the_same_moment_keep_one_picture(database: Database) -> None:
    kept: list[str] = []

    def keep() -> None:
        with database.transaction() as session:
            kept.append(keep_picture(session, "png", b"a face"))

    other = threading.Thread(target=keep)
    with database.transaction() as session:
        mine = keep_picture(session, "png", b"a face")
        other.start()
        until(lambda: somebody_waits(database))  # for what we have not committed yet
    other.join()
    assert kept == [mine]


def somebody_waits(database: Database) -> bool:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT 1 FROM pg_locks WHERE NOT granted").first() is not None


def test_a_case_is_claimed_at_home(scene: Scene) -> None:
    test_home.test_a_case_is_claimed_at_home_and_home_follows(scene)


def test_of_two_desks_one_publishes_each_change(scene: Scene) -> None:
    test_home.test_of_two_desks_one_publishes_each_change(scene)


def test_a_label_is_undone_at_home(scene: Scene) -> None:
    test_home.test_a_label_is_undone_at_home(scene)


def test_any_message_in_slack_can_be_labelled(scene: Scene) -> None:
    test_shortcuts.test_any_message_in_slack_can_be_labelled(scene)
