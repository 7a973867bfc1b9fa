"""Files that customers and agents give each other, and agents' pictures: bot and desk may be far apart."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime

from sqlalchemy import delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from escalation.store.message import Message, Speaker
from labeling.clock import now


class StoredFile(SQLModel, table=True):
    """One file. Whoever knows its key can read it, so a key is as long as a conversation's."""

    __tablename__ = "handraise_file"

    key: str = Field(primary_key=True)
    name: str
    kind: str
    """As told by its content: `png`, `pdf` and so on."""
    content: bytes
    message_id: int | None = Field(default=None, foreign_key="handraise_message.id", index=True)
    """The message that it came with; none for a picture, and while a reply is held."""
    slack_id: str | None = None
    """Slack's id, once it has been uploaded there."""
    created_at: datetime = Field(default_factory=now)


def keep_file(session: Session, name: str, kind: str, content: bytes, message_id: int | None = None) -> StoredFile:
    stored = StoredFile(key=secrets.token_urlsafe(24), name=name, kind=kind, content=content, message_id=message_id)
    session.add(stored)
    session.flush()
    return stored


def keep_picture(session: Session, kind: str, content: bytes) -> str:
    """The same picture is kept once. Returns its key."""
    key = f"picture-{hashlib.sha256(content).hexdigest()[:40]}"
    if session.get(StoredFile, key) is None:
        with suppress(IntegrityError), session.begin_nested():  # another desk keeps it at this very moment
            session.add(StoredFile(key=key, name=f"picture.{kind}", kind=kind, content=content))
    return key


def files_of(session: Session, message_id: int) -> list[StoredFile]:
    rows = select(StoredFile).where(StoredFile.message_id == message_id)
    return list(session.exec(rows.order_by(col(StoredFile.created_at), col(StoredFile.key))))


def size_of_files(session: Session, conversation_id: int, speaker: Speaker) -> int:
    """Of those that one side of a conversation has sent, in bytes."""
    sizes = select(func.sum(func.length(StoredFile.content)))  # type: ignore[call-overload]  # sqlmodel: no aggregates
    theirs = sizes.join(Message, col(Message.id) == StoredFile.message_id)
    said = theirs.where(Message.conversation_id == conversation_id, Message.speaker == speaker.value)
    return int(session.exec(said).one() or 0)


def drop_files(session: Session, message_id: int) -> None:
    """Their addresses lead nowhere from now on, but that a browser which has shown one may keep it for an hour."""
    session.execute(delete(StoredFile).where(col(StoredFile.message_id) == message_id))
