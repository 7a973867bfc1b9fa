"""What a customer has begun to write or change is never lost under their hands."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from escalation import handover
from escalation.phrasebook import ENGLISH
from escalation.store.case import unclosed_case
from labeling.database import Database
from tests.browser.talk import MAYA, bubbles, conversation_id, said_by_the_customer, write

pytestmark = pytest.mark.browser

CHANGING = "You are changing your message."


def call_a_person(chat: Page) -> None:
    write(chat, "I want a person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()


def begin_to_change(chat: Page, words: str) -> None:
    mine = chat.locator(".message", has_text=words)
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    expect(chat.get_by_text(CHANGING)).to_be_visible()


def field(chat: Page) -> Locator:
    return chat.get_by_role("textbox", name="Your message")


def close_the_case(chat: Page, database: Database) -> None:
    with database.transaction() as session:
        case = unclosed_case(session, conversation_id(chat, session))
        assert case is not None and case.id is not None
        handover.close(session, case.id, MAYA, handover.Outcome.ANSWERED)


def test_a_change_that_does_not_arrive_stands_there_again_and_is_still_that_change(
    chat: Page, database: Database
) -> None:
    call_a_person(chat)
    write(chat, "order LF-1")
    begin_to_change(chat, "order LF-1")
    chat.route("**/messages/*", lambda route: route.abort())
    write(chat, "order LF-2")
    expect(chat.locator("#trouble")).to_have_text("Your change did not reach us. Please try again.")
    expect(field(chat)).to_have_value("order LF-2")
    expect(chat.get_by_text(CHANGING)).to_be_visible()
    chat.unroute("**/messages/*")
    field(chat).press("Enter")
    expect(bubbles(chat).last).to_have_text("order LF-2")
    assert said_by_the_customer(chat, database) == ["I want a person", "order LF-2"]


def test_a_change_that_comes_too_late_stands_there_to_be_sent_anew(chat: Page, database: Database) -> None:
    call_a_person(chat)
    write(chat, "order LF-1")
    begin_to_change(chat, "order LF-1")
    close_the_case(chat, database)
    write(chat, "order LF-2")
    expect(chat.locator("#trouble")).to_have_text(ENGLISH.already_answered)
    expect(field(chat)).to_have_value("order LF-2")
    expect(chat.get_by_text(CHANGING)).to_be_hidden()
    field(chat).press("Enter")
    expect(bubbles(chat).filter(has_text="order LF-2")).to_be_visible()
    assert said_by_the_customer(chat, database) == ["I want a person", "order LF-1", "order LF-2"]


def test_whoever_begins_a_new_conversation_changes_nothing_any_longer(chat: Page, database: Database) -> None:
    call_a_person(chat)
    write(chat, "order LF-1")
    begin_to_change(chat, "order LF-1")
    field(chat).fill("order LF-2")
    chat.get_by_role("button", name="Menu").click()
    chat.get_by_role("button", name="Start a new conversation").click()
    expect(chat.get_by_role("button", name="Stay here")).to_be_focused()
    chat.get_by_role("button", name="Start a new one").click()
    expect(chat.get_by_text(CHANGING)).to_be_hidden()
    expect(field(chat)).to_have_value("order LF-2")
    field(chat).press("Enter")
    expect(bubbles(chat).first).to_have_text("order LF-2")
    assert said_by_the_customer(chat, database) == ["order LF-2"]


def test_a_draft_makes_room_for_a_change_and_comes_back_even_over_a_reload(chat: Page) -> None:
    call_a_person(chat)
    write(chat, "order LF-1")
    field(chat).fill("half a sen")
    begin_to_change(chat, "order LF-1")
    chat.get_by_role("button", name="Leave it as it was").click()
    expect(field(chat)).to_have_value("half a sen")
    begin_to_change(chat, "order LF-1")
    chat.reload()
    field(chat).fill("and now?")
    field(chat).press("Enter")
    expect(field(chat)).to_have_value("half a sen")


def test_words_that_the_site_suggests_make_room_for_one_another_but_not_for_a_draft(
    window: BrowserContext, address: str
) -> None:
    site = window.new_page()
    site.goto(address)
    site.evaluate("handraise.open('Where is my order?')")
    words = site.frame_locator("iframe").get_by_role("textbox", name="Your message")
    expect(words).to_have_value("Where is my order?")
    words.fill("half a sen")
    for suggestion in ("Do you ship abroad?", "When do you open?"):
        site.evaluate("(words) => handraise.open(words)", suggestion)
        expect(words).to_have_value(suggestion)
    words.press("Enter")
    expect(words).to_have_value("half a sen")
    words.press("Enter")
    expect(words).to_have_value("")


def test_a_file_that_is_dropped_never_leads_away_from_the_chat(chat: Page) -> None:
    chat.route("**/chat/files", lambda route: route.abort())
    chat.reload()
    stays = chat.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(['x'], 'story.txt'));
            const drop = () => new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
            return ['log', 'text'].map((id) => !document.getElementById(id).dispatchEvent(drop()));
        }"""
    )
    assert stays == [True, True]


def test_deleting_takes_two_presses_soon_after_one_another_and_leaves_the_keyboard_where_one_writes(
    chat: Page, database: Database
) -> None:
    chat.clock.install()
    chat.reload()
    call_a_person(chat)
    mine = chat.locator(".message", has_text="I want a person")
    mine.hover()
    mine.get_by_role("button", name="Delete").click()
    expect(mine.get_by_role("button", name="Delete for good?")).to_be_visible()
    chat.clock.run_for(5_000)
    expect(mine.get_by_role("button", name="Delete", exact=True)).to_be_visible()
    mine.get_by_role("button", name="Delete").click()
    mine.get_by_role("button", name="Delete for good?").click()
    expect(bubbles(chat).first).to_have_text("This message was deleted.")
    expect(field(chat)).to_be_focused()
    assert said_by_the_customer(chat, database) == [""]
