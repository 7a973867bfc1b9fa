"""Where is my order: the form's check of the number, and the answer from the order book."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.orders import facts, find_order, order_number

MOST_TRIES = 3
"""After that many numbers that the order book does not know, a person is called."""


class ValidateOrderStatusForm(FormValidationAction):
    """Brings the number into the shop's spelling, and asks kindly again where the order book does not know it."""

    def name(self) -> str:
        return "validate_order_status_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> list[str]:
        """Nothing more is asked once the tries are used up: the form ends without a number."""
        return [] if _tries(tracker) >= MOST_TRIES else domain_slots

    async def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        number = order_number(str(value)) or str(value)
        if find_order(number):
            return {"order_number": number, "order_number_tries": 0}
        dispatcher.utter_message(response="utter_order_number_unknown", number=number)
        return {"order_number": None, "order_number_tries": _tries(tracker) + 1}


class ActionOrderStatus(Action):
    """Tells how the order stands, then forgets the number, so that the next question may be about another order."""

    def name(self) -> str:
        return "action_order_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        order = find_order(tracker.get_slot("order_number") or "")
        forget = [SlotSet("order_number", None), SlotSet("order_number_tries", 0)]
        if order is None:
            return [*forget, FollowupAction("action_handoff")]
        dispatcher.utter_message(response=f"utter_order_{order.state}", **facts(order, date.today()))
        return forget


def _tries(tracker: Tracker) -> int:
    return int(tracker.get_slot("order_number_tries") or 0)
