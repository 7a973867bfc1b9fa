"""Slack's payloads over HTTP, for workspaces without Socket Mode. Bolt checks every signature on the raw body."""

from __future__ import annotations

import logging
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

log = logging.getLogger(__name__)

PATH = "/slack/events"
LARGEST = 1_000_000
"""Bytes of one payload; Slack's own are far smaller."""
UNSIGNED = 401
SILENT_SECONDS = 60.0
_WRONG_SIGNATURE = (
    "a payload was refused, for its signature is wrong or more than five minutes old. If it came from Slack: compare "
    "SLACK_SIGNING_SECRET with Basic Information, Signing Secret, and this machine's clock with the true time."
)


def web_app(bolt: App) -> Starlette:
    """One address for events, actions and options alike."""

    refused = _Refused()

    async def take(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        try:
            asked = to_bolt_request(request, body)
        except (ValueError, AttributeError, TypeError, KeyError):  # Bolt reads before it has checked the signature
            return PlainTextResponse("not a payload of Slack's", status_code=400)
        answer = to_starlette_response(await run_in_threadpool(bolt.dispatch, asked))
        if answer.status_code == UNSIGNED and "x-slack-signature" in request.headers:
            refused.tell()
        return answer

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(routes=[Route(PATH, take, methods=["POST"]), Route("/ready", ready)])


class _Refused:
    """Tells the operator of wrong signatures, now and then: anybody can send as many as they like."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def tell(self) -> None:
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            log.warning(_WRONG_SIGNATURE)


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
