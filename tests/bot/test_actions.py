"""Custom actions: ours in the bot's process, the project's others on its own action server."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aiohttp
import pytest
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.action_endpoint import BLOCKING_AT_ONCE, TRACE, Handoff, InProcessActions, Trace


def call(name: str) -> dict[str, Any]:
    tracker = {"sender_id": "c", "slots": {}, "latest_message": {}, "events": [], "active_loop": {}}
    return {"next_action": name, "sender_id": "c", "tracker": tracker, "domain": {}}


def run(actions: InProcessActions, name: str) -> tuple[Any, Trace]:
    """What Rasa would get, or the exception it would get, and what is known of the turn afterwards."""

    async def turn() -> tuple[Any, Trace]:
        trace = Trace()
        TRACE.set(trace)
        try:
            return await actions.request(json=call(name), method="post"), trace
        except aiohttp.ClientError as error:
            return error, trace

    return asyncio.run(turn())


@pytest.fixture
def action_server() -> Iterator[str]:
    """An action server with one action; for any other it answers 500."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = asked["next_action"] == "action_there"
            self.send_response(200 if known else 500)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"events": [], "responses": [{"text": "From there."}]}).encode())

        def log_message(self, *_: Any) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/webhook"
    server.shutdown()
    server.server_close()


def test_an_action_that_is_not_ours_runs_on_the_projects_own_server(action_server: str) -> None:
    actions = InProcessActions({"action_handoff": Handoff().run}, EndpointConfig(url=action_server))
    said, trace = run(actions, "action_there")
    assert said["responses"] == [{"text": "From there."}]
    assert (trace.ran, trace.failed) == (["action_there"], [])
    said, trace = run(actions, "action_handoff")
    assert said["responses"][0]["response"] == "utter_handoff"


def test_a_server_that_fails_or_is_down_is_known_afterwards(action_server: str) -> None:
    _, trace = run(InProcessActions({}, EndpointConfig(url=action_server)), "action_unknown")
    assert trace.failed == ["action_unknown"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = EndpointConfig(url=f"http://127.0.0.1:{free.getsockname()[1]}/webhook")
        error, trace = run(InProcessActions({}, nobody), "action_there")
    assert isinstance(error, aiohttp.ClientConnectionError)
    assert trace.failed == ["action_there"]


def test_an_action_that_steps_aside_has_not_failed() -> None:
    def reject(*_: Any) -> None:
        raise ActionExecutionRejection("validate_form")

    error, trace = run(InProcessActions({"validate_form": reject}, None), "validate_form")
    assert isinstance(error, ClientResponseError)
    assert (error.status, json.loads(error.text)["action_name"]) == (400, "validate_form")
    assert trace.failed == []


def test_a_blocking_action_does_not_hold_up_the_loop() -> None:
    ran_on: list[int] = []

    def block(*_: Any) -> list[Any]:
        ran_on.append(threading.get_ident())
        return []

    run(InProcessActions({"action_block": block}, None), "action_block")
    assert ran_on != [threading.get_ident()]


def test_actions_that_hang_leave_the_databases_threads_alone() -> None:
    ended, begun = threading.Event(), threading.Semaphore(0)

    def hang(*_: Any) -> list[Any]:
        begun.release()
        ended.wait(30)
        return []

    async def chat() -> str:
        actions = InProcessActions({"action_hang": hang}, None)
        hanging = [asyncio.create_task(actions.request(json=call("action_hang"))) for _ in range(BLOCKING_AT_ONCE)]
        while not all(begun.acquire(blocking=False) for _ in hanging):
            await asyncio.sleep(0.01)
        read = await asyncio.to_thread(lambda: "read")
        assert not ended.is_set()
        ended.set()
        await asyncio.gather(*hanging)
        return read

    assert asyncio.run(chat()) == "read"


@pytest.mark.parametrize("channel", ["rest", None])
def test_a_handoff_outside_a_turn_is_told_with_its_channel(channel: str | None) -> None:
    told: list[tuple[str, str | None]] = []

    async def remind() -> None:
        actions = InProcessActions({"action_handoff": Handoff().run}, None)
        actions.on_stray_handoff = lambda *about: told.append(about)
        TRACE.set(Trace(finished=True))
        asked = call("action_handoff")
        asked["tracker"]["latest_input_channel"] = channel
        await actions.request(json=asked)

    asyncio.run(remind())
    assert told == [("c", channel)]
