"""Channels that are pushed to: one that is slow or broken is nobody else's trouble."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import InputChannel, OutputChannel
from sqlmodel import select

from bot import courier, schema
from bot.courier import Courier, mark
from bot.locks import ConversationLocks
from escalation import handover
from escalation.handover import Person
from escalation.store.conversation import conversation_of
from escalation.store.message import Message, Speaker
from escalation.store.message import say as store
from escalation.store.outbox import Errand, Outgoing
from labeling.database import Bell, Database

MINA = Person("U1", "Mina")
Send = Callable[[str, str], Awaitable[None]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """One for each test, for each has customers of its own."""
    database = Database(f"sqlite:///{tmp_path / 'handraise.db'}")
    schema.upgrade(database)
    yield database
    database.close()


class Output(OutputChannel):
    def __init__(self, name: str, send: Send) -> None:
        self._name, self._send = name, send

    def name(self) -> str:  # type: ignore[override]
        return self._name

    async def send_text_message(self, recipient_id: str, text: str, **_: Any) -> None:
        await self._send(recipient_id, text)


class Input(InputChannel):
    """A channel of a project's own."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def get_output_channel(self) -> OutputChannel:
        return self._output


@asynccontextmanager
async def running(database: Database, **channels: Send) -> AsyncIterator[Courier]:
    """As in a bot, woken by the bell."""
    inputs = {name: Input(Output(name, send)) for name, send in channels.items()}
    service, bell = Courier(database, inputs, ConversationLocks(database)), Bell(database)
    service.connect()
    bell.listen(service.ring)
    bell.start()
    working = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        bell.stop()


def say(database: Database, channel: str, *texts: str, sender: str = "c1") -> list[int]:
    with database.transaction() as session:
        conversation = conversation_of(session, channel, sender)
        said = [store(session, conversation, Speaker.BOT, text) for text in texts]
    return [message.id for message in said if message.id is not None]


async def until(fact: Callable[[], bool]) -> None:
    async def wait() -> None:
        while not fact():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 30)


async def for_ever(*_: str) -> None:
    await asyncio.Event().wait()


def test_a_channel_that_hangs_keeps_no_other_waiting(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LET_THROUGH_SECONDS", 0.1)
    heard: list[str] = []

    async def hear(_: str, text: str) -> None:
        heard.append(text)

    async def go() -> None:
        async with running(database, stuck=for_ever, well=hear):
            await until(lambda: heard == ["One.", "Two."])
            say(database, "well", "Three.")
            await until(lambda: heard == ["One.", "Two.", "Three."])

    for number in range(2 * courier.AT_ONCE):
        say(database, "stuck", "Hello?", sender=f"s{number}")
    say(database, "well", "One.", "Two.")
    asyncio.run(go())


def test_hundreds_that_cannot_be_reached_hide_nobody(database: Database) -> None:
    heard: list[str] = []

    async def refuse(*_: str) -> None:
        raise ConnectionError

    async def hear(_: str, text: str) -> None:
        heard.append(text)

    async def go() -> None:
        async with running(database, broken=refuse, well=hear):
            await until(lambda: heard == ["Hello."])

    for number in range(250):
        say(database, "broken", "Hello?", sender=f"b{number}")
    say(database, "well", "Hello.")
    asyncio.run(go())


def test_a_channel_whose_library_blocks_holds_up_nothing(database: Database) -> None:
    answered, heard = threading.Event(), list[str]()

    async def block(_: str, text: str) -> None:
        answered.wait(30)
        heard.append(text)

    async def hear(_: str, text: str) -> None:
        heard.append(text)
        answered.set()

    async def go() -> None:
        async with running(database, twilio=block, well=hear):
            say(database, "twilio", "Slow.")
            await asyncio.sleep(0.1)
            say(database, "well", "Quick.")
            await until(lambda: heard == ["Quick.", "Slow."])

    asyncio.run(go())


def test_a_channel_that_never_answers_has_failed_and_the_agent_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_PAUSE_SECONDS", "SEND_SECONDS"):
        monkeypatch.setattr(courier, name, 0.01)
    with database.transaction() as session:
        conversation = conversation_of(session, "stuck", "c1")
        case = handover.open_case(session, conversation, "Unsure.")
        assert case.id is not None
        handover.reply(session, case.id, MINA, "Here I am.", "1.1")

    def marks() -> list[str]:
        with database.reading() as session:
            return list(session.exec(select(Outgoing.note).where(Outgoing.errand == Errand.MARK.value)))

    async def go() -> None:
        async with running(database, stuck=for_ever):
            await until(lambda: marks() == ["failed"])

    asyncio.run(go())


def test_what_another_bot_has_brought_is_not_tried_again_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "FIRST_PAUSE_SECONDS", 60.0)
    refused: list[str] = []

    async def refuse(_: str, text: str) -> None:
        refused.append(text)
        raise ConnectionError

    async def go() -> None:
        async with running(database, broken=refuse) as service:
            ids = say(database, "broken", "Hello?")
            await until(lambda: set(service._failures) == set(ids))
            mark(database, ids)
            await until(lambda: not service._failures)

    asyncio.run(go())
    assert refused == ["Hello?"]


def test_what_is_on_its_way_when_the_bot_stops_arrives_once(database: Database) -> None:
    begun, heard = threading.Event(), list[str]()

    async def slow(_: str, text: str) -> None:
        begun.set()
        await asyncio.sleep(0.1)
        heard.append(text)

    async def go() -> None:
        async with running(database, slow=slow):
            say(database, "slow", "Hello.")
            await until(begun.is_set)

    asyncio.run(go())
    with database.reading() as session:
        assert session.exec(select(Message.delivered_at)).one() is not None
    assert heard == ["Hello."]
