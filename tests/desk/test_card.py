"""The card: pure, within Slack's limits whatever a case holds, and right by Slack's own schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from escalation.file_limits import FileLimits
from escalation.relay import Policy
from escalation.slack.card import Card, draw_card
from escalation.slack.case_file import CaseFile, turn_to_correct
from escalation.slack.intents import Intents
from escalation.slack.press import Do
from escalation.slack.teaching.about import About
from escalation.slack.teaching.window import (
    compare_window,
    history_window,
    new_intent_window,
    said_window,
    two_window,
)
from escalation.slack.teaching.words import WHY
from escalation.slack.window import Held, conversation_window, editing_window, question_about_held, writing_window
from escalation.store.case import Case, CaseState
from escalation.store.conversation import Conversation
from escalation.store.message import Message
from labeling.clock import now
from labeling.examples import Example
from labeling.guidelines import Guideline
from labeling.nearest import Nearest
from labeling.ranking import Guess, Ranking
from labeling.store.cause import Cause
from labeling.store.correction import CUSTOMER, Correction
from labeling.store.review import Review
from labeling.store.turn import Turn
from tests.shared import slacks

INTENTS = Intents({"refund": Guideline("refund", "Refund")}, lambda: {"order", "refund"})
WORDY = Intents({"refund": Guideline("refund", *["&<>" * 3000] * 4, "order")}, lambda: {"order", "refund"})
RANKING = Ranking(tuple(Guess(f"intent_{n}" if n else "refund", 0.5 / (n + 1)) for n in range(60)), 0.4, "m1")


def case_file(
    text: str = "where is it?",
    state: CaseState = CaseState.OPEN,
    earlier: int = 2,
    name: str = "Ada",
    with_turn: bool = True,
    corrections: int = 0,
) -> CaseFile:
    case = Case(id=7, conversation_id=1, turn_id=3, state=state.value, reason=text, tier="sensitive")
    if state is not CaseState.OPEN:
        case.owner_id, case.owner_name, case.claimed_at = "U1", name, now()
    if state is CaseState.CLOSED:
        case.closed_at, case.closed_by, case.outcome = now(), name, "answered"
    messages = [said(number, text) for number in range(1, earlier + 2)]
    turn = Turn(
        id=3,
        conversation_id=1,
        message_id=earlier + 1,
        text=text,
        ranking=RANKING.to_json(),
        confidence=0.4,
        model_version="m1",
        route="escalate",
        reason="unsure",
    )
    conversation = Conversation(
        id=1, channel="webchat", sender_id="c", customer_name=name, page=f"https://shop.example/{text}", language="en"
    )
    corrected = [
        Correction(
            id=n, turn_id=3, kind="intent", intent="refund", person_id=f"U{n}", person_name=name, source="slack"
        )
        for n in range(corrections)
    ]
    return CaseFile(case, conversation, tuple(messages), turn if with_turn else None, tuple(corrected))


def said(number: int, text: str) -> Message:
    speaker = "customer" if number % 2 else "bot"
    return Message(id=number, conversation_id=1, number=number, speaker=speaker, text=text)


EXTREMES = [
    case_file(),
    case_file(state=CaseState.CLAIMED, corrections=2),
    case_file(state=CaseState.CLOSED, corrections=1),
    case_file(with_turn=False),
    case_file(text="", earlier=0, name=""),
    case_file(text="&<>" * 30_000, earlier=80, name="&<>" * 200, corrections=30, state=CaseState.CLAIMED),
    case_file(text="\n" * 5000, earlier=3),
    case_file(text="مرحبا 👋 \u202e\x00\x07" * 300, earlier=199, state=CaseState.CLOSED),
]


def drawn() -> list[Card]:
    return [draw_card(file, INTENTS) for file in EXTREMES]


@pytest.mark.parametrize("number", range(len(EXTREMES)))
def test_a_card_is_within_slacks_limits_whatever_the_case_holds(number: int) -> None:
    card = drawn()[number]
    assert len(card.blocks) <= 50
    assert 0 < len(card.text) < 4000
    for block in Block.parse_all(list(card.blocks)):
        block.validate_json()
    for block in card.blocks:
        for text in texts(block):
            assert 1 <= len(text["text"]) <= 3000
            if text["type"] == "mrkdwn":
                assert "<!channel" not in text["text"]


@pytest.mark.parametrize("number", range(len(EXTREMES)))
def test_a_card_is_right_by_slacks_own_schema(number: int) -> None:
    jsonschema.validate(list(drawn()[number].blocks), slacks("blocks.schema"))


def test_windows_are_right_by_slacks_own_schema() -> None:
    about = About(7, 3, "C1", 1.5, True, looked_up="refund", shows_nearest=True)
    long = "&<>" * 3000
    near = Nearest((Example(long, long),) * 8, (Example(long, long),) * 3)
    said_often = case_file(text=long, corrections=90).corrections
    views = [
        new_intent_window(about, long),
        new_intent_window(about, ""),
        two_window(about, long, RANKING, INTENTS),
        two_window(about, "", Ranking((), 0.0, "m1"), INTENTS),
        compare_window(about, long, RANKING, WORDY, near),
        compare_window(About(7, 3, "C1", 1.5, False), "", Ranking((), 0.0, "m1"), INTENTS),
        said_window(about, long),
        history_window(
            about, long, said_often, [Review(turn_id=3, decision="accepted", trainer=long)], {}, WORDY, "U1"
        ),
        history_window(about, "", [], [], {}, INTENTS, "U1"),
        writing_window(7, "&<>" * 13, note=True),
        writing_window(7, "Ada", note=False),
        writing_window(7, "Ada", False, FileLimits()),
        editing_window(7, 3, "&<>" * 1000),
        conversation_window(7, []),
        conversation_window(7, [said(number, "&<>\n" * 2000) for number in range(1, 90)], "on its way"),
    ]
    for view in views:
        View(**view).validate_json()
        assert len(view["blocks"]) <= 100
    for view in views:
        jsonschema.validate(view, slacks("modal.schema"))
    for held, text in ((Held("Mina"), "hello"), (Held(None), long), (Held("Mina", is_mine=True, edited=True), "")):
        jsonschema.validate(question_about_held("1.2", held, text), slacks("blocks.schema"))


def texts(block: dict[str, Any]) -> list[dict[str, Any]]:
    found = [block["text"]] if isinstance(block.get("text"), dict) else []
    return found + [one for one in block.get("elements", []) if "text" in one and isinstance(one["text"], str)]


def buttons(file: CaseFile) -> set[str]:
    blocks = draw_card(file, INTENTS).blocks
    return {one["action_id"] for block in blocks for one in block.get("elements", []) if "action_id" in one}


def test_the_buttons_fit_the_state() -> None:
    moves = {do.value for do in (Do.CLAIM, Do.RELEASE, Do.TAKE_OVER, Do.CLOSE, Do.HAND_BACK)}
    assert buttons(case_file()) & moves == {"claim", "close", "hand_back"}
    assert buttons(case_file(state=CaseState.CLAIMED)) & moves == {"close", "hand_back", "release", "take_over"}
    assert buttons(case_file(state=CaseState.CLOSED)) & moves == set()


def test_where_only_the_button_sends_there_is_one_and_the_card_says_so() -> None:
    claimed = case_file(state=CaseState.CLAIMED)
    assert "'action_id': 'reply'" not in str(draw_card(claimed, INTENTS).blocks)
    card = draw_card(claimed, INTENTS, Policy.BUTTON)
    assert "'action_id': 'reply'" in str(card.blocks)
    assert "with *Reply…*" in str(card.blocks)
    jsonschema.validate(list(card.blocks), slacks("blocks.schema"))


def test_what_was_said_is_shown_in_order() -> None:
    file = case_file(earlier=2)
    words = ("first words", "second words", "the decisive words", "last words")
    messages = [said(number + 1, text) for number, text in enumerate(words)]
    card = str(draw_card(replace(file, messages=tuple(messages)), INTENTS).blocks)
    places = [card.index(text) for text in words]
    assert places == sorted(places)


def test_the_card_says_who_the_customer_is_and_who_had_them_before() -> None:
    file = case_file()
    file.conversation.page_title, file.conversation.language = "Tents <b>", "de-AT"
    before = [Case(id=number, conversation_id=1, reason="", owner_name="Jonas", closed_at=now()) for number in (1, 2)]
    card = str(draw_card(replace(file, earlier_cases=tuple(before)), INTENTS).blocks)
    for words in ("Ada needs a person", "on “Tents &lt;b&gt;” (https://shop.example/", "speaks de-AT", "Web chat"):
        assert words in card
    assert "2 earlier cases, the last with Jonas <!date^" in card


def behind_the_dots(file: CaseFile) -> set[str]:
    elements = [one for block in draw_card(file, INTENTS).blocks for one in block.get("elements", [])]
    return {option["value"] for one in elements if one["type"] == "overflow" for option in one["options"]}


def test_taking_back_is_offered_once_something_was_said() -> None:
    assert "correct_withdraw" not in behind_the_dots(case_file())
    assert "correct_withdraw" in behind_the_dots(case_file(corrections=1))


def test_why_is_asked_once_something_was_said_and_not_again_once_it_was_answered() -> None:
    said = case_file(corrections=1)
    assert "correct_cause_wording" not in buttons(case_file())
    assert "correct_cause_wording" in buttons(said)
    assert "correct_cause_wording" not in buttons(replace(said, causes={0: Cause.WORDING}))
    assert "(wording)" in str(draw_card(replace(said, causes={0: Cause.WORDING}), INTENTS).blocks)


def test_what_the_customer_chose_is_shown_as_theirs_and_nobody_is_asked_why() -> None:
    file = case_file(corrections=1)
    theirs = replace(file, corrections=(chosen_by_the_customer(),))

    assert "The customer chose: *Refund*" in json.dumps(draw_card(theirs, INTENTS).blocks)
    assert "says:" not in json.dumps(draw_card(theirs, INTENTS).blocks)
    assert WHY not in json.dumps(draw_card(theirs, INTENTS).blocks)


def chosen_by_the_customer() -> Correction:
    return Correction(
        id=9,
        turn_id=3,
        kind="intent",
        intent="refund",
        person_id="customer:1",
        person_name="The customer",
        source=CUSTOMER,
    )


def test_a_case_without_a_turn_asks_for_no_correction() -> None:
    assert not any(action.startswith("correct_") for action in buttons(case_file(with_turn=False)))


def test_the_decisive_message_is_shown_whole_and_earlier_ones_in_short() -> None:
    long = "word " * 250
    card = str(draw_card(case_file(text=long.strip()), INTENTS).blocks)
    assert card.count(long.strip()) == 1


def turn(number: int, intent: str) -> Turn:
    ranking = Ranking((Guess(intent, 0.9),), 0.8, "m1")
    return Turn(
        id=number,
        conversation_id=1,
        message_id=number,
        text="…",
        ranking=ranking.to_json(),
        confidence=0.8,
        model_version="m1",
        route="hint",
        reason="",
    )


def test_the_turn_that_raised_the_hand_is_what_is_taught() -> None:
    raising = turn(5, "refund")
    assert turn_to_correct(raising, [turn(6, "order")], []) is raising


def test_where_it_only_asked_for_a_person_the_newest_wish_since_is() -> None:
    wish = turn(7, "order")
    later = [turn(6, "refund"), wish, turn(8, "thank")]
    assert turn_to_correct(turn(5, "talk_to_person"), later, [turn(4, "refund")]) is wish


def test_and_without_any_since_the_answer_that_did_not_help_is() -> None:
    unhelped = turn(4, "refund")
    assert turn_to_correct(turn(5, "talk_to_person"), [turn(6, "thank")], [turn(3, "order"), unhelped]) is unhelped


def test_with_no_wish_at_all_it_stays_with_the_turn_that_raised_the_hand() -> None:
    raising = turn(5, "talk_to_person")
    assert turn_to_correct(raising, [], []) is raising
    assert turn_to_correct(None, [], []) is None


def test_the_search_knows_titles_names_and_definitions_in_that_order() -> None:
    intents = Intents(
        {
            "refund_status": Guideline("refund_status", "Where is my refund", "Asks about money."),
            "charged_twice": Guideline("charged_twice", "Charged twice", "A refund of a double charge."),
        },
        lambda: {"order_status"},
    )
    assert [one.intent for one in intents.search("refu")] == ["refund_status", "charged_twice"]
    assert [one.intent for one in intents.search("STATUS order")] == ["order_status"]
    assert len(intents.search("")) == 3
    assert intents.search("zebra") == []
