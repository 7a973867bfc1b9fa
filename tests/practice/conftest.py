"""One practice workspace for all tests of this folder; those that change its rules start their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient

from escalation.practice.player import Play
from tests.practice.server import PracticeServer, practice_server

Build = Callable[[App], None]
Connect = Callable[[Build], SocketModeHandler]


@pytest.fixture(scope="session")
def practice() -> Iterator[PracticeServer]:
    with practice_server("--no-rate-limit") as server:
        yield server


@pytest.fixture(scope="session")
def second_practice() -> Iterator[PracticeServer]:
    with practice_server("--no-rate-limit") as server:
        yield server


@pytest.fixture
def own_practice(second_practice: PracticeServer) -> Iterator[PracticeServer]:
    """A workspace whose rules a test may change; it repeats what was not acknowledged within tenths of a second."""
    with second_practice.play() as mina:
        mina.misbehave(behave=True)
        mina.settings(ack_seconds=3, retry_delays=[0.05, 0.05, 0.05], trigger_seconds=3, request_url="")
    yield second_practice


@pytest.fixture
def slack(practice: PracticeServer) -> WebClient:
    return practice.client()


@pytest.fixture
def mina(practice: PracticeServer) -> Iterator[Play]:
    with practice.play("mina") as play:
        yield play


def bolt_app(server: PracticeServer) -> App:
    return App(client=server.client(), signing_secret=server.signing_secret, raise_error_for_unhandled_request=False)


@pytest.fixture
def connect() -> Iterator[Callable[[PracticeServer, Build], SocketModeHandler]]:
    """Connects a real Bolt app over Socket Mode; it is disconnected after the test."""
    started: list[tuple[PracticeServer, SocketModeHandler]] = []

    def start(server: PracticeServer, build: Build) -> SocketModeHandler:
        app = bolt_app(server)
        build(app)
        handler = SocketModeHandler(app, server.app_token, ping_interval=1)
        handler.connect()
        with server.play() as play:
            play.wait_for(lambda state: state["app"]["connected"])
        started.append((server, handler))
        return handler

    yield start
    for server in {server for server, _ in started}:
        hang_up(server, *(handler.client for at, handler in started if at == server))


def hang_up(server: PracticeServer, *clients: SocketModeClient) -> None:
    """Cut from the server's side: a client itself would listen for three more seconds before it closes."""
    for client in clients:
        client.auto_reconnect_enabled = False
    with server.play() as play:
        play.misbehave(socket="drop")
    for client in clients:
        _let_it_notice(client)
        client.close()


def _let_it_notice(client: SocketModeClient) -> None:
    """Closing while the client's own thread finds the connection gone makes the client stumble."""
    end = time.monotonic() + 5
    while client.is_connected() and time.monotonic() < end:
        time.sleep(0.01)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("A window"), "submit": plain("Send"), "blocks": list(blocks), **more}


def file_field(block_id: str, action_id: str, **more: Any) -> dict[str, Any]:
    element = {"type": "file_input", "action_id": action_id, **more}
    return {"type": "input", "block_id": block_id, "label": plain("Files"), "element": element}


def text_field(block_id: str, action_id: str, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": action_id}
    return {"type": "input", "block_id": block_id, "label": plain("Why"), "element": element, **more}
