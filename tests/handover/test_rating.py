"""Rating the help by text, on channels that have no stars to click."""

from __future__ import annotations

import pytest

from bot.hearing import Words, hear
from bot.waiting import next_waiting
from escalation import handover
from escalation.handover import Outcome, Person
from escalation.phrasebook import ENGLISH
from escalation.store.conversation import conversation_of
from escalation.store.message import messages_after
from escalation.store.rating import Rating, rating_of
from labeling.database import Database

MINA = Person("U1", "Mina")


def helped(database: Database, channel: str = "callback", answers: bool = True) -> int:
    """A case that Mina closed. Returns its number."""
    hear(database, Words(channel, "carla", "human please"))
    with database.transaction() as session:
        conversation = conversation_of(session, channel, "carla")
        case = handover.open_case(session, conversation, "asked")
        assert case.id is not None
        if answers:
            handover.reply(session, case.id, MINA, "It is on its way.", "1.1")
        handover.close(session, case.id, MINA, Outcome.ANSWERED)
        return case.id


def said(database: Database, channel: str = "callback") -> list[str]:
    with database.reading() as session:
        conversation = conversation_of(session, channel, "carla")
        return [message.text for message in messages_after(session, conversation.id or 0, 0)]


def given(database: Database, case_id: int) -> Rating | None:
    with database.reading() as session:
        return rating_of(session, case_id)


@pytest.mark.parametrize(
    ("text", "stars", "comment"),
    [("5", 5, ""), (" 4/5 ", 4, ""), ("1.", 1, ""), ("3, took a while", 3, "took a while"), ("2 - meh", 2, "meh")],
)
def test_a_number_after_the_question_is_the_rating(
    either_database: Database, text: str, stars: int, comment: str
) -> None:
    case_id = helped(either_database)
    assert said(either_database)[-1] == ENGLISH.rating
    heard = hear(either_database, Words("callback", "carla", text))
    rating = given(either_database, case_id)
    assert rating is not None
    assert (rating.stars, rating.comment) == (stars, comment)
    assert said(either_database)[-2:] == [text, ENGLISH.thanks]
    waiting = next_waiting(either_database, heard.conversation_id)
    assert waiting is None or waiting.text == "human please"


@pytest.mark.parametrize("text", ["6", "2 tents please", "five", "thanks", "1 2"])
def test_anything_else_is_a_message_like_any_other(database: Database, text: str) -> None:
    case_id = helped(database)
    hear(database, Words("callback", "carla", text))
    assert given(database, case_id) is None
    assert said(database)[-1] == text


def test_a_number_that_comes_later_is_a_message_too(database: Database) -> None:
    case_id = helped(database)
    hear(database, Words("callback", "carla", "how many can I order"))
    hear(database, Words("callback", "carla", "5"))
    assert given(database, case_id) is None


def test_where_there_are_stars_or_nobody_answered_no_number_is_asked_for(database: Database) -> None:
    helped(database, "webchat")
    assert ENGLISH.rating not in said(database, "webchat")
    helped(database, answers=False)
    assert ENGLISH.rating not in said(database)
