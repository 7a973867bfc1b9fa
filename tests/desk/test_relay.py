"""What is said in a thread, on its way to the customer and back."""

from __future__ import annotations

import pytest

from escalation import handover
from escalation.slack.press import Do
from escalation.store.message import Message
from tests.desk.conftest import Scene, all_text


@pytest.mark.parametrize("note", ["// he is rude today", "NOTE: check his account", "🔒 fraud?"])
def test_an_agents_private_note_never_reaches_the_customer(scene: Scene, note: str) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    ts = mina.reply(case_id, note)
    scene.until(lambda: mina.reactions(ts) == ["lock"])
    mina.edit(ts, "he is nice today")
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id))
    assert scene.heard(case_id) == ["Hello!"]


def test_a_message_with_a_private_line_is_kept_in_as_a_whole_and_its_author_is_told(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.reply(case_id, "Dear Ada\n// the third time this week")
    mina.finds("none of it went to the customer")
    assert scene.heard(case_id) == []


def test_edits_and_deletions_follow_to_the_customer(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    kept, dropped = mina.reply(case_id, "Tomorow"), mina.reply(case_id, "Wrong chat, sorry")
    scene.until(lambda: len(scene.heard(case_id)) == 2)
    mina.edit(kept, "Tomorrow")
    mina.delete(dropped)
    scene.until(lambda: scene.heard(case_id) == ["Tomorrow"])


def test_a_sent_message_made_private_is_taken_back(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    ts = mina.reply(case_id, "he seems confused")
    scene.until(lambda: scene.heard(case_id))
    mina.edit(ts, "// he seems confused")
    mina.finds("taken back from the customer")
    assert scene.heard(case_id) == []


def test_what_a_customer_writes_can_neither_call_the_channel_nor_draw_anything(scene: Scene) -> None:
    evil = "<!channel> <b>hi</b> & <https://evil.example|click>"
    case_id = scene.raise_hand(evil, customer_name="<!here>")
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLAIM.value)
    scene.write(case_id, evil)
    scene.at_rest()
    for call in mina.play.calls("chat.postMessage") + mina.play.calls("chat.update"):
        assert "<!channel" not in str(call)
        assert "<https" not in str(call)
        assert "<!here" not in str(call)
    assert "&lt;!channel&gt;" in mina.finds("&lt;b&gt;hi&lt;/b&gt;")["text"]


def test_a_very_long_message_arrives_whole_in_several_pieces(scene: Scene) -> None:
    case_id = scene.raise_hand()
    long = " ".join(f"word{number}" for number in range(1200))
    scene.write(case_id, long)
    scene.at_rest()
    mina = scene.agent("mina")
    card = mina.card(case_id)
    pieces = [m["text"] for m in mina.play.thread(card["ts"], scene.channel) if m["ts"] != card["ts"]]
    assert len(pieces) > 1
    assert "".join(pieces).split() == long.split()


@pytest.mark.parametrize("note", ["delivered", "failed"])
def test_an_agent_sees_whether_a_reply_was_delivered(scene: Scene, note: str) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    ts = mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id))
    with scene.database.transaction() as session:
        message = session.query(Message).filter_by(slack_ts=ts).one()
        if note == "delivered":
            handover.delivered(session, message)
        else:
            handover.not_delivered(session, message, "the channel refused it")
    mark = {"delivered": "white_check_mark", "failed": "warning"}[note]
    scene.until(lambda: mina.reactions(ts) == [mark])


def test_a_colleagues_reply_is_held_until_they_take_over_and_send_it(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina, jonas = scene.agent("mina"), scene.agent("jonas")
    mina.click(case_id, Do.CLAIM.value)
    scene.until(lambda: scene.case(case_id).owner_name == "Mina")
    jonas.reply(case_id, "I know this one: *tomorrow*")
    question = jonas.finds("Mina has this case, so your reply is held back")
    assert scene.heard(case_id) == []
    jonas.play.click(question, Do.SEND_HELD.value)
    scene.until(lambda: scene.heard(case_id) == ["I know this one: tomorrow"])
    assert scene.case(case_id).owner_name == "Jonas"
    scene.until(lambda: all("held back" not in all_text(message) for message in jonas.sees()))


def test_a_held_reply_can_stay_as_a_note(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina, jonas = scene.agent("mina"), scene.agent("jonas")
    mina.click(case_id, Do.CLAIM.value)
    scene.until(lambda: scene.case(case_id).owner_name == "Mina")
    ts = jonas.reply(case_id, "he called me too")
    jonas.play.click(jonas.finds("is held back"), Do.KEEP_HELD.value)
    scene.until(lambda: jonas.reactions(ts) == ["lock"])
    assert scene.heard(case_id) == []
    assert scene.case(case_id).owner_name == "Mina"


def test_a_reply_that_the_channel_sees_too_is_a_reply(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.agent("mina").reply(case_id, "Solved for everybody", broadcast=True)
    scene.until(lambda: scene.heard(case_id) == ["Solved for everybody"])


def test_talk_beside_the_threads_concerns_no_customer(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    root = mina.play.post("lunch?", channel=scene.channel)
    mina.play.post("yes", thread_ts=root, channel=scene.channel)
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])
