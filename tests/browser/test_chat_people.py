"""A person in the chat: announced, named, rated, and away out of hours."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from playwright.sync_api import Page, expect

from escalation import handover
from escalation.destination import Routing
from escalation.due_move import Rules
from escalation.hours import Hours
from escalation.store.case import unclosed_case
from escalation.store.rating import rating_of
from escalation.ticker import Ticker
from escalation.waiting import Waiting
from labeling.database import Database
from tests.browser.phrases import ANSWER
from tests.browser.talk import DELIVERY, MAYA, bubbles, conversation_id, reply, reword, turn_away, write
from tests.until import until

pytestmark = pytest.mark.browser

MONDAY = datetime(2099, 11, 23, 12, 0)
"""A holiday, and so far away that every case is due to be looked at."""


def test_a_person_is_announced_named_and_may_change_their_words(chat: Page, database: Database) -> None:
    chat.get_by_role("button", name="Talk to a person").click()
    expect(chat.get_by_role("status").filter(has_text="A person has been called.")).to_be_visible()
    expect(chat.get_by_role("button", name="Talk to a person")).to_be_hidden()
    reply(chat, database, "I lok into it.")
    expect(chat.get_by_text("Maya Okafor is here")).to_be_visible()
    expect(chat.locator(".message[data-speaker=agent] .name")).to_have_text("Maya Okafor")
    reword(chat, database, "I look into it.")
    expect(bubbles(chat).last).to_have_text("I look into it.")
    expect(chat.get_by_text("edited")).to_be_visible()
    reword(chat, database, None)
    expect(bubbles(chat).last).to_have_text("This message was deleted.")


def test_after_a_case_the_help_is_rated_once_with_a_comment_if_one_likes(chat: Page, database: Database) -> None:
    write(chat, "person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()
    reply(chat, database, "It is on its way.")
    expect(bubbles(chat).last).to_have_text("It is on its way.")
    expect(chat.get_by_text("How was the help?")).to_be_hidden()
    with database.transaction() as session:
        case = unclosed_case(session, conversation_id(chat, session))
        assert case is not None and case.id is not None
        handover.close(session, case.id, MAYA, handover.Outcome.ANSWERED)
    expect(chat.get_by_text("How was the help?")).to_be_visible()
    chat.get_by_role("button", name="4 of 5: good").click()
    chat.get_by_label("What could be better?").fill("a <b>faster</b> answer")
    chat.get_by_label("What could be better?").press("Enter")
    expect(chat.get_by_text("Your words are with the people who helped you.")).to_be_visible()
    expect(chat.get_by_role("textbox", name="Your message")).to_be_focused()
    with database.reading() as session:
        rating = rating_of(session, case.id)
    assert rating is not None
    assert (rating.stars, rating.comment) == (4, "a <b>faster</b> answer")
    chat.reload()
    expect(bubbles(chat).last).to_be_visible()
    expect(chat.get_by_text("How was the help?")).to_be_hidden()


def test_out_of_hours_the_customer_reads_when_somebody_comes_leaves_an_address_and_talks_with_the_bot(
    chat: Page, database: Database
) -> None:
    chat.get_by_role("button", name="Talk to a person").click()
    expect(chat.get_by_role("status").filter(has_text="A person has been called.")).to_be_visible()
    shut = Hours("Europe/Berlin", {"mon": ((time(9), time(9, 1)),)}, frozenset({MONDAY.date()}))
    ticker = Ticker(database, Rules(shut, Waiting()), Routing(), clock=lambda: MONDAY)
    while ticker.tick():
        pass
    expect(chat.get_by_role("status").filter(has_text="Nobody is here right now.")).to_be_visible()
    expect(chat.get_by_text("we are back on 30 November at 09:00 (CET)")).to_be_visible()
    write(chat, DELIVERY)
    expect(bubbles(chat).last).to_have_text(ANSWER)
    write(chat, "maya@mail.example")
    expect(bubbles(chat).last).to_have_text("maya@mail.example")
    until(ticker.tick)  # when the gate has passed it on
    expect(chat.get_by_text("We have noted maya@mail.example")).to_be_visible()


def test_an_edit_made_while_the_customer_was_away_is_seen_on_return(
    chat: Page, address: str, database: Database
) -> None:
    write(chat, "person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()
    reply(chat, database, "Tomorow.")
    expect(bubbles(chat).last).to_have_text("Tomorow.")
    chat.goto(f"{address}/ready")
    reword(chat, database, "Tomorrow.")
    chat.go_back()
    expect(bubbles(chat).last).to_have_text("Tomorrow.")


def test_a_tab_that_nobody_looks_at_gives_its_connection_back_and_still_learns_the_news(
    chat: Page, database: Database
) -> None:
    chat.clock.install()
    chat.reload()
    write(chat, "person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()
    with chat.expect_event("requestfailed", lambda request: request.url.endswith("/stream")):
        turn_away(chat, True)
        chat.clock.run_for(31_000)
    reply(chat, database, "Hello!")
    chat.clock.run_for(25_000)
    expect(chat).to_have_title("(1) Larkfell help")
    reword(chat, database, "Hello again!")
    with chat.expect_request("**/stream"):
        turn_away(chat, False)
    expect(chat).to_have_title("Larkfell help")
    expect(bubbles(chat).last).to_have_text("Hello again!")
