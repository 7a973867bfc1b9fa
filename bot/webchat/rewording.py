"""The customer's second thoughts, and what they have looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot.webchat.door import Refused, accepted, body_of, heard_in, house_of, known
from escalation.rewording import NotTheirs, customer_rewords
from escalation.speaking import seen
from escalation.store.conversation import conversation_by_id
from labeling.database import Database

NO_NUMBER = 'Send {"number": n}: the newest message that was looked at.'


def add_rewording(chat: Blueprint, channel: str) -> None:
    """PUT and DELETE of a message, and the number of the newest one seen."""

    @chat.put("/conversations/<sender_id:str>/messages/<number:int>")
    async def change(request: Request, sender_id: str, number: int) -> HTTPResponse:
        return await _reword(request, await known(house_of(request), channel, sender_id), number, body_of(request))

    @chat.delete("/conversations/<sender_id:str>/messages/<number:int>")
    async def delete(request: Request, sender_id: str, number: int) -> HTTPResponse:
        return await _reword(request, await known(house_of(request), channel, sender_id), number, None)

    @chat.post("/conversations/<sender_id:str>/seen")
    async def look(request: Request, sender_id: str) -> HTTPResponse:
        number = body_of(request).get("number")
        if not isinstance(number, int) or not 0 <= number < 2**31:
            raise Refused(400, NO_NUMBER)
        conversation_id = await known(house_of(request), channel, sender_id)
        await asyncio.to_thread(_seen, house_of(request).database, conversation_id, number)
        return empty()


async def _reword(
    request: Request, conversation_id: int, number: int, said: Mapping[str, Any] | None
) -> HTTPResponse:
    """Without anything said the message is deleted."""
    house = house_of(request)
    phrases = await heard_in(house, conversation_id)
    text = None if said is None else accepted(said.get("text"), phrases)
    try:
        await asyncio.to_thread(_store, house.database, conversation_id, number, text)
    except NotTheirs as refused:
        raise Refused(409, refused.sentence(phrases)) from refused
    house.watch.changed(conversation_id)
    return json({"number": number})


def _store(database: Database, conversation_id: int, number: int, text: str | None) -> None:
    with database.transaction() as session:
        customer_rewords(session, conversation_by_id(session, conversation_id), number, text)


def _seen(database: Database, conversation_id: int, number: int) -> None:
    with database.transaction() as session:
        conversation = conversation_by_id(session, conversation_id)
        seen(session, conversation, min(number, conversation.last_number))
