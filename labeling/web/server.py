"""Runs the trainers' page until it is stopped."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import uvicorn

from labeling.database import Database
from labeling.port import address, listen
from labeling.project import Project
from labeling.spoken import CaseRecord, Transcript, no_transcript
from labeling.web.app import create_app
from labeling.web.desk import Answers
from labeling.web.settings import read_settings


def serve(
    project: Project,
    database: Database,
    host: str = "127.0.0.1",
    port: int = 8082,
    on_ready: Callable[[str], None] = lambda url: None,
    answers: Answers = lambda session: (),
    transcript: Transcript = no_transcript,
    case_record: CaseRecord | None = None,
) -> None:
    """Returns when stopped; port 0 takes a free one. `answers` are what agents wrote to customers,
    `transcript` what was said around a turn, `case_record` the whole case.

    Raises PortTaken or TokenMissing.
    """
    settings = read_settings(os.environ, host)
    listener = listen(host, port)
    app = create_app(project, database, settings, answers, transcript, case_record)
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=3)
    server = _Announcing(config, lambda: on_ready(address(listener, host)))
    server.run(sockets=[listener])


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
