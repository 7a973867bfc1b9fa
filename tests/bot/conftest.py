"""A tiny Rasa project, trained once, and bots that serve it in this process over real HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from sanic import Sanic
from sqlmodel import col, select

from bot import schema
from bot.customer import Customer
from bot.server import run
from bot.settings import Settings
from bot.training import train_dialogue
from escalation.store.case import Case
from escalation.store.conversation import Conversation
from escalation.store.message import Message
from escalation.store.outbox import Outgoing
from labeling.database import Database
from labeling.port import listen
from labeling.project import Project, find_project
from labeling.store.turn import Turn

Sanic.test_mode = True  # or it rewrites its own methods for the first app of a process, and a second cannot start

CONFIG = """
recipe: default.v1
assistant_id: tiny
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexEntityExtractor
  - name: bot.intent_classifier.IntentClassifier
  - name: bot.router.Router
    details: [order_number]
    certainty: 0.5
    tiers:
      open: {promise: 0.5, audit: 50%, intents: [greet, hours, broken, mute, person, number, weather]}
      closed: {answer: never, intents: [fraud]}
policies:
  - name: RulePolicy
    enable_fallback_prediction: false
"""

DOMAIN = """
version: "3.1"
intents: [greet, hours, broken, mute, person, number, weather, fraud, escalate, EXTERNAL_song, EXTERNAL_person]
entities: [order_number, language]
slots:
  order_number:
    type: text
    mappings:
      - {type: from_entity, entity: order_number}
  language:
    type: text
    influence_conversation: false
    mappings:
      - {type: from_entity, entity: language}
forms:
  number_form: {ignored_intents: [escalate], required_slots: [order_number]}
actions: [action_handoff, action_broken, action_mute, action_elsewhere]
responses:
  utter_greet:
    - text: Hello!
      buttons:
        - {title: Opening hours, payload: /hours}
  utter_hours:
    - {text: From nine to five.}
    - {text: Von neun bis fünf., condition: [{type: slot, name: language, value: de}]}
  utter_song: [{text: La la la.}]
  utter_handoff:
    - {text: A person comes.}
    - {text: Es kommt jemand., condition: [{type: slot, name: language, value: de}]}
  utter_ask_order_number: [{text: "Which number?"}]
  utter_number: [{text: "Number {order_number}."}]
"""

RULES = """
version: "3.1"
rules:
  - {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
  - {rule: hours, steps: [{intent: hours}, {action: utter_hours}]}
  - {rule: broken, steps: [{intent: broken}, {action: action_broken}]}
  - {rule: mute, steps: [{intent: mute}, {action: action_mute}]}
  - {rule: weather, steps: [{intent: weather}, {action: action_elsewhere}]}
  - {rule: person, steps: [{intent: person}, {action: action_handoff}]}
  - {rule: escalate, steps: [{intent: escalate}, {action: action_handoff}]}
  - {rule: late song, steps: [{intent: EXTERNAL_song}, {action: utter_song}]}
  - {rule: late person, steps: [{intent: EXTERNAL_person}, {action: action_handoff}]}
  - {rule: ask, steps: [{intent: number}, {action: number_form}, {active_loop: number_form}]}
  - rule: told
    condition: [{active_loop: number_form}]
    steps:
      [{action: number_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_number}]
"""

ACTIONS = """
import asyncio
from datetime import datetime, timedelta

from rasa_sdk import Action
from rasa_sdk.events import ReminderScheduled


class Broken(Action):
    def name(self):
        return "action_broken"

    def run(self, dispatcher, tracker, domain):
        raise RuntimeError("The warehouse is on fire: " + tracker.latest_message["text"])


class Mute(Action):
    singing = most = 0

    def name(self):
        return "action_mute"

    async def run(self, dispatcher, tracker, domain):
        wish = tracker.latest_message["text"]
        if "slow" in wish:
            await asyncio.sleep(60)
        if "choir" in wish:
            Mute.singing += 1
            Mute.most = max(Mute.most, Mute.singing)
            await asyncio.sleep(0.1)
            Mute.singing -= 1
            dispatcher.utter_message(text=f"{Mute.most} at once")
        if "odd" in wish:
            dispatcher.utter_message(text="\\x00Odd.", json_message={"odd": {1, 2}})
        if "later" not in wish:
            return []
        dispatcher.utter_message(text="In a moment.")
        intent = "EXTERNAL_person" if "person" in wish else "EXTERNAL_song"
        soon = datetime.now() + timedelta(seconds=0.3)
        return [ReminderScheduled(intent, soon, name=tracker.sender_id, kill_on_user_message=False)]
"""

CREDENTIALS = """
rest:
callback:
  url: http://127.0.0.1:{port}/customer
"""

EXAMPLES = {
    "greet": ["hello", "hi there", "good morning", "hey", "hello there", "hi", "good evening", "greetings"],
    "hours": [
        "when do you open",
        "opening hours please",
        "are you open on sunday",
        "what time does the shop close",
        "until when are you open today",
        "shop opening times",
        "what are your opening hours",
        "when does the store open tomorrow",
    ],
    "broken": [
        "my tent pole snapped",
        "the zip of my jacket is broken",
        "my stove is damaged",
        "the backpack strap tore off",
        "my boots fell apart",
        "the sole of my boot came off",
        "there is a hole in the sleeping bag",
        "the lamp is broken",
    ],
    "mute": [
        "sing me a song",
        "please sing something",
        "can you sing",
        "sing a lullaby for me",
        "i want to hear you sing",
        "do you know a song",
        "sing a christmas song",
        "let me hear a song",
    ],
    "person": [
        "talk to a person",
        "i want a human agent",
        "give me a real person",
        "can i speak to somebody from your team",
        "connect me to a human",
        "i need to talk to an agent",
        "human please",
        "let me speak to a person",
    ],
    "number": [
        "where is my order",
        "track my parcel",
        "has my package shipped",
        "where is my delivery",
        "track my order [N-100](order_number) please",
        "my parcel has not come yet, where is it",
        "what is the status of my order",
        "order status",
    ],
    "weather": [
        "will it rain tomorrow",
        "what is the weather like",
        "is it sunny in the mountains",
        "weather forecast for saturday",
        "how cold does it get tonight",
        "will it snow this week",
        "is a storm coming",
        "tell me the weather",
    ],
    "fraud": [
        "somebody stole my credit card",
        "my account was hacked",
        "there is a fraudulent charge on my card",
        "a stranger ordered in my name",
        "i am a victim of fraud",
        "someone used my card without permission",
        "this payment is fraud",
        "my password was stolen",
    ],
}


def write_project(root: Path, callback_port: int) -> Project:
    """A Rasa project as anybody has it: domain.yml and data/ at its root."""
    lines = ['version: "3.1"', "nlu:", "- regex: order_number", "  examples: |", r"    - \bN-\d{3}\b"]
    for intent, examples in EXAMPLES.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {example}" for example in examples)]
    files = {
        "config.yml": CONFIG,
        "domain.yml": DOMAIN,
        "data/rules.yml": RULES,
        "data/nlu.yml": "\n".join(lines) + "\n",
        "actions.py": ACTIONS,
        "credentials.yml": CREDENTIALS.format(port=callback_port),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return find_project(root)


class Receiver:
    """What a company's own server does with Rasa's callback channel; it can refuse the next few messages."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.refusals = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if receiver.refusals > 0:
                    receiver.refusals -= 1
                    self.send_response(500)
                else:
                    receiver.heard.append(said)
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Tests print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def texts_for(self, customer: str) -> list[str]:
        return [said["text"] for said in self.heard if said["recipient_id"] == customer]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Bot:
    """A bot that serves from a thread of its own until it is stopped."""

    def __init__(self, project: Project, database: Database, model: Path) -> None:
        self._listening: socket.socket = listen("127.0.0.1", 0)
        self._ready = threading.Event()
        self._settings = Settings(project, database, model, "127.0.0.1", 0)
        self.database = database
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        while not self._ready.wait(0.05):
            assert self._thread.is_alive(), "the bot did not start"

    def _serve(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await run(self._settings, self._listening, self._on_ready, self._stop)

    def _on_ready(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._ready.set()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        assert not self._thread.is_alive()


@contextmanager
def serving(project: Project, url: str = "") -> Iterator[Bot]:
    """A bot of this project on a database of its own, at its address or in the project's folder."""
    database = Database(url or project.database_url)
    schema.upgrade(database)
    bot = Bot(project, database, train_dialogue(project))
    yield bot
    bot.stop()
    database.close()


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Project:
    return write_project(tmp_path_factory.mktemp("tiny"), receiver.port)


@pytest.fixture(scope="session")
def tiny_model(tiny_project: Project) -> Path:
    return train_dialogue(tiny_project)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for this area's tests: each has its own conversations, and a bot takes seconds to start."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('bot') / 'handraise.db'}")
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def bot(tiny_project: Project, tiny_model: Path, database: Database) -> Iterator[Bot]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HANDRAISE_STREAM_TOKEN", "open sesame")
        bot = Bot(tiny_project, database, tiny_model)
        yield bot
        bot.stop()


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30) as client:
        yield client


@pytest.fixture
def customer(bot: Bot, http: httpx.Client) -> Customer:
    return Customer(http, bot.url)


@dataclass(frozen=True)
class Story:
    """What the database holds of one conversation."""

    conversation: Conversation
    messages: list[Message]
    turns: list[Turn]
    cases: list[Case]
    errands: list[Outgoing]


def story_of(database: Database, sender_id: str) -> Story:
    with database.reading() as session:
        conversation = session.exec(select(Conversation).where(Conversation.sender_id == sender_id)).one()
        mine = conversation.id
        cases = session.exec(select(Case).where(Case.conversation_id == mine)).all()
        return Story(
            conversation,
            list(session.exec(select(Message).where(Message.conversation_id == mine).order_by(col(Message.number)))),
            list(session.exec(select(Turn).where(Turn.conversation_id == mine).order_by(col(Turn.id)))),
            list(cases),
            list(session.exec(select(Outgoing).where(col(Outgoing.case_id).in_([case.id for case in cases])))),
        )
