"""What App Home and the command are told: the queue in its order, today's numbers, and one's own labels."""

from __future__ import annotations

from datetime import datetime, timedelta

from escalation import handover
from escalation.hours import Hours
from escalation.store.case import case_by_id
from escalation.team import Numbers, read_mine, read_team
from labeling.clock import now
from labeling.store.correction import Correction
from tests.desk.conftest import JONAS, MINA, Scene


def test_the_strictest_tier_comes_first_and_in_it_who_has_waited_longest(scene: Scene) -> None:
    scene.close_desk()
    tiers = ["routine", "critical", "routine", None]
    ids = [scene.raise_hand() for _ in tiers]
    with scene.database.transaction() as session:
        for case_id, tier in zip(ids, tiers, strict=True):
            case_by_id(session, case_id).tier = tier
    with scene.database.reading() as session:
        team = read_team(session, now() - timedelta(hours=1), ["critical", "routine"])
    assert [one.case_id for one in team.queue] == [ids[1], ids[0], ids[2], ids[3]]


def test_the_numbers_of_today_are_those_of_today(scene: Scene) -> None:
    scene.close_desk()
    first, second, _ = (scene.raise_hand() for _ in range(3))
    with scene.database.transaction() as session:
        for case_id, minutes in ((first, 2), (second, 6)):
            handover.reply(session, case_id, MINA, "Hello", f"180000000{case_id}.000100")
            case = case_by_id(session, case_id)
            assert case.answered_at is not None
            case.opened_at = case.answered_at - timedelta(minutes=minutes)
        handover.close(session, first, MINA, handover.Outcome.ANSWERED)
    with scene.database.reading() as session:
        numbers = read_team(session, now() - timedelta(hours=1), []).numbers
        tomorrow = read_team(session, now() + timedelta(hours=1), []).numbers
    assert numbers == Numbers(1, 1, timedelta(minutes=4), 1, 0)
    assert tomorrow == Numbers(1, 1, None, 0, 0)


def test_my_labels_are_my_last_words_and_not_what_i_took_back(scene: Scene) -> None:
    scene.close_desk()
    for _ in range(3):
        scene.raise_hand()
    with scene.database.transaction() as session:
        for turn_id, kind, intent in (
            (1, "intent", "a"),
            (2, "intent", "b"),
            (1, "intent", "c"),
            (2, "withdrawn", None),
        ):
            say = {"kind": kind, "intent": intent, "source": "slack"}
            session.add(Correction(turn_id=turn_id, person_id=MINA.id, person_name="Mina", **say))
            session.flush()
    with scene.database.reading() as session:
        mine = read_mine(session, MINA.id, now() - timedelta(hours=1))
        theirs = read_mine(session, JONAS.id, now() - timedelta(hours=1))
        labels = read_team(session, now() - timedelta(hours=1), []).numbers.labels_today
    assert [(one.turn_id, one.correction.intent) for one in mine.labels] == [(1, "c")]
    assert theirs.labels == ()
    assert labels == 1


def test_a_day_begins_where_the_people_are() -> None:
    assert Hours(zone="Asia/Tokyo").day_start(datetime(2026, 11, 25, 16)) == datetime(2026, 11, 25, 15)
