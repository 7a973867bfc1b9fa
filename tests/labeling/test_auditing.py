"""Audits as rows: blind words, the labels they become, and the alarm."""

from __future__ import annotations

import logging

import pytest

from labeling import alarms
from labeling.alarms import NoAlarm
from labeling.auditing import NotDrawn, drawn_answers, revealed, say
from labeling.clock import now
from labeling.database import Database
from labeling.labels import labels
from labeling.policy import read_policy
from labeling.promise_watch import production
from labeling.review_queue import waiting_states
from labeling.reviewing import NoSuchTurn, UnknownIntent, undo
from labeling.store.alarm import stopped_tiers
from labeling.store.audit import count_waiting, next_waiting
from labeling.store.correction import CorrectionKind, corrections_of
from tests.labeling.drawn import KNOWN, answered, look
from tests.labeling.turns import correct

POLICY = read_policy(
    {
        "routine": {"promise": 0.9, "audit": "10%", "intents": ["store_hours"]},
        "critical": {"answer": "never", "intents": ["report_fraud"]},
    }
)


def found(database: Database) -> list[bool | None]:
    with database.reading() as session:
        return [one.right for one in drawn_answers(session)]


def test_only_drawn_answers_wait_and_the_oldest_comes_first(either_database: Database) -> None:
    answered(either_database, drawn=False)
    first, second = answered(either_database), answered(either_database)
    with either_database.reading() as session:
        assert count_waiting(session) == 2
        waiting = next_waiting(session, 0)
        after = next_waiting(session, first)
        assert waiting is not None and after is not None
        assert (waiting.id, after.id) == (first, second)


def test_an_audit_becomes_a_blind_correction_and_a_label_like_others(either_database: Database) -> None:
    turn_id = answered(either_database, "can i hire a tent", rate=0.03)
    look(either_database, turn_id, "rent_gear")
    with either_database.reading() as session:
        (word,) = corrections_of(session, turn_id)
        assert (word.source, word.suggestion_visible, word.person_name) == ("trainer", False, "Noor")
        assert [(label.turn_id, label.intent) for label in labels(session)] == [(turn_id, "rent_gear")]
        (drawn,) = drawn_answers(session)
        assert (drawn.rate, drawn.right, drawn.tier) == (0.03, False, "routine")
        assert count_waiting(session) == 0
        assert waiting_states(session) == {}


def test_what_nothing_covers_and_what_is_no_request_count_as_wrong_and_teach_nothing(
    either_database: Database,
) -> None:
    for kind in (CorrectionKind.OUT_OF_SCOPE, CorrectionKind.NOT_A_REQUEST):
        turn_id = answered(either_database)
        with either_database.transaction() as session:
            say(session, turn_id, "Noor", kind, None, KNOWN)
    assert found(either_database) == [False, False]
    with either_database.reading() as session:
        assert [label.intent for label in labels(session)] == [None, None]


def test_who_cannot_tell_says_nothing_of_the_bot_and_the_turn_waits_for_somebody_else(
    either_database: Database,
) -> None:
    turn_id = answered(either_database)
    with either_database.transaction() as session:
        say(session, turn_id, "Noor", CorrectionKind.CANNOT_TELL, None, KNOWN)
    assert found(either_database) == [None]
    with either_database.reading() as session:
        assert list(waiting_states(session)) == [turn_id]


def test_nothing_is_revealed_and_no_other_page_shows_it_before_a_blind_word(either_database: Database) -> None:
    turn_id = answered(either_database)
    correct(either_database, turn_id, "rent_gear")
    with either_database.reading() as session:
        assert revealed(session, turn_id) is None
        assert waiting_states(session) == {}
    look(either_database, turn_id)
    with either_database.reading() as session:
        assert list(waiting_states(session)) == [turn_id]  # the two disagree
        shown = revealed(session, turn_id)
        assert shown is not None
        assert shown.right is None


def test_a_second_auditors_blind_word_is_kept_and_reopens_where_it_differs(either_database: Database) -> None:
    turn_id = answered(either_database)
    look(either_database, turn_id)
    look(either_database, turn_id, "rent_gear", trainer="Jonas")
    with either_database.reading() as session:
        assert [word.suggestion_visible for word in corrections_of(session, turn_id)] == [False, False]
        assert list(waiting_states(session)) == [turn_id]
    assert found(either_database) == [True]  # until a trainer decides again


def test_a_mind_changed_after_the_reveal_counts_and_is_stored_as_seen(either_database: Database) -> None:
    turn_id = answered(either_database)
    look(either_database, turn_id, "rent_gear")
    look(either_database, turn_id, "store_hours")
    assert found(either_database) == [True]
    with either_database.reading() as session:
        assert [word.suggestion_visible for word in corrections_of(session, turn_id)] == [False, True]


def test_an_audit_that_was_undone_counts_for_nothing(either_database: Database) -> None:
    turn_id = answered(either_database)
    look(either_database, turn_id)
    with either_database.transaction() as session:
        undo(session, turn_id, "Noor")
    assert found(either_database) == [None]


def test_a_word_on_what_was_not_drawn_and_an_unknown_intent_are_refused(database: Database) -> None:
    drawn, other = answered(database), answered(database, drawn=False)
    with database.transaction() as session:
        with pytest.raises(NotDrawn, match="not drawn"):
            say(session, other, "Noor", CorrectionKind.INTENT, "store_hours", KNOWN)
        with pytest.raises(NoSuchTurn):
            say(session, 99, "Noor", CorrectionKind.INTENT, "store_hours", KNOWN)
        with pytest.raises(UnknownIntent, match="say that it is new"):
            say(session, drawn, "Noor", CorrectionKind.INTENT, "pre owned", KNOWN)
        say(session, drawn, "Noor", CorrectionKind.INTENT, "pre owned", KNOWN, is_new=True)
    assert found(database) == [False]


def audit_many(database: Database, rights: list[bool], promise: float = 0.9) -> None:
    for is_right in rights:
        turn_id = answered(database, promise=promise)
        look(database, turn_id, "store_hours" if is_right else "rent_gear")
        with database.transaction() as session:
            alarms.judge(session, POLICY, "routine")


def test_a_broken_promise_stops_its_tier_until_a_person_ends_the_alarm_and_then_is_judged_anew(
    either_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    audit_many(either_database, [True] * 20)
    with either_database.reading() as session:
        assert stopped_tiers(session) == frozenset()
    with caplog.at_level(logging.WARNING):
        audit_many(either_database, [False, True] * 15)
    assert [record.getMessage() for record in caplog.records if "promise of the routine tier" in record.getMessage()]
    with either_database.reading() as session:
        assert stopped_tiers(session) == {"routine"}
        (kept,) = production(session, POLICY, now()).tiers
        assert kept.verdict == "broken"
        assert kept.alarm is not None
        assert kept.alarm.right < kept.alarm.audits * 0.9
    with either_database.transaction() as session:
        alarms.end(session, "routine", "Noor")
        with pytest.raises(NoAlarm):
            alarms.end(session, "routine", "Noor")
    audit_many(either_database, [True] * 5)
    with either_database.reading() as session:
        assert stopped_tiers(session) == frozenset()
        assert production(session, POLICY, now()).tiers[0].evidence < 2


def test_what_was_answered_under_another_promise_proves_nothing_of_this_one(either_database: Database) -> None:
    """Three of four are right: that is what had been promised, and not what is promised now."""
    audit_many(either_database, [True, True, True, False] * 25, promise=0.7)
    with either_database.reading() as session:
        assert stopped_tiers(session) == frozenset()
        assert production(session, POLICY, now()).tiers[0].evidence < 2
    audit_many(either_database, [False] * 10)
    with either_database.reading() as session:
        (kept,) = production(session, POLICY, now()).tiers
        assert kept.alarm is not None
        assert (kept.alarm.promise, kept.alarm.right) == (0.9, 0)
        assert kept.alarm.audits <= 10


def test_few_audits_say_how_many_more_are_needed_and_none_says_so(database: Database) -> None:
    with database.reading() as session:
        (kept,) = production(session, POLICY, now()).tiers
    assert kept.sentence == "Cannot say yet: 36 more audits are needed at least, if all are right."
    audit_many(database, [True] * 10)
    with database.reading() as session:
        seen = production(session, POLICY, now())
    assert seen.tiers[0].sentence == "Cannot say yet: 26 more audits are needed at least, if all are right."
    audit_many(database, [True] * 26)
    with database.reading() as session:
        seen = production(session, POLICY, now())
    assert (seen.tiers[0].verdict, seen.overall.audits) == ("kept", 36)
    unaudited = read_policy({"routine": {"promise": 0.9, "intents": ["rent_gear"]}})
    with database.reading() as session:
        looked_elsewhere = production(session, unaudited, now()).tiers[0]
    assert looked_elsewhere.verdict == "kept"


def test_all_together_names_the_tiers_at_whose_answers_nobody_has_looked(database: Database) -> None:
    tiers = {"routine": {"promise": 0.9, "intents": ["store_hours"]}, "sensitive": {"promise": 0.95, "intents": []}}
    policy = read_policy({**tiers, "critical": {"answer": "never", "intents": ["report_fraud"]}})
    look(database, answered(database))
    answered(database, tier="sensitive")
    with database.reading() as session:
        assert production(session, policy, now()).left_out == ("sensitive",)


def test_answers_of_long_ago_are_in_the_weeks_and_not_in_the_estimate_of_now(database: Database) -> None:
    for days_ago in (40, 40, 3):
        look(database, answered(database, days_ago=days_ago))
    with database.reading() as session:
        (kept,) = production(session, POLICY, now()).tiers
    assert kept.estimate.audits == 1
    assert next(week.estimate.audits for week in kept.weeks) == 2


def test_what_the_customer_chose_is_judged_by_the_choice_and_not_by_the_guess(either_database: Database) -> None:
    chosen = [answered(either_database, guess="rent_gear", chosen="store_hours") for _ in range(3)]
    look(either_database, chosen[0], "store_hours")
    look(either_database, chosen[1], "rent_gear")
    assert sorted(found(either_database), key=str) == [False, None, True]


def test_no_promise_is_judged_by_what_customers_chose_and_it_is_counted_beside(either_database: Database) -> None:
    for _ in range(4):
        look(either_database, answered(either_database, rate=0.1))
    for _ in range(60):
        look(either_database, answered(either_database, rate=0.1, chosen="store_hours"), "rent_gear")
    with either_database.transaction() as session:
        assert alarms.judge(session, POLICY, "routine") is None
        (routine,) = production(session, POLICY, now()).tiers
        overall = production(session, POLICY, now()).overall
    assert (routine.estimate.audits, routine.estimate.share) == (4, 1.0)
    assert (routine.asked.audits, routine.asked.share) == (60, 0.0)
    assert (overall.audits, overall.share) == (64, pytest.approx(4 / 64))


def test_a_choice_belongs_to_the_tier_of_what_was_chosen(database: Database) -> None:
    """The first guess was of another tier, or of none."""
    look(database, answered(database, tier="sensitive", chosen="store_hours"))
    look(database, answered(database, tier="routine", chosen="gift_card_balance"))
    with database.reading() as session:
        (routine,) = production(session, POLICY, now()).tiers
    assert (routine.estimate.audits, routine.asked.audits) == (0, 1)
