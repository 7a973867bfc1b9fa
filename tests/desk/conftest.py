"""A real desk in this process, on a real database, against the practice workspace in another process."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

import escalation
from bot import schema
from escalation import handover
from escalation.desk_config import DeskConfig
from escalation.handover import Person
from escalation.practice.player import JSON, Play
from escalation.practice.workspace import EVERYBODY
from escalation.slack.intents import Intents, labels_in_use
from escalation.slack.service import Desk
from escalation.slack.settings import Settings
from escalation.store.case import Case, case_by_id
from escalation.store.conversation import Conversation, conversation_of
from escalation.store.inbox import Incoming
from escalation.store.message import Message, Speaker, say
from escalation.store.outbox import Outgoing
from labeling.database import Database
from labeling.examples import Example
from labeling.guidelines import Guideline
from labeling.ranking import Guess, Ranking
from labeling.store.correction import Correction
from labeling.store.turn import Turn
from labeling.text import text_key
from tests.desk import truth
from tests.practice.server import PracticeServer, practice_server
from tests.until import until

GUIDELINES = {
    "refund_status": Guideline(
        "refund_status",
        "Where is my refund",
        "Asks when the money comes back.",
        "is my money on its way",
        "i want my money back",
        "refund_request",
    ),
    "refund_request": Guideline("refund_request", "Wants a refund", "Wants money back."),
    "order_status": Guideline("order_status", "Where is my order", "Asks for a parcel."),
    "rent_gear": Guideline("rent_gear", "Rents gear", "Asks about renting."),
}
RANKING = Ranking(
    (Guess("refund_status", 0.41), Guess("refund_request", 0.33), Guess("order_status", 0.12)), 0.38, "m1"
)
MINA, JONAS = Person("U0MINAOKAFO", "Mina"), Person("U0JONASFELD", "Jonas")
REASON = "Only 38 % sure it is Refund status; this tier needs 91 %."


MANIFEST = Path(escalation.__file__).parent / "manifest.yml"


@pytest.fixture(scope="session")
def practice() -> Iterator[PracticeServer]:
    with practice_server("--no-rate-limit", "--manifest", str(MANIFEST)) as server:
        yield server


_numbers = itertools.count(1)


@dataclass
class Scene:
    """One desk, one channel of its own, and hands to play everybody with."""

    database: Database
    practice: PracticeServer
    channel: str
    settings: Settings
    desk: Desk | None = None
    examples: Sequence[Example] = ()
    nearest: Sequence[Example] = ()
    """Those that the bot's model finds nearest to what is written."""

    def open_desk(self, config: DeskConfig | None = None) -> Desk:
        intents = Intents(GUIDELINES, lambda: labels_in_use(self.database))
        self.desk = Desk(self.database, self.settings, intents, config, lambda: self.examples)
        self.desk.start()
        return self.desk

    def new_desk(self, **sections: Any) -> Desk:
        """A desk that is set up otherwise, in place of the one at work."""
        self.close_desk()
        return self.open_desk(DeskConfig(**sections))

    def close_desk(self) -> None:
        if self.desk is not None:
            self.desk.stop()
            self.desk = None

    def agent(self, who: str) -> Agent:
        return Agent(self.practice.play(who), self.channel)

    # The customer's and the bot's side

    def raise_hand(
        self, text: str = "where is my money??", ranking: Ranking = RANKING, sender: str = "", **about: str
    ) -> int:
        """The customer writes, the bot is unsure: a case."""
        with self.database.transaction() as session:
            conversation = conversation_of(session, "webchat", sender or f"customer-{next(_numbers)}")
            for name, value in about.items():
                setattr(conversation, name, value)
            message, _ = handover.hear(session, conversation, text, None)
            turn = self._turn(session, message, ranking, "escalate")
            case = handover.open_case(session, conversation, REASON, turn)
            message.case_id = case.id
        assert case.id is not None
        return case.id

    def write(self, case_id: int, text: str, ranking: Ranking | None = None) -> Message:
        """The customer writes while a person has the conversation."""
        with self.database.transaction() as session:
            case = case_by_id(session, case_id)
            conversation = session.get(Conversation, case.conversation_id)
            assert conversation is not None
            message, _ = handover.hear(session, conversation, text, None)
            if ranking is not None:
                self._turn(session, message, ranking, "hint")
            handover.pass_on(session, case, message)
        return message

    def _turn(self, session: Session, message: Message, ranking: Ranking, route: str) -> Turn:
        turn = Turn(
            conversation_id=message.conversation_id,
            message_id=message.id or 0,
            text=message.text,
            ranking=ranking.to_json(),
            confidence=ranking.confidence,
            model_version=ranking.model_version,
            route=route,
            reason=REASON,
            tier="sensitive",
            nearest=[text_key(example.text) for example in self.nearest],
        )
        session.add(turn)
        session.flush()
        return turn

    def bot_says(self, case_id: int, text: str) -> None:
        with self.database.transaction() as session:
            conversation = session.get(Conversation, case_by_id(session, case_id).conversation_id)
            assert conversation is not None
            say(session, conversation, Speaker.BOT, text)

    # What can be seen afterwards

    def case(self, case_id: int) -> Case:
        with self.database.reading() as session:
            return case_by_id(session, case_id)

    def heard(self, case_id: int) -> list[str]:
        """What agents said to the customer, in the newest wording."""
        with self.database.reading() as session:
            rows = select(Message).where(Message.case_id == case_id, Message.speaker == Speaker.AGENT.value)
            return [message.text for message in session.exec(rows) if not message.deleted]

    def said(self, case_id: int, speaker: str) -> list[Message]:
        """What the customer's conversation holds of this speaker, in order."""
        with self.database.reading() as session:
            wanted = Message.conversation_id == case_by_id(session, case_id).conversation_id
            rows = select(Message).where(wanted, Message.speaker == speaker).order_by(col(Message.number))
            return list(session.exec(rows))

    def corrections(self) -> list[Correction]:
        with self.database.reading() as session:
            return list(session.exec(select(Correction)))

    def errands(self, **wanted: Any) -> list[Outgoing]:
        with self.database.reading() as session:
            rows = session.exec(select(Outgoing)).all()
        return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]

    until = staticmethod(until)

    def at_rest(self) -> None:
        """Waits until the desk was told all that was done in Slack, and outbox and inbox are empty."""

        def all_told() -> bool:
            return all(sent["outcome"] != "waiting" for sent in play.deliveries())

        def nothing_waits() -> bool:
            with self.database.reading() as session:
                rows = [*session.exec(select(Outgoing)), *session.exec(select(Incoming))]
            return all(row.done_at is not None for row in rows)

        with self.practice.play() as play:
            self.until(all_told)
        self.until(nothing_waits)


class Agent:
    """One person in the desk's channel."""

    def __init__(self, play: Play, channel: str) -> None:
        self.play = play
        self.channel = channel

    def sees(self) -> list[JSON]:
        return self.play.messages(self.channel)

    def card(self, case_id: int) -> JSON:
        """The case's card, once it is there."""
        return self.play.wait_for_message(
            lambda message: message["channel"] == self.channel and f"case:{case_id}" in block_ids(message)
        )

    def finds(self, words: str) -> JSON:
        """The message with these words, once it is there."""
        return self.play.wait_for_message(
            lambda message: message["channel"] == self.channel and words in all_text(message)
        )

    def click(self, case_id: int, action_id: str, value: Any = None) -> None:
        self.play.choose(self.card(case_id), action_id, value)

    def reply(self, case_id: int, text: str, **more: Any) -> str:
        return self.play.post(text, thread_ts=self.card(case_id)["ts"], channel=self.channel, **more)

    def edit(self, ts: str, text: str) -> None:
        self.play.edit(ts, text, self.channel)

    def delete(self, ts: str) -> None:
        self.play.delete(ts, self.channel)

    def reactions(self, ts: str) -> list[str]:
        message = next(one for one in self.sees() if one["ts"] == ts)
        return [reaction["name"] for reaction in message.get("reactions") or []]


def words(view: JSON) -> str:
    """Everything in a view or message, as it stands in its JSON."""
    return json.dumps(view, ensure_ascii=False)


def block_ids(message: JSON) -> list[str]:
    return [block.get("block_id", "") for block in message.get("blocks") or []]


def all_text(message: JSON) -> str:
    """Fallback text and everything in the blocks, as Slack has them."""
    return f"{message.get('text', '')} {message.get('blocks', '')}"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy: the schema is laid out once."""
    file = tmp_path_factory.mktemp("desk") / "empty.db"
    database = Database(f"sqlite:///{file}")
    schema.upgrade(database)
    database.close()
    return file


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(empty_database, tmp_path / "handraise.db")
    database = Database(f"sqlite:///{tmp_path / 'handraise.db'}")
    yield database
    database.close()


@pytest.fixture
def scene(database: Database, practice: PracticeServer) -> Iterator[Scene]:
    """A desk at work in a channel of its own."""
    play = practice.play("mina")
    play.misbehave(behave=True)
    play.settings(retry_delays=[0.5, 5.0, 20.0], trigger_seconds=3.0)
    channel = play.make_channel(f"desk-{next(_numbers)}", bot=True, members=EVERYBODY)
    settings = Settings(practice.bot_token, channel, app_token=practice.app_token, api_url=practice.api_url)
    scene = Scene(database, practice, channel, settings)
    before = max((call["number"] for call in play.calls()[-1:]), default=0)
    scene.open_desk()
    yield scene
    scene.close_desk()
    assert truth.objections(play.calls(after=before)) == []
