"""What happened in the threads while nobody listened is read there afterwards, and nothing is missed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import col, select, update

from escalation.slack import failure, reconciler
from escalation.slack.event import Deletion, Edit, Reaction, Reply
from escalation.slack.missed import Desk, missed
from escalation.slack.press import Do
from escalation.store.inbox import Incoming
from escalation.store.posted_card import PostedCard
from escalation.store.remark import Fate, Remark
from tests.desk.conftest import Agent, Scene, all_text


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "REST_SECONDS", 0.0)


@pytest.fixture
def mina(scene: Scene) -> Iterator[Agent]:
    """An agent in a workspace that tells everything once, and never again."""
    mina = scene.agent("mina")
    mina.play.settings(retry_delays=[])
    yield mina
    mina.play.settings(retry_delays=[0.5, 5.0, 20.0])


def claimed(scene: Scene, mina: Agent) -> int:
    case_id = scene.raise_hand()
    mina.click(case_id, Do.CLAIM.value)
    scene.until(lambda: scene.case(case_id).owner_name)
    scene.at_rest()
    return case_id


def test_replies_that_slack_could_not_tell_of_reach_the_customer_in_order_and_notes_do_not(
    scene: Scene, mina: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = claimed(scene, mina)
    scene.close_desk()
    for words in ("Good morning!", "// grumpy", "Your parcel is in Oslo.", "Anything else?"):
        mina.reply(case_id, words)
    scene.open_desk()
    scene.until(lambda: len(scene.heard(case_id)) == 3)
    scene.at_rest()
    assert scene.heard(case_id) == ["Good morning!", "Your parcel is in Oslo.", "Anything else?"]
    assert "4 replies, edits, deletions or notes that the desk had not been told of" in caplog.text
    assert "Oslo" not in caplog.text


def test_a_long_thread_is_read_to_its_end(scene: Scene, mina: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "PAGE", 2)
    case_id = claimed(scene, mina)
    scene.close_desk()
    said = [f"part {number}" for number in range(7)]
    for words in said:
        mina.reply(case_id, words)
    scene.open_desk()
    scene.until(lambda: scene.heard(case_id) == said)


def test_edits_deletions_and_locks_follow_too(scene: Scene, mina: Agent) -> None:
    case_id = claimed(scene, mina)
    edited, deleted, locked = (mina.reply(case_id, words) for words in ("Tomorow", "oops", "he is difficult"))
    scene.until(lambda: len(scene.heard(case_id)) == 3)
    scene.at_rest()
    scene.close_desk()
    mina.edit(edited, "Tomorrow")
    mina.delete(deleted)
    mina.play.react(locked, "lock", scene.channel)
    scene.open_desk()
    scene.until(lambda: scene.heard(case_id) == ["Tomorrow"])
    mina.finds("It is a private note now")


def test_what_was_changed_before_anybody_read_it_may_have_been_a_note_and_its_author_is_asked(
    scene: Scene, mina: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "MOMENT", 0.0)
    case_id = claimed(scene, mina)
    scene.close_desk()
    first, second = mina.reply(case_id, "// grumpy"), mina.reply(case_id, "Helo")
    mina.edit(first, "grumpy")
    mina.edit(second, "Hello")
    scene.open_desk()
    asked = mina.finds(">Hello")
    assert "You changed this before the desk could send it" in all_text(asked)
    mina.finds(">grumpy")
    scene.at_rest()
    assert scene.heard(case_id) == []
    mina.play.click(asked, Do.SEND_HELD.value)
    mina.play.click(mina.finds(">grumpy"), Do.KEEP_HELD.value)
    scene.until(lambda: scene.heard(case_id) == ["Hello"])
    scene.until(lambda: mina.reactions(first) == ["lock"])
    assert scene.heard(case_id) == ["Hello"]


def test_an_edited_reply_whose_event_is_under_way_is_not_judged_by_its_newest_wording(
    scene: Scene, mina: Agent
) -> None:
    case_id = claimed(scene, mina)
    mina.play.misbehave(delivery="late", seconds=1.0, times=2)
    mina.edit(mina.reply(case_id, "Helo"), "Hello")
    assert scene.desk is not None
    scene.desk._reconciler.stir()
    scene.until(lambda: scene.heard(case_id) == ["Hello"])


def test_a_card_that_was_deleted_meanwhile_comes_back(scene: Scene, mina: Agent) -> None:
    bare, answered = scene.raise_hand("one"), claimed(scene, mina)
    mina.reply(answered, "Hello!")
    scene.until(lambda: scene.heard(answered))
    scene.at_rest()
    old = {case_id: mina.card(case_id)["ts"] for case_id in (bare, answered)}
    scene.close_desk()
    for ts in old.values():
        scene.practice.client().chat_delete(channel=scene.channel, ts=ts)
    scene.open_desk()
    for case_id, ts in old.items():
        scene.until(lambda case_id=case_id, ts=ts: scene.case(case_id).slack_ts not in (None, ts))  # type: ignore[misc]
        mina.card(case_id)
    scene.at_rest()
    assert scene.heard(answered) == ["Hello!"]


def test_what_a_dropped_socket_lost_is_found_when_it_is_opened_again(scene: Scene, mina: Agent) -> None:
    case_id = claimed(scene, mina)
    mina.play.misbehave(delivery="lose", times=1)
    mina.reply(case_id, "Hello!")
    mina.play.misbehave(socket="drop")
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])


def test_an_event_that_comes_after_all_changes_nothing(scene: Scene, mina: Agent) -> None:
    case_id = claimed(scene, mina)
    mina.play.misbehave(delivery="late", seconds=2.0, times=1)
    mina.reply(case_id, "Hello!")
    assert scene.desk is not None
    scene.desk._reconciler.stir()
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])
    time.sleep(2.5)
    mina.reply(case_id, "Bye!")
    scene.until(lambda: len(scene.heard(case_id)) > 1)
    scene.at_rest()
    assert scene.heard(case_id) == ["Hello!", "Bye!"]


def test_whoever_wrote_into_a_closed_cases_thread_meanwhile_is_told(scene: Scene, mina: Agent) -> None:
    case_id = claimed(scene, mina)
    mina.click(case_id, Do.CLOSE.value)
    scene.until(lambda: scene.case(case_id).closed_at)
    scene.at_rest()
    scene.close_desk()
    mina.reply(case_id, "One more thing")
    scene.open_desk()
    mina.finds("has closed this case, so your reply was not sent")


@pytest.mark.parametrize("trouble", [{"error": "not_in_channel"}, {"status": 429}, {"status": 503}])
def test_where_slack_does_not_let_us_read_the_operator_is_told_and_it_is_tried_again(
    scene: Scene,
    mina: Agent,
    trouble: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(failure, "OPERATOR_SECONDS", 1.0)
    case_id = claimed(scene, mina)
    scene.close_desk()
    mina.reply(case_id, "Hello!")
    mina.play.misbehave(method="conversations.replies", times=1, **trouble)
    scene.open_desk()
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])
    assert f"the thread of case {case_id} is not read yet: " in caplog.text
    assert ("type /invite @Handraise" in caplog.text) == ("error" in trouble)


def test_a_channel_that_cannot_be_read_keeps_no_other_from_being_read_again_and_again(
    scene: Scene, mina: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failure, "OPERATOR_SECONDS", 0.1)
    good, bad = claimed(scene, mina), claimed(scene, mina)
    scene.close_desk()
    shut = mina.play.make_channel("desk-shut", bot=False)
    with scene.database.transaction() as session:
        session.execute(update(PostedCard).where(col(PostedCard.case_id) == bad).values(slack_channel=shut))
    for words in ("Hello!", "Are you there?"):
        mina.reply(good, words)
        desk = scene.desk or scene.open_desk()
        scene.until(lambda words=words: scene.heard(good)[-1:] == [words])  # type: ignore[misc]
        mina.play.misbehave(delivery="lose", times=1)
        mina.reply(good, f"{words} (again)")
        desk._reconciler.stir()
        scene.until(lambda words=words: scene.heard(good)[-1:] == [f"{words} (again)"])  # type: ignore[misc]


def test_a_quiet_thread_leaves_nothing_behind(scene: Scene, mina: Agent) -> None:
    case_id = claimed(scene, mina)
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id))
    scene.at_rest()
    before = len(kept(scene))
    scene.close_desk()
    scene.open_desk()
    read = len(mina.play.calls("conversations.replies"))
    scene.until(lambda: len(mina.play.calls("conversations.replies")) > read)
    scene.at_rest()
    assert len(kept(scene)) == before
    assert scene.heard(case_id) == ["Hello!"]


def kept(scene: Scene) -> list[Incoming]:
    with scene.database.reading() as session:
        return list(session.exec(select(Incoming)))


# The comparison alone

CARD = {"type": "message", "ts": "1.0", "thread_ts": "1.0", "user": "UBOT", "bot_id": "B1", "text": "a card"}
DESK = Desk("UBOT", ("lock",))


def said(ts: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "ts": ts, "thread_ts": "1.0", "user": "U1", "text": "hi", **more}


def known(ts: str, fate: Fate = Fate.SENT) -> Remark:
    return Remark(case_id=1, slack_channel="C1", slack_ts=ts, person_id="U1", fate=fate.value)


def compare(messages: list[dict[str, Any]], *remarks: Remark) -> list[object]:
    return list(missed("C1", {"1.0": messages}, remarks, DESK))


def test_what_is_known_is_not_missed() -> None:
    ours = said("3.0", user="UBOT", bot_id="B1")
    assert compare([CARD, said("2.0"), ours], known("2.0")) == []


def test_what_is_not_known_has_the_key_of_its_event() -> None:
    edited = said("2.0", edited={"user": "U1", "ts": "5.0"})
    locked = said("3.0", reactions=[{"name": "lock", "users": ["UBOT", "U2"]}, {"name": "eyes", "users": ["U2"]}])
    assert compare([CARD, edited, locked, said("4.0")], known("2.0"), known("3.0")) == [
        Edit("C1", "2.0", "1.0", "U1", "hi", "5.0"),
        Reaction("C1", "3.0", "lock", "U2"),
        Reply("C1", "4.0", "1.0", "U1", "hi"),
    ]


def test_our_own_lock_is_no_agents() -> None:
    assert compare([CARD, said("2.0", reactions=[{"name": "lock", "users": ["UBOT"]}])], known("2.0")) == []


def test_what_is_gone_was_deleted_while_something_older_still_stands() -> None:
    assert compare([CARD, said("3.0")], known("2.0"), known("3.0")) == [Deletion("C1", "2.0", person_id="U1")]


def test_a_note_that_is_gone_concerns_nobody() -> None:
    assert compare([CARD], known("2.0", Fate.NOTE)) == []


def test_what_the_workspace_itself_has_removed_for_its_age_is_not_taken_back_from_the_customer() -> None:
    assert compare([said("3.0")], known("2.0"), known("3.0")) == [Deletion("C1", "1.0")]
    assert compare([], known("2.0")) == [Deletion("C1", "1.0")]


def test_a_tombstone_is_a_card_that_was_deleted() -> None:
    tombstone = {**CARD, "subtype": "tombstone", "user": "USLACKBOT", "bot_id": None}
    assert compare([tombstone, said("2.0")], known("2.0")) == [Deletion("C1", "1.0")]


def test_a_case_with_two_cards_has_what_was_said_under_either() -> None:
    threads = {"1.0": [{**CARD, "subtype": "tombstone"}, said("2.0")], "5.0": [{**CARD, "ts": "5.0"}]}
    assert list(missed("C1", threads, [known("2.0")], DESK)) == [Deletion("C1", "1.0")]
