"""What comes outside a turn."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot import late, schema
from bot.hearing import IN_GENERAL
from bot.late import call_late, say_late, until_stored
from bot.recorder import Said
from escalation.store.case import Case
from escalation.store.conversation import Conversation, conversation_of
from escalation.store.message import Message
from labeling.database import Database


def begin(database: Database, channel: str) -> int:
    with database.transaction() as session:
        conversation = conversation_of(session, channel, "c1")
    assert conversation.id is not None
    return conversation.id


def cases(session: Session) -> list[str]:
    rows = select(Conversation.channel).join(Case, Case.conversation_id == Conversation.id)  # type: ignore[arg-type]
    return list(session.exec(rows))


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database


@pytest.mark.parametrize(("channel", "called"), [("rest", "rest"), (None, "telegram"), ("callback", "")])
def test_a_reminder_calls_a_person_on_its_own_channel(database: Database, channel: str | None, called: str) -> None:
    for name in ("rest", "telegram"):
        begin(database, name)
    call_late(database, "c1", channel, IN_GENERAL)
    with database.reading() as session:
        assert cases(session) == ([called] if called else [])


def test_what_the_bot_says_late_is_said_once_however_often_it_is_stored(database: Database) -> None:
    conversation_id = begin(database, "webchat")
    for name in ("late:1", "late:1", "late:2"):
        say_late(database, conversation_id, Said("La la la."), name)
    with database.reading() as session:
        assert len(session.exec(select(Message)).all()) == 2


def test_what_the_bot_says_while_the_database_is_away_is_said_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(late, "PAUSE_SECONDS", 0.02)
    here, away = tmp_path / "here", tmp_path / "away"
    database = Database(f"sqlite:///{here / 'handraise.db'}")
    schema.upgrade(database)
    conversation_id = begin(database, "webchat")
    database.close()
    here.rename(away)

    async def remind() -> None:
        saying = asyncio.create_task(until_stored(database, say_late, conversation_id, Said("La la la."), "late:1"))
        while "trying again" not in caplog.text:
            await asyncio.sleep(0.01)
        away.rename(here)
        await saying

    asyncio.run(remind())
    with database.reading() as session:
        assert session.exec(select(Message.text)).all() == ["La la la."]
    database.close()
