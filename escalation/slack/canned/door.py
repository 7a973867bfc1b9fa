"""The canned replies' way in: what must be answered within Slack's three seconds. The rest goes to the inbox."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from escalation.placeholder import AGENT, CUSTOMER, CannedConfig, left_open
from escalation.slack.block import option
from escalation.slack.canned.item import (
    KEEP_WINDOW,
    SEND_WINDOW,
    TEXT,
    AboutCanned,
    CannedKeep,
    CannedSend,
    about_canned,
    read_keep,
    read_send,
)
from escalation.slack.canned.shelf import Shelf, read_shelf
from escalation.slack.canned.window import (
    IN_CANNED,
    choosing_window,
    keeping_window,
    sending_window,
    told_window,
)
from escalation.slack.card import case_of_card
from escalation.slack.intents import OPTIONS, Intents
from escalation.slack.mrkdwn import escape
from escalation.slack.people import People
from escalation.slack.press import Do, Press, read_press
from escalation.store.case import CaseState, case_by_id
from labeling.database import Database

log = logging.getLogger(__name__)

JSON = dict[str, Any]
_IN_CANNED = re.compile(rf"{IN_CANNED}.*")
_ANY = re.compile(".*")


@dataclass(frozen=True)
class CannedDoor:
    """Listeners for canned replies. `keep` stores in the inbox, `open_window` excuses itself."""

    database: Database
    slack: WebClient
    intents: Intents
    people: People
    config: CannedConfig
    keep: Callable[[CannedSend | CannedKeep], None]
    open_window: Callable[[JSON, Press, JSON], None]

    def listen(self, app: App) -> None:
        app.action(Do.CANNED.value)(self.open)
        app.action({"block_id": _IN_CANNED, "action_id": _ANY})(self.take_press)
        app.options(Do.CANNED_PICK.value)(self.offer)
        app.view(SEND_WINDOW)(self.take_send)
        app.view(KEEP_WINDOW)(self.take_keep)

    def open(self, ack: Ack, body: JSON) -> None:
        press, case_id = read_press(body), case_of_card(body)
        if case_id is not None:
            about = AboutCanned(case_id, press.channel)
            self.open_window(body, press, choosing_window(about, self._shelf(body, about), self.intents))
        ack()

    def offer(self, ack: Ack, body: JSON) -> None:
        about = about_canned(body)
        found = self._shelf(body, about).search(str(body.get("value") or "")) if about else []
        ack(options=[option(one.title, str(one.id), one.text) for one in found[:OPTIONS]])

    def take_press(self, ack: Ack, body: JSON) -> None:
        press, about = read_press(body), about_canned(body)
        if about is not None:
            self._take(body, press, about)
        ack()

    def _take(self, body: JSON, press: Press, about: AboutCanned) -> None:
        shelf = self._shelf(body, about)
        one = shelf.reply(int(press.value)) if press.value.isdecimal() else None
        names = [CUSTOMER, AGENT, *self.config.placeholders]
        if press.action == Do.CANNED_NEW.value:
            view = keeping_window(about, None, names, self.intents)
            self._change(self.slack.views_update, press, view_id=body["view"]["id"], view=view)
        elif press.action == Do.CANNED_EDIT.value and one is not None:
            view = keeping_window(about, one, names, self.intents)
            self._change(self.slack.views_push, press, trigger_id=body["trigger_id"], view=view)
        elif one is None:
            self._tell(body, press, about, "This canned reply is not offered any more.")
        elif press.action == Do.CANNED_RETIRE.value:
            retired = CannedKeep(body["view"]["id"], one.id or 0, "", "", None, press.person_id, press.person_name)
            self.keep(retired)
            self._tell(body, press, about, f"*{escape(one.title)}* is offered to nobody any more.")
        else:
            view = sending_window(about, one, shelf)
            self._change(self.slack.views_update, press, view_id=body["view"]["id"], view=view)

    def take_send(self, ack: Ack, body: JSON) -> None:
        """What cannot be sent keeps its window open, with the words in it."""
        about = about_canned(body)
        if about is None:
            ack()
            return
        item = read_send(body, about, time.time())
        objection = self._objection(item)
        if objection:
            ack(response_action="errors", errors={f"{TEXT}:{about.canned_id}": objection})
            return
        self.keep(item)
        ack(response_action="clear")

    def _objection(self, item: CannedSend) -> str | None:
        missing = left_open(item.text)
        if missing:
            return f"Please fill in {', '.join(missing)} first."
        with self.database.reading() as session:
            case = case_by_id(session, item.case_id)
        if case.state == CaseState.CLOSED.value:
            return f"{case.closed_by or 'Somebody'} has closed this case, so nothing can be sent any more."
        if case.state == CaseState.CLAIMED.value and case.owner_id != item.person_id:
            return f"{case.owner_name} has this case: take it over first."
        return None

    def take_keep(self, ack: Ack, body: JSON) -> None:
        about = about_canned(body)
        if about is None:
            ack()
            return
        item = read_keep(body, about)
        self.keep(item)
        if body["view"].get("previous_view_id"):
            ack()  # back to the window that it was opened from
        else:
            words = f"Kept: *{escape(item.title)}*. It is offered from now on."
            ack(response_action="update", view=told_window(about, words))

    def _shelf(self, body: JSON, about: AboutCanned) -> Shelf:
        user_id = body["user"]["id"]
        self.people.meet(user_id)
        with self.database.reading() as session:
            return read_shelf(session, about.case_id, self.people.person(user_id).name, self.config)

    def _tell(self, body: JSON, press: Press, about: AboutCanned, words: str) -> None:
        self._change(self.slack.views_update, press, view_id=body["view"]["id"], view=told_window(about, words))

    def _change(self, call: Callable[..., Any], press: Press, **more: Any) -> None:
        try:
            call(**more)
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("a window could not be changed for %s (%s)", press.person_id, type(error).__name__)
