"""The door of the Web API: tokens, bodies, rate limits, ordered misbehaviour, and Slack's way of answering."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from escalation.practice.misbehaviour import CallTrick
from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON, Refused
from escalation.practice.web_api import auth, chat, conversations, files, reactions, users, views
from escalation.practice.web_api.call import Call, Method
from escalation.practice.workspace import APP_TOKEN, BOT_TOKEN

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **reactions.METHODS,
    **users.METHODS,
    **views.METHODS,
}
WITHOUT_TOKEN = ("api.test",)
WITH_APP_TOKEN = ("apps.connections.open",)
LARGEST_BODY = 1_000_000


async def answer(practice: Practice, method: str, request: Request) -> Response:
    trick = practice.misbehaviour.next_call(method)
    if trick is not None and trick.seconds:
        await asyncio.sleep(trick.seconds)
    if trick is not None and not trick.performed and _goes_wrong(trick):
        practice.record(method, {}, trick.error or str(trick.status))
        return _wrong(trick)
    body = await _perform(practice, method, request)
    if trick is not None and _goes_wrong(trick):
        return _wrong(trick)
    return body


def _goes_wrong(trick: CallTrick) -> bool:
    return trick.status != 200 or bool(trick.error)


def _wrong(trick: CallTrick) -> Response:
    if trick.status == 429:
        return _limited(trick.retry_after)
    if trick.status != 200:
        return PlainTextResponse("Something went wrong on purpose.", status_code=trick.status)
    return JSONResponse({"ok": False, "error": trick.error})


def _limited(seconds: int) -> Response:
    headers = {"Retry-After": str(seconds)}
    return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)


async def _perform(practice: Practice, method: str, request: Request) -> Response:
    arguments: JSON = {}
    try:
        arguments = await _arguments(request)
        body: JSON = {"ok": True, **_call(practice, method, request, arguments)}
    except Refused as refused:
        body = refused.to_json()
        if refused.retry_after is not None:
            practice.record(method, arguments, refused.code)
            return _limited(refused.retry_after)
    practice.record(method, arguments, body.get("error"))
    return JSONResponse(body)


def _call(practice: Practice, method: str, request: Request, arguments: JSON) -> JSON:
    work = METHODS.get(method)
    if work is None:
        raise Refused("unknown_method")
    if method not in WITHOUT_TOKEN:
        _check_token(_token(request, arguments), method)
    if practice.manifest is not None:
        practice.manifest.check_call(method, arguments)
    if practice.settings.rate_limit:
        practice.limits.count(method, str(arguments.get("channel", "")))
    return work(Call(practice, arguments))


def _token(request: Request, arguments: JSON) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(arguments.get("token") or "")


def _check_token(token: str, method: str) -> None:
    if not token:
        raise Refused("not_authed")
    if token not in (BOT_TOKEN, APP_TOKEN):
        raise Refused("invalid_auth")
    wanted = APP_TOKEN if method in WITH_APP_TOKEN else BOT_TOKEN
    if token != wanted:
        raise Refused("not_allowed_token_type")


async def _arguments(request: Request) -> JSON:
    arguments: JSON = dict(request.query_params)
    body = await request.body()
    if len(body) > LARGEST_BODY:
        raise Refused("request_too_large")
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**arguments, **_json_object(body)}
    form = await request.form()
    return {**arguments, **{name: value for name, value in form.items() if isinstance(value, str)}}


def _json_object(body: bytes) -> JSON:
    if not body:
        return {}
    try:
        value: Any = json.loads(body)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value
