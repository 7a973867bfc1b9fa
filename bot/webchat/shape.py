"""What a customer's client is shown of a conversation: the one shape for the stream and for polling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from bot.question import question_in
from escalation.file_kind import PICTURES
from escalation.rating import case_to_rate
from escalation.rewording import may_edit
from escalation.store.case import Case, CaseState, unclosed_case
from escalation.store.conversation import find_conversation
from escalation.store.message import Message, Speaker, messages_after
from escalation.store.rating import rating_of
from labeling.database import Database

LIMIT = 500


@dataclass(frozen=True)
class News:
    """Messages after a number, newer wordings of earlier ones, and how things stand."""

    messages: tuple[dict[str, Any], ...]
    edits: tuple[dict[str, Any], ...]
    state: dict[str, Any]
    revisions: Mapping[int, int]
    """Of every reworded message, by its number."""
    undelivered: tuple[int, ...]
    """Ids of those among the messages that no client has seen yet."""


def conversation_id_of(database: Database, channel: str, sender_id: str) -> int | None:
    with database.reading() as session:
        conversation = find_conversation(session, channel, sender_id)
        return conversation.id if conversation else None


def read_news(database: Database, conversation_id: int, after: int, known: Mapping[int, int]) -> News:
    """`known` are the revisions that the client has seen, by number."""
    with database.reading() as session:
        case = unclosed_case(session, conversation_id)
        messages = messages_after(session, conversation_id, after, LIMIT)
        reworded = _reworded(session, conversation_id)
        edits = [m for m in reworded if m.number <= after and m.revision > known.get(m.number, 0)]
        return News(
            messages=tuple(_shape(message, case) for message in messages),
            edits=tuple(_shape(message, case) for message in edits),
            state={**_state(session, conversation_id, case), **_rating(session, conversation_id)},
            revisions={message.number: message.revision for message in reworded},
            undelivered=tuple(m.id for m in messages if m.delivered_at is None and m.id is not None),
        )


def _reworded(session: Session, conversation_id: int) -> list[Message]:
    rows = select(Message).where(Message.conversation_id == conversation_id, Message.revision > 0)
    return list(session.exec(rows.order_by(col(Message.number))))


def _shape(message: Message, case: Case | None) -> dict[str, Any]:
    is_customer = message.speaker == Speaker.CUSTOMER.value
    return {
        "number": message.number,
        "speaker": message.speaker,
        "author": message.shown_as or message.author,
        "picture": address_of(message.picture) if message.picture else "",
        "text": message.text,
        "payload": _payload(message.payload),
        "at": f"{message.created_at.isoformat(timespec='milliseconds')}Z",
        "edited": message.revision > 0 and not message.deleted,
        "deleted": message.deleted,
        "client_id": message.client_id if is_customer else None,
        "editable": is_customer and not message.deleted and may_edit(message, case),
    }


def address_of(key: str) -> str:
    """Of a file, from /chat/ on."""
    return f"files/{key}"


def _payload(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Titles only: what a button says to Rasa is nobody's business outside."""
    buttons = [*(stored.get("buttons") or []), *(stored.get("quick_replies") or [])]
    shown: dict[str, Any] = {"buttons": [{"title": str(button.get("title", ""))} for button in buttons]}
    if question_in(stored) is not None:
        shown["question"] = True  # the last button is a way out
    if stored.get("files"):
        shown["files"] = [_file(file) for file in stored["files"]]
    if stored.get("runs"):
        shown["runs"] = stored["runs"]
    if stored.get("image"):
        shown["image"] = stored["image"]
    for key in ("attachment", "custom"):
        if stored.get(key):
            shown[key] = stored[key]
    return shown


def _file(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": address_of(stored["key"]),
        "name": stored["name"],
        "size": stored["size"],
        "picture": stored["kind"] in PICTURES,
    }


def _state(session: Session, conversation_id: int, case: Case | None) -> dict[str, Any]:
    person = _person(case) if case is not None else None
    if case is not None and not case.bot_answers:
        return {"typing": False, "person": person}
    thinking = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.speaker == Speaker.CUSTOMER.value,
        col(Message.handled_at).is_(None),
    )
    return {"typing": session.exec(thinking.limit(1)).first() is not None, "person": person}


def _rating(session: Session, conversation_id: int) -> dict[str, Any]:
    """Asked of the customer after a case; `stars` once they have said it. Left out where there is nothing to rate."""
    case = case_to_rate(session, conversation_id)
    if case is None or case.id is None:
        return {}
    given = rating_of(session, case.id)
    return {"rating": {"case": case.id, "stars": given.stars if given else None}}


def _person(case: Case) -> dict[str, str]:
    """here: somebody has it; waiting: somebody was called; later: nobody is there, so the bot answers meanwhile."""
    if case.state != CaseState.CLAIMED.value:
        return {"state": "later" if case.bot_answers else "waiting", "name": ""}
    shown = {"state": "here", "name": case.owner_shown_as or case.owner_name or ""}
    return {**shown, "picture": address_of(case.owner_picture)} if case.owner_picture else shown
