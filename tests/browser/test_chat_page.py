"""The chat page in headless Chromium: what a customer sees and can do there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from escalation.handover import Person
from escalation.phrasebook import ENGLISH, SHIPPED
from labeling.database import Database
from tests.browser.phrases import ANSWER, CHOICES, MEANT, UNSURE
from tests.browser.talk import DELIVERY, bubbles, reply, said_by_the_customer, write
from tests.conftest import NewWindow

pytestmark = pytest.mark.browser


def test_a_question_is_answered_in_the_chat(chat: Page) -> None:
    expect(chat.get_by_role("heading", name="Ask us anything.")).to_be_visible()
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    expect(chat.locator("[data-sending]")).to_have_count(0)
    expect(chat.get_by_role("heading", name="Ask us anything.")).to_be_hidden()


def test_a_suggested_reply_is_chosen_once(chat: Page, database: Database) -> None:
    write(chat, "unsure")
    chat.get_by_role("group", name="Suggested replies").get_by_role("button", name=CHOICES[0]).click()
    expect(bubbles(chat)).to_have_text(["unsure", UNSURE, CHOICES[0], ANSWER])
    expect(chat.get_by_role("group", name="Suggested replies")).to_have_count(0)
    assert said_by_the_customer(chat, database) == ["unsure", CHOICES[0]]


@pytest.mark.parametrize(("page_language", "drawn"), [("", "en"), ("de-AT", "de")])
def test_a_question_is_asked_in_the_pages_language_or_else_the_browsers_and_answered_by_keyboard(
    new_window: NewWindow, address: str, page_language: str, drawn: str
) -> None:
    page = new_window(locale="fr-FR", viewport={"width": 360, "height": 640}).new_page()
    words = SHIPPED[drawn].page
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


def test_a_screen_reader_finds_the_conversation_and_a_name_for_every_control(chat: Page) -> None:
    write(chat, "unsure")
    expect(bubbles(chat)).to_have_count(2)
    expect(chat.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    expect(chat.get_by_role("listitem").first).to_contain_text("You said:")
    assert chat.locator("html").get_attribute("lang") == "en"
    expect(chat.locator("#keys")).to_have_text(ENGLISH.page["keys"])
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


def test_an_answer_that_comes_in_the_same_breath_is_scrolled_to(chat: Page) -> None:
    """The browser tells of a scroll one frame later, when more may have come: that is no customer who scrolled up."""
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    left = chat.evaluate(
        """() => new Promise((done) => {
            const log = document.getElementById('log');
            const add = (height) => {
                const item = document.createElement('li');
                item.style.height = height;
                document.getElementById('transcript').append(item);
            };
            const frames = (count, then) => (count ? requestAnimationFrame(() => frames(count - 1, then)) : then());
            add('900px');
            requestAnimationFrame(() => setTimeout(() => {
                add('500px');
                frames(4, () => done(log.scrollHeight - log.scrollTop - log.clientHeight));
            }));
        })"""
    )
    assert left < 1


def test_who_has_scrolled_up_is_left_in_peace_until_they_are_at_the_end_again(chat: Page) -> None:
    write(chat, "\n".join(["a long story"] * 60))
    expect(bubbles(chat)).to_have_count(2)
    log = chat.locator("#log")
    expect(chat.get_by_text(ANSWER)).to_be_in_viewport()
    log.evaluate("(log) => (log.scrollTop = 0)")
    expect(chat.get_by_role("button", name="New messages")).to_be_visible()
    write(chat, "unsure")
    expect(bubbles(chat).last).to_be_in_viewport()  # their own words are news to nobody
    log.evaluate("(log) => (log.scrollTop = 0)")
    expect(chat.get_by_role("button", name="New messages")).to_be_visible()
    chat.get_by_role("button", name="New messages").click()
    expect(bubbles(chat).last).to_be_in_viewport()
