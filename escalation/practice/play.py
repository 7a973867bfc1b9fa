"""The play API: how the page, tests and scripted agents act as people, and how tests order misbehaviour.

All JSON. `as` is a person's key (mina, jonas, priya) or id. A refusal is `{"error": code, "sentence": …}` with
status 400 (504 when the app did not answer within 3 seconds).

Reading
  GET  /play/state?as&since=0&wait=0&limit=200   what `as` sees, changed after version `since`; `wait` seconds at most
                                                 for a change; limit=0: everything, replies too
  GET  /play/thread?as&channel&ts                {"messages"}: a thread whole
  GET  /play/calls?after=0                       the app's last Web API calls: number, method, arguments, ok, error;
                                                 method is `response_url` or `acknowledgement` for what it answered
  GET  /play/deliveries                          the last payloads sent to the app, and what came of them
  GET  /play/avatar/{key}.svg   GET  /play/avatar/{key}.png   GET /play/file/{id}

Acting (POST; channel is an id or a name)
  /play/post       as, channel, text, thread_ts?, broadcast?           → {"ts"}
  /play/edit       as, channel, ts, text
  /play/delete     as, channel, ts
  /play/react      as, channel, ts, name, remove?
  /play/upload     multipart: as, channel, text?, thread_ts?, file     → {"ts", "file"}
  /play/keep       multipart: as, file                                 → {"file"}, for a window's file field, whose
                   entry is a list of file ids
  /play/action     as, (channel, ts | view_id), action_id, block_id?, value?    a click, or a choice by option value;
                   in a view `values?` as for submit: what was typed elsewhere in it
  /play/enter      as, (channel, ts | view_id), action_id, block_id?, value     typed, not told to the app yet
  /play/suggest    as, (channel, ts | view_id), action_id, block_id?, query     → {"options", "option_groups"}
  /play/submit     as, view_id, values?                                → {"errors": {block_id: sentence}}
                   values: {action_id: entry}, or {block_id: {action_id: entry}}
  /play/close      as, view_id, all?
  /play/home       as                                                  opens App Home
  /play/command    as, channel, command, text?
  /play/shortcut   as, callback_id, channel?, ts?                      global, or on a message

Ordering (POST)
  /play/misbehave  {"method", "times"?, "status"?, "error"?, "retry_after"?, "seconds"?, "performed"?}   Web API calls
                   method "download" is the fetching of a file, with "seconds"? and "status"?
                   {"delivery": duplicate | duplicate_new_id | late | hold | lose, "times"?, "seconds"?}  events
                   {"socket": drop | warning | refresh_requested}      {"behave": true} forgets all orders,
                   and what is still to be sent
  /play/settings   any of ack_seconds, trigger_seconds, retry_delays, rate_limit, request_url (is verified)
  /play/channel    name, private?, archived?, bot?, members?           → {"channel"}; makes or changes one
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from escalation.practice import order
from escalation.practice.channel import Channel
from escalation.practice.moves import NO_ANSWER, Moves
from escalation.practice.outlook import outlook, thread
from escalation.practice.payloads import Place
from escalation.practice.people import avatar_svg
from escalation.practice.portrait import portrait_png
from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON, Refused, missing
from escalation.practice.response_url import respond
from escalation.practice.sentences import sentence
from escalation.practice.trigger import ResponseUrl

LONGEST_WAIT = 25.0
Act = Callable[[Moves, JSON], Awaitable[JSON]]


async def _post(moves: Moves, body: JSON) -> JSON:
    channel = _channel(moves, body)
    message = moves.post(channel, _words(body), body.get("thread_ts"), bool(body.get("broadcast")))
    return {"ts": message.ts}


async def _edit(moves: Moves, body: JSON) -> JSON:
    moves.edit(_channel(moves, body), _text(body, "ts"), _words(body))
    return {}


async def _delete(moves: Moves, body: JSON) -> JSON:
    moves.delete(_channel(moves, body), _text(body, "ts"))
    return {}


async def _react(moves: Moves, body: JSON) -> JSON:
    channel, ts, name = _channel(moves, body), _text(body, "ts"), _text(body, "name")
    moves.react(channel, ts, name, bool(body.get("remove")))
    return {}


async def _action(moves: Moves, body: JSON) -> JSON:
    place = _place(moves, body)
    if place.view is not None:
        moves.fill(place.view, body.get("values") or {})
    await moves.act(place, body.get("block_id"), _text(body, "action_id"), body.get("value"))
    return {}


async def _enter(moves: Moves, body: JSON) -> JSON:
    moves.type_in(_place(moves, body), body.get("block_id"), _text(body, "action_id"), body.get("value"))
    return {}


async def _suggest(moves: Moves, body: JSON) -> JSON:
    place, action_id = _place(moves, body), _text(body, "action_id")
    return await moves.suggest(place, body.get("block_id"), action_id, str(body.get("query", "")))


async def _submit(moves: Moves, body: JSON) -> JSON:
    view = moves.practice.views.find(_text(body, "view_id"))
    errors = await moves.submit(view, body.get("values") or {})
    return {"errors": errors, "values": view.values}


async def _close(moves: Moves, body: JSON) -> JSON:
    await moves.close(moves.practice.views.find(_text(body, "view_id")), bool(body.get("all")))
    return {}


async def _home(moves: Moves, body: JSON) -> JSON:
    moves.open_home()
    return {}


async def _command(moves: Moves, body: JSON) -> JSON:
    channel = _channel(moves, body)
    answer = await moves.command(channel, _text(body, "command"), _words(body))
    if answer.get("text") or answer.get("blocks"):
        respond(moves.practice, ResponseUrl(moves.person.id, channel.id, None, None, 0), answer)
    return {}


async def _shortcut(moves: Moves, body: JSON) -> JSON:
    place = _place(moves, body) if body.get("ts") else Place()
    await moves.shortcut(_text(body, "callback_id"), place)
    return {}


ACTS: dict[str, Act] = {
    "post": _post,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "action": _action,
    "enter": _enter,
    "suggest": _suggest,
    "submit": _submit,
    "close": _close,
    "home": _home,
    "command": _command,
    "shortcut": _shortcut,
}


def _text(body: JSON, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise missing(name)
    return value


def _words(body: JSON) -> str:
    """What was typed; nothing is fine here, and refused later where it must be something."""
    return str(body.get("text") or "")


def _channel(moves: Moves, body: JSON) -> Channel:
    return moves.workspace.channel(_text(body, "channel"))


def _place(moves: Moves, body: JSON) -> Place:
    if body.get("view_id"):
        return Place(view=moves.practice.views.find(body["view_id"]))
    channel, ts = _channel(moves, body), _text(body, "ts")
    whisper = moves.workspace.ephemeral.get(ts)
    message = whisper if whisper and not whisper.deleted else moves.workspace.message(channel, ts)
    return Place(channel=channel, message=message)


class Play:
    """The play API of one practice workspace."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice

    def routes(self) -> list[Route]:
        return [
            Route("/state", self._guarded(self.state)),
            Route("/thread", self._guarded(self.thread)),
            Route("/calls", self._guarded(self.calls)),
            Route("/deliveries", self._guarded(self.deliveries)),
            Route("/avatar/{key}.svg", self._guarded(self.avatar)),
            Route("/avatar/{key}.png", self._guarded(self.portrait)),
            Route("/file/{id}", self._guarded(self.file)),
            Route("/upload", self._guarded(self.upload), methods=["POST"]),
            Route("/keep", self._guarded(self.keep), methods=["POST"]),
            Route("/misbehave", self._guarded(self.misbehave), methods=["POST"]),
            Route("/settings", self._guarded(self.settings), methods=["POST"]),
            Route("/channel", self._guarded(self.channel), methods=["POST"]),
            Route("/{act}", self._guarded(self.act), methods=["POST"]),
        ]

    def _guarded(self, work: Callable[[Request], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await work(request)
            except Refused as refused:
                status = 504 if refused.code == NO_ANSWER else 400
                body = {"error": refused.code, "sentence": sentence(refused), "messages": refused.messages}
                return JSONResponse(body, status_code=status)

        return answer

    def _moves(self, who: Any) -> Moves:
        if not isinstance(who, str):
            raise missing("as")
        return Moves(self._practice, self._practice.workspace.person(who))

    async def act(self, request: Request) -> Response:
        body = await _body(request)
        act = ACTS.get(request.path_params["act"])
        if act is None:
            raise Refused("unknown_method")
        return JSONResponse(await act(self._moves(body.get("as")), body))

    async def state(self, request: Request) -> Response:
        asked = request.query_params
        person = self._moves(asked.get("as")).person
        since, limit = _number(asked.get("since", "0")), _number(asked.get("limit", "200"))
        wait = min(float(_number(asked.get("wait", "0"))), LONGEST_WAIT)
        if wait and since:
            await self._practice.workspace.wait_beyond(since, wait)
        return JSONResponse(outlook(self._practice, person, since, limit))

    async def thread(self, request: Request) -> Response:
        asked = dict(request.query_params)
        moves = self._moves(asked.get("as"))
        found = thread(self._practice, _channel(moves, asked), _text(asked, "ts"), moves.person)
        return JSONResponse({"messages": found})

    async def calls(self, request: Request) -> Response:
        after = _number(request.query_params.get("after", "0"))
        return JSONResponse({"calls": [call for call in self._practice.calls if call["number"] > after]})

    async def deliveries(self, request: Request) -> Response:
        return JSONResponse({"deliveries": list(self._practice.delivery.log)})

    async def avatar(self, request: Request) -> Response:
        person = self._practice.workspace.person(request.path_params["key"])
        return Response(avatar_svg(person), media_type="image/svg+xml")

    async def portrait(self, request: Request) -> Response:
        """As Slack gives pictures: never as SVG."""
        person = self._practice.workspace.person(request.path_params["key"])
        return Response(portrait_png(person), media_type="image/png")

    async def file(self, request: Request) -> Response:
        stored = self._practice.files.find(request.path_params["id"])
        picture = stored.mimetype.startswith("image/") and stored.mimetype != "image/svg+xml"
        headers = {"X-Content-Type-Options": "nosniff"}
        if not picture:
            headers["Content-Disposition"] = "attachment"
        return Response(stored.content or b"", media_type=stored.mimetype, headers=headers)

    async def keep(self, request: Request) -> Response:
        body, name, content = await _sent_file(request)
        return JSONResponse({"file": self._moves(body.get("as")).keep(name, content)})

    async def upload(self, request: Request) -> Response:
        body, name, content = await _sent_file(request)
        moves = self._moves(body.get("as"))
        channel, thread_ts = _channel(moves, body), body.get("thread_ts") or None
        message = moves.upload(channel, name, content, _words(body), thread_ts)
        return JSONResponse({"ts": message.ts, "file": message.files[0]["id"]})

    async def misbehave(self, request: Request) -> Response:
        return JSONResponse(await order.misbehave(self._practice, await _body(request)))

    async def settings(self, request: Request) -> Response:
        return JSONResponse(await order.change_settings(self._practice, await _body(request)))

    async def channel(self, request: Request) -> Response:
        return JSONResponse(order.change_channel(self._practice, await _body(request)))


async def _sent_file(request: Request) -> tuple[JSON, str, bytes]:
    """What came beside it, its name, and its bytes."""
    form = await request.form()
    file = form.get("file")
    if file is None or isinstance(file, str):
        raise missing("file")
    body = {name: value for name, value in form.items() if isinstance(value, str)}
    return body, file.filename or "file", await file.read()


def _number(value: str) -> int:
    if not value.isdigit():
        raise Refused("invalid_arguments", [f"not a number: {value}"])
    return int(value)


async def _body(request: Request) -> JSON:
    try:
        body: Any = json.loads(await request.body())
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return body
