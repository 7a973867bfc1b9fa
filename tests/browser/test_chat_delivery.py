"""What a customer wrote is neither lost nor doubled, whatever breaks on its way."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from labeling.database import Database
from tests.browser.conftest import Server
from tests.browser.phrases import ANSWER
from tests.browser.talk import DELIVERY, bubbles, said_by_the_customer, write

pytestmark = pytest.mark.browser


def test_a_reload_keeps_the_conversation_and_the_unsent_words(chat: Page) -> None:
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_count(2)
    chat.get_by_role("textbox", name="Your message").fill("half a sen")
    chat.reload()
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    expect(chat.get_by_role("textbox", name="Your message")).to_have_value("half a sen")


def test_two_tabs_show_the_same_conversation(chat: Page, window: BrowserContext) -> None:
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_count(2)
    other = window.new_page()
    other.goto(chat.url)
    write(other, "And abroad?")
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER, "And abroad?", ANSWER])


def test_a_message_whose_confirmation_was_lost_is_not_doubled(chat: Page, database: Database) -> None:
    lost = []

    def lose_the_first_confirmation(route: Route) -> None:
        if lost or route.request.method != "POST":
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    chat.route("**/messages", lose_the_first_confirmation)
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    expect(chat.locator("[data-sending]")).to_have_count(0)
    assert lost and said_by_the_customer(chat, database) == [DELIVERY]


def test_what_is_written_while_the_server_is_away_outlives_a_reload_and_is_sent_once(
    chat: Page, database: Database
) -> None:
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_count(2)
    chat.route("**/conversations/**", lambda route: route.abort())
    write(chat, "Are you there?")
    write(chat, "Hello?")
    chat.reload()
    expect(chat.get_by_text("Connection lost.")).to_be_visible()
    expect(bubbles(chat)).to_have_text(["Are you there?", "Hello?"])
    chat.unroute("**/conversations/**")
    expect(chat.get_by_text("Connected again.")).to_be_visible()
    expect(bubbles(chat).filter(has_text=ANSWER)).to_have_count(3)
    expect(bubbles(chat)).to_have_count(6)
    assert said_by_the_customer(chat, database) == [DELIVERY, "Are you there?", "Hello?"]


def test_a_bot_that_dies_and_comes_back_has_lost_and_doubled_nothing(
    chat: Page, server: Server, database: Database
) -> None:
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    server.kill()
    write(chat, "Are you there?")
    expect(chat.get_by_text("Connection lost.")).to_be_visible()
    server.start_again()
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER, "Are you there?", ANSWER], timeout=60_000)
    chat.get_by_role("textbox", name="Your message").fill("Hello?")
    chat.get_by_role("button", name="Send").click()
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER, "Are you there?", ANSWER, "Hello?", ANSWER])
    assert said_by_the_customer(chat, database) == [DELIVERY, "Are you there?", "Hello?"]


def test_a_conversation_that_the_server_forgot_begins_anew(chat: Page, database: Database) -> None:
    chat.evaluate("localStorage.setItem('handraise.conversation', '\"gone\"')")
    chat.reload()
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    assert said_by_the_customer(chat, database) == [DELIVERY]
