"""What agents teach from the card."""

from __future__ import annotations

from typing import Any

from escalation.rewording import customer_rewords
from escalation.slack.press import Do
from escalation.slack.teaching.lesson import DEFINITION, EXAMPLES, NAME, SECOND
from escalation.slack.teaching.moves import active_seconds
from escalation.store.conversation import Conversation
from labeling.examples import Example
from labeling.ranking import Guess, Ranking
from labeling.store.cause import Cause, causes_of
from labeling.store.correction import Correction
from labeling.store.turn import turn_of_message
from tests.desk.conftest import Scene, all_text

PERSON_PLEASE = Ranking((Guess("talk_to_person", 0.97),), 0.96, "m1")
RENT = Ranking((Guess("rent_gear", 0.6), Guess("order_status", 0.1)), 0.5, "m1")


def first(scene: Scene) -> Correction:
    found: Correction = scene.until(scene.corrections)[0]
    return found


def shown(scene: Scene, who: str = "mina") -> dict[str, Any]:
    """The window in front of this person."""
    found = scene.agent(who).play.modal()
    assert found is not None
    return found


def shown_text(scene: Scene) -> str:
    """Its sections, as Slack has them."""
    return "\n".join(block["text"]["text"] for block in shown(scene)["blocks"] if "text" in block)


def offered(scene: Scene, window: dict[str, Any], action_id: str, query: str) -> str:
    """The first intent offered for what is typed."""
    value: str = scene.agent("mina").play.suggest(window, action_id, query)[0]["value"]
    return value


def test_one_click_on_a_guess_says_what_the_customer_wanted(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, "correct_guess_1")
    said = first(scene)
    assert (said.kind, said.intent, said.person_name, said.source) == ("intent", "refund_request", "Mina", "slack")
    assert said.suggestion_visible
    assert said.active_seconds is None  # nobody knows when the card was looked at
    mina.finds("Mina says: *Wants a refund*")


def test_any_intent_can_be_searched_and_chosen(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    card = mina.card(case_id)
    offered = mina.play.suggest(card, Do.CHOOSE.value, "rent")
    assert [option["value"] for option in offered] == ["rent_gear"]
    mina.play.choose(card, Do.CHOOSE.value, "rent_gear")
    said = first(scene)
    assert said.intent == "rent_gear"
    assert said.active_seconds is not None  # from opening the menu
    assert 0 <= said.active_seconds < 60


def test_a_new_intent_is_named_and_defined_in_a_window(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.MORE.value, Do.NEW_INTENT.value)
    window = shown(scene)
    examples = dict(zip(EXAMPLES[1:], ["lost on the fell", "i cannot find my way down"], strict=True))
    whole = {NAME: "Lost in the hills!", DEFINITION: "Needs rescue.", **examples}
    assert mina.play.submit(window, {**whole, NAME: "Rent gear"})[NAME].startswith("Rents gear exists already")
    assert NAME in mina.play.submit(window, {**whole, NAME: "?!"})
    assert EXAMPLES[2] in mina.play.submit(window, {**whole, EXAMPLES[2]: " Lost on  the fell"})
    assert EXAMPLES[2] in mina.play.submit(window, {**whole, EXAMPLES[2]: ""})
    assert mina.play.submit(window, whole) == {}
    assert mina.play.modal() is None
    said = first(scene)
    assert (said.kind, said.intent, said.definition) == ("new_intent", "lost_in_the_hills", "Needs rescue.")
    assert said.examples == ["where is my money??", "lost on the fell", "i cannot find my way down"]
    assert said.active_seconds is not None
    mina.finds("a new intent, *lost_in_the_hills*")


def test_a_message_can_be_no_request_at_all(scene: Scene) -> None:
    case_id = scene.raise_hand("hmm ok")
    scene.agent("mina").click(case_id, Do.NOT_A_REQUEST.value)
    assert first(scene).kind == "not_a_request"


def test_a_change_of_mind_and_taking_it_back_are_one_more_row_each(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, "correct_guess_0")
    mina.finds("Mina says: *Where is my refund*")
    mina.click(case_id, "correct_guess_1")
    mina.finds("Mina says: *Wants a refund*")
    mina.click(case_id, Do.MORE.value, Do.WITHDRAW.value)
    scene.until(lambda: "Mina says" not in all_text(mina.card(case_id)))
    assert [said.kind for said in scene.corrections()] == ["intent", "intent", "withdrawn"]


def test_two_requests_in_one_are_both_stored(scene: Scene) -> None:
    case_id = scene.raise_hand("where is my money, and can i rent a tent?")
    mina = scene.agent("mina")
    mina.click(case_id, Do.MORE.value, Do.TWO.value)
    window = shown(scene)
    assert SECOND in mina.play.submit(window, {SECOND: offered(scene, window, SECOND, "where refund")})
    assert mina.play.submit(window, {SECOND: offered(scene, window, SECOND, "rent")}) == {}
    said = first(scene)
    assert (said.kind, said.intent, said.second_intent) == ("two_in_one", "refund_status", "rent_gear")
    assert said.active_seconds is not None
    mina.finds("two in one, *Where is my refund* and *Rents gear*")


def test_who_cannot_tell_says_so_and_is_not_taken_for_an_answer(scene: Scene) -> None:
    case_id = scene.raise_hand("it does the thing again")
    mina = scene.agent("mina")
    mina.click(case_id, Do.CANNOT_TELL.value)
    assert (first(scene).kind, first(scene).intent) == ("cannot_tell", None)
    mina.finds("Mina says: *cannot tell*")


def test_guidelines_stand_beside_each_other_and_any_other_can_be_looked_up(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.LOOK.value)
    window = shown(scene)
    for words in ("Where is my refund", "41 %", "Asks when the money comes back.", "is my money on its way", "Wants"):
        assert words in str(window)
    assert "Asks about renting." not in str(window)
    mina.play.choose(window, Do.LOOK_UP.value, offered(scene, window, Do.LOOK_UP.value, "rent"))
    assert "Asks about renting." in str(shown(scene))
    mina.play.click(shown(scene), "correct_guess_looked_up")
    said = first(scene)
    assert (said.kind, said.intent, said.suggestion_visible) == ("intent", "rent_gear", True)
    assert said.active_seconds is not None
    assert "You say: *Rents gear*" in str(shown(scene))


def test_labelled_messages_that_are_like_the_customers_are_shown_on_request(scene: Scene) -> None:
    scene.examples = (
        Example("when will i get my money back", "refund_status"),
        Example("do you rent skis", "rent_gear"),
    )
    case_id = scene.raise_hand("where is my money back??")
    mina = scene.agent("mina")
    mina.click(case_id, Do.LOOK.value)
    assert "when will i get" not in str(shown(scene))
    mina.play.click(shown(scene), Do.NEAREST.value)
    assert "when will i get my money back: *Where is my refund*" in str(shown(scene))
    assert "do you rent skis" not in str(shown(scene))


def test_where_the_bots_model_noted_which_are_near_in_meaning_those_are_shown(scene: Scene) -> None:
    near, gone, other = (
        Example("when does my cash return", "refund_status"),
        Example("my name is Ada and I want my money", "refund_request"),
        Example("do you rent skis", "rent_gear"),
    )
    scene.examples, scene.nearest = (near, other), (gone, near)
    case_id = scene.raise_hand("where is my money??")
    mina = scene.agent("mina")
    mina.click(case_id, Do.LOOK.value)
    mina.play.click(shown(scene), Do.NEAREST.value)
    assert "*Similar labelled messages*, by meaning\n• when does my cash return:" in shown_text(scene)
    assert "Ada" not in shown_text(scene)
    window = shown(scene)
    mina.play.choose(window, Do.LOOK_UP.value, offered(scene, window, Do.LOOK_UP.value, "rent"))
    assert "*Similar labelled messages*, by their words\n• do you rent skis: *Rents gear*" in shown_text(scene)


def test_what_a_customer_deletes_is_like_nothing_any_more(scene: Scene) -> None:
    scene.examples = scene.nearest = (Example("when does my cash return", "refund_status"),)
    case_id = scene.raise_hand("where is my money??")
    number = scene.said(case_id, "customer")[0].number
    with scene.database.transaction() as session:
        conversation = session.get(Conversation, scene.case(case_id).conversation_id)
        assert conversation is not None
        customer_rewords(session, conversation, number, None)
    mina = scene.agent("mina")
    mina.click(case_id, Do.LOOK.value)
    mina.play.click(shown(scene), Do.NEAREST.value)
    assert "cash" not in shown_text(scene)


def test_from_the_comparison_a_new_intent_is_proposed_on_top_and_both_windows_close(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.LOOK.value)
    mina.play.click(shown(scene), Do.NEW_INTENT.value)
    fields = {NAME: "Lost", DEFINITION: "Needs rescue.", EXAMPLES[1]: "lost on the fell", EXAMPLES[2]: "no way down"}
    assert mina.play.submit(shown(scene), fields) == {}
    assert mina.play.modal() is None
    assert first(scene).intent == "lost"


def test_one_click_says_why_it_was_hard(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina, jonas = scene.agent("mina"), scene.agent("jonas")
    mina.click(case_id, "correct_guess_0")
    mina.finds("Why was it hard for the bot?")
    jonas.click(case_id, f"{Do.CAUSE.value}_wording")
    jonas.finds("First say what the customer wanted")
    mina.click(case_id, f"{Do.CAUSE.value}_slang_or_typo")
    mina.finds("Mina says: *Where is my refund* (slang or typo)")
    with scene.database.reading() as session:
        assert list(causes_of(session, scene.corrections()).values()) == [Cause.SLANG_OR_TYPO]
    assert len(scene.corrections()) == 1


def test_in_the_window_too_and_there_it_can_be_taken_back_at_once(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.LOOK.value)
    mina.play.click(shown(scene), "correct_guess_1")
    mina.finds("Mina says: *Wants a refund*")
    mina.play.click(shown(scene), Do.WITHDRAW.value)
    scene.until(lambda: "Mina says" not in all_text(mina.card(case_id)))
    assert "Taken back" in str(shown(scene))


def test_the_history_tells_everything_that_was_said(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina, jonas = scene.agent("mina"), scene.agent("jonas")
    mina.click(case_id, "correct_guess_0")
    mina.finds("Mina says")
    jonas.click(case_id, "correct_guess_1")
    jonas.finds("Jonas says")
    mina.click(case_id, Do.MORE.value, Do.WITHDRAW.value)
    scene.until(lambda: len(scene.corrections()) == 3)
    jonas.click(case_id, Do.MORE.value, Do.HISTORY.value)
    window = shown(scene, "jonas")
    words = [block["text"]["text"] for block in window["blocks"] if "text" in block]
    told = ["*Mina*: *Where is my refund*", "*Jonas*: *Wants a refund*", "*Mina*: took it back"]
    assert [line.split("> ", 1)[1] for line in words[1:]] == told
    jonas.play.click(window, Do.WITHDRAW.value)
    scene.until(lambda: len(scene.corrections()) == 4)


def test_nobody_takes_back_what_they_have_not_said(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.agent("mina").click(case_id, "correct_guess_0")
    jonas = scene.agent("jonas")
    jonas.finds("Mina says")
    jonas.click(case_id, Do.MORE.value, Do.WITHDRAW.value)
    jonas.finds("You have not said anything about this message yet.")
    assert len(scene.corrections()) == 1


def test_a_closed_case_can_still_be_taught_from(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLOSE.value)
    mina.finds("Closed by")
    mina.click(case_id, "correct_guess_0")
    assert first(scene).intent == "refund_status"


def test_where_the_customer_asked_for_a_person_the_wish_that_follows_is_what_is_taught(scene: Scene) -> None:
    case_id = scene.raise_hand("human please", ranking=PERSON_PLEASE)
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLAIM.value)
    mina.finds("talks with Mina")
    wish = scene.write(case_id, "can I borrow a tent for the weekend", ranking=RENT)
    mina.finds("Rents gear")
    mina.click(case_id, "correct_guess_0")
    said = first(scene)
    with scene.database.reading() as session:
        turn = turn_of_message(session, wish.id or 0)
    assert turn is not None
    assert said.turn_id == turn.id


def test_a_click_that_slacks_clock_puts_just_before_the_card_took_no_time() -> None:
    assert active_seconds(100.0, pressed_at=99.6) == 0.0
    assert active_seconds(100.0, pressed_at=12.0) is None


def test_who_left_a_window_open_over_lunch_was_not_looking_all_the_time() -> None:
    assert active_seconds(100.0, pressed_at=3700.0) is None
    assert active_seconds(None, pressed_at=3700.0) is None
