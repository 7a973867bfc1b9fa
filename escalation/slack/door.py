"""Slack's way in: verified by Bolt, committed to the inbox, and only then acknowledged. What must be answered at
once (windows, options, the check of a form) is answered here."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlmodel import col, select

from escalation.desk_config import DeskConfig
from escalation.file_kind import too_large
from escalation.slack.arrival import Place
from escalation.slack.block import option
from escalation.slack.canned.door import CannedDoor
from escalation.slack.card import case_of_card, customer
from escalation.slack.case_file import read_case_file
from escalation.slack.copies import typed
from escalation.slack.enclosure import files_pass
from escalation.slack.event import Edit, Event, NotForUs, Reaction, Reply, read_event
from escalation.slack.home.door import HomeDoor
from escalation.slack.home.publisher import Homes
from escalation.slack.inbox import KINDS, Item
from escalation.slack.intents import Intents
from escalation.slack.note_moves import reply_of
from escalation.slack.people import People
from escalation.slack.press import (
    FILES,
    NOTE_WINDOW,
    REPLY_WINDOW,
    WORDS,
    Do,
    Press,
    Written,
    read_press,
    read_written,
)
from escalation.slack.teaching.door import TeachingDoor
from escalation.slack.window import conversation_window, editing_window, writing_window
from escalation.store.case import CaseState, case_by_id
from escalation.store.inbox import receive
from escalation.store.message import Message
from labeling.database import Database
from labeling.examples import Example

log = logging.getLogger(__name__)

JSON = dict[str, Any]
ANY = re.compile(".*")
_WINDOW_MESSAGES = 500
ON_ITS_WAY = "`case-{case_id}.json` is on its way into the thread. Colleagues see it there, the customer does not."
_TOO_LATE = "The window did not open in time. Please press the button again."


class Door:
    """Bolt's listeners. Each is done within Slack's three seconds and leaves the work to the inbox's worker."""

    def __init__(
        self,
        database: Database,
        place: Place,
        intents: Intents,
        homes: Homes,
        wake: Callable[[], None],
        config: DeskConfig,
        examples: Callable[[], Sequence[Example]],
        people: People,
    ) -> None:
        self._database = database
        self._slack = place.slack
        self._bot_user_id = place.bot_user_id
        self._config = config
        self._intents = intents
        self._wake = wake
        self._home = HomeDoor(database, intents, homes, self._keep, self._show)
        self._teaching = TeachingDoor(database, place.slack, intents, examples, self._keep, self._open, {})
        self._canned = CannedDoor(database, place.slack, intents, people, config.canned, self._keep, self._open)

    def app(self, signing_secret: str) -> App:
        """The Bolt app, for Socket Mode and HTTP alike. It acknowledges when a listener has returned."""
        app = App(
            client=self._slack,
            signing_secret=signing_secret,
            process_before_response=True,
            ignoring_self_events_enabled=False,  # somebody may delete our card; read_event tells the rest apart
            logger=_quiet(),
        )
        app.event(ANY)(self.take_event)
        app.action(Do.WHOLE.value)(self.open_conversation)
        app.action(Do.TRANSCRIPT.value)(self.take_transcript)
        self._teaching.listen(app)
        self._canned.listen(app)
        app.action(Do.REPLY.value)(self.open_writing)
        app.action(Do.NOTE.value)(self.open_writing)
        app.action(Do.OWN.value)(self.take_own)
        self._home.listen(app)
        app.action(ANY)(self.take_press)
        app.options(ANY)(self.offer_intents)
        app.view(REPLY_WINDOW)(self.take_written)
        app.view(NOTE_WINDOW)(self.take_written)
        app.view(ANY)(lambda ack: ack())
        app.error(_unkept)
        return app

    def take_event(self, event: JSON) -> None:
        read = read_event(event)
        if isinstance(read, Reaction) and not self._makes_a_note(read):
            return
        if not isinstance(read, NotForUs) and not self._said_by_us(read):
            self._keep(read)

    def _said_by_us(self, event: Event) -> bool:
        """Slack marks what apps post with their `bot_id`. Where that is missing, the customer's own words in the
        thread must still not pass for an agent's."""
        return isinstance(event, Reply | Edit) and event.person_id == self._bot_user_id

    def _makes_a_note(self, reaction: Reaction) -> bool:
        """Our own marks are reactions too."""
        return reaction.name in self._config.relay.note_reactions and reaction.person_id != self._bot_user_id

    def take_press(self, ack: Ack, body: JSON) -> None:
        self._keep(read_press(body))
        ack()

    def offer_intents(self, ack: Ack, body: JSON) -> None:
        self._teaching.note_menu(body)
        found = self._intents.search(str(body.get("value") or ""))
        ack(options=[option(one.title, one.intent, one.definition) for one in found])

    def open_conversation(self, ack: Ack, body: JSON) -> None:
        press, case_id = read_press(body), case_of_card(body)
        if case_id is not None:
            self._open(body, press, conversation_window(case_id, self._conversation(case_id)))
        ack()

    def take_transcript(self, ack: Ack, body: JSON) -> None:
        """It takes a moment, and comes into the thread."""
        press = read_press(body)
        case_id = int(press.value)
        self._keep(replace(press, case_id=case_id))
        view = conversation_window(case_id, self._conversation(case_id), ON_ITS_WAY.format(case_id=case_id))
        try:
            self._slack.views_update(view_id=body["view"]["id"], view=view)
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("a window could not be changed for %s (%s)", press.person_id, type(error).__name__)
        ack()

    def _conversation(self, case_id: int) -> list[Message]:
        with self._database.reading() as session:
            case = case_by_id(session, case_id)
            rows = select(Message).where(Message.conversation_id == case.conversation_id)
            newest = list(session.exec(rows.order_by(col(Message.number).desc()).limit(_WINDOW_MESSAGES)))
        return newest[::-1]

    def open_writing(self, ack: Ack, body: JSON) -> None:
        press, case_id = read_press(body), case_of_card(body)
        if case_id is not None:
            with self._database.reading() as session:
                file = read_case_file(session, case_id)
            note, limits = press.action == Do.NOTE.value, self._config.files
            go_along = not note and files_pass(file.conversation.channel, limits)
            self._open(body, press, writing_window(case_id, customer(file), note, limits if go_along else None))
        ack()

    def take_own(self, ack: Ack, body: JSON) -> None:
        """The menu of a reply from the window: to change it, its case's owner gets the window again."""
        press = read_press(body)
        if press.value.startswith(Do.EDIT_OWN.value):
            with self._database.reading() as session:
                message = session.get(Message, reply_of(press))
            if message is not None and message.case_id is not None and message.id is not None and not message.deleted:
                self._open(body, press, editing_window(message.case_id, message.id, typed(message)))
        else:
            self._keep(press)
        ack()

    def take_written(self, ack: Ack, body: JSON) -> None:
        """A reply that cannot be sent keeps its window open, with its words in it."""
        written = read_written(body)
        objections = self._objections(written)
        if objections:
            ack(response_action="errors", errors=objections)
            return
        self._keep(written)
        ack()

    def _objections(self, written: Written) -> dict[str, str]:
        """By field. Only a file's size is known already; its kind is told once it has been fetched."""
        if not written.text and not written.files:
            return {WORDS: "Please write something."}
        objection = None if written.note else self._objection_to_reply(written)
        if objection:
            return {WORDS: objection}
        sizes = (too_large(file["name"], file["size"], self._config.files) for file in written.files)
        refused = " ".join(filter(None, sizes))
        return {FILES: refused} if refused else {}

    def _objection_to_reply(self, written: Written) -> str | None:
        with self._database.reading() as session:
            case = case_by_id(session, written.case_id)
        if case.state == CaseState.CLOSED.value:
            return f"{case.closed_by or 'Somebody'} has closed this case, so nothing can be sent any more."
        if case.state == CaseState.OPEN.value:
            return None if self._config.owning.claim_on_reply else "Nobody has this case: claim it first."
        return None if case.owner_id == written.person_id else f"{case.owner_name} has this case: take it over first."

    def _show(self, body: JSON, view: JSON) -> bool:
        """False where the window came too late, or Slack would not open it."""
        try:
            self._slack.views_open(trigger_id=body["trigger_id"], view=view)
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("a window could not be opened for %s (%s)", body["user"]["id"], type(error).__name__)
            return False
        return True

    def _open(self, body: JSON, press: Press, view: JSON) -> None:
        if not self._show(body, view):
            self._excuse(press)

    def _excuse(self, press: Press) -> None:
        try:
            self._slack.chat_postEphemeral(channel=press.channel, user=press.person_id, text=_TOO_LATE)
        except (SlackApiError, SlackClientError, OSError):
            log.warning("%s could not be told so", press.person_id)

    def _keep(self, item: Item) -> None:
        with self._database.transaction() as session:
            receive(session, item.key, KINDS[type(item)], asdict(item))
        self._wake()


def _unkept(error: Exception, body: JSON) -> BoltResponse:
    """Nothing was stored, so nothing is acknowledged: Slack will send it again."""
    log.error(
        "a payload of type %s could not be kept (%s). Slack sends events again, and people press again; if this goes "
        "on, see whether the database is up and has room.",
        body.get("type"),
        type(error).__name__,
    )
    return BoltResponse(status=500)


def _quiet() -> logging.Logger:
    """Bolt logs bodies, which hold what customers said, at the lower levels."""
    quiet = logging.getLogger("escalation.slack.bolt")
    quiet.setLevel(logging.ERROR)
    return quiet
