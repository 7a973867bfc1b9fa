"""One errand to Slack: done, or found to be done already, so that a crash never posts anything twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import Session, col, select, update

from escalation.desk_config import DeskConfig
from escalation.slack.block import context
from escalation.slack.card import Card, draw_card
from escalation.slack.case_file import CaseFile, read_case_file
from escalation.slack.copies import Copies, Thread
from escalation.slack.directory import mentions
from escalation.slack.failure import CARD_GONE
from escalation.slack.intents import Intents
from escalation.slack.mrkdwn import escape
from escalation.slack.people import People
from escalation.slack.window import Held, question_about_held
from escalation.store.agent import away_among
from escalation.store.case import Case, CaseState, case_by_id
from escalation.store.message import Message
from escalation.store.outbox import Errand, Outgoing
from escalation.store.posted_card import PostedCard
from escalation.store.remark import Fate, remark_at
from escalation.ticker import subject_of
from labeling.clock import now
from labeling.database import Database

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
"""How long an errand is one desk's own; longer than one call may take. After a crash it is taken up again then."""
METADATA = "handraise_errand"
REACTIONS = {"delivered": "white_check_mark", "failed": "warning", "read": "eyes"}
CARD = "card"
NOTICE = "notice"
# What Slack answers where somebody has deleted what we speak of, and where it is done already.
GONE = {"message_not_found", "thread_not_found", "cant_update_message"}
NOTHING_TO_DO = {"already_reacted", "no_reaction", "message_not_found"}
_MEANWHILE = timedelta(minutes=2)


class Errands:
    """Does errands with Slack's own client. Whatever Slack refuses comes out as its SlackApiError."""

    def __init__(
        self,
        database: Database,
        slack: WebClient,
        channel: str,
        intents: Intents,
        people: People,
        config: DeskConfig,
    ) -> None:
        self._database = database
        self._slack = slack
        self._channel = channel
        self._routing = config.routing
        self._intents = intents
        self._config = config
        self._copies = Copies(database, slack, people, self._post, self._posted)
        self._kinds: dict[str, Callable[[Outgoing, Thread], None]] = {
            Errand.POST_CARD.value: lambda row, thread: None,
            Errand.UPDATE_CARD.value: self._update_card,
            Errand.POST_MESSAGE.value: self._copies.post,
            Errand.REWORD.value: self._copies.reword,
            Errand.NOTE.value: self._copies.note,
            Errand.TRANSCRIPT.value: self._copies.transcript,
            Errand.MARK.value: self._mark,
            Errand.TELL.value: self._tell,
            Errand.ASK.value: self._ask,
            Errand.HAND.value: self._hand,
            Errand.SEAL.value: self._seal,
            Errand.NUDGE.value: self._nudge,
            Errand.CALL.value: self._call,
        }

    def do(self, row: Outgoing) -> None:
        """A case without a card in Slack gets one first, whatever the errand."""
        file = self._file(row.case_id)
        thread = _thread_of(file.case) or self._post_card(row, file)
        try:
            self._kinds[row.errand](row, thread)
        except SlackApiError as refused:
            if refused.response.get("error") not in GONE:
                raise
            self._replace_card(row)

    def channel_of(self, session: Session, row: Outgoing) -> str:
        """The Slack channel that the errand goes to."""
        return case_by_id(session, row.case_id).slack_channel or self._channel

    def _file(self, case_id: int) -> CaseFile:
        with self._database.reading() as session:
            return read_case_file(session, case_id)

    def _draw(self, file: CaseFile) -> Card:
        return draw_card(file, self._intents, self._config.relay.policy_of(file.conversation.channel))

    def _post_card(self, row: Outgoing, file: CaseFile) -> Thread:
        channel, called = self._destination(row)
        ts = self._posted(row, Thread(channel, "")).get(CARD) if row.attempts > 1 else None
        if ts is None:
            card = self._draw(file)
            text, blocks = card.text, [*card.blocks, *([context(called)] if called else [])]
            ts = self._post(row, CARD, Thread(channel, ""), text=f"{called} {text}".strip(), blocks=blocks)
        with self._database.transaction() as session:
            case_by_id(session, row.case_id).slack_ts = ts
            session.add(PostedCard(case_id=row.case_id, slack_channel=channel, slack_ts=ts))
        return Thread(channel, ts)

    def _destination(self, row: Outgoing) -> tuple[str, str]:
        """The channel, written down before anything is posted there, and whom the card calls."""
        with self._database.transaction() as session:
            case = case_by_id(session, row.case_id)
            destination = self._routing.destination_of(subject_of(session, case))
            case.slack_channel = case.slack_channel or destination.channel or self._channel
            return case.slack_channel, mentions(_present(session, destination.call))

    def _update_card(self, row: Outgoing, thread: Thread) -> None:
        """One drawing serves every update that waits by now."""
        with self._database.reading() as session:
            last = session.exec(_waiting_updates(row.case_id).order_by(col(Outgoing.id).desc())).first()
        card = self._draw(self._file(row.case_id))
        self._slack.chat_update(channel=thread.channel, ts=thread.ts, text=card.text, blocks=list(card.blocks))
        self._settle_updates(row.case_id, last)

    def _replace_card(self, row: Outgoing) -> None:
        """Somebody deleted the card. An unfinished case gets a new one, so that it is not forgotten."""
        with self._database.transaction() as session:
            case = case_by_id(session, row.case_id)
            case.slack_ts = None
            closed = case.state == CaseState.CLOSED.value
        if not closed:
            log.warning(CARD_GONE, row.case_id)
            self._kinds[row.errand](row, self._post_card(row, self._file(row.case_id)))

    def _settle_updates(self, case_id: int, last: Outgoing | None) -> None:
        if last is None:
            return
        served = (
            update(Outgoing)
            .where(
                col(Outgoing.case_id) == case_id,
                col(Outgoing.errand) == Errand.UPDATE_CARD.value,
                col(Outgoing.id) <= last.id,
                col(Outgoing.done_at).is_(None),
            )
            .values(done_at=now())
        )
        with self._database.transaction() as session:
            session.execute(served)

    def _mark(self, row: Outgoing, thread: Thread) -> None:
        with self._database.reading() as session:
            message = session.get(Message, row.message_id)
            failed_before = session.exec(
                select(Outgoing.id).where(
                    Outgoing.message_id == row.message_id, Outgoing.note == "failed", col(Outgoing.id) < row.id
                )
            ).first()
        if message is None or not message.slack_ts or row.note not in REACTIONS:
            return
        if row.note == "delivered" and failed_before is not None:
            self._react(self._slack.reactions_remove, thread.channel, message.slack_ts, REACTIONS["failed"])
        self._react(self._slack.reactions_add, thread.channel, message.slack_ts, REACTIONS[row.note])

    def _seal(self, row: Outgoing, thread: Thread) -> None:
        self._react(self._slack.reactions_add, thread.channel, row.note, "lock")

    def _react(self, call: Callable[..., Any], channel: str, ts: str, name: str) -> None:
        try:
            call(channel=channel, timestamp=ts, name=name)
        except SlackApiError as refused:
            if refused.response.get("error") not in NOTHING_TO_DO:
                raise

    def _nudge(self, row: Outgoing, thread: Thread, in_channel: bool = False) -> None:
        if row.attempts > 1 and NOTICE in self._posted(row, thread):
            return
        with self._database.reading() as session:
            called = mentions(_present(session, (row.person_id or "").split()))
        self._post(row, NOTICE, thread, text=f"{called} {escape(row.note)}".strip(), reply_broadcast=in_channel)

    def _call(self, row: Outgoing, thread: Thread) -> None:
        self._nudge(row, thread, in_channel=True)

    def _tell(self, row: Outgoing, thread: Thread) -> None:
        self._slack.chat_postEphemeral(
            channel=thread.channel, thread_ts=thread.ts, user=row.person_id or "", text=escape(row.note)
        )

    def _ask(self, row: Outgoing, thread: Thread) -> None:
        with self._database.reading() as session:
            remark = remark_at(session, thread.channel, row.note)
            case = case_by_id(session, row.case_id)
        if remark is None or remark.fate != Fate.HELD.value:
            return
        held = Held(case.owner_name, case.owner_id == remark.person_id, bool(remark.edited_ts))
        self._slack.chat_postEphemeral(
            channel=thread.channel,
            thread_ts=thread.ts,
            user=row.person_id or "",
            text=f"{held.reason}, so your reply is held back. Send it, or keep it as a note?",
            blocks=question_about_held(row.note, held, remark.text),
        )

    def _hand(self, row: Outgoing, thread: Thread) -> None:
        """A message that the whole thread sees, because only such a one calls somebody."""
        if row.attempts > 1 and self._posted(row, thread):
            return
        self._post(row, "0", thread, text=f"<@{row.person_id}>, {escape(row.note)} hands this case to you.")

    def _post(self, row: Outgoing, part: str, thread: Thread, **content: Any) -> str:
        posted = self._slack.chat_postMessage(
            channel=thread.channel,
            thread_ts=thread.ts or None,
            metadata={"event_type": METADATA, "event_payload": {"errand": _identity(row), "part": part}},
            unfurl_links=False,
            unfurl_media=False,
            **content,
        )
        return str(posted["ts"])

    def _posted(self, row: Outgoing, thread: Thread) -> dict[str, str]:
        """What an interrupted attempt left in Slack: the ts of each part."""
        found = {}
        for message in self._since(row, thread):
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == METADATA and payload.get("errand") == _identity(row):
                found[str(payload.get("part"))] = str(message["ts"])
        return found

    def _since(self, row: Outgoing, thread: Thread) -> Iterator[dict[str, Any]]:
        start = (row.created_at - _MEANWHILE).replace(tzinfo=timezone.utc)  # the two clocks may differ
        page: dict[str, Any] = {"oldest": f"{start.timestamp():.6f}", "limit": 200, "include_all_metadata": True}
        if not thread.ts:
            pages = self._slack.conversations_history(channel=thread.channel, **page)
        else:
            pages = self._slack.conversations_replies(channel=thread.channel, ts=thread.ts, **page)
        for answer in pages:
            yield from answer.get("messages") or []


def _thread_of(case: Case) -> Thread | None:
    return Thread(case.slack_channel, case.slack_ts) if case.slack_channel and case.slack_ts else None


def _present(session: Session, ids: Sequence[str]) -> list[str]:
    """Whoever is away is left in peace."""
    away = away_among(session, ids)
    return [one for one in ids if one not in away]


def _identity(row: Outgoing) -> str:
    """Names the errand in Slack; with its birth, because another database may have counted to the same number."""
    born: datetime = row.created_at
    return f"{row.id}@{born:%Y%m%dT%H%M%S.%f}"


def _waiting_updates(case_id: int) -> Any:
    return select(Outgoing).where(
        Outgoing.case_id == case_id,
        Outgoing.errand == Errand.UPDATE_CARD.value,
        col(Outgoing.done_at).is_(None),
    )
