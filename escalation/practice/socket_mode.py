"""Socket Mode: the WebSocket over which an app is told what happened, and acknowledges it."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable
from itertools import count

from starlette.websockets import WebSocket, WebSocketDisconnect

from escalation.practice.delivery import Attempt, NotAcknowledged
from escalation.practice.people import APP
from escalation.practice.refusal import JSON, Refused
from escalation.practice.settings import Settings

MOST_CONNECTIONS = 10
KEPT_TICKETS = 100
DEBUG = {"host": "practice", "build_number": 1, "approximate_connection_time": 18060}


class SocketMode:
    """The open connections. Each envelope goes to one of them, in turn."""

    def __init__(self, settings: Settings, changed: Callable[[], object]) -> None:
        self._settings = settings
        self._changed = changed
        self._tickets: OrderedDict[str, None] = OrderedDict()
        self._sockets: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[JSON]] = {}
        self._turn = count()

    @property
    def open(self) -> bool:
        return bool(self._sockets)

    @property
    def connections(self) -> int:
        return len(self._sockets)

    def ticket(self) -> str:
        """Admits one connection."""
        if len(self._sockets) >= MOST_CONNECTIONS:
            raise Refused("too_many_websockets")
        name = secrets.token_urlsafe(24)
        self._tickets[name] = None
        while len(self._tickets) > KEPT_TICKETS:
            self._tickets.popitem(last=False)
        return name

    async def serve(self, socket: WebSocket) -> None:
        if self._tickets.pop(socket.query_params.get("ticket", ""), "unknown") == "unknown":
            await socket.close(code=4401)
            return
        await socket.accept()
        self._sockets.append(socket)
        self._changed()
        try:
            await self._hello(socket)
            while True:
                self._acknowledged(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            self._forget(socket)

    async def _hello(self, socket: WebSocket) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self._sockets),
            "debug_info": DEBUG,
            "connection_info": {"app_id": APP},
        }
        await socket.send_text(json.dumps(hello))

    def _acknowledged(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if waiting is not None and not waiting.done():
            payload = answer.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    async def send(self, attempt: Attempt) -> JSON:
        if not self._sockets:
            raise NotAcknowledged("not_connected")
        socket = self._sockets[next(self._turn) % len(self._sockets)]
        envelope_id = secrets.token_hex(16)
        answer = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await socket.send_text(json.dumps(_envelope(envelope_id, attempt)))
            return await asyncio.wait_for(answer, self._settings.ack_seconds)
        except asyncio.TimeoutError:
            raise NotAcknowledged("timeout") from None
        except (WebSocketDisconnect, RuntimeError):
            raise NotAcknowledged("not_connected") from None
        finally:
            del self._waiting[envelope_id]

    async def drop(self, how: str) -> int:
        """Ends every connection: `warning` and `refresh_requested` announce it, `drop` just cuts it."""
        sockets = list(self._sockets)
        for socket in sockets:
            if how != "drop":
                await socket.send_text(json.dumps({"type": "disconnect", "reason": how, "debug_info": DEBUG}))
            if how != "warning":
                await self._cut(socket)
        return len(sockets)

    async def _cut(self, socket: WebSocket) -> None:
        self._forget(socket)
        await socket.close(code=1001)

    def _forget(self, socket: WebSocket) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
            self._changed()


def _envelope(envelope_id: str, attempt: Attempt) -> JSON:
    envelope: JSON = {
        "envelope_id": envelope_id,
        "type": attempt.kind,
        "payload": attempt.payload,
        "accepts_response_payload": attempt.kind != "events_api",
    }
    if attempt.kind == "events_api":
        envelope.update(retry_attempt=attempt.number, retry_reason=attempt.reason)
    return envelope
