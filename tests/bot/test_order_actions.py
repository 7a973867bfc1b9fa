"""The demo shop's actions, asked as Rasa asks them: one JSON call in, events and responses out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

from bot.actions.order_status import MOST_TRIES

FORM = "order_status_form"


@pytest.fixture(scope="module")
def actions() -> ActionExecutor:
    executor = ActionExecutor()
    executor.register_package("bot.actions")
    return executor


def ask(actions: ActionExecutor, name: str, slots: dict[str, Any], given: str | None = None) -> dict[str, Any]:
    """`given` is a number that the customer wrote in the form just now."""
    events = [{"event": "slot", "name": "order_number", "value": given}] if given else []
    tracker = {
        "sender_id": "c-1",
        "slots": {"order_number": given, "order_number_tries": 0, "requested_slot": "order_number"} | slots,
        "latest_message": {"text": given or "", "intent": {}, "entities": []},
        "events": [{"event": "action", "name": FORM}, *events],
        "active_loop": {"name": FORM} if name != "action_order_status" else {},
        "paused": False,
    }
    domain = {"slots": {}, "forms": {FORM: {"required_slots": ["order_number"]}}}
    call = {"next_action": name, "sender_id": "c-1", "tracker": tracker, "domain": domain}
    answer = asyncio.run(actions.run(call))
    return answer if isinstance(answer, dict) else answer.model_dump()


def slots_set(answer: dict[str, Any]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in answer["events"] if event["event"] == "slot"}


def said(answer: dict[str, Any]) -> list[str]:
    return [response["response"] for response in answer["responses"]]


def test_a_number_in_the_customers_spelling_is_kept_in_the_shops(actions: ActionExecutor):
    answer = ask(actions, "validate_order_status_form", {}, given="lf 48213")
    assert slots_set(answer)["order_number"] == "LF-48213"
    assert said(answer) == []


def test_an_unknown_number_is_named_and_asked_for_again(actions: ActionExecutor):
    answer = ask(actions, "validate_order_status_form", {}, given="LF-11111")
    assert said(answer) == ["utter_order_number_unknown"]
    assert answer["responses"][0]["number"] == "LF-11111"
    kept = slots_set(answer)
    assert (kept["order_number"], kept["order_number_tries"]) == (None, 1)


def test_the_last_unknown_number_ends_the_form_and_calls_a_person(actions: ActionExecutor):
    tries = {"order_number_tries": MOST_TRIES - 1}
    ended = slots_set(ask(actions, "validate_order_status_form", tries, given="LF-33333"))
    assert (ended["requested_slot"], ended["order_number"]) == (None, None)
    answer = ask(actions, "action_order_status", {"order_number_tries": MOST_TRIES})
    assert {"event": "followup", "timestamp": None, "name": "action_handoff"} in answer["events"]
    assert slots_set(answer)["order_number_tries"] == 0


def test_an_order_is_told_and_then_forgotten(actions: ActionExecutor):
    answer = ask(actions, "action_order_status", {"order_number": "LF-48213"})
    assert said(answer) == ["utter_order_shipped"]
    assert answer["responses"][0]["updated"] == "yesterday"
    assert slots_set(answer)["order_number"] is None


def test_calling_a_person_leaves_the_form_and_then_waits(actions: ActionExecutor):
    answer = ask(actions, "action_handoff", {})
    assert said(answer) == ["utter_handoff"]
    assert [event["event"] for event in answer["events"]] == ["active_loop", "slot", "followup"]
    assert answer["events"][-1]["name"] == "action_listen"
