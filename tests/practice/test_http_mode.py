"""HTTP mode with a real Bolt app: signed requests, retries, interactivity, and the check of a new address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier

from escalation.practice.player import PlayRefused
from tests.practice.conftest import actions, bolt_app, button, modal, text_field
from tests.practice.server import PracticeServer
from tests.practice.test_socket_mode import Heard, posted


@contextmanager
def listening(app: App | None, heard: Heard, status: int = 200) -> Iterator[str]:
    """The app behind a real HTTP server; without an app, `status` is the answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = dict(self.headers.items())
            heard.note((headers, body))
            if "url_verification" in body:
                self._answer(200, json.dumps({"challenge": json.loads(body)["challenge"]}))
            elif app is None:
                self._answer(status, "")
            else:
                answer = app.dispatch(BoltRequest(body=body, headers=headers))
                self._answer(answer.status, answer.body)

        def _answer(self, code: int, body: str) -> None:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/slack/events"
    finally:
        server.shutdown()
        server.server_close()


def test_a_signed_event_and_a_modal_go_through_bolts_own_checks(own_practice: PracticeServer):
    app, told = bolt_app(own_practice), Heard()

    @app.event("message")
    def message(event: dict[str, Any]) -> None:
        told.note(event["text"])

    @app.action("ask")
    def ask(ack: Any, body: dict[str, Any], client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_field("b", "why"), callback_id="why"))

    @app.view("why")
    def submitted(ack: Any, view: dict[str, Any]) -> None:
        told.note(view["state"]["values"]["b"]["why"]["value"])
        ack()

    @app.command("/handraise")
    def command(ack: Any) -> None:
        ack("Nobody waits.")

    with listening(app, Heard()) as url, own_practice.play() as mina:
        mina.settings(request_url=url)
        mina.post("over HTTP")
        told.reaches(1)
        mina.click(posted(own_practice, mina, actions(button("ask"))), "ask")
        view = mina.wait_for(lambda state: state["modals"])[-1]
        assert mina.submit(view, {"why": "because"}) == {}
        mina.command("/handraise")
        assert mina.wait_for_message(lambda m: m["text"] == "Nobody waits.")["ephemeral"]
    assert told == ["over HTTP", "because"]


def test_every_request_carries_a_signature_that_slacks_verifier_accepts(own_practice: PracticeServer):
    heard = Heard()
    with listening(None, heard, status=200) as url, own_practice.play() as mina:
        mina.settings(request_url=url)
        mina.post("sign this")
        headers, body = heard.reaches(2)[1]
    assert SignatureVerifier(own_practice.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier("another secret").is_valid_request(body, headers)


def test_an_error_is_retried_with_slacks_headers(own_practice: PracticeServer):
    heard = Heard()
    with listening(None, heard, status=500) as url, own_practice.play() as mina:
        mina.settings(request_url=url)
        mina.post("again and again")
        requests = heard.reaches(5)[1:]
    numbers = [headers.get("X-Slack-Retry-Num") for headers, _ in requests]
    assert numbers == [None, "1", "2", "3"]
    assert requests[1][0]["X-Slack-Retry-Reason"] == "http_error"
    assert len({json.loads(body)["event_id"] for _, body in requests}) == 1


def test_an_address_that_does_not_answer_the_challenge_is_refused(own_practice: PracticeServer):
    with own_practice.play() as mina, pytest.raises(PlayRefused, match="invalid_request_url"):
        mina.settings(request_url=f"{own_practice.url}/ready")
