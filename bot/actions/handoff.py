"""Calling a person, as far as the dialogue is concerned. The case itself is opened by the gate."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

# The policy may call this action where no rule knows what comes next; without an end it would call it again.
_STOP = FollowupAction("action_listen")


class ActionHandoff(Action):
    """Says that a person was called and what to expect, and leaves a form that was running."""

    def name(self) -> str:
        return "action_handoff"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        dispatcher.utter_message(response="utter_handoff")
        leave_form = [ActiveLoop(None), SlotSet("requested_slot", None)] if tracker.active_loop else []
        return [*leave_form, _STOP]
