"""The chat page in headless Chromium: what a customer sees, and that nothing is lost or doubled on the way."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, expect, sync_playwright
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount
from starlette.routing import Route as Path_
from starlette.staticfiles import StaticFiles

from escalation import handover
from escalation.handover import Person
from escalation.store.case import unclosed_case
from escalation.store.conversation import Conversation, conversation_of, find_conversation
from escalation.store.message import Message, Speaker, messages_after, say
from labeling.database import Database

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "bot" / "webchat" / "static"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MAYA = Person("U1", "Maya Okafor")
DELIVERY = "How long does delivery take?"
ANSWER = "Two or three working days."
UNSURE = "Did you mean one of these?"
CHOICES = ["A refund", "Something else"]


class StandIn:
    """The web chat's HTTP API over the real rows, with a bot that knows two answers. Rasa stays at home."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.app = Starlette(
            routes=[
                Path_("/", lambda _: FileResponse(STATIC / "shop.html")),
                Path_("/chat/frame", lambda _: FileResponse(STATIC / "frame.html")),
                Path_(
                    "/chat/handraise.css",
                    lambda _: FileResponse(ROOT / "labeling" / "web" / "static" / "handraise.css"),
                ),
                Path_("/chat/conversations", self.begin, methods=["POST"]),
                Path_("/chat/conversations/{id}/messages", self.hear, methods=["POST"]),
                Path_("/chat/conversations/{id}/messages", self.read),
                Path_("/chat/conversations/{id}/stream", self.stream),
                Mount("/chat", StaticFiles(directory=STATIC)),
            ]
        )

    def begin(self, _: Request) -> Response:
        sender = secrets.token_urlsafe(8)
        with self.database.transaction() as session:
            conversation_of(session, "webchat", sender)
        return JSONResponse({"conversation": sender}, 201)

    async def hear(self, request: Request) -> Response:
        body = await request.json()
        with self.database.transaction() as session:
            conversation = find_conversation(session, "webchat", request.path_params["id"])
            if conversation is None:
                return JSONResponse({"error": "There is no such conversation."}, 404)
            text = body["text"] if "text" in body else CHOICES[body["choice"]["index"]]
            if "refuse" in text:
                return JSONResponse({"error": "The server does not like this."}, 400)
            message, new = handover.hear(session, conversation, text, body["id"])
            if new:
                self.answer(session, conversation, text)
            return JSONResponse({"number": message.number, "duplicate": not new}, 202)

    def answer(self, session, conversation, text: str) -> None:  # type: ignore[no-untyped-def]
        if unclosed_case(session, conversation.id):
            return
        if "person" in text:
            handover.open_case(session, conversation, "asked for a person")
        elif "unsure" in text:
            buttons = [{"title": title} for title in CHOICES]
            say(session, conversation, Speaker.BOT, UNSURE, payload={"buttons": buttons})
        else:
            say(session, conversation, Speaker.BOT, ANSWER)

    def state(self, session, conversation) -> dict:  # type: ignore[no-untyped-def,type-arg]
        case = unclosed_case(session, conversation.id)
        name = case.owner_name if case else None
        person = {"state": "here" if name else "waiting", "name": name or ""} if case else None
        return {"typing": False, "person": person}

    def rows(self, sender: str, after: int) -> tuple[list[dict], dict] | None:  # type: ignore[type-arg]
        with self.database.reading() as session:
            conversation = find_conversation(session, "webchat", sender)
            if conversation is None:
                return None
            found = [row(message) for message in messages_after(session, conversation.id, after)]
            return found, self.state(session, conversation)

    def read(self, request: Request) -> Response:
        found = self.rows(request.path_params["id"], int(request.query_params["after"]))
        if found is None:
            return JSONResponse({"error": "There is no such conversation."}, 404)
        return JSONResponse({"messages": found[0], "state": found[1]})

    def stream(self, request: Request) -> Response:
        after = int(request.headers["last-event-id"])
        return StreamingResponse(self.events(request.path_params["id"], after), media_type="text/event-stream")

    async def events(self, sender: str, after: int) -> AsyncIterator[str]:
        told: dict[int, dict] = {}  # type: ignore[type-arg]
        last_state = None
        while True:
            rows, state = self.rows(sender, 0) or ([], {})
            for found in rows:
                number = found["number"]
                if number > after and number not in told:
                    yield f"event: message\nid: {number}\ndata: {json.dumps(found)}\n\n"
                elif told.get(number, found) != found:
                    yield f"event: edit\ndata: {json.dumps(found)}\n\n"
                told[number] = found
            if state != last_state:
                yield f"event: state\ndata: {json.dumps(state)}\n\n"
                last_state = state
            await asyncio.sleep(0.05)


def row(message: Message) -> dict:  # type: ignore[type-arg]
    return {
        "number": message.number,
        "speaker": message.speaker,
        "author": message.author,
        "text": message.text,
        "payload": message.payload,
        "at": f"{message.created_at.isoformat()}Z",
        "edited": message.revision > 0,
        "deleted": message.deleted,
        "client_id": message.client_id,
    }


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    settings = uvicorn.Config(StandIn(database).app, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 420, "height": 700})
    context.set_default_timeout(8000)
    yield context
    context.close()


@pytest.fixture
def chat(window: BrowserContext, address: str) -> Page:
    page = window.new_page()
    page.goto(f"{address}/chat/frame?name=Larkfell+help")
    return page


def write(page: Page | Frame, text: str) -> None:
    page.get_by_role("textbox", name="Your message").fill(text)
    page.get_by_role("textbox", name="Your message").press("Enter")


def bubbles(page: Page | Frame):  # type: ignore[no-untyped-def]
    return page.locator(".bubble")


def said_by_the_customer(database: Database) -> list[str]:
    with database.reading() as session:
        rows = select(Message.text).where(Message.speaker == Speaker.CUSTOMER.value).order_by(Message.id)
        return list(session.exec(rows))


def as_agent(database: Database, act: Callable) -> None:  # type: ignore[type-arg]
    """Does something with the one open case, as the desk would."""
    with database.transaction() as session:
        conversation = session.exec(select(Conversation)).one()
        act(session, unclosed_case(session, conversation.id).id)


def test_a_question_is_answered_in_the_chat(chat: Page) -> None:
    expect(chat.get_by_role("heading", name="Ask us anything.")).to_be_visible()
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    expect(chat.get_by_text("sending")).to_have_count(0)
    expect(chat.get_by_role("heading", name="Ask us anything.")).to_be_hidden()


def test_who_only_looks_begins_no_conversation(chat: Page, database: Database) -> None:
    chat.reload()
    with database.reading() as session:
        assert session.exec(select(Conversation)).all() == []


def test_a_suggested_reply_is_chosen_once(chat: Page, database: Database) -> None:
    write(chat, "unsure")
    chat.get_by_role("group", name="Suggested replies").get_by_role("button", name=CHOICES[0]).click()
    expect(bubbles(chat)).to_have_text(["unsure", UNSURE, CHOICES[0], ANSWER])
    expect(chat.get_by_role("group", name="Suggested replies")).to_have_count(0)
    assert said_by_the_customer(database) == ["unsure", CHOICES[0]]


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
    assert lost and said_by_the_customer(database) == [DELIVERY]


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
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER, "Are you there?", ANSWER, "Hello?", ANSWER])
    expect(chat.get_by_text("Connected again.")).to_be_visible()
    assert said_by_the_customer(database) == [DELIVERY, "Are you there?", "Hello?"]


def test_a_refused_message_shows_the_reason_and_can_be_changed(chat: Page, database: Database) -> None:
    write(chat, "refuse this")
    expect(chat.get_by_text("Not sent. The server does not like this.")).to_be_visible()
    chat.get_by_role("button", name="Change it").click()
    expect(chat.get_by_role("textbox", name="Your message")).to_have_value("refuse this")
    expect(bubbles(chat)).to_have_count(0)
    assert said_by_the_customer(database) == []


def test_a_message_that_is_too_long_is_held_back_and_counted(chat: Page, database: Database) -> None:
    write(chat, "x" * 5001)
    expect(chat.get_by_text("5,001 of 5,000 characters")).to_be_visible()
    expect(chat.get_by_role("textbox", name="Your message")).to_have_attribute("aria-invalid", "true")
    assert said_by_the_customer(database) == []


def test_a_conversation_that_the_server_forgot_begins_anew(chat: Page, database: Database) -> None:
    chat.evaluate("localStorage.setItem('handraise.conversation', '\"gone\"')")
    chat.reload()
    write(chat, DELIVERY)
    expect(bubbles(chat)).to_have_text([DELIVERY, ANSWER])
    assert said_by_the_customer(database) == [DELIVERY]


def test_html_in_a_message_is_shown_as_text(chat: Page, database: Database) -> None:
    attack = "<img src=x onerror=\"document.title='gotcha'\"><b>bold</b>"
    write(chat, attack)
    expect(bubbles(chat).first).to_have_text(attack)
    write(chat, "person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()
    evil = Person("U2", "<i>Eve</i>")
    as_agent(database, lambda session, case: handover.reply(session, case, evil, attack, "1.1"))
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
    as_agent(database, lambda session, case: handover.reply(session, case, MAYA, "I lok into it.", "1.1"))
    expect(chat.get_by_text("Maya Okafor is here")).to_be_visible()
    expect(chat.locator(".message[data-speaker=agent] .name")).to_have_text("Maya Okafor")
    reword(database, "I look into it.")
    expect(bubbles(chat).last).to_have_text("I look into it.")
    expect(chat.get_by_text("edited")).to_be_visible()
    reword(database, None)
    expect(bubbles(chat).last).to_have_text("This message was deleted.")


def reword(database: Database, text: str | None) -> None:
    with database.transaction() as session:
        message = session.exec(select(Message).where(Message.speaker == Speaker.AGENT.value)).one()
        handover.reword(message, text)


def test_an_edit_made_while_the_customer_was_offline_is_seen_on_return(chat: Page, database: Database) -> None:
    write(chat, "person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()
    as_agent(database, lambda session, case: handover.reply(session, case, MAYA, "Tomorow.", "1.1"))
    expect(bubbles(chat).last).to_have_text("Tomorow.")
    chat.goto("about:blank")
    reword(database, "Tomorrow.")
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
    as_agent(database, lambda session, case: handover.reply(session, case, MAYA, "Hello!", "1.1"))
    chat.clock.run_for(25_000)
    expect(chat).to_have_title("(1) Larkfell help")
    reword(database, "Hello again!")
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
    launcher = page.get_by_role("button", name="Open: Larkfell help")
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
    as_agent(database, lambda session, case: handover.reply(session, case, MAYA, "Hello!", "1.1"))
    page.get_by_role("button", name="Open: Larkfell help, 1 new message").click()
    expect(frame.get_by_text("Hello!")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Open: Larkfell help", exact=True)).to_be_visible()


def test_only_the_page_that_holds_the_chat_can_steer_it(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(address)
    page.get_by_role("button", name="Open: Larkfell help").click()
    frame = page.frame_locator("iframe[title='Larkfell help']")
    expect(frame.get_by_role("textbox", name="Your message")).to_be_focused()
    page.evaluate(
        """() => new Promise((done) => {
            addEventListener('message', () => setTimeout(done));
            const stranger = document.createElement('iframe');
            stranger.srcdoc = `<script>parent.postMessage({handraise: 'close'}, '*')</` + 'script>';
            document.body.append(stranger);
        })"""
    )
    expect(page.locator("iframe[title='Larkfell help']")).to_be_visible()


def test_a_frame_listens_to_the_site_alone_that_it_was_made_for(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(f"{address}/chat/handraise.css")
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
