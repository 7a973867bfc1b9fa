"""That what every test of the desk is held to would see a fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk.truth import AT_HAND, objections

pytestmark = pytest.mark.skipif(not AT_HAND, reason="Slack's own descriptions are not at hand (HANDRAISE_SHARED)")

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Hello"}, "blocks": [SECTION]}


def call(method: str, error: str | None = None, **arguments: Any) -> dict[str, Any]:
    return {"method": method, "arguments": arguments, "ok": error is None, "error": error}


@pytest.mark.parametrize(
    "right",
    [
        call("chat.postMessage", channel="C1", text="hello", blocks=[SECTION], metadata={}),
        call("views.open", trigger_id="1", view=MODAL),
        call("chat.update", "message_not_found", channel="C1", ts="1.2", text="hello"),
        call("chat.postMessage", "msg_too_long"),
        call("acknowledgement", response_action="update", view=MODAL),
    ],
)
def test_what_slack_takes_is_not_objected_to(right: dict[str, Any]) -> None:
    assert objections([right]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        call("chat.postMesage", channel="C1", text="hello"),
        call("chat.postMessage", channel="C1", text="hello", colour="red"),
        call("chat.postMessage", text="hello"),
        call("chat.postMessage", channel="C1", blocks=[{"type": "section"}]),
        call("chat.postMessage", channel="C1", blocks='[{"type": "section", "text": "hello"}]'),
        call("chat.update", "invalid_blocks", channel="C1", ts="1.2", text="hello"),
        call("views.open", trigger_id="1", view={**MODAL, "title": {"type": "plain_text", "text": "x" * 25}}),
        call("response_url", text="hello", blocks=[{**SECTION, "block_id": 7}]),
        call("acknowledgement", response_action="update", view={**MODAL, "blocks": [{"type": "sektion"}]}),
    ],
)
def test_what_slack_would_not_take_is(wrong: dict[str, Any]) -> None:
    assert objections([wrong]) != []
