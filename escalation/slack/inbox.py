"""Works off the inbox: each item in one transaction with everything that it changes."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from slack_sdk.webhook import WebhookClient
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from escalation.desk_config import DeskConfig
from escalation.slack.arrival import Place
from escalation.slack.attachments import Attached, Attachments
from escalation.slack.canned.item import CannedKeep, CannedSend
from escalation.slack.canned.moves import take_keep, take_send
from escalation.slack.drain import Drain
from escalation.slack.event import Deletion, Edit, HomeOpened, Reaction, Reply
from escalation.slack.fetches import Fetches
from escalation.slack.held_up import HeldUp, case_of
from escalation.slack.home.moves import take_home_opened, take_home_press
from escalation.slack.intents import Intents
from escalation.slack.label_moves import take_label
from escalation.slack.label_window import LabelledMessage
from escalation.slack.note import Privacy, privacy
from escalation.slack.note_moves import take_back_own, take_reaction, take_written
from escalation.slack.people import People
from escalation.slack.press import ABOUT_HELD, AT_HOME, NOT_ON_CARDS, Do, Press, Written
from escalation.slack.press_moves import take_handing, take_press
from escalation.slack.teaching.lesson import Lesson
from escalation.slack.teaching.moves import take_lesson
from escalation.slack.thread_moves import take_deletion, take_edit, take_reply
from escalation.store.inbox import Incoming, waiting
from escalation.store.posted_card import card_at
from escalation.store.remark import remark_at
from labeling.clock import now
from labeling.database import Database

log = logging.getLogger(__name__)

Beside = HomeOpened | LabelledMessage
Item = Reply | Edit | Deletion | Reaction | Press | Written | Lesson | CannedSend | CannedKeep | Beside
KINDS: dict[type, str] = {
    Reply: "reply",
    Edit: "edit",
    Deletion: "deletion",
    Reaction: "reaction",
    Written: "written",
    Press: "press",
    Lesson: "lesson",
    CannedSend: "canned_send",
    CannedKeep: "canned_keep",
    HomeOpened: "home_opened",
    LabelledMessage: "labelled_message",
}
ATTEMPTS = 5
"""After so many failures an item is put aside, with its payload, so that it holds nothing up."""
CARD_PATIENCE = timedelta(minutes=2)
"""How long a reply waits for the row of its card: a crash may have come between posting and writing down."""
MOMENT = timedelta(seconds=5)
"""How long a reaction or a press waits for the row of the message that it belongs to."""
FILE_ATTEMPTS = 3
"""After so many failures to fetch a file the words go without it, and their author is told."""
_MENTION = re.compile(r"<@([A-Z0-9]+)")


class Worker:
    """Takes items in the order in which they came."""

    def __init__(
        self, database: Database, people: People, intents: Intents, place: Place, config: DeskConfig
    ) -> None:
        self._database = database
        self._people = people
        self._intents = intents
        self._bot_user_id = place.bot_user_id
        client = place.slack
        attachments = Attachments(client.token or "", client.base_url, config.files)
        self._config = config
        self.drain = Drain("inbox", self.work, patience=10)
        self._fetches = Fetches(attachments.fetch, on_done=self.drain.wake)

    def work(self) -> bool:
        """Everything that waits, once each; False where nothing could be finished."""
        finished, held = False, HeldUp()
        rows = self._waiting()
        self._fetches.forget_all_but({row.id for row in rows})
        for row in rows:
            if self.drain.is_stopping:
                break
            finished = self._take(row, held) or finished
        return finished

    def _waiting(self) -> list[Incoming]:
        with self._database.reading() as session:
            return as_written(waiting(session))

    def _take(self, row: Incoming, held: HeldUp) -> bool:
        try:
            item = read_item(row)
            attached = self._attached(row, item) if not self._is_held_up(item, held) else None
            if attached is None:
                held.add(item, self._case_of(item))
                return False
            self._meet_people(item)
            if not self._settle(row, item, attached):
                return False
        except OperationalError:
            raise  # the database's fault, not the item's
        except Exception as error:  # noqa: BLE001 - the service's outermost edge: one bad item must not stop the rest
            self._put_back(row, error)
            return False
        _tidy_up(item)
        return True

    def _is_held_up(self, item: Item, held: HeldUp) -> bool:
        return bool(held) and held.holds(item, self._case_of(item))

    def _case_of(self, item: Item) -> int | None:
        with self._database.reading() as session:
            return case_of(session, item)

    def _attached(self, row: Incoming, item: Item) -> Attached | None:
        """Files that may go to a customer; None while they are not here yet."""
        try:
            return self._fetches.of(row.id or 0, self._for_the_customer(item))
        except OSError as error:
            if row.attempts + 1 < FILE_ATTEMPTS:
                self._put_back(row, error)
                return None
            log.warning("a file of inbox item %s cannot be fetched (%s)", row.id, type(error).__name__)
            return Attached((), ("Slack did not give us your file. Please attach it again.",))

    def _for_the_customer(self, item: Item) -> Sequence[Mapping[str, Any]]:
        if isinstance(item, Written):
            return item.files
        if not isinstance(item, Reply) or not item.files or privacy(item.text) is not Privacy.OPEN:
            return ()
        with self._database.reading() as session:
            return item.files if card_at(session, item.channel, item.thread_ts) is not None else ()

    def _settle(self, row: Incoming, item: Item, attached: Attached) -> bool:
        with self._database.transaction() as session:
            current = _locked(session, row)
            if current is None or self._too_early(session, current, item):
                return False
            self._do(session, item, attached)
            # What was said is kept once, in its own table; a note that stayed in Slack is kept nowhere else.
            current.done_at, current.payload, current.error = now(), {}, None
        return True

    def _do(self, session: Session, item: Item, attached: Attached) -> None:
        people = self._people
        if isinstance(item, Reply):
            take_reply(session, item, people.person, self._config, attached)
        elif isinstance(item, Reaction):
            take_reaction(session, item)
        elif isinstance(item, Written):
            take_written(session, item, people.person(item.person_id, item.person_name), self._config, attached)
        elif isinstance(item, Edit):
            take_edit(session, item, people.person, self._config)
        elif isinstance(item, Deletion):
            take_deletion(session, item)
        elif isinstance(item, CannedSend):
            sender = people.person(item.person_id, item.person_name)
            take_send(session, item, sender, self._config.owning.claim_on_reply)
        elif isinstance(item, CannedKeep):
            take_keep(session, item, people.person(item.person_id, item.person_name))
        elif isinstance(item, HomeOpened):
            take_home_opened(session, item)
        elif isinstance(item, LabelledMessage):
            take_label(session, item, people.person(item.person_id, item.person_name))
        elif isinstance(item, Press) and item.action.startswith(AT_HOME):
            take_home_press(session, item, people.person(item.person_id, item.person_name))
        elif isinstance(item, Press) and item.action == Do.HAND_TO.value:
            giver = people.person(item.person_id, item.person_name)
            take_handing(session, item, giver, people.colleague(item.value))
        elif isinstance(item, Press) and item.action == Do.OWN.value:
            take_back_own(session, item)
        elif isinstance(item, Press):
            person = people.person(item.person_id, item.person_name)
            take_press(session, item, person, self._intents, people.name)
        else:
            take_lesson(session, item, people.person(item.person_id, item.person_name))

    def _too_early(self, session: Session, row: Incoming, item: Item) -> bool:
        if isinstance(item, Reaction):  # it may have overtaken the message under which it stands
            return remark_at(session, item.channel, item.ts) is None and now() - row.received_at < MOMENT
        if isinstance(item, Press) and item.channel and item.action not in NOT_ON_CARDS:
            return card_at(session, item.channel, item.message_ts) is None and now() - row.received_at < MOMENT
        if not isinstance(item, Reply) or item.root_author_id != self._bot_user_id:
            return False
        return card_at(session, item.channel, item.thread_ts) is None and now() - row.received_at < CARD_PATIENCE

    def _meet_people(self, item: Item) -> None:
        self._people.meet(item.person_id)
        if isinstance(item, Press) and item.action == Do.HAND_TO.value:
            self._people.meet(item.value)
        for user_id in _MENTION.findall(getattr(item, "text", "")):
            self._people.meet(user_id)

    def _put_back(self, row: Incoming, error: Exception) -> None:
        with self._database.transaction() as session:
            current = _locked(session, row)
            if current is None:
                return
            current.attempts += 1
            current.error = f"{type(error).__name__} {_place(error)}, attempt {current.attempts}"
            rest = ""
            if current.attempts >= ATTEMPTS:
                current.done_at = now()
                rest = ". It is put aside, whole, in handraise_inbox: please report it as a fault of Handraise"
            log.error("inbox item %s (%s): %s%s", current.id, current.kind, current.error, rest)


def as_written(rows: Sequence[Incoming]) -> list[Incoming]:
    """Slack tells of a thread's replies in any order; those that wait together are taken in that of their writing,
    and all else stays in its place."""
    places: dict[tuple[Any, Any], list[int]] = {}
    for place, row in enumerate(rows):
        if row.kind == KINDS[Reply]:
            places.setdefault((row.payload.get("channel"), row.payload.get("thread_ts")), []).append(place)
    ordered = list(rows)
    for here in places.values():
        replies = sorted((rows[place] for place in here), key=lambda row: str(row.payload.get("ts")))
        for place, row in zip(here, replies, strict=True):
            ordered[place] = row
    return ordered


def read_item(row: Incoming) -> Item:
    kinds: dict[str, Callable[..., Any]] = {name: kind for kind, name in KINDS.items()}
    item: Item = kinds[row.kind](**row.payload)
    return item


def _locked(session: Session, row: Incoming) -> Incoming | None:
    """The row as it stands now, if no other desk has it or has finished it."""
    rows = select(Incoming).where(Incoming.id == row.id, col(Incoming.done_at).is_(None))
    return session.exec(rows.with_for_update(skip_locked=True)).first()


def _tidy_up(item: Item) -> None:
    """Takes an answered question away; if that fails it stays, and pressing it again changes nothing."""
    if isinstance(item, Press) and item.action in ABOUT_HELD and item.response_url:
        try:
            WebhookClient(item.response_url, timeout=5).send(delete_original=True)
        except OSError:
            log.warning("an answered question could not be taken away")


def _place(error: Exception) -> str:
    """Where it happened. Not what it says: it may quote what somebody wrote."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"at {frame.name}, line {frame.lineno}"
