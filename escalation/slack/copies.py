"""What comes into a case's thread from elsewhere: the customer's words and files, what agents wrote in windows, and
the case's own transcript."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import col, update

from escalation.case_transcript import transcript
from escalation.rich_text import Run, marked
from escalation.slack.block import Block, option, overflow, section
from escalation.slack.card import customer
from escalation.slack.case_file import CaseFile, read_case_file
from escalation.slack.mrkdwn import escape, split
from escalation.slack.people import People
from escalation.slack.press import Do
from escalation.slack.upload import Upload, upload
from escalation.store.file import StoredFile, files_of
from escalation.store.message import Message, Speaker
from escalation.store.outbox import Errand, Outgoing, enqueue
from labeling.clock import now
from labeling.database import Database

UPLOAD_SECONDS = 120.0
DELETED = "(deleted by the customer)"
TAKEN_BACK = "(taken back from the customer)"
EDITED = " (edited)"


@dataclass(frozen=True)
class Thread:
    """Where a case is talked about."""

    channel: str
    ts: str
    """The card's; empty where there is none yet, and so the channel itself is meant."""


Post = Callable[..., str]
"""Of an errand's part, once: `post(row, part, thread, **content)` gives its ts."""
Posted = Callable[[Outgoing, Thread], dict[str, str]]
"""What an interrupted attempt left in Slack: the ts of each part."""


class Copies:
    """Each is whole, in several messages if it is long, and changes with what it copies."""

    def __init__(self, database: Database, slack: WebClient, people: People, post: Post, posted: Posted) -> None:
        self._database = database
        self._slack = slack
        self._people = people
        self._post = post
        self._posted = posted

    def post(self, row: Outgoing, thread: Thread) -> None:
        message, file, files = self._read(row)
        if message is None:
            return
        alone = _is_customers(message) and files and not message.text and not message.deleted
        pieces = [] if alone else _pieces(message)
        there = self._posted(row, thread) if row.attempts > 1 else {}
        drawn = _drawn(message, pieces)
        parts = self._post_pieces(row, thread, pieces, drawn, there, self._author(row, message, file))
        for stored in files:
            self._upload(row, thread, self._stored(stored, _comment(message, file)))
        with self._database.transaction() as session:
            standing: dict[str, Any] = {"slack_parts": parts}
            if parts:
                standing["slack_ts"] = parts[0]
            session.execute(update(Message).where(col(Message.id) == message.id).values(**standing))
            if file.turn is not None and file.turn.id != file.case.turn_id:
                enqueue(session, row.case_id, Errand.UPDATE_CARD)  # this message may be what is to be taught

    def reword(self, row: Outgoing, thread: Thread) -> None:
        """The pieces that are there are written anew; what is left over goes, what is missing comes."""
        message, file, _ = self._read(row)
        if message is None or not message.slack_parts:
            return
        pieces = _pieces(message)
        drawn = _drawn(message, pieces)
        for ts, words, blocks in zip(message.slack_parts, pieces, drawn, strict=False):
            self._change(thread.channel, ts, words, blocks)
        for ts in message.slack_parts[len(pieces) :]:
            self._delete(thread.channel, ts)
        there = dict(enumerate(message.slack_parts))
        found = self._posted(row, thread) if row.attempts > 1 else {}
        known = {str(part): ts for part, ts in there.items() if part < len(pieces)} | found
        parts = self._post_pieces(row, thread, pieces, drawn, known, self._author(row, message, file))
        with self._database.transaction() as session:
            session.execute(update(Message).where(col(Message.id) == message.id).values(slack_parts=parts))

    def note(self, row: Outgoing, thread: Thread) -> None:
        """A private note from the window, under its author's name. Nothing relays what we ourselves post."""
        self._people.meet(row.person_id or "")
        there = self._posted(row, thread) if row.attempts > 1 else {}
        author = _Author(f"{self._people.name(row.person_id or '')} (note)", self._people.icon(row.person_id or ""))
        pieces = split(f"🔒 {row.note}")
        self._post_pieces(row, thread, pieces, [[section(escape(words))] for words in pieces], there, author)
        with self._database.transaction() as session:
            kept = session.get(Outgoing, row.id)
            if kept is not None:
                kept.note = ""  # a note stays in Slack, and is kept nowhere else

    def transcript(self, row: Outgoing, thread: Thread) -> None:
        """The case as JSON, for agents: nothing relays what we ourselves post."""
        self._people.meet(row.person_id or "")
        with self._database.reading() as session:
            content = json.dumps(transcript(session, row.case_id), ensure_ascii=False, indent=2).encode()
        comment = f"Transcript for {self._people.name(row.person_id or '')}"

        def note(slack_id: str) -> None:
            self._change_row(row, note=slack_id)

        self._upload(row, thread, Upload(f"case-{row.case_id}.json", content, comment, row.note, note))

    def _stored(self, stored: StoredFile, comment: str) -> Upload:
        def note(slack_id: str) -> None:
            with self._database.transaction() as session:
                session.execute(update(StoredFile).where(col(StoredFile.key) == stored.key).values(slack_id=slack_id))

        return Upload(stored.name, stored.content, comment, stored.slack_id, note)

    def _upload(self, row: Outgoing, thread: Thread, file: Upload) -> None:
        """It takes longer than the lease of an errand, and no other desk must begin it meanwhile."""
        self._change_row(row, not_before=now() + timedelta(seconds=UPLOAD_SECONDS))
        upload(self._slack, file, thread.channel, thread.ts)

    def _change_row(self, row: Outgoing, **values: Any) -> None:
        with self._database.transaction() as session:
            session.execute(update(Outgoing).where(col(Outgoing.id) == row.id).values(**values))

    def _read(self, row: Outgoing) -> tuple[Message | None, CaseFile, list[StoredFile]]:
        with self._database.reading() as session:
            message = session.get(Message, row.message_id)
            return message, read_case_file(session, row.case_id), files_of(session, row.message_id or 0)

    def _author(self, row: Outgoing, message: Message, file: CaseFile) -> _Author:
        if message.speaker == Speaker.AGENT.value:
            self._people.meet(row.person_id or "")
            return _Author(message.author, self._people.icon(row.person_id or ""))
        if message.speaker == Speaker.BOT.value:
            return _Author("Bot")
        return _Author(f"{customer(file)} (customer)" if file.conversation.customer_name else "Customer")

    def _post_pieces(
        self,
        row: Outgoing,
        thread: Thread,
        pieces: Sequence[str],
        drawn: Sequence[list[Block]],
        there: dict[str, str],
        author: _Author,
    ) -> list[str]:
        for part, (words, blocks) in enumerate(zip(pieces, drawn, strict=True)):
            if str(part) not in there:
                text = escape(words)
                there[str(part)] = self._post(row, str(part), thread, text=text, blocks=blocks, **author.fields)
        return [there[str(part)] for part in range(len(pieces))]

    def _change(self, channel: str, ts: str, words: str, blocks: list[Block]) -> None:
        with _unless_gone():
            self._slack.chat_update(channel=channel, ts=ts, text=escape(words), blocks=blocks)

    def _delete(self, channel: str, ts: str) -> None:
        with _unless_gone():
            self._slack.chat_delete(channel=channel, ts=ts)


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Somebody may have deleted a copy; then there is nothing to change."""
    try:
        yield
    except SlackApiError as refused:
        if refused.response.get("error") != "message_not_found":
            raise


@dataclass(frozen=True)
class _Author:
    """Under whose name and picture something stands in the thread."""

    name: str
    icon: str = ""

    @property
    def fields(self) -> dict[str, str]:
        return {"username": self.name, "icon_url": self.icon} if self.icon else {"username": self.name}


def _pieces(message: Message) -> list[str]:
    if message.deleted:
        return [DELETED if _is_customers(message) else TAKEN_BACK]
    words = typed(message) or _named(message)
    edited = EDITED if message.revision else ""
    return split(words + edited) or ["(no words)"]


def _named(message: Message) -> str:
    """In place of words, where there are files alone."""
    names = ", ".join(str(file["name"]) for file in message.payload.get("files") or [])
    return f"📎 {names}" if names else ""


def _comment(message: Message, file: CaseFile) -> str:
    return f"{customer(file)} sent a file" if _is_customers(message) else f"{message.author} sent the customer a file"


def typed(message: Message) -> str:
    """As its author may have typed it."""
    runs = message.payload.get("runs")
    return marked(Run.from_json(run) for run in runs) if runs else message.text


def _drawn(message: Message, pieces: Sequence[str]) -> list[list[Block]]:
    """A block each. What an agent wrote in a window can be changed behind three dots."""
    blocks = [section(escape(words)) for words in pieces]
    if message.speaker == Speaker.AGENT.value and not message.deleted and blocks:
        number = str(message.id)
        choices = [
            option("Change…", f"{Do.EDIT_OWN.value}:{number}"),
            option("Take back", f"{Do.TAKE_BACK_OWN.value}:{number}"),
        ]
        blocks[0]["accessory"] = overflow(Do.OWN.value, choices)
    return [[block] for block in blocks]


def _is_customers(message: Message) -> bool:
    return message.speaker == Speaker.CUSTOMER.value
