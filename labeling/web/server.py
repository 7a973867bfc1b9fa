"""Runs the trainers' page until it is stopped."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable

import uvicorn

from labeling.database import Database
from labeling.project import Project
from labeling.refusal import Refusal
from labeling.web.app import create_app
from labeling.web.settings import read_settings


class PortTaken(Refusal):
    """Something else listens there. Stop it, or choose another port."""


def serve(
    project: Project,
    database: Database,
    host: str = "127.0.0.1",
    port: int = 8082,
    on_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Returns when stopped; port 0 takes a free one. Raises PortTaken or TokenMissing."""
    app = create_app(project, database, read_settings(os.environ, host))
    listener = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=3)
    server = _Announcing(config, lambda: on_ready(f"http://{shown}:{listener.getsockname()[1]}/"))
    server.run(sockets=[listener])


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(f"port {port} on {host} is taken: choose another with --port") from error
        raise PortTaken(f"cannot listen on {host}: {error.strerror}") from error
    return listener
