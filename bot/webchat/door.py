"""What every handler of the chat's HTTP API begins with: whose conversation, what was sent, and how to refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.webchat.house import House
from bot.webchat.shape import conversation_id_of
from bot.words import WordsRefused, accept, clean
from escalation.phrases import Phrases
from escalation.store.conversation import conversation_by_id
from labeling.database import Database

UNKNOWN = "There is no such conversation."


class Refused(Exception):
    """An answer that is an error: a status and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def refusal(error: Refused) -> HTTPResponse:
    return json({"error": str(error)}, status=error.status)


def house_of(request: Request) -> House:
    house: House = request.app.ctx.house
    return house


def body_of(request: Request, allow_empty: bool = False) -> Mapping[str, Any]:
    if allow_empty and not request.body:
        return {}
    try:
        said = request.json
    except InvalidUsage:
        said = None
    if not isinstance(said, dict):
        raise Refused(400, "Send a JSON object.")
    return said


def accepted(text: object, phrases: Phrases) -> str:
    """The customer's words as they are stored. Raises Refused in their language."""
    try:
        return accept(text)
    except WordsRefused as refused:
        raise Refused(413 if refused.too_long else 400, refused.sentence(phrases)) from refused


async def heard_in(house: House, conversation_id: int) -> Phrases:
    """What this customer hears in their language."""
    return await asyncio.to_thread(phrases_of, house, conversation_id)


def phrases_of(house: House, conversation_id: int) -> Phrases:
    """The same, for those who may wait for the database."""
    with house.database.reading() as session:
        return house.phrases.of(conversation_by_id(session, conversation_id).language)


async def known(house: House, channel: str, sender_id: str) -> int:
    return await asyncio.to_thread(find, house.database, channel, sender_id)


def find(database: Database, channel: str, sender_id: str) -> int:
    conversation_id = conversation_id_of(database, channel, clean(unquote(sender_id)))
    if conversation_id is None:
        raise Refused(404, UNKNOWN)
    return conversation_id
