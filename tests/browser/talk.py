"""What a customer does on the chat page, what an agent answers meanwhile, and what of it is stored."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session

from escalation import handover
from escalation.handover import Person
from escalation.store.case import unclosed_case
from escalation.store.conversation import find_conversation
from escalation.store.message import Speaker, messages_after
from labeling.database import Database

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


def turn_away(page: Page, hidden: bool) -> None:
    """The customer looks at another tab, or comes back."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )
