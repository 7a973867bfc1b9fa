"""What agents say: where it goes, how it looks there, and what becomes of it afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from escalation import handover, rewording, speaking
from escalation.file_kind import PICTURES
from escalation.relay import Policy, Relay
from escalation.slack.press import WORDS, Do
from escalation.store.conversation import Conversation
from escalation.store.file import StoredFile
from escalation.store.message import Message
from tests.desk.conftest import Agent, Scene, all_text

BUTTON = {"relay": Relay(channels={"webchat": Policy.BUTTON})}


def claimed(scene: Scene, **about: str) -> tuple[int, Agent]:
    case_id = scene.raise_hand(**about)
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLAIM.value)
    mina.finds("talks with Mina")
    return case_id, mina


def write(agent: Agent, case_id: int, action: Do, words: str) -> dict[str, str]:
    """In the window that the button opens; what the window objects to comes back."""
    agent.click(case_id, action.value)
    window = agent.play.modal()
    assert window is not None
    return agent.play.submit(window, {WORDS: words})


def conversation(scene: Scene, session: Any, case_id: int) -> Conversation:
    found = session.get(Conversation, scene.case(case_id).conversation_id)
    assert found is not None
    return found  # type: ignore[no-any-return]


# The relay policy


def test_where_only_the_button_sends_what_is_written_in_the_thread_stays_there(scene: Scene) -> None:
    scene.new_desk(**BUTTON)
    case_id, mina = claimed(scene)
    assert "The customer reads what you send with *Reply…*" in all_text(mina.card(case_id))
    mina.reply(case_id, "shall we refund this one?")
    mina.finds("here the customer reads only what is sent with the card's Reply… button")
    mina.reply(case_id, "I think so")
    assert write(mina, case_id, Do.REPLY, "We refund it *today* & <fully>.") == {}
    scene.until(lambda: scene.heard(case_id) == ["We refund it today & <fully>."])
    scene.at_rest()
    told = [message for message in mina.sees() if "card's Reply… button" in all_text(message)]
    assert len(told) == 1


def test_a_reply_from_the_window_stands_in_the_thread_under_its_authors_name_and_is_marked(scene: Scene) -> None:
    scene.new_desk(**BUTTON)
    case_id, mina = claimed(scene)
    write(mina, case_id, Do.REPLY, "Done :+1:")
    shown = mina.finds("Done 👍")
    assert (shown["username"], shown["thread_ts"]) == ("Mina", mina.card(case_id)["ts"])
    scene.until(lambda: scene.said(case_id, "agent")[0].slack_ts == shown["ts"])
    with scene.database.transaction() as session:
        handover.delivered(session, session.get(Message, scene.said(case_id, "agent")[0].id))
    scene.until(lambda: mina.reactions(shown["ts"]) == ["white_check_mark"])


def test_a_reply_from_the_window_can_be_changed_and_taken_back(scene: Scene) -> None:
    scene.new_desk(**BUTTON)
    case_id, mina = claimed(scene)
    write(mina, case_id, Do.REPLY, "On *Tuseday* & so")
    shown = mina.finds("On *Tuseday*")
    mina.play.choose(shown, Do.OWN.value, f"{Do.EDIT_OWN.value}:{scene.said(case_id, 'agent')[0].id}")
    window = mina.play.modal()
    assert window is not None
    assert window["blocks"][0]["element"]["initial_value"] == "On *Tuseday* & so"
    assert mina.play.submit(window, {WORDS: "On *Tuesday*"}) == {}
    scene.until(lambda: scene.heard(case_id) == ["On Tuesday"])
    shown = mina.finds("On *Tuesday* (edited)")
    mina.play.choose(shown, Do.OWN.value, f"{Do.TAKE_BACK_OWN.value}:{scene.said(case_id, 'agent')[0].id}")
    scene.until(lambda: scene.heard(case_id) == [])
    mina.finds("(taken back from the customer)")


def test_a_reply_window_that_cannot_send_keeps_its_words(scene: Scene) -> None:
    scene.new_desk(**BUTTON)
    case_id, _ = claimed(scene)
    jonas = scene.agent("jonas")
    assert write(jonas, case_id, Do.REPLY, "Hello") == {WORDS: "Mina has this case: take it over first."}
    window = jonas.play.modal()
    assert window is not None
    scene.agent("mina").click(case_id, Do.CLOSE.value)
    jonas.finds("Closed by")
    assert "Mina has closed this case" in jonas.play.submit(window, {WORDS: "Hello"})[WORDS]
    assert scene.heard(case_id) == []


# Private notes


def test_a_note_from_the_window_stands_in_the_thread_and_nowhere_else(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    write(mina, case_id, Do.NOTE, "he shouts <!channel>")
    note = mina.finds("he shouts")
    assert (note["username"], note["thread_ts"]) == ("Mina (note)", mina.card(case_id)["ts"])
    assert "🔒 he shouts &lt;!channel&gt;" in note["text"]
    scene.at_rest()
    assert scene.heard(case_id) == []
    assert all("he shouts" not in row.note for row in scene.errands())


def test_a_lock_under_a_sent_reply_takes_it_back_for_good(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    ts = mina.reply(case_id, "he seems confused")
    scene.until(lambda: scene.heard(case_id))
    scene.agent("jonas").play.react(ts, "lock", scene.channel)
    mina.finds("taken back from the customer")
    assert scene.heard(case_id) == []
    scene.agent("jonas").play.react(ts, "lock", scene.channel, remove=True)
    mina.edit(ts, "he seems happy")
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])


def test_a_lock_under_a_held_reply_keeps_it_as_a_note(scene: Scene) -> None:
    case_id, _ = claimed(scene)
    jonas = scene.agent("jonas")
    ts = jonas.reply(case_id, "he called me too")
    question = jonas.finds("is held back")
    jonas.play.react(ts, "lock", scene.channel)
    scene.at_rest()
    jonas.play.click(question, Do.SEND_AS_SELF.value)
    scene.at_rest()
    assert scene.heard(case_id) == []


def test_a_lock_under_a_reply_from_the_window_takes_it_back_too(scene: Scene) -> None:
    scene.new_desk(**BUTTON)
    case_id, mina = claimed(scene)
    write(mina, case_id, Do.REPLY, "Oh dear")
    shown = mina.finds("Oh dear")
    scene.until(lambda: scene.said(case_id, "agent")[0].slack_ts)
    mina.play.react(shown["ts"], "lock", scene.channel)
    mina.finds("It was taken back from the customer")
    assert scene.heard(case_id) == []


def test_other_reactions_change_nothing(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    ts = mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id))
    mina.play.react(ts, "tada", scene.channel)
    scene.at_rest()
    assert scene.heard(case_id) == ["Hello!"]


# Names, pictures, formatting


def test_the_customer_is_shown_the_agents_name_and_picture(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    mina.reply(case_id, "Hello!")
    message = scene.until(lambda: scene.said(case_id, "agent"))[0]
    assert (message.author, message.shown_as) == ("Mina", "")
    with scene.database.reading() as session:
        picture = session.get(StoredFile, message.picture)
    assert picture is not None
    assert picture.kind in PICTURES
    assert scene.case(case_id).owner_picture == message.picture


def test_names_can_be_kept_from_customers_but_not_from_colleagues(scene: Scene) -> None:
    scene.new_desk(relay=Relay(show_name=False, team_name="Larkfell help"))
    case_id, mina = claimed(scene)
    mina.reply(case_id, "Hello!")
    message = scene.until(lambda: scene.said(case_id, "agent"))[0]
    assert (message.author, message.shown_as, message.picture) == ("Mina", "Larkfell help", "")
    mina.click(case_id, Do.CLOSE.value)
    mina.finds("Closed by *Mina*")
    said = [one.text for one in scene.said(case_id, "system")]
    assert said[0] == "Larkfell help is here."
    assert all("Mina" not in words for words in said)


def test_formatting_goes_along_for_channels_that_can_show_it_and_changes_with_an_edit(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    ts = mina.reply(case_id, "It is *on its way*")
    message = scene.until(lambda: scene.said(case_id, "agent"))[0]
    assert message.text == "It is on its way"
    assert message.payload["runs"] == [{"text": "It is "}, {"text": "on its way", "bold": True}]
    mina.edit(ts, "It is here")
    scene.until(lambda: scene.heard(case_id) == ["It is here"])
    assert scene.said(case_id, "agent")[0].payload == {}


# The customer's second thoughts


def reword(scene: Scene, case_id: int, number: int, text: str | None) -> None:
    with scene.database.transaction() as session:
        rewording.customer_rewords(session, conversation(scene, session, case_id), number, text)


def test_a_customers_edit_and_deletion_follow_into_the_thread(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    kept, dropped = scene.write(case_id, "order LF-1"), scene.write(case_id, "my card is 4111 1111")
    mina.finds("my card is 4111 1111")
    reword(scene, case_id, kept.number, "order LF-2 <!here>")
    reword(scene, case_id, dropped.number, None)
    mina.finds("order LF-2 &lt;!here&gt; (edited)")
    mina.finds("(deleted by the customer)")
    shown = str([all_text(message) for message in mina.sees()])
    assert "4111" not in shown
    assert "order LF-1" not in shown


def test_a_customers_edit_overtaking_its_own_copy_arrives_too(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    scene.close_desk()
    message = scene.write(case_id, "first thought")
    reword(scene, case_id, message.number, "second thought")
    scene.open_desk()
    mina.finds("second thought (edited)")
    scene.at_rest()
    assert "first thought" not in str([all_text(message) for message in mina.sees()])


@pytest.mark.parametrize(("before", "after"), [(1200, 3), (3, 1200)])
def test_a_long_message_is_reworded_in_all_its_pieces(scene: Scene, before: int, after: int) -> None:
    case_id, mina = claimed(scene)
    message = scene.write(case_id, " ".join(f"old{number}" for number in range(before)))
    mina.finds("old2")
    scene.at_rest()
    new = " ".join(f"new{number}" for number in range(after))
    reword(scene, case_id, message.number, new)
    scene.at_rest()
    thread = mina.play.thread(mina.card(case_id)["ts"], scene.channel)[1:]
    assert "".join(one["text"] for one in thread).split() == [*new.split(), "(edited)"]


def test_what_a_customer_deletes_leaves_the_card(scene: Scene) -> None:
    case_id = scene.raise_hand("my pin is 1234")
    mina = scene.agent("mina")
    assert "my pin is 1234" in all_text(mina.card(case_id))
    number = scene.said(case_id, "customer")[0].number
    reword(scene, case_id, number, None)
    scene.at_rest()
    assert "1234" not in all_text(mina.card(case_id))
    assert "(deleted)" in all_text(mina.card(case_id))


def test_a_customer_can_change_only_what_people_have_not_finished_with(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    message = scene.write(case_id, "one more thing")
    mina.reply(case_id, "Yes?")
    spoken = scene.until(lambda: scene.said(case_id, "agent"))[0]
    with pytest.raises(rewording.NotTheirs):
        reword(scene, case_id, spoken.number, "I am Mina")
    mina.click(case_id, Do.CLOSE.value)
    mina.finds("Closed by")
    with pytest.raises(rewording.NotTheirs):
        reword(scene, case_id, message.number, "changed afterwards")
    reword(scene, case_id, message.number, None)


# What was seen


def test_an_agent_sees_what_the_customer_has_read(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    first, second = mina.reply(case_id, "Hello!"), mina.reply(case_id, "Still there?")
    scene.until(lambda: len(scene.heard(case_id)) == 2)
    number = next(one.number for one in scene.said(case_id, "agent") if one.slack_ts == first)
    for _ in range(2):
        with scene.database.transaction() as session:
            speaking.seen(session, conversation(scene, session, case_id), number)
    scene.until(lambda: mina.reactions(first) == ["eyes"])
    scene.at_rest()
    assert mina.reactions(second) == []
