"""The page in the customer's language, in headless Chromium: everything on it, and what they hear."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FrameLocator, Page, expect

import bot
from escalation import handover
from escalation.handover import Outcome, Person
from escalation.phrasebook import ENGLISH, SHIPPED
from escalation.store.case import unclosed_case
from escalation.store.conversation import find_conversation
from labeling.database import Database
from tests.browser.phrases import ANSWER
from tests.conftest import NewWindow

pytestmark = pytest.mark.browser

GERMAN = SHIPPED["de"]
STATIC = Path(bot.__file__).parent / "webchat" / "static"
FRONT = Path(bot.__file__).parent / "front"
MAYA = Person("U1", "Maya Okafor")


@pytest.fixture
def shop(new_window: NewWindow, address: str) -> Page:
    """The shop in a German's browser."""
    page: Page = new_window(locale="de-DE", viewport={"width": 1000, "height": 760}).new_page()
    page.goto(address)
    return page


def opened(shop: Page) -> FrameLocator:
    shop.get_by_role("button", name="Larkfell Hilfe").click()
    chat = shop.frame_locator("iframe")
    expect(chat.get_by_role("textbox")).to_be_focused()
    return chat


def write(chat: FrameLocator, text: str) -> None:
    chat.get_by_role("textbox", name="Ihre Nachricht").fill(text)
    chat.get_by_role("button", name="Senden").click()


def conversation(shop: Page) -> str:
    shown: str = shop.evaluate("() => JSON.parse(localStorage.getItem('handraise.conversation'))")
    return shown


def test_a_german_browser_is_shown_a_german_shop_with_a_german_chat(shop: Page) -> None:
    expect(shop.locator("html")).to_have_attribute("lang", "de")
    expect(shop.get_by_role("heading", name="Wie können wir helfen?")).to_be_visible()
    chat = opened(shop)
    expect(chat.get_by_role("heading", name=GERMAN.page["welcome"])).to_be_visible()
    expect(chat.get_by_role("button", name=GERMAN.page["talk_to_person"])).to_be_visible()
    expect(chat.get_by_role("textbox")).to_have_attribute("placeholder", GERMAN.page["write"])
    write(chat, "Wie lange dauert es?")
    expect(chat.get_by_text(ANSWER)).to_be_visible()
    expect(chat.locator(".day").first).to_have_text("Heute")
    chat.get_by_role("button", name="Menü").click()
    expect(chat.get_by_role("button", name=GERMAN.page["save"])).to_be_visible()


def test_a_german_hears_of_the_person_in_german_and_rates_them_in_german(shop: Page, database: Database) -> None:
    chat = opened(shop)
    write(chat, "person")
    expect(chat.get_by_text("Ein Mensch wurde gerufen. Die Antwort erscheint hier.")).to_be_visible()
    with database.transaction() as session:
        found = find_conversation(session, "webchat", conversation(shop))
        case = unclosed_case(session, (found and found.id) or 0)
        assert case is not None and case.id is not None
        handover.reply(session, case.id, MAYA, "Hallo!", "1.1")
    expect(chat.get_by_text("Maya Okafor ist da und liest, was Sie schreiben.")).to_be_visible()
    expect(chat.get_by_text("Maya Okafor aus unserem Team ist da.")).to_be_visible()
    with database.transaction() as session:
        handover.close(session, case.id, MAYA, Outcome.ANSWERED)
    expect(chat.get_by_text("Maya Okafor hat diesen Chat geschlossen.")).to_be_visible()
    chat.get_by_role("button", name="5 von 5: sehr gut").click()
    expect(chat.get_by_text(GERMAN.page["what_could_be_better"])).to_be_visible()


def test_what_the_server_refuses_is_said_in_german(shop: Page) -> None:
    chat = opened(shop)
    write(chat, "/")
    expect(chat.get_by_text(f"Nicht gesendet. {GERMAN.no_words}")).to_be_visible()
    program = {"name": "prog.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x00\x01"}
    chat.locator("input[type=file]").set_input_files([program])
    expect(chat.get_by_text("prog.exe ist von einer Art, die nicht gesendet werden kann.")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_everybody_else_is_shown_the_projects_language(new_window: NewWindow, address: str, locale: str) -> None:
    page = new_window(locale=locale).new_page()
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{address}/chat/frame")
    expect(page.get_by_role("heading", name=ENGLISH.page["welcome"])).to_be_visible()


@pytest.mark.parametrize(("locale", "clock"), [("en-GB", r"^\d\d:\d\d$"), ("en-US", r"^\d\d:\d\d [AP]M$")])
def test_an_english_page_tells_the_time_as_the_customers_browser_does(
    new_window: NewWindow, address: str, locale: str, clock: str
) -> None:
    page = new_window(locale=locale).new_page()
    page.goto(f"{address}/chat/frame")
    page.get_by_role("textbox", name="Your message").fill("how long does delivery take")
    page.get_by_role("textbox", name="Your message").press("Enter")
    expect(page.locator("time").first).to_have_text(re.compile(clock))


def test_every_phrase_of_the_page_is_shown_somewhere_and_nothing_else_is_asked_for() -> None:
    frame = set(
        re.findall(r"\{\{ page(?:\.|\[\")(\w+)(?:\"\])? \}\}", (STATIC / "frame.html").read_text(encoding="utf-8"))
    )
    scripts = "\n".join(file.read_text(encoding="utf-8") for file in STATIC.glob("*.js"))
    asked = set(re.findall(r"\b(?:phrase|words)\('(\w+)'", scripts))
    states = {f"{state}{more}" for state in ("here", "later", "waiting") for more in ("", "_more")}
    kinds = {"bot", "person"}
    assert frame | asked | states | kinds == set(ENGLISH.page)


def test_a_page_is_in_the_language_in_which_its_messages_will_be(address: str) -> None:
    """That of the site around it, or else the browser's first; neither is here, whatever else the browser takes."""
    for query, header in {"?language=fr": "de", "": "fr-FR,de;q=0.9"}.items():
        drawn = httpx.get(f"{address}/chat/frame{query}", headers={"Accept-Language": header})
        assert '<html lang="en">' in drawn.text
        assert drawn.headers["vary"] == "Accept-Language"
    shop = httpx.get(address, headers={"Accept-Language": "fr-FR,de;q=0.9"})
    assert '<html lang="de">' in shop.text  # whole pages may be what comes next


class _Skeleton(HTMLParser):
    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def test_the_shop_is_built_the_same_in_both_languages() -> None:
    assert _Skeleton(FRONT / "index.html").tags == _Skeleton(FRONT / "index.de.html").tags
