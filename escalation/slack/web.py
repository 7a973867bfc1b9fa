"""Slack's payloads over HTTP, for workspaces without Socket Mode. Bolt checks every signature on the raw body."""

from __future__ import annotations

import threading
import time

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from labeling.port import listen

PATH = "/slack/events"
LARGEST = 1_000_000
"""Bytes of one payload; Slack's own are far smaller."""


def web_app(bolt: App) -> Starlette:
    """One address for events, actions and options alike."""

    async def take(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        try:
            asked = to_bolt_request(request, body)
        except (ValueError, AttributeError, TypeError, KeyError):  # Bolt reads before it has checked the signature
            return PlainTextResponse("not a payload of Slack's", status_code=400)
        return to_starlette_response(await run_in_threadpool(bolt.dispatch, asked))

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(routes=[Route(PATH, take, methods=["POST"]), Route("/ready", ready)])


async def _read(request: Request) -> bytes | None:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            return None
    return body


class WebServer:
    """Serves the app from a thread of its own. Raises PortTaken."""

    def __init__(self, bolt: App, host: str, port: int) -> None:
        self._socket = listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(web_app(bolt), log_level="warning", access_log=False, lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    def start(self) -> None:
        """Returns when payloads are taken."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()
