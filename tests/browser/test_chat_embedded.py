"""The chat in a frame on somebody's page: its launcher, the keyboard, and whom it listens to."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from labeling.database import Database
from tests.browser.phrases import ANSWER
from tests.browser.talk import reply

pytestmark = pytest.mark.browser


def test_who_only_looks_begins_no_conversation(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_role("button", name="Larkfell help").click()
    expect(page.frame_locator("iframe").get_by_role("textbox", name="Your message")).to_be_focused()
    assert [url for url in asked if "conversations" in url] == []


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
