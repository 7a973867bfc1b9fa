"""The practice workspace as one web server: Web API, Socket Mode, files, play API and page."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

import labeling
from escalation.practice.files import LARGEST
from escalation.practice.guard import Guard
from escalation.practice.misbehaviour import DOWNLOAD, CallTrick
from escalation.practice.play import Play
from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON, Refused
from escalation.practice.response_url import respond
from escalation.practice.web_api import endpoint
from escalation.practice.workspace import BOT_TOKEN

PAGE = Path(__file__).parent / "page"
SHARED_STYLES = Path(labeling.__file__).parent / "web" / "static" / "handraise.css"


def create_app(practice: Practice) -> Starlette:
    guard = Middleware(Guard, base_url=practice.base_url)
    return Starlette(routes=_Doors(practice).routes(), middleware=[guard])


class _Doors:
    """Everything outside the play API."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", _page),
            Route("/ready", _ready),
            Route("/archives/{channel}/{message}", self.archive),
            Route("/handraise.css", _styles),
            Route("/api/{method}", self.web_api, methods=["GET", "POST"]),
            WebSocketRoute("/link/", self._practice.socket.serve),
            Route("/actions/{secret}", self.response_url, methods=["POST"]),
            Route("/upload/{key}", self.upload, methods=["POST", "PUT"]),
            Route("/files-pri/{id}/{name:path}", self.download),
            Mount("/play", routes=Play(self._practice).routes()),
            Mount("/page", StaticFiles(directory=PAGE)),
        ]

    async def web_api(self, request: Request) -> Response:
        return await endpoint.answer(self._practice, request.path_params["method"], request)

    async def response_url(self, request: Request) -> Response:
        try:
            url = self._practice.triggers.use_url(request.path_params["secret"])
            respond(self._practice, url, await _response_body(request))
        except Refused as refused:
            return JSONResponse(refused.to_json(), status_code=404 if "url" in refused.code else 400)
        return PlainTextResponse("ok")

    async def upload(self, request: Request) -> Response:
        try:
            content = await _uploaded(request)
            self._practice.files.receive(request.path_params["key"], content)
        except Refused as refused:
            return PlainTextResponse(refused.code, status_code=400)
        return PlainTextResponse(f"OK - {len(content)}")

    async def download(self, request: Request) -> Response:
        """Without the bot's token, or its scope, Slack leads to the sign-in page instead of an error."""
        manifest = self._practice.manifest
        may_read = manifest is None or "files:read" in manifest.scopes
        if not may_read or request.headers.get("authorization") != f"Bearer {BOT_TOKEN}":
            return RedirectResponse("/?signed-out", status_code=302)
        trick = self._practice.misbehaviour.next_call(DOWNLOAD) or CallTrick(DOWNLOAD)
        await asyncio.sleep(trick.seconds)
        if trick.status != 200:
            return PlainTextResponse("Something went wrong on purpose.", status_code=trick.status)
        try:
            stored = self._practice.files.find(request.path_params["id"].rpartition("-")[2])
        except Refused:
            return PlainTextResponse("file_not_found", status_code=404)
        return Response(stored.content or b"", media_type=stored.mimetype)

    async def archive(self, request: Request) -> Response:
        """A permalink: opens the page at the message."""
        message = request.path_params["message"].removeprefix("p")
        thread = request.query_params.get("thread_ts") or f"{message[:10]}.{message[10:]}"
        return RedirectResponse(f"/?channel={request.path_params['channel']}&thread={thread}")


async def _page(request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})


async def _styles(request: Request) -> Response:
    return FileResponse(SHARED_STYLES, media_type="text/css", headers={"Cache-Control": "no-cache"})


async def _ready(request: Request) -> Response:
    return JSONResponse({"ok": True})


async def _response_body(request: Request) -> JSON:
    try:
        body: Any = json.loads(await request.body())
    except ValueError:
        raise Refused("invalid_payload") from None
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    return body


async def _uploaded(request: Request) -> bytes:
    """Raw bytes, or a form with one file."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        form = await request.form()
        files = [value for value in form.values() if not isinstance(value, str)]
        content = await files[0].read() if files else b""
    else:
        content = await request.body()
    if len(content) > LARGEST:
        raise Refused("file_upload_size_restricted")
    return content
