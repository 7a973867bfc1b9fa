"""A case from raised hand to farewell, through Slack."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from escalation.slack.press import Do
from escalation.store.case import CaseState
from tests.desk.conftest import Scene, all_text


def test_a_raised_hand_is_a_card_with_conversation_guesses_confidence_and_reason(scene: Scene) -> None:
    case_id = scene.raise_hand("where is my money??", page="https://shop.example/returns", customer_name="Ada")
    card = all_text(scene.agent("mina").card(case_id))
    for words in (
        "Ada needs a person",
        "where is my money??",
        "Where is my refund 41 %",
        "The bot was 38 % sure",
        "this tier needs 91 %",
    ):
        assert words in card
    assert "https://shop.example/returns" in card


def test_a_race_for_a_case_has_one_winner_and_the_loser_is_told_who_has_it(scene: Scene) -> None:
    case_id = scene.raise_hand()
    agents = [scene.agent("mina"), scene.agent("jonas")]
    agents[0].card(case_id)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda agent: agent.click(case_id, Do.CLAIM.value), agents))
    owner = scene.until(lambda: scene.case(case_id).owner_name)
    loser = scene.agent("jonas" if owner == "Mina" else "mina")
    assert loser.finds(f"{owner} has this case.")["text"] == f"{owner} has this case."


def test_the_customers_later_words_go_into_the_thread_and_the_owners_replies_to_the_customer(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLAIM.value)
    scene.write(case_id, "it was order LF-48213")
    relayed = mina.finds("it was order LF-48213")
    assert relayed["thread_ts"] == mina.card(case_id)["ts"]
    mina.reply(case_id, "It is on its way, *promise*!")
    scene.until(lambda: scene.heard(case_id) == ["It is on its way, promise!"])


def test_a_first_reply_claims_the_case(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.agent("jonas").reply(case_id, "Hello, I am looking.")
    scene.until(lambda: scene.case(case_id).owner_name == "Jonas")
    scene.agent("mina").finds("talks with Jonas")


def test_a_closed_case_says_so_on_its_card_and_takes_no_reply(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLOSE.value)
    scene.until(lambda: scene.case(case_id).state == CaseState.CLOSED.value)
    mina.finds("Closed by *Mina*")
    mina.reply(case_id, "One more thing")
    mina.finds("Mina has closed this case, so your reply was not sent.")
    assert scene.heard(case_id) == []


def test_the_card_of_a_customer_who_comes_back_says_so(scene: Scene) -> None:
    first = scene.raise_hand(sender="ada")
    mina = scene.agent("mina")
    assert "earlier case" not in all_text(mina.card(first))
    mina.click(first, Do.CLOSE.value)
    mina.finds("Closed by")
    assert "one earlier case" in all_text(mina.card(scene.raise_hand("me again", sender="ada")))


def test_the_whole_conversation_opens_in_a_window(scene: Scene) -> None:
    case_id = scene.raise_hand("hello")
    long = "and then " * 600
    scene.write(case_id, long)
    mina = scene.agent("mina")
    scene.at_rest()  # Slack has the card an instant before its row is there
    mina.click(case_id, Do.WHOLE.value)
    window = mina.play.modal()
    assert window is not None
    shown = "".join(block["text"]["text"] for block in window["blocks"] if block["type"] == "section")
    assert shown.count("and then") == 600


def test_a_window_that_opens_too_late_is_said_to_whoever_wanted_it(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.card(case_id)
    mina.play.settings(trigger_seconds=0)
    mina.click(case_id, Do.WHOLE.value)
    mina.finds("The window did not open in time. Please press the button again.")


def test_a_released_case_waits_for_the_next_agent(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina, jonas = scene.agent("mina"), scene.agent("jonas")
    mina.click(case_id, Do.CLAIM.value)
    mina.finds("talks with Mina")
    mina.click(case_id, Do.RELEASE.value)
    mina.finds("needs a person")
    jonas.click(case_id, Do.CLAIM.value)
    jonas.finds("talks with Jonas")


def test_the_card_says_how_long_the_customer_waits_for_an_answer_and_is_never_posted_twice(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    ts = mina.card(case_id)["ts"]
    mina.click(case_id, Do.CLAIM.value)
    mina.finds("Waits for an answer since <!date^")
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id))
    scene.at_rest()
    assert "Waits for an answer" not in all_text(mina.card(case_id))
    scene.write(case_id, "and when does it come?")
    mina.finds("Waits for an answer since <!date^")
    assert mina.card(case_id)["ts"] == ts


def test_a_case_is_handed_back_to_the_bot(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.HAND_BACK.value)
    mina.finds("handed back to the bot")
    assert scene.case(case_id).outcome == "handed_back"


def test_a_colleague_can_take_a_case_over(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina, jonas = scene.agent("mina"), scene.agent("jonas")
    mina.click(case_id, Do.CLAIM.value)
    jonas.finds("talks with Mina")
    jonas.click(case_id, Do.TAKE_OVER.value)
    jonas.finds("talks with Jonas")
    mina.click(case_id, Do.CLOSE.value)
    mina.finds("Jonas has this case.")
    assert scene.case(case_id).state == CaseState.CLAIMED.value
