"""Nothing is lost and nothing is said twice, whatever Slack, the network or a crash do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update

from escalation.practice.workspace import EVERYBODY
from escalation.slack import failure
from escalation.slack.event import Reply
from escalation.slack.inbox import KINDS
from escalation.slack.press import Do
from escalation.store.case import Case, CaseState
from escalation.store.inbox import Incoming, receive
from escalation.store.outbox import Errand, Outgoing
from escalation.store.posted_card import PostedCard
from labeling.clock import now
from tests.desk.conftest import Agent, Scene, all_text, block_ids

MINA = "U0MINAOKAFO"


def cards(agent: Agent, case_id: int) -> int:
    return sum(f"case:{case_id}" in block_ids(message) for message in agent.sees())


@pytest.mark.parametrize("delivery", ["duplicate", "duplicate_new_id"])
def test_an_event_that_slack_sends_twice_is_said_once(scene: Scene, delivery: str) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.misbehave(delivery=delivery, times=1)
    mina.reply(case_id, "On it")
    scene.until(lambda: scene.heard(case_id) == ["On it"])  # Slack promises no order, and no test may lean on one
    mina.reply(case_id, "Done")
    scene.until(lambda: len(scene.heard(case_id)) == 2)
    scene.at_rest()
    assert scene.heard(case_id) == ["On it", "Done"]


def test_an_edit_that_overtakes_its_message_wins(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.misbehave(delivery="hold", times=1)
    ts = mina.reply(case_id, "Tomorow")
    mina.edit(ts, "Tomorrow")
    scene.until(lambda: len(received(scene)) == 2)
    scene.at_rest()
    assert scene.heard(case_id) == ["Tomorrow"]


def test_of_two_edits_that_arrive_in_the_other_order_the_later_one_stands(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    ts = mina.reply(case_id, "Tomorow")
    scene.until(lambda: scene.heard(case_id))
    mina.play.misbehave(delivery="hold", times=1)
    mina.edit(ts, "Tomorrow")
    mina.edit(ts, "Tomorrow at nine")
    scene.until(lambda: len(received(scene)) == 3)
    scene.at_rest()
    assert scene.heard(case_id) == ["Tomorrow at nine"]


def test_what_was_a_note_for_a_moment_is_taken_back_in_whatever_order_its_edits_arrive(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    ts = mina.reply(case_id, "he is difficult")
    scene.until(lambda: scene.heard(case_id))
    mina.play.misbehave(delivery="hold", times=1)
    mina.edit(ts, "// he is difficult")
    mina.edit(ts, "he is fine")
    scene.until(lambda: scene.heard(case_id) == [])
    scene.until(lambda: len(received(scene)) == 3)
    scene.at_rest()
    assert scene.heard(case_id) == []


def test_a_note_stays_a_note_however_often_it_is_edited(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    ts = mina.reply(case_id, "// grumpy")
    scene.until(lambda: mina.reactions(ts) == ["lock"])
    for words in ("grumpy", "all good", "hello Ada"):
        mina.edit(ts, words)
    scene.at_rest()
    assert scene.heard(case_id) == []


def test_a_note_whose_public_looking_edit_overtakes_it_stays_a_note(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.misbehave(delivery="hold", times=1)
    ts = mina.reply(case_id, "// grumpy")
    mina.edit(ts, "grumpy")
    scene.until(lambda: mina.reactions(ts) == ["lock"])
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id))
    assert scene.heard(case_id) == ["Hello!"]


def test_a_message_that_is_deleted_before_it_is_read_is_never_sent(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.misbehave(delivery="hold", times=1)
    ts = mina.reply(case_id, "oops")
    mina.delete(ts)
    mina.reply(case_id, "Hello")
    scene.until(lambda: len(received(scene)) == 3)
    scene.at_rest()
    assert scene.heard(case_id) == ["Hello"]


def crash_after_posting(scene: Scene, case_id: int, errand: Errand) -> None:
    """Leaves the rows as a crash between Slack's answer and our commit would."""
    with scene.database.transaction() as session:
        undone = {"done_at": None, "not_before": now()}
        session.execute(update(Outgoing).where(col(Outgoing.errand) == errand.value).values(**undone))
        if errand is Errand.POST_CARD:
            session.execute(update(Case).where(col(Case.id) == case_id).values(slack_ts=None, slack_channel=None))
            for card in session.exec(select(PostedCard)):
                session.delete(card)


@pytest.mark.parametrize("errand", [Errand.POST_CARD, Errand.POST_MESSAGE])
def test_a_crash_between_posting_and_writing_it_down_posts_nothing_twice(scene: Scene, errand: Errand) -> None:
    case_id = scene.raise_hand()
    scene.write(case_id, "are you there? " + "really " * 600)
    scene.at_rest()
    mina = scene.agent("mina")
    before = len(mina.sees())
    scene.close_desk()
    crash_after_posting(scene, case_id, errand)
    scene.open_desk()
    scene.at_rest()
    assert len(mina.sees()) == before
    assert scene.case(case_id).slack_ts == mina.card(case_id)["ts"]


def test_an_answer_that_got_lost_after_slack_had_posted_is_not_posted_again(scene: Scene) -> None:
    mina = scene.agent("mina")
    mina.play.misbehave(method="chat.postMessage", status=500, performed=True)
    case_id = scene.raise_hand()
    mina.card(case_id)
    scene.at_rest()
    assert cards(mina, case_id) == 1


def test_a_reply_to_a_card_that_was_not_written_down_yet_waits_for_it(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.at_rest()
    scene.close_desk()
    mina = scene.agent("mina")
    crash_after_posting(scene, case_id, Errand.POST_CARD)
    with scene.database.transaction() as session:  # until later nobody finds the card
        session.execute(update(Outgoing).values(not_before=now() + timedelta(days=365)))
    scene.open_desk()
    mina.reply(case_id, "Hello!")
    scene.until(lambda: received(scene))
    assert scene.heard(case_id) == []
    with scene.database.transaction() as session:
        session.execute(update(Outgoing).values(not_before=now()))
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])


def received(scene: Scene) -> list[Incoming]:
    with scene.database.reading() as session:
        return list(session.exec(select(Incoming)))


def test_slacks_wish_for_a_pause_is_kept_and_everything_arrives_after_it(scene: Scene) -> None:
    mina = scene.agent("mina")
    mina.play.misbehave(method="chat.postMessage", status=429, retry_after=1, times=1)
    first, second = scene.raise_hand("one"), scene.raise_hand("two")
    scene.until(lambda: scene.errands(error="Slack asked for a pause."))
    assert not any(row.done_at for row in scene.errands())
    mina.card(first)
    mina.card(second)


def test_a_pause_for_one_channel_holds_no_other_channel_back(scene: Scene) -> None:
    elsewhere = scene.raise_hand("from another channel")
    scene.at_rest()
    mina = scene.agent("mina")
    other = mina.play.make_channel("desk-elsewhere", bot=True, members=EVERYBODY)
    with scene.database.transaction() as session:
        root = scene.practice.client().chat_postMessage(channel=other, text="an older card")["ts"]
        moved = {"slack_channel": other, "slack_ts": root}
        session.execute(update(Case).where(col(Case.id) == elsewhere).values(**moved))
    mina.play.misbehave(method="chat.postMessage", status=429, retry_after=30, times=1)
    paused = scene.raise_hand("here")
    scene.until(lambda: scene.errands(error="Slack asked for a pause."))
    scene.write(elsewhere, "are you there?")
    scene.until(lambda: any("are you there?" in all_text(message) for message in mina.play.messages(other)))
    assert scene.case(paused).slack_ts is None


@pytest.mark.parametrize(
    ("code", "what_to_do"),
    [
        ("not_in_channel", "/invite @Handraise"),
        ("channel_not_found", "check HANDRAISE_SLACK_CHANNEL"),
        ("is_archived", "unarchive it"),
        ("token_revoked", "set the new token, and restart the desk"),
        ("invalid_auth", "copy it anew from the app's page"),
        ("account_inactive", "install it again, and set the new token"),
    ],
)
def test_an_error_that_an_operator_must_mend_holds_the_errand_back_and_loses_nothing(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, code: str, what_to_do: str
) -> None:
    monkeypatch.setattr(failure, "OPERATOR_SECONDS", 1.0)
    mina = scene.agent("mina")
    mina.play.misbehave(method="chat.postMessage", error=code, times=1)
    case_id = scene.raise_hand("a secret wish")
    (row,) = scene.until(lambda: [row for row in scene.errands() if row.error])
    assert what_to_do in row.error
    assert what_to_do in caplog.text
    assert "a secret wish" not in caplog.text
    mina.card(case_id)


def test_one_errand_that_slack_will_never_take_does_not_stop_the_case(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.misbehave(method="chat.postMessage", error="msg_too_long", times=1)
    scene.write(case_id, "first")
    scene.write(case_id, "second")
    mina.finds("second")
    (error,) = [row.error for row in scene.errands() if row.error]
    assert error.startswith("Slack refused it: msg_too_long.")


def test_what_happened_while_the_desk_was_down_is_caught_up_with(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.settings(retry_delays=[0.3, 0.3, 0.5, 1.0, 1.0])
    scene.close_desk()
    scene.write(case_id, "still there?")
    mina.reply(case_id, "Yes!")
    scene.open_desk()
    mina.finds("still there?")
    scene.until(lambda: scene.heard(case_id) == ["Yes!"])


def test_replies_that_slack_told_of_in_another_order_reach_the_customer_as_they_were_written(scene: Scene) -> None:
    case_id, other = scene.raise_hand(), scene.raise_hand()
    mina = scene.agent("mina")
    threads = {case: mina.card(case)["ts"] for case in (case_id, other)}
    scene.at_rest()
    scene.close_desk()
    said = [(case_id, "9000000003.0", "Bye!"), (other, "9000000002.5", "Other"), (case_id, "9000000001.0", "Hello!")]
    with scene.database.transaction() as session:
        for case, ts, text in said:
            reply = Reply(scene.channel, ts, threads[case], MINA, text)
            receive(session, reply.key, KINDS[Reply], asdict(reply))
    scene.open_desk()
    scene.until(lambda: scene.heard(case_id) == ["Hello!", "Bye!"])
    scene.until(lambda: scene.heard(other) == ["Other"])


def test_a_dropped_socket_is_opened_again(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.settings(retry_delays=[0.5, 1.0, 2.0, 4.0, 8.0])
    mina.play.misbehave(socket="drop")
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ({"error": "token_revoked"}, "Slack refuses SLACK_APP_TOKEN (token_revoked): generate one anew"),
        ({"status": 503}, "Slack had a fault of its own (503)."),
    ],
)
def test_the_operator_is_told_what_keeps_the_socket_closed_and_that_it_is_open_again(
    scene: Scene, caplog: pytest.LogCaptureFixture, trouble: dict[str, Any], sentence: str
) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.misbehave(method="apps.connections.open", times=2, **trouble)
    mina.play.misbehave(socket="drop")
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])
    assert caplog.text.count(sentence) == 1
    assert "the socket to Slack is open again" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("with_thread", [True, False])
def test_a_deleted_card_comes_back_and_its_old_thread_still_leads_to_the_customer(
    scene: Scene, with_thread: bool, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    old = mina.card(case_id)["ts"]
    if with_thread:
        mina.reply(case_id, "Hello!")
        scene.until(lambda: scene.heard(case_id))
    scene.practice.client().chat_delete(channel=scene.channel, ts=old)
    scene.until(lambda: scene.case(case_id).slack_ts not in (None, old))
    mina.card(case_id)
    assert f"the card of case {case_id} was deleted in Slack; it is posted anew" in caplog.text
    scene.write(case_id, "are you there?")
    assert mina.finds("are you there?")["thread_ts"] == scene.case(case_id).slack_ts
    if with_thread:
        mina.play.post("I am", thread_ts=old, channel=scene.channel)
        scene.until(lambda: scene.heard(case_id) == ["Hello!", "I am"])


def test_a_button_of_an_older_version_is_answered(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    card = mina.card(case_id)
    blocks = [{"type": "actions", "elements": [button("no_such_action")]}]
    scene.practice.client().chat_update(channel=scene.channel, ts=card["ts"], text="old", blocks=blocks)
    old = mina.finds("no_such_action")
    mina.play.click(old, "no_such_action")
    mina.finds("This button is no longer in use")
    assert "needs a person" in all_text(mina.card(case_id))


def button(action_id: str) -> dict[str, object]:
    return {"type": "button", "action_id": action_id, "value": "1", "text": {"type": "plain_text", "text": "Old"}}


def test_several_updates_of_a_card_that_wait_are_one_call(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    scene.close_desk()
    for _ in range(3):
        with scene.database.transaction() as session:
            session.add(Outgoing(case_id=case_id, errand=Errand.UPDATE_CARD.value))
    before = len(mina.play.calls("chat.update"))
    scene.open_desk()
    scene.at_rest()
    assert len(mina.play.calls("chat.update")) - before == 1


def test_two_desks_on_one_database_do_everything_once(scene: Scene) -> None:
    first = scene.desk
    scene.open_desk()
    try:
        mina = scene.agent("mina")
        for number in range(4):
            case_id = scene.raise_hand(f"wish {number}")
            mina.click(case_id, Do.CLAIM.value)
            mina.reply(case_id, "Hello!")
            scene.until(lambda case_id=case_id: scene.heard(case_id) == ["Hello!"])  # type: ignore[misc]
            assert scene.case(case_id).state == CaseState.CLAIMED.value
            assert cards(mina, case_id) == 1
    finally:
        assert first is not None
        first.stop()


def test_an_item_that_cannot_be_worked_on_is_put_aside_and_stops_nobody(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = scene.raise_hand()
    with scene.database.transaction() as session:
        session.add(Incoming(key="old", kind="of an older version", payload={"text": "a secret"}))
    scene.agent("mina").reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])
    (bad,) = scene.until(lambda: [row for row in received(scene) if row.key == "old" and row.done_at])
    assert bad.error is not None
    assert "please report it as a fault of Handraise" in caplog.text
    assert bad.payload == {"text": "a secret"}
    assert "a secret" not in caplog.text


def test_what_was_said_is_not_kept_in_the_inbox_once_it_is_worked_off(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.agent("mina").reply(case_id, "// grumpy today")
    scene.until(lambda: scene.errands(errand=Errand.SEAL.value))
    scene.at_rest()
    assert [row.payload for row in received(scene)] == [{}]
