"""The web chat's HTTP API, and the same streams for other channels' conversations."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from collections.abc import Mapping
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sqlmodel import select

from bot.hearing import Words
from bot.introduction import introduction_of
from bot.webchat.door import Refused, accepted, body_of, find, house_of, known, phrases_of
from bot.webchat.files import add_files
from bot.webchat.house import House
from bot.webchat.rewording import add_rewording
from bot.webchat.stream import poll, stream
from bot.words import LONGEST_LANGUAGE, short
from escalation.phrases import Phrases
from escalation.rating import RatingRefused, rate
from escalation.store.conversation import Conversation, find_conversation
from escalation.store.message import Message, Speaker
from labeling.database import Database

TOKEN = "HANDRAISE_STREAM_TOKEN"  # noqa: S105  # the variable's name, not a token
NO_TEXT = 'Send {"text": "…", "id": "…"} or {"choice": {"number": n, "index": i}, "id": "…"}.'
FORBIDDEN = f"Reading this stream needs `Authorization: Bearer …` with the bot's {TOKEN}."


def chat_blueprint(channel: str) -> Blueprint:
    """Mounted at /chat."""
    chat = Blueprint("chat")

    @chat.post("/conversations")
    async def begin(request: Request) -> HTTPResponse:
        said = body_of(request, allow_empty=True)
        sender_id = secrets.token_urlsafe(24)
        await asyncio.to_thread(_begin, house_of(request).database, channel, sender_id, said)
        return json({"conversation": sender_id}, status=201)

    @chat.post("/conversations/<sender_id:str>/messages")
    async def write(request: Request, sender_id: str) -> HTTPResponse:
        house, said = house_of(request), body_of(request)
        words = await asyncio.to_thread(_words, house, channel, sender_id, said)
        heard = await house.gate.hear(words)
        return json({"number": heard.number, "duplicate": heard.duplicate}, status=202)

    @chat.post("/conversations/<sender_id:str>/rating")
    async def take_rating(request: Request, sender_id: str) -> HTTPResponse:
        house, said = house_of(request), body_of(request)
        conversation_id = await known(house, channel, sender_id)
        return json(await asyncio.to_thread(_rate, house.database, conversation_id, said), status=201)

    @chat.get("/conversations/<sender_id:str>/messages")
    async def read(request: Request, sender_id: str) -> HTTPResponse:
        house = house_of(request)
        return await poll(request, house, channel, await known(house, channel, sender_id))

    @chat.get("/conversations/<sender_id:str>/stream")
    async def follow(request: Request, sender_id: str) -> None:
        house = house_of(request)
        await stream(request, house, channel, await known(house, channel, sender_id))

    add_rewording(chat, channel)
    add_files(chat, channel)
    return chat


def streams_blueprint() -> Blueprint:
    """What was said on channels that have no stream of their own, for those who hold the token."""
    streams = Blueprint("streams")

    @streams.get("/conversations/<channel:str>/<sender_id:str>/messages")
    async def read(request: Request, channel: str, sender_id: str) -> HTTPResponse:
        _check_token(request)
        house = house_of(request)
        return await poll(request, house, channel, await known(house, channel, sender_id))

    @streams.get("/conversations/<channel:str>/<sender_id:str>/stream")
    async def follow(request: Request, channel: str, sender_id: str) -> None:
        _check_token(request)
        house = house_of(request)
        await stream(request, house, channel, await known(house, channel, sender_id))

    return streams


def _begin(database: Database, channel: str, sender_id: str, said: Mapping[str, Any]) -> None:
    with database.transaction() as session:
        customer = introduction_of(said)
        session.add(
            Conversation(
                channel=channel,
                sender_id=sender_id,
                customer_name=customer.name,
                page=customer.page,
                page_title=customer.page_title,
                language=customer.language,
            )
        )


def _rate(database: Database, conversation_id: int, said: Mapping[str, Any]) -> dict[str, int]:
    try:
        with database.transaction() as session:
            return {"stars": rate(session, conversation_id, said.get("stars"), said.get("comment")).stars}
    except RatingRefused as refused:
        raise Refused(409, str(refused)) from refused


def _words(house: House, channel: str, sender_id: str, said: Mapping[str, Any]) -> Words:
    conversation_id = find(house.database, channel, sender_id)
    choice, language = said.get("choice"), short(said.get("language"), LONGEST_LANGUAGE)
    phrases = house.phrases.of(language) if language else phrases_of(house, conversation_id)
    if choice is not None:
        title, payload = _chosen(house.database, channel, sender_id, choice, phrases)
        says = payload if payload.startswith("/") else None
        return Words(channel, sender_id, title, said.get("id"), says, language=language)
    if "text" not in said:
        raise Refused(400, NO_TEXT)
    return Words(channel, sender_id, accepted(said["text"], phrases), said.get("id"), language=language)


def _chosen(database: Database, channel: str, sender_id: str, choice: object, phrases: Phrases) -> tuple[str, str]:
    """Title and payload of a button that the bot offered in this conversation."""
    number, index = (choice.get("number"), choice.get("index")) if isinstance(choice, dict) else (None, None)
    if not isinstance(number, int) or not isinstance(index, int) or not 0 < number < 2**31:
        raise Refused(400, NO_TEXT)
    with database.reading() as session:
        conversation = find_conversation(session, channel, sender_id)
        assert conversation is not None
        rows = select(Message).where(Message.conversation_id == conversation.id, Message.number == number)
        offer = session.exec(rows.where(Message.speaker == Speaker.BOT.value)).first()
    shown = offer.payload if offer else {}
    buttons = [*(shown.get("buttons") or []), *(shown.get("quick_replies") or [])]
    if not 0 <= index < len(buttons):
        raise Refused(400, phrases.no_button)
    title = str(buttons[index].get("title") or "")
    return title, str(buttons[index].get("payload") or title)


def _check_token(request: Request) -> None:
    wanted = os.environ.get(TOKEN, "")
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not wanted or not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogateescape")):
        raise Refused(403, FORBIDDEN)
