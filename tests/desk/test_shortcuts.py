"""The two shortcuts: the queue from anywhere, and a label for any message in Slack."""

from __future__ import annotations

from escalation import handover
from labeling.store.turn import Turn
from tests.desk.conftest import MINA, RANKING, Scene, words


def test_the_global_shortcut_shows_the_queue(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    scene.raise_hand("where are my boots")
    mina.shortcut("show_queue")
    view = mina.wait_for(lambda state: state["modals"])[-1]
    assert "where are my boots" in words(view)
    mina.close(view)


def test_any_message_in_slack_can_be_labelled(scene: Scene) -> None:
    mina = scene.agent("mina")
    mina.play.post("A customer on the phone: can I *rent* a kayak &amp; a tent?", channel=scene.channel)
    message = mina.finds("rent")
    mina.play.shortcut("label_message", message)
    view = mina.play.wait_for(lambda state: state["modals"])[-1]
    assert mina.play.suggest(view, "intent", "rent")[0]["value"] == "rent_gear"
    assert mina.play.submit(view, {"words": "can I rent a kayak?", "intent": "rent_gear"}) == {}
    assert "Labelled as *Rents gear*" in words(mina.play.wait_for(lambda state: state["modals"])[-1])
    (said,) = scene.until(scene.corrections)
    with scene.database.reading() as session:
        turn = session.get(Turn, said.turn_id)
    assert turn is not None
    assert (turn.text, turn.route, turn.model_version) == ("can I rent a kayak?", "found", "")
    assert (said.intent, said.suggestion_visible, said.person_id) == ("rent_gear", False, MINA.id)


def test_the_same_message_twice_is_one_turn_with_two_words_about_it(scene: Scene) -> None:
    turns = set()
    for who in ("mina", "jonas"):
        agent = scene.agent(who)
        if who == "mina":
            agent.play.post("the zip broke", channel=scene.channel)
        agent.play.shortcut("label_message", agent.finds("the zip broke"))
        view = agent.play.wait_for(lambda state: state["modals"])[-1]
        agent.play.suggest(view, "intent", "refund")
        values = {"intent": "refund_request", **({"words": "the zip broke"} if who == "mina" else {})}
        assert agent.play.submit(view, values) == {}
        scene.until(lambda: len(scene.corrections()) == len(turns) + 1)
        turns.add(scene.corrections()[-1].id)
    assert len({one.turn_id for one in scene.corrections()}) == 1


def test_a_relayed_customers_message_is_labelled_as_the_turn_that_it_is(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    message = scene.write(case_id, "and I want to rent a tent", RANKING)
    mina.play.shortcut("label_message", mina.finds("and I want to rent a tent"))
    view = mina.play.wait_for(lambda state: state["modals"])[-1]
    mina.play.suggest(view, "intent", "rent")
    assert mina.play.submit(view, {"intent": "rent_gear"}) == {}
    (said,) = scene.until(scene.corrections)
    with scene.database.reading() as session:
        turn = session.get(Turn, said.turn_id)
    assert turn is not None
    assert turn.message_id == message.id


def test_the_bots_own_words_are_no_customers(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.click(case_id, "claim")
    with scene.database.transaction() as session:
        handover.enqueue(session, case_id, handover.Errand.NUDGE, note="something of ours")
    mina.play.shortcut("label_message", mina.finds("something of ours"))
    view = mina.play.wait_for(lambda state: state["modals"])[-1]
    assert "no words of a customer" in words(view)
    mina.play.close(view)
