"""What the workspace does wrong when it is told to: errors, lost answers, events twice, late or out of order."""

from __future__ import annotations

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from escalation.practice.player import Play, PlayRefused
from tests.practice.server import PracticeServer
from tests.practice.test_socket_mode import Connected, Heard


@pytest.fixture
def mina(own_practice: PracticeServer) -> Play:
    return own_practice.play("mina")


def test_a_429_says_how_long_to_wait_and_the_next_call_goes_through(own_practice: PracticeServer, mina: Play):
    slack = own_practice.client()
    mina.misbehave(method="chat.postMessage", status=429, retry_after=7)
    with pytest.raises(SlackApiError) as problem:
        slack.chat_postMessage(channel="#support", text="x")
    assert (problem.value.response.status_code, problem.value.response.headers["Retry-After"]) == (429, "7")
    assert slack.chat_postMessage(channel="#support", text="x")["ok"]


def test_slacks_own_retry_handler_gets_through_a_429(own_practice: PracticeServer, mina: Play):
    slack = own_practice.client()
    slack.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    mina.misbehave(method="chat.postMessage", status=429, retry_after=1)
    assert slack.chat_postMessage(channel="#support", text="patient")["ok"]
    assert [m["text"] for m in mina.messages()].count("patient") == 1


def test_an_error_may_hide_that_the_message_was_posted(own_practice: PracticeServer, mina: Play):
    mina.misbehave(method="chat.postMessage", status=500, performed=True)
    mina.misbehave(method="chat.postMessage", error="internal_error")
    headers = {"Authorization": f"Bearer {own_practice.bot_token}"}
    url = f"{own_practice.api_url}chat.postMessage"
    first = httpx.post(url, headers=headers, json={"channel": "#support", "text": "posted all the same"})
    second = httpx.post(url, headers=headers, json={"channel": "#support", "text": "never posted"})
    assert (first.status_code, second.json()["error"]) == (500, "internal_error")
    texts = [m["text"] for m in mina.messages()]
    assert "posted all the same" in texts and "never posted" not in texts


def test_a_revoked_token_is_revoked_for_every_method(own_practice: PracticeServer, mina: Play):
    mina.misbehave(method="*", error="token_revoked", times=2)
    slack = own_practice.client()
    for call in (slack.auth_test, slack.team_info):
        with pytest.raises(SlackApiError, match="token_revoked"):
            call()
    assert slack.auth_test()["ok"]


@pytest.mark.parametrize(("kind", "ids"), [("duplicate", 1), ("duplicate_new_id", 2)])
def test_an_event_may_come_twice(own_practice: PracticeServer, mina: Play, connect: Connected, kind: str, ids: int):
    heard = Heard()
    connect(own_practice, lambda app: app.event("message")(lambda body: heard.note(body)) and None)
    mina.misbehave(delivery=kind)
    ts = mina.post("once")
    bodies = heard.reaches(2)
    assert [body["event"]["ts"] for body in bodies] == [ts, ts]
    assert len({body["event_id"] for body in bodies}) == ids


def test_an_edit_may_overtake_the_message(own_practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()
    connect(own_practice, lambda app: app.event("message")(lambda event: heard.note(event.get("subtype"))) and None)
    mina.misbehave(delivery="hold")
    mina.edit(mina.post("frist"), "first")
    assert set(heard.reaches(2)) == {"message_changed", None}
    assert [sent["payload"]["event"].get("subtype") for sent in mina.deliveries()[-2:]] == ["message_changed", None]


def test_an_event_may_come_late_or_never(own_practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()
    connect(own_practice, lambda app: app.event("message")(lambda event: heard.note(event["text"])) and None)
    mina.misbehave(delivery="lose")
    mina.misbehave(delivery="late", seconds=2)
    for text in ("lost", "late", "prompt"):
        mina.post(text)
    assert set(heard.reaches(2)) == {"prompt", "late"}
    assert [sent["payload"]["event"]["text"] for sent in mina.deliveries()[-2:]] == ["prompt", "late"]


def test_what_is_late_can_be_taken_back(own_practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()
    connect(own_practice, lambda app: app.event("message")(lambda event: heard.note(event["text"])) and None)
    mina.misbehave(delivery="late", seconds=1.0)
    mina.post("late")
    mina.misbehave(behave=True)
    mina.misbehave(delivery="late", seconds=1.5)
    mina.post("later")
    assert heard.reaches(1) == ["later"]


def test_orders_can_be_taken_back_and_nonsense_is_refused(own_practice: PracticeServer, mina: Play):
    mina.misbehave(method="*", status=500, times=100)
    mina.misbehave(behave=True)
    assert own_practice.client().auth_test()["ok"]
    for nonsense in ({}, {"delivery": "sideways"}, {"method": "*", "volume": 11}):
        with pytest.raises(PlayRefused, match="invalid_arguments"):
            mina.misbehave(**nonsense)
    with pytest.raises(PlayRefused, match="invalid_arguments"):
        mina.settings(gravity=0)
