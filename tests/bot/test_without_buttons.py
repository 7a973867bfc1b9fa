"""Did you mean …? On a project's own channel without buttons, such as text messages, with a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot import schema
from bot.asking import ASKINGS
from labeling.database import Database
from labeling.store.correction import CUSTOMER
from tests.bot.asking_project import UNSURE, choices_of, write_asking_project
from tests.bot.conftest import Receiver, story_of
from tests.until import until

GATEWAY = """
import aiohttp
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response


class Outbound(OutputChannel):
    def __init__(self, url):
        self.url = url

    @classmethod
    def name(cls):
        return "texting"

    async def send_text_message(self, recipient_id, text, **kwargs):
        async with aiohttp.ClientSession() as session:
            said = {"recipient_id": recipient_id, "text": text}
            await (await session.post(self.url, json=said)).release()


class Inbound(InputChannel):
    def __init__(self, url):
        self.url = url

    @classmethod
    def name(cls):
        return "texting"

    @classmethod
    def from_credentials(cls, credentials):
        return cls(credentials["url"])

    def get_output_channel(self):
        return Outbound(self.url)

    def blueprint(self, on_new_message):
        texting = Blueprint("texting")

        @texting.post("/webhook")
        async def receive(request):
            said = request.json
            metadata = {"language": said.get("language", "")}
            output = Outbound(self.url)
            message = UserMessage(said["text"], output, said["from"], input_channel="texting", metadata=metadata)
            await on_new_message(message)
            return response.text("")

        return texting
"""
NUMBERED = f"{ASKINGS['en'].question}\n1. I want my money back\n2. Where is my refund?\n3. None of these"
IN_GERMAN = "Was meinen Sie?\n1. Geld zurück\n2. Wo bleibt mein Geld?\n3. Etwas anderes"


@dataclass
class Phone:
    """One customer's telephone."""

    http: httpx.Client
    address: str
    receiver: Receiver
    number: str
    language: str = ""

    def text(self, words: str) -> str:
        """Sends the words; returns what comes back."""
        before = len(self.receiver.texts_for(self.number))
        said = {"from": self.number, "text": words, "language": self.language}
        self.http.post(f"{self.address}/webhooks/texting/webhook", json=said).raise_for_status()
        until(lambda: len(self.receiver.texts_for(self.number)) > before)
        return "\n".join(self.receiver.texts_for(self.number)[before:])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Path:
    root = tmp_path_factory.mktemp("texting")
    credentials = f"gateway.Inbound:\n  url: http://127.0.0.1:{receiver.port}/text\n"
    write_asking_project(root, credentials, gateway=GATEWAY)
    return root


@pytest.fixture(scope="module")
def database(root: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{root / 'handraise.db'}")
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def address(root: Path, database: Database) -> Iterator[str]:
    command = [sys.executable, "-m", "bot.cli", "bot", "--project", str(root), "--port", "0"]
    environment = {**os.environ, "DATABASE_URL": str(database.url), "PYTHONUNBUFFERED": "1"}
    with (root / "bot.log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=Path(__file__).parents[2]
        )
    assert process.stdout is not None
    ready = next((line for line in process.stdout if line.startswith("bot is ready: ")), None)
    assert ready is not None, (root / "bot.log").read_text(encoding="utf-8")
    yield ready.removeprefix("bot is ready: ").strip().rstrip("/")
    process.terminate()
    process.wait()


@pytest.fixture
def phone(address: str, http: httpx.Client, receiver: Receiver, request: pytest.FixtureRequest) -> Phone:
    return Phone(http, address, receiver, f"phone of {request.node.name}")


@pytest.mark.parametrize(
    "answer", ["2", "2)", "the second", "Second one, please", "where is my refund", "My refund!"]
)
def test_a_numbered_question_is_answered_as_people_text(phone: Phone, database: Database, answer: str) -> None:
    assert phone.text(UNSURE) == NUMBERED
    assert phone.text(answer) == "About refund_status."
    story = story_of(database, phone.number)
    assert [message.text for message in story.messages if message.speaker == "customer"] == [UNSURE, answer]
    (word,) = choices_of(database, story.turns[0].id)
    assert (word.source, word.intent) == (CUSTOMER, "refund_status")
    assert story.cases == []


@pytest.mark.parametrize("answer", ["3", "the third", "No", "neither", "none of these"])
def test_none_of_them_calls_a_person(phone: Phone, database: Database, answer: str) -> None:
    assert phone.text(UNSURE) == NUMBERED
    assert phone.text(answer) == "A person comes."
    (case,) = story_of(database, phone.number).cases
    assert case.reason.endswith("the customer chose “None of these”.")


def test_a_number_that_is_not_in_the_list_chooses_nothing(phone: Phone, database: Database) -> None:
    assert phone.text(UNSURE) == NUMBERED
    phone.text("7")
    assert choices_of(database, story_of(database, phone.number).turns[0].id) == []


def test_other_words_are_a_new_message(phone: Phone) -> None:
    assert phone.text(UNSURE) == NUMBERED
    assert phone.text("when does the shop open on sunday") == "About store_hours."


def test_a_number_is_no_answer_once_something_else_was_said(phone: Phone, database: Database) -> None:
    phone.text(UNSURE)
    phone.text("when does the shop open on sunday")
    phone.text("2")
    assert choices_of(database, story_of(database, phone.number).turns[0].id) == []


@pytest.mark.parametrize("answer", ["das zweite", "Nummer 2 bitte", "zwei", "wo bleibt mein Geld"])
def test_a_german_reads_and_answers_it_in_german(phone: Phone, answer: str) -> None:
    phone.language = "de-DE"
    assert phone.text(UNSURE) == IN_GERMAN
    assert phone.text(answer) == "About refund_status."


def test_buttons_of_the_projects_own_answers_are_read_without_commands(phone: Phone) -> None:
    assert phone.text("is my size in your size table") == "About size_advice.\n– Opening hours"
