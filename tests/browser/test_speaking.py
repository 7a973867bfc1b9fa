"""What a customer can do beside writing: think again, send files, and see who speaks and how."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from escalation import handover
from escalation.handover import Person
from escalation.practice.people import PEOPLE
from escalation.practice.portrait import portrait_png
from escalation.store.case import unclosed_case
from escalation.store.conversation import conversation_by_id
from escalation.store.file import files_of, keep_file, keep_picture
from escalation.store.message import Speaker, messages_after
from labeling.database import Database
from tests.browser.talk import bubbles, conversation_id, said_by_the_customer, turn_away, write

pytestmark = pytest.mark.browser

PICTURE = portrait_png(PEOPLE[0])


def call_a_person(chat: Page) -> None:
    write(chat, "I want a person")
    expect(chat.get_by_text("A person has been called.")).to_be_visible()


def reply(chat: Page, database: Database, text: str, payload: dict[str, Any] | None = None) -> None:
    with database.transaction() as session:
        case = unclosed_case(session, conversation_id(chat, session))
        assert case is not None and case.id is not None
        maya = Person("U1", "Maya Okafor", picture=keep_picture(session, "png", PICTURE))
        handover.reply(session, case.id, maya, text, "1.1", payload=payload)


def attach(chat: Page, name: str, content: bytes) -> None:
    chat.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def test_a_message_to_a_person_is_edited_and_deleted(chat: Page, database: Database) -> None:
    call_a_person(chat)
    write(chat, "order LF-1")
    mine = chat.locator(".message", has_text="order LF-1")
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    expect(chat.get_by_text("You are changing your message.")).to_be_visible()
    write(chat, "order LF-2")
    expect(bubbles(chat).last).to_have_text("order LF-2")
    expect(chat.get_by_text("You are changing your message.")).to_be_hidden()
    mine = chat.locator(".message", has_text="order LF-2")
    mine.hover()
    mine.get_by_role("button", name="Delete").click()
    mine.get_by_role("button", name="Delete for good?").click()
    expect(bubbles(chat).last).to_have_text("This message was deleted.")
    assert said_by_the_customer(chat, database) == ["I want a person", ""]


def test_changing_a_message_can_be_left(chat: Page, database: Database) -> None:
    call_a_person(chat)
    write(chat, "order LF-1")
    mine = chat.locator(".message", has_text="order LF-1")
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    chat.get_by_role("button", name="Leave it as it was").click()
    write(chat, "something new")
    expect(bubbles(chat).last).to_have_text("something new")
    assert said_by_the_customer(chat, database)[1:] == ["order LF-1", "something new"]


def test_a_file_is_sent_shown_and_kept_over_a_reload(chat: Page, database: Database) -> None:
    attach(chat, "damage.png", PICTURE)
    expect(chat.get_by_text("We have your file.")).to_be_visible()
    chat.reload()
    picture = chat.get_by_role("img", name="damage.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 96
    with database.reading() as session:
        (message, *_) = messages_after(session, conversation_id(chat, session), 0)
        (stored,) = files_of(session, message.id or 0)
    assert stored.content == PICTURE


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("run.exe", b"MZ\x00\x01", "of a kind that cannot be sent"), ("big.txt", b"x" * 10_000_001, "is too large")],
)
def test_a_file_that_cannot_pass_is_refused_out_loud(chat: Page, name: str, content: bytes, why: str) -> None:
    expect(chat.get_by_role("button", name="Attach a file")).to_be_visible()
    attach(chat, name, content)
    expect(chat.locator("#trouble")).to_contain_text(why)
    expect(bubbles(chat)).to_have_count(0)


def test_an_agent_is_seen_with_picture_formatting_and_file(chat: Page, database: Database) -> None:
    call_a_person(chat)
    runs = [{"text": "Read "}, {"text": "this", "bold": True}, {"text": " page", "href": "https://shop.example/a"}]
    reply(chat, database, "Read this page (https://shop.example/a)", {"runs": runs})
    said = bubbles(chat).last
    expect(said).to_have_text("Read this page")
    expect(said.locator("strong")).to_have_text("this")
    expect(said.get_by_role("link")).to_have_attribute("href", "https://shop.example/a")
    avatar = chat.locator(".message .avatar img")
    assert avatar.evaluate("image => image.decode().then(() => image.naturalWidth)") == 96
    with database.transaction() as session:
        messages = messages_after(session, conversation_id(chat, session), 0)
        message = next(m for m in messages if m.speaker == Speaker.AGENT.value)
        stored = keep_file(session, "terms.pdf", "pdf", b"%PDF-1.7", message.id)
        shown = {"key": stored.key, "name": "terms.pdf", "kind": "pdf", "size": 8}
        handover.reword(message, "The terms", {"files": [shown]})
    with chat.expect_download() as download:
        chat.get_by_role("link", name="terms.pdf").click()
    assert download.value.suggested_filename == "terms.pdf"


def test_a_link_that_could_run_something_is_only_text(chat: Page, database: Database) -> None:
    call_a_person(chat)
    reply(chat, database, "click", {"runs": [{"text": "click", "href": "javascript:alert(1)"}]})
    expect(bubbles(chat).last).to_have_text("click")
    expect(bubbles(chat).last.get_by_role("link")).to_have_count(0)


def test_what_an_agent_said_is_reported_as_seen_only_when_it_is_looked_at(chat: Page, database: Database) -> None:
    call_a_person(chat)
    turn_away(chat, True)
    reply(chat, database, "Hello!")
    expect(chat).to_have_title("(1) Larkfell help")
    with chat.expect_response("**/seen"):
        turn_away(chat, False)
    with database.reading() as session:
        conversation = conversation_by_id(session, conversation_id(chat, session))
        assert conversation.seen_number == messages_after(session, conversation.id or 0, 0)[-1].number
