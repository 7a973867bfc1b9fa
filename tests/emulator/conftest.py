"""The desk as a real process over HTTP, on a database of its own, in a workspace of the emulator."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlmodel import col, select

from bot import schema
from bot.cli.processes import Service, free_port
from escalation import handover
from escalation.slack.web import PATH
from escalation.store.case import case_by_id
from escalation.store.conversation import Conversation, conversation_of
from escalation.store.file import keep_file
from escalation.store.message import Message, Speaker
from labeling.database import Database
from tests.desk.conftest import block_ids
from tests.emulator.emulator import BOT_TOKEN, CHANNEL, INSTALLED, Emulator, emulator
from tests.until import until

REPOSITORY = Path(__file__).parents[2]
SECRET = "what-slack-and-the-desk-share"
JSON = dict[str, Any]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Stand:
    """A desk at work, its database and its Slack."""

    address: str
    """Where the desk takes events."""
    slack: Emulator
    channel: str
    database: Database
    restart: Callable[[str], None]
    """Ends the desk and begins it anew, with this secret."""

    def raise_hand(self, text: str, reason: str = "The customer asked for a person.") -> int:
        """A customer writes, and the bot calls for a person."""
        with self.database.transaction() as session:
            conversation = conversation_of(session, "webchat", f"customer-{next(_numbers)}")
            message, _ = handover.hear(session, conversation, text, None)
            case = handover.open_case(session, conversation, reason)
            message.case_id = case.id
        assert case.id is not None
        return case.id

    def write(self, case_id: int, text: str, files: Mapping[str, bytes] = MappingProxyType({})) -> None:
        """The customer writes on, and sends text files by name."""
        with self.database.transaction() as session:
            case = case_by_id(session, case_id)
            conversation = session.get(Conversation, case.conversation_id)
            assert conversation is not None
            message, _ = handover.hear(session, conversation, text, None)
            for name, content in files.items():
                keep_file(session, name, "txt", content, message.id)
            handover.pass_on(session, case, message)

    def said(self, case_id: int, speaker: Speaker) -> list[Message]:
        """What the customer's conversation holds of this speaker, in order."""
        with self.database.reading() as session:
            wanted = Message.conversation_id == case_by_id(session, case_id).conversation_id
            rows = select(Message).where(wanted, Message.speaker == speaker.value).order_by(col(Message.number))
            return list(session.exec(rows))

    def heard(self, case_id: int) -> list[str]:
        """What of the agents' words the customer still has."""
        return [message.text for message in self.said(case_id, Speaker.AGENT) if not message.deleted]

    def cards(self, case_id: int) -> list[JSON]:
        """As an agent reads them in the channel."""
        found: list[JSON] = self.slack.agent("mina").conversations_history(channel=self.channel)["messages"]
        return [message for message in found if f"case:{case_id}" in block_ids(message)]

    def card(self, case_id: int) -> JSON:
        """Once it is there."""
        card: JSON = until(lambda: self.cards(case_id))[0]
        return card

    def thread(self, case_id: int) -> list[JSON]:
        """Without the card."""
        replies = self.slack.agent("mina").conversations_replies(channel=self.channel, ts=self.card(case_id)["ts"])
        messages: list[JSON] = replies["messages"]
        return messages[1:]

    def reply(self, agent: WebClient, case_id: int, text: str) -> str:
        posted = agent.chat_postMessage(channel=self.channel, thread_ts=self.card(case_id)["ts"], text=text)
        return str(posted["ts"])

    def reactions(self, case_id: int, ts: str) -> list[str]:
        (message,) = [message for message in self.thread(case_id) if message["ts"] == ts]
        return [reaction["name"] for reaction in message.get("reactions") or []]


@contextmanager
def stand(home: Path, desks_secret: str) -> Iterator[Stand]:
    """The emulator always signs with SECRET."""
    port = free_port(0)
    address = f"http://127.0.0.1:{port}{PATH}"
    database_url = f"sqlite:///{home / 'handraise.db'}"
    with ExitStack() as ending:
        database = Database(database_url)
        ending.callback(database.close)
        schema.upgrade(database)
        slack = ending.enter_context(emulator(SECRET, address, home / "emulator.log"))
        desks: list[Service] = []
        environment = {
            "DATABASE_URL": database_url,
            "HANDRAISE_HOME": str(home / "handraise"),
            "HANDRAISE_SLACK_CHANNEL": f"#{CHANNEL}",
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
        }
        command = ("desk", "--project", str(REPOSITORY), "--port", str(port))

        def stop() -> None:
            while desks:
                desks.pop().stop()

        def restart(secret: str) -> None:
            stop()
            desks.append(Service(command, home / "desk.log", {**environment, "SLACK_SIGNING_SECRET": secret}))
            desks[-1].wait_until_ready()

        ending.callback(stop)
        restart(desks_secret)
        yield Stand(address, slack, slack.channel(), database, restart)


@pytest.fixture(scope="session")
def new_stand(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    if not INSTALLED.exists():
        pytest.skip("the emulator is not installed: make test-slack-emulator")
    return lambda desks_secret: stand(tmp_path_factory.mktemp("emulator"), desks_secret)


@pytest.fixture(scope="session")
def at_work(new_stand: Callable[[str], Any]) -> Iterator[Stand]:
    with new_stand(SECRET) as working:
        yield working
