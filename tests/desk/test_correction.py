"""What agents teach from the card."""

from __future__ import annotations

from escalation.slack.press import DEFINITION, NAME, Do
from escalation.slack.press_moves import active_seconds
from labeling.ranking import Guess, Ranking
from labeling.store.correction import Correction
from labeling.store.turn import turn_of_message
from tests.desk.conftest import Scene, all_text

PERSON_PLEASE = Ranking((Guess("talk_to_person", 0.97),), 0.96, "m1")
RENT = Ranking((Guess("rent_gear", 0.6), Guess("order_status", 0.1)), 0.5, "m1")


def first(scene: Scene) -> Correction:
    found: Correction = scene.until(scene.corrections)[0]
    return found


def test_one_click_on_a_guess_says_what_the_customer_wanted(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, "correct_guess_1")
    said = first(scene)
    assert (said.kind, said.intent, said.person_name, said.source) == ("intent", "refund_request", "Mina", "slack")
    assert said.suggestion_visible
    assert said.active_seconds is not None
    assert 0 <= said.active_seconds < 60
    mina.finds("Mina says: *Wants a refund*")


def test_any_intent_can_be_searched_and_chosen(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    card = mina.card(case_id)
    offered = mina.play.suggest(card, Do.CHOOSE.value, "rent")
    assert [option["value"] for option in offered] == ["rent_gear"]
    mina.play.choose(card, Do.CHOOSE.value, "rent_gear")
    assert first(scene).intent == "rent_gear"


def test_a_new_intent_is_named_and_defined_in_a_window(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.NEW_INTENT.value)
    window = mina.play.modal()
    assert window is not None
    assert mina.play.submit(window, {NAME: "Rent gear", DEFINITION: "x"})[NAME].startswith(
        "Rents gear exists already"
    )
    assert NAME in mina.play.submit(window, {NAME: "?!", DEFINITION: "x"})
    assert mina.play.submit(window, {NAME: "Lost in the hills!", DEFINITION: "Needs rescue."}) == {}
    said = first(scene)
    assert (said.kind, said.intent, said.definition) == ("new_intent", "lost_in_the_hills", "Needs rescue.")
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
    mina.click(case_id, Do.WITHDRAW.value)
    scene.until(lambda: "Mina says" not in all_text(mina.card(case_id)))
    assert [said.kind for said in scene.corrections()] == ["intent", "intent", "withdrawn"]


def test_nobody_takes_back_what_they_have_not_said(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.agent("mina").click(case_id, "correct_guess_0")
    jonas = scene.agent("jonas")
    jonas.finds("Mina says")
    jonas.click(case_id, Do.WITHDRAW.value)
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
    assert active_seconds(shown_at=100.0, pressed_at=99.6) == 0.0
    assert active_seconds(shown_at=100.0, pressed_at=12.0) is None
