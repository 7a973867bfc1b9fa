"""The chat page in headless Chromium: what a customer sees, and that nothing is lost or doubled on the way."""

from __future__ import annotations

import re
from datetime import datetime, time

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from sqlmodel import Session

from escalation import handover
from escalation.destination import Routing
from escalation.due_move import Rules
from escalation.handover import Person
from escalation.hours import Hours
from escalation.phrasebook import ENGLISH, SHIPPED
from escalation.store.case import unclosed_case
from escalation.store.conversation import find_conversation
from escalation.store.message import Speaker, messages_after
from escalation.store.rating import rating_of
from escalation.ticker import Ticker
from escalation.waiting import Waiting
from labeling.database import Database
from tests.browser.conftest import Server
from tests.browser.phrases import ANSWER, CHOICES, MEANT, UNSURE

pytestmark = pytest.mark.browser

MONDAY = datetime(2099, 11, 23, 12, 0)
"""A holiday, and so far away that every case is due to be looked at."""
MAYA = Person("U1", "Maya Okafor")
DELIVERY = "How long does delivery take?"


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Your message").fill(text)
    page.get_by_role("textbox", name="Your message").press("Enter")


def bubbles(page: Page) -> Locator:
    return page.locator(".bubble")


def conversation_id(page: Page, session: Session) -> int:
    """Of the conversation that this browser remembers."""
    sender = page.evaluate("JSON.parse(localStorage.getItem('handraise.conversation'))")
    conversation = find_conversation(session, "webchat", sender)
    assert conversation is not None and conversation.id is not None
    return conversation.id


def said_by_the_customer(page: Page, database: Database) -> list[str]:
    """Once nothing is on its way: a bubble stands on the page before its words are stored."""
    expect(page.locator("[data-sending=pending]")).to_have_count(0)
    with database.reading() as session:
        messages = messages_after(session, conversation_id(page, session), 0)
        return [message.text for message in messages if message.speaker == Speaker.CUSTOMER.value]


def reply(page: Page, database: Database, text: str, person: Person = MAYA) -> None:
    """The desk's move: an agent answers in the thread of this browser's case."""
    with database.transaction() as session:
        case = unclosed_case(session, conversation_id(page, session))
        assert case is not None and case.id is not None
        handover.reply(session, case.id, person, text, "1.1")


def reword(page: Page, database: Database, text: str | None) -> None:
    with database.transaction() as session:
        messages = messages_after(session, conversation_id(page, session), 0)
        handover.reword(next(m for m in messages if m.speaker == Speaker.AGENT.value), text)


def test_a_question_is_answered_in_the_chat(chat: Page) -> None:
    expect(chat.get_by_role("heading", name="Ask us anything.")).to_be_visible()
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    expect(chat.get_by_text("sending")).to_have_count(0)
    expect(chat.get_by_role("heading", name="Ask us anything.")).to_be_hidden()


def test_who_only_looks_begins_no_conversation(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_role("button", name="Larkfell help").click()
    expect(page.frame_locator("iframe").get_by_role("textbox", name="Your message")).to_be_focused()
    assert [url for url in asked if "conversations" in url] == []


def test_a_suggested_reply_is_chosen_once(chat: Page, database: Database) -> None:
    write(chat, "unsure")
    chat.get_by_role("group", name="Suggested replies").get_by_role("button", name=CHOICES[0]).click()
    expect(bubbles(chat)).to_have_text(["unsure", UNSURE, CHOICES[0], ANSWER])
    expect(chat.get_by_role("group", name="Suggested replies")).to_have_count(0)
    assert said_by_the_customer(chat, database) == ["unsure", CHOICES[0]]


@pytest.mark.parametrize(("page_language", "drawn"), [("", "en"), ("de-AT", "de")])
def test_a_question_is_asked_in_the_pages_language_or_else_the_browsers_and_answered_by_keyboard(
    browser: Browser, address: str, page_language: str, drawn: str
) -> None:
    window = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 640})
    page, words = window.new_page(), SHIPPED[drawn].page
    page.goto(address)
    page.evaluate("(language) => (document.documentElement.lang = language)", page_language)
    page.get_by_role("button", name="Larkfell help").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("textbox", name=words["your_message"])).to_be_focused()
    page.keyboard.type("doubtful")
    page.keyboard.press("Enter")
    replies = frame.get_by_role("group", name=words["suggestions"])
    expect(replies.get_by_role("button")).to_have_text(MEANT)
    language = page_language or "fr-FR"
    expect(frame.locator(".bubble").last).to_have_text(f"{UNSURE} ({language})")
    replies.get_by_role("button", name=MEANT[1]).focus()
    page.keyboard.press("Enter")
    expect(frame.locator(".bubble").last).to_have_text(f"{ANSWER} (exchange, {language})")
    expect(replies).to_have_count(0)
    expect(frame.get_by_role("textbox", name=words["your_message"])).to_be_focused()
    window.close()


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
    expect(chat.get_by_text("sending")).to_have_count(0)
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


def test_a_refused_message_shows_the_reason_and_can_be_changed(chat: Page, database: Database) -> None:
    write(chat, "/")
    expect(chat.get_by_text(f"Not sent. {ENGLISH.no_words}")).to_be_visible()
    chat.get_by_role("button", name="Change it").click()
    expect(chat.get_by_role("textbox", name="Your message")).to_have_value("/")
    expect(bubbles(chat)).to_have_count(0)
    assert said_by_the_customer(chat, database) == []


def test_a_message_that_is_too_long_is_held_back_and_counted(chat: Page) -> None:
    write(chat, "x" * 5001)
    expect(chat.get_by_text("5,001 of 5,000 characters")).to_be_visible()
    expect(chat.get_by_role("textbox", name="Your message")).to_have_attribute("aria-invalid", "true")
    expect(bubbles(chat)).to_have_count(0)


def test_a_conversation_that_the_server_forgot_begins_anew(chat: Page, database: Database) -> None:
    chat.evaluate("localStorage.setItem('handraise.conversation', '\"gone\"')")
    chat.reload()
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    assert said_by_the_customer(chat, database) == [DELIVERY]


def test_html_in_a_message_is_shown_as_text(chat: Page, database: Database) -> None:
    attack = "<img src=x onerror=\"document.title='gotcha'\"><b>bold</b>"
    write(chat, attack)
    expect(bubbles(chat).first).to_have_text(attack)
    write(chat, "person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()
    reply(chat, database, attack, Person("U2", "<i>Eve</i>"))
    expect(bubbles(chat).last).to_have_text(attack)
    expect(chat.locator(".message .name").last).to_have_text("<i>Eve</i>")
    assert chat.locator(".bubble img, .bubble b").count() == 0
    assert chat.title() == "Larkfell help"


def test_only_web_addresses_become_links(chat: Page) -> None:
    write(chat, "see (https://larkfell.example/a_(b)?c=d), not javascript:alert(1)")
    link = chat.locator(".bubble a")
    expect(link).to_have_attribute("href", "https://larkfell.example/a_(b)?c=d")
    expect(link).to_have_attribute("rel", re.compile("noopener"))


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
    while not ticker.tick():  # until the gate has passed it on
        chat.wait_for_timeout(50)
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


def turn_away(page: Page, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_the_embedded_chat_is_used_with_the_keyboard_alone(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(address)
    launcher = page.get_by_role("button", name="Larkfell help")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    launcher.focus()
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("textbox", name="Your message")).to_be_focused()
    page.keyboard.type("two")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("lines")
    page.keyboard.press("Enter")
    expect(frame.locator(".bubble")).to_have_text(["two\nlines", ANSWER])
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    expect(launcher).to_be_focused()


def test_words_that_come_while_the_chat_is_closed_are_counted_on_the_launcher(
    window: BrowserContext, address: str, database: Database
) -> None:
    page = window.new_page()
    page.goto(address)
    page.get_by_role("button", name="I'd like to talk to a person").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("textbox", name="Your message")).to_have_value("I'd like to talk to a person")
    page.keyboard.press("Enter")
    expect(frame.get_by_text("A person has been called.")).to_be_visible()
    page.keyboard.press("Escape")
    reply(page, database, "Hello!")
    page.get_by_role("button", name="Larkfell help (1)").click()
    expect(frame.get_by_text("Hello!")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Larkfell help", exact=True)).to_be_visible()


def test_only_the_page_that_holds_the_chat_can_steer_it(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(address)
    page.get_by_role("button", name="Larkfell help").click()
    frame = page.frame_locator("iframe[title='Larkfell help']")
    expect(frame.get_by_role("textbox", name="Your message")).to_be_focused()
    page.evaluate(
        """() => new Promise((done) => {
            addEventListener('message', () => setTimeout(done));
            postMessage({handraise: 'close'}, '*');
        })"""
    )
    expect(page.locator("iframe[title='Larkfell help']")).to_be_visible()


def test_a_frame_listens_to_the_site_alone_that_it_was_made_for(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(f"{address}/ready")
    page.evaluate(
        """() => new Promise((done) => {
            const frame = document.createElement('iframe');
            frame.src = '/chat/frame?site=https://elsewhere.example';
            frame.onload = () => {
                frame.contentWindow.addEventListener('message', () => setTimeout(done));
                frame.contentWindow.postMessage({handraise: 'draft', text: 'not yours'}, '*');
            };
            document.documentElement.append(frame);
        })"""
    )
    expect(page.frame_locator("iframe").get_by_role("textbox", name="Your message")).to_have_value("")


def test_a_screen_reader_finds_the_conversation_and_a_name_for_every_control(chat: Page) -> None:
    write(chat, "unsure")
    expect(bubbles(chat)).to_have_count(2)
    expect(chat.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    expect(chat.get_by_role("listitem").first).to_contain_text("You said:")
    assert chat.locator("html").get_attribute("lang") == "en"
    assert chat.get_by_role("heading", level=1).count() == 1
    controls = chat.locator("button:visible, textarea:visible, a:visible").count()
    named = sum(chat.get_by_role(role, name=re.compile(r"\w")).count() for role in ("button", "textbox", "link"))
    assert controls == named
    ids = chat.locator("[id]").evaluate_all("nodes => nodes.map((node) => node.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("width", [320, 420, 1400])
def test_nothing_sticks_out_sideways(chat: Page, width: int) -> None:
    chat.set_viewport_size({"width": width, "height": 600})
    write(chat, "unsure " + "w" * 300)
    expect(chat.get_by_role("group", name="Suggested replies")).to_be_visible()
    inside = "document.documentElement.scrollWidth <= innerWidth && log.scrollWidth <= log.clientWidth"
    assert chat.evaluate(inside)
