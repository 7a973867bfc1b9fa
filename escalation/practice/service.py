"""The practice workspace as a service: takes its port, says that it is ready, and serves until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from escalation.practice.manifest import Manifest
from escalation.practice.practice import Practice
from escalation.practice.server import create_app
from escalation.practice.settings import Settings
from labeling.port import listen


def serve(
    host: str, port: int, settings: Settings, manifest: Manifest | None, on_ready: Callable[[str], None]
) -> None:
    """Port 0 takes a free one; `on_ready` is told the address. Raises PortTaken."""
    listener = listen(host, port)
    base_url = f"http://{host}:{listener.getsockname()[1]}"
    practice = Practice(base_url, settings, manifest)
    config = uvicorn.Config(
        create_app(practice),
        log_level="warning",
        timeout_graceful_shutdown=1,
        ws="wsproto",  # uvicorn's other one needs newer websockets than Rasa allows
    )
    _Server(config, practice, lambda: on_ready(f"{base_url}/")).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it is ready, and sends home who waits for a change, so that stopping takes no time."""

    def __init__(self, config: uvicorn.Config, practice: Practice, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._practice = practice
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._practice.workspace.close()
        await super().shutdown(sockets)
