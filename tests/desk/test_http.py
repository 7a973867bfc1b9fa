"""The same desk over HTTP, where every payload must carry Slack's signature."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import text
from sqlmodel import select

from escalation.slack.home.command import COMMAND
from escalation.slack.press import REPLY_WINDOW, WORDS, Do
from escalation.slack.web import PATH, WebServer
from escalation.store.inbox import Incoming
from tests.desk.conftest import Scene
from tests.practice.server import PracticeServer, practice_server
from tests.shared import SHARED, sample


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeServer]:
    """A workspace of its own: in HTTP mode it has one address for all payloads."""
    with practice_server("--no-rate-limit") as server:
        yield server


@pytest.fixture
def address(scene: Scene) -> str:
    """The desk, listening over HTTP; the workspace knows where."""
    scene.close_desk()
    secret = scene.practice.signing_secret
    scene.settings = replace(scene.settings, app_token="", signing_secret=secret, port=0)
    desk = scene.open_desk()
    assert isinstance(desk._listening, WebServer)
    address = f"http://127.0.0.1:{desk._listening.port}{PATH}"
    scene.practice.play("mina").settings(request_url=address)
    return address


def kept(scene: Scene) -> list[Incoming]:
    with scene.database.reading() as session:
        return list(session.exec(select(Incoming)))


def reply_event(scene: Scene, case_id: int, person_id: str = "U0MINAOKAFO") -> bytes:
    ts = scene.agent("mina").card(case_id)["ts"]
    event = {
        "type": "message",
        "channel": scene.channel,
        "user": person_id,
        "ts": f"{time.time():.6f}",
        "thread_ts": ts,
        "text": "Hello!",
    }
    return json.dumps({"type": "event_callback", "team_id": "T0LARKFELL", "event": event}).encode()


def signed(scene: Scene, body: bytes, at: float) -> dict[str, str]:
    stamp = str(int(at))
    signature = SignatureVerifier(scene.practice.signing_secret).generate_signature(timestamp=stamp, body=body)
    return {
        "x-slack-signature": signature or "",
        "x-slack-request-timestamp": stamp,
        "content-type": "application/json",
    }


def test_the_command_the_shortcuts_and_app_home_work_over_http_too(scene: Scene, address: str) -> None:
    mina = scene.practice.play("mina")
    scene.raise_hand("where are my boots")
    mina.command("/handraise", "queue", scene.channel)
    mina.wait_for_message(lambda message: bool(message.get("ephemeral")) and "waits since" in str(message["blocks"]))
    mina.shortcut("show_queue")
    mina.close(mina.wait_for(lambda state: state["modals"])[-1])
    mina.open_home()
    mina.wait_for(lambda state: state["home"] and "where are my boots" in str(state["home"]))


def test_clicks_and_replies_work_over_http_too(scene: Scene, address: str) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLAIM.value)
    mina.reply(case_id, "Hello!")
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])
    offered = mina.play.suggest(mina.card(case_id), Do.CHOOSE.value, "gear")
    assert [option["value"] for option in offered] == ["rent_gear"]


def test_a_right_signature_lets_a_payload_in(scene: Scene, address: str) -> None:
    case_id = scene.raise_hand()
    body = reply_event(scene, case_id)
    answer = httpx.post(address, content=body, headers=signed(scene, body, time.time()))
    assert answer.status_code == 200
    scene.until(lambda: scene.heard(case_id) == ["Hello!"])


def test_our_own_words_are_never_an_agents_even_where_nothing_marks_them_as_an_apps(
    scene: Scene, address: str
) -> None:
    assert scene.desk is not None
    body = reply_event(scene, scene.raise_hand(), scene.desk.place.bot_user_id)
    assert httpx.post(address, content=body, headers=signed(scene, body, time.time())).status_code == 200
    assert kept(scene) == []


@pytest.mark.parametrize("trouble", ["other body", "old", "none"])
def test_a_wrong_signature_is_refused_and_nothing_is_kept(
    scene: Scene, address: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = reply_event(scene, scene.raise_hand())
    headers = signed(scene, body, time.time() - (600 if trouble == "old" else 0))
    if trouble == "other body":
        body = body.replace(b"Hello!", b"Refund him everything.")
    answer = httpx.post(address, content=body, headers={} if trouble == "none" else headers)
    assert answer.status_code == 401
    assert kept(scene) == []
    assert ("compare SLACK_SIGNING_SECRET" in caplog.text) == (trouble != "none")  # who signs nothing is not Slack
    assert "Refund" not in caplog.text


def test_the_operator_hears_of_wrong_signatures_and_not_of_every_one(
    scene: Scene, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = reply_event(scene, scene.raise_hand())
    for _ in range(20):
        assert httpx.post(address, content=body, headers=signed(scene, body, time.time() - 600)).status_code == 401
    assert caplog.text.count("compare SLACK_SIGNING_SECRET") == 1


def test_nonsense_is_refused_without_a_fault(scene: Scene, address: str) -> None:
    for body in (b"", b"\xff\xfe", b"{", b"payload=%7B", b"[]", b"null", b'{"type": 7}'):
        answer = httpx.post(address, content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, body
    assert kept(scene) == []


def test_a_signed_payload_that_makes_no_sense_is_answered_and_not_kept(scene: Scene, address: str) -> None:
    for event in (
        {},
        {"type": "message"},
        {"type": "message", "subtype": "message_changed"},
        {"type": "reaction_added"},
    ):
        body = json.dumps({"type": "event_callback", "team_id": "T0LARKFELL", "event": event}).encode()
        assert httpx.post(address, content=body, headers=signed(scene, body, time.time())).status_code in (200, 404)
    assert kept(scene) == []


def test_an_enormous_body_is_refused(scene: Scene, address: str) -> None:
    assert httpx.post(address, content=b"x" * 1_100_000).status_code == 413


def test_what_cannot_be_kept_is_not_acknowledged_so_that_slack_sends_it_again(
    scene: Scene, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = reply_event(scene, scene.raise_hand())
    with scene.database.transaction() as session:
        session.execute(text("ALTER TABLE handraise_inbox RENAME TO elsewhere"))
    answer = httpx.post(address, content=body, headers=signed(scene, body, time.time()))
    assert answer.status_code == 500
    assert "whether the database is up and has room" in caplog.text
    assert "Hello!" not in caplog.text
    with scene.database.transaction() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO handraise_inbox"))
    assert httpx.post(address, content=body, headers=signed(scene, body, time.time())).status_code == 200


# Slack's own samples: every field of Slack's is there, and what matters here is filled in

FORM = "application/x-www-form-urlencoded"
MINA = "U0MINAOKAFO"


def deliver(scene: Scene, address: str, payload: dict[str, Any], form: str = "") -> httpx.Response:
    """`form` is the field of a form in which Slack sends it; `*` means that every field is one."""
    body, kind = json.dumps(payload).encode(), "application/json"
    if form:
        fields = {name: str(value) for name, value in payload.items()} if form == "*" else {form: json.dumps(payload)}
        body, kind = urlencode(fields).encode(), FORM
    return httpx.post(address, content=body, headers={**signed(scene, body, time.time()), "content-type": kind})


def event(name: str, **filled: Any) -> dict[str, Any]:
    told = sample(name)
    return {**told, "type": "event_callback", "team_id": "T0LARKFELL", "event": {**told["event"], **filled}}


INTERACTIVE = ("BlockActionPayload", "ViewSubmissionPayload", "ViewClosedPayload")


@pytest.mark.parametrize("name", sorted(path.stem for path in SHARED.glob("slack/samples/*Payload.json")))
def test_slacks_own_sample_is_taken_as_it_is_and_holds_nothing_up(
    scene: Scene, address: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    form = "payload" if name in INTERACTIVE else "*" if name == "SlashCommandPayload" else ""
    payload = sample(name) if form else {**sample(name), "type": "event_callback"}
    assert deliver(scene, address, payload, form).status_code in (200, 404)
    scene.at_rest()
    assert "could not be kept" not in caplog.text
    assert "inbox item" not in caplog.text


def test_a_message_its_edit_and_its_end_are_understood_with_all_that_slack_sends_along(
    scene: Scene, address: str
) -> None:
    case_id = scene.raise_hand()
    card = scene.agent("mina").card(case_id)["ts"]
    now = time.time()
    said = {"channel": scene.channel, "thread_ts": card, "user": MINA, "bot_id": None, "edited": None}
    first, second, third = (f"{now + number:.6f}" for number in range(3))
    words = {**sample("MessagePayload")["event"], **said, "ts": first, "text": "Helo", "subtype": None}
    assert deliver(scene, address, event("MessagePayload", **words)).status_code == 200
    scene.until(lambda: scene.heard(case_id) == ["Helo"])
    broadcast = event("MessageThreadBroadcastPayload", **said, ts=second, text="To all", type="message")
    assert deliver(scene, address, broadcast).status_code == 200
    shared = event("MessageFileSharePayload", **said, ts=third, text="A file", type="message")
    assert deliver(scene, address, shared).status_code == 200
    scene.until(lambda: sorted(scene.heard(case_id)) == ["A file", "Helo", "To all"])
    changed = {**words, "text": "Hello", "edited": {"user": MINA, "ts": f"{now + 9:.6f}"}}
    edit = event("MessageChangedPayload", channel=scene.channel, message=changed, previous_message=words)
    assert deliver(scene, address, edit).status_code == 200
    gone = event("MessageDeletedPayload", channel=scene.channel, deleted_ts=third, previous_message=said)
    assert deliver(scene, address, gone).status_code == 200
    scene.until(lambda: sorted(scene.heard(case_id)) == ["Hello", "To all"])


def test_a_lock_a_press_a_window_and_an_opened_home_are_understood_too(scene: Scene, address: str) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    card = mina.card(case_id)["ts"]
    scene.at_rest()
    person = {"user": {**sample("BlockActionPayload")["user"], "id": MINA}}
    press = {**sample("BlockActionPayload")["actions"][0], "action_id": "claim", "value": str(case_id)}
    where = {"channel": {"id": scene.channel, "name": "desk"}, "container": {"message_ts": card}}
    pressed = {**sample("BlockActionPayload"), **person, **where, "view": None, "actions": [press]}
    assert deliver(scene, address, pressed, "payload").status_code == 200
    scene.until(lambda: scene.case(case_id).owner_id == MINA)
    written = {
        **sample("ViewSubmissionPayload")["view"],
        "id": "V1",
        "callback_id": REPLY_WINDOW,
        "private_metadata": json.dumps({"case": case_id}),
        "state": {"values": {WORDS: {WORDS: {"type": "plain_text_input", "value": "From the window"}}}},
    }
    sent = {**sample("ViewSubmissionPayload"), **person, "view": written}
    assert deliver(scene, address, sent, "payload").status_code == 200
    scene.until(lambda: scene.heard(case_id) == ["From the window"])
    ts = mina.finds("From the window")["ts"]
    item = {"type": "message", "channel": scene.channel, "ts": ts}
    scene.at_rest()
    locked = event("ReactionAddedPayload", user=MINA, reaction="lock", item=item)
    assert deliver(scene, address, locked).status_code == 200
    scene.until(lambda: scene.heard(case_id) == [])
    assert deliver(scene, address, event("AppHomeOpenedPayload", user=MINA, tab="home")).status_code == 200
    mina.play.wait_for(lambda state: state["home"])


def test_a_command_is_understood_too(scene: Scene, address: str) -> None:
    command = {**sample("SlashCommandPayload"), "command": COMMAND, "text": "help", "user_id": MINA}
    answer = deliver(scene, address, command, "*")
    assert answer.status_code == 200
    assert f"`{COMMAND} queue`" in answer.text
