"""A conversation as server-sent events, numbered by its messages: a client that comes back misses nothing."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json
from sqlalchemy.exc import SQLAlchemyError

from bot.courier import mark
from bot.webchat.house import House
from bot.webchat.shape import LIMIT, News, read_news

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def poll(request: Request, house: House, channel: str, conversation_id: int) -> HTTPResponse:
    """Everything after a number, for clients without a stream."""
    news = await asyncio.to_thread(read_news, house.database, conversation_id, last_seen(request), {})
    await _delivered(house, channel, news)
    return as_json({"messages": list(news.messages), "state": news.state}, headers={"Cache-Control": "no-store"})


async def stream(request: Request, house: House, channel: str, conversation_id: int) -> None:
    """Until the client goes or the bot stops."""
    response = await request.respond(content_type="text/event-stream; charset=utf-8", headers=HEADERS)
    try:
        await _follow(request, response, house, channel, conversation_id)
    except SQLAlchemyError as error:
        log.warning("a stream ends, its client will come back: %s", type(error).__name__)
    await response.eof()


async def _follow(request: Request, response: Any, house: House, channel: str, conversation_id: int) -> None:
    after = last_seen(request)
    known: Mapping[int, int] = {}
    state: Mapping[str, Any] | None = None
    with house.watch.follow(conversation_id) as changed:
        while not house.watch.closing:
            changed.clear()
            news = await asyncio.to_thread(read_news, house.database, conversation_id, after, known)
            written = _events(news, state)
            if written:
                await response.send(written)
                await _delivered(house, channel, news)
            after = max([after, *(message["number"] for message in news.messages)])
            known, state = news.revisions, news.state
            if len(news.messages) < LIMIT:
                await _wait(response, changed)


def last_seen(request: Request) -> int:
    """The number after which the client wants to read; anything that is no number means from the start."""
    wanted = request.headers.get("last-event-id") or request.args.get("after") or "0"
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0


async def _wait(response: Any, changed: asyncio.Event) -> None:
    while True:
        try:
            await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
            return
        except asyncio.TimeoutError:
            await response.send(": still here\n\n")


def _events(news: News, state: Mapping[str, Any] | None) -> str:
    edits = [_event("edit", edit) for edit in news.edits]
    messages = [_event("message", message, message["number"]) for message in news.messages]
    states = [] if news.state == state else [_event("state", news.state)]
    return "".join([*edits, *messages, *states])


def _event(kind: str, data: Mapping[str, Any], number: int | None = None) -> str:
    numbered = "" if number is None else f"id: {number}\n"
    return f"event: {kind}\n{numbered}data: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _delivered(house: House, channel: str, news: News) -> None:
    """Where a channel is pushed to, reading along brings the customer nothing."""
    if news.undelivered and house.courier.is_collected(channel):
        await asyncio.to_thread(mark, house.database, list(news.undelivered))
