"""Slack's payloads over HTTP, for workspaces without Socket Mode. Bolt checks every signature on the raw body."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from escalation.slack.settings import SettingsRefused

PATH = "/slack/events"
LARGEST = 1_000_000
"""Bytes of one payload; Slack's own are far smaller."""


def web_app(bolt: App) -> Starlette:
    """One address for events, actions and options alike."""

    async def take(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > LARGEST:
            return PlainTextResponse("too large", status_code=413)
        body = await request.body()
        try:
            asked = to_bolt_request(request, body)
        except ValueError:
            return PlainTextResponse("not a payload of Slack's", status_code=400)
        return to_starlette_response(await run_in_threadpool(bolt.dispatch, asked))

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(routes=[Route(PATH, take, methods=["POST"]), Route("/ready", ready)])


class WebServer:
    """Serves the app from a thread of its own. Raises SettingsRefused where the port is taken."""

    def __init__(self, bolt: App, host: str, port: int) -> None:
        try:
            self._socket = socket.create_server((host, port))
        except OSError as error:
            raise SettingsRefused(f"port {port} on {host} is in use: choose another with --port") from error
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(web_app(bolt), log_level="warning", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        run: Callable[[], None] = lambda: self._server.run(sockets=[self._socket])  # noqa: E731
        self._thread = threading.Thread(target=run, name="http", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()
