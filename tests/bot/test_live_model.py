"""The intent model is swapped while customers write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bot.customer import Customer
from labeling import registry
from labeling.database import Database
from labeling.examples import Example
from labeling.intent_model import open_encoder, pack, train
from labeling.project import DEFAULT_ENCODER, Project
from labeling.registry import Trained
from labeling.store.model import Model
from tests.bot.conftest import EXAMPLES, Bot, serving, story_of
from tests.until import until


@pytest.fixture(scope="module")
def bot(tiny_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """With a database of its own: what is live in it is live for no other test."""
    with serving(tiny_project, f"sqlite:///{tmp_path_factory.mktemp('live') / 'handraise.db'}") as bot:
        yield bot


@pytest.fixture(scope="module")
def database(bot: Bot) -> Database:
    return bot.database


def promote(database: Database, version: str, archive: bytes) -> None:
    with database.transaction() as session:
        registry.register(session, Trained(version, "snapshot", DEFAULT_ENCODER, 64, 0, {}, archive))
        registry.promote(session, version)


def trained(directory: Path, **more: list[str]) -> tuple[str, bytes]:
    examples = [Example(text, intent) for intent, texts in {**EXAMPLES, **more}.items() for text in texts]
    model = train(examples, open_encoder(DEFAULT_ENCODER))
    model.save(directory)
    return model.version, pack(directory)


def test_a_new_model_answers_within_a_running_conversation_and_a_corrupt_one_never_does(
    customer: Customer, bot: Bot, http: httpx.Client, database: Database, tmp_path: Path
) -> None:
    before = http.get(f"{bot.url}/ready").json()["model"]
    version, archive = trained(tmp_path / "model", hours=[*EXAMPLES["hours"], "are you there at noon"])
    assert version != before
    stopped = threading.Event()
    said: list[list[str]] = []

    def keep_asking() -> None:
        with httpx.Client(timeout=30) as mine:
            other = Customer(mine, bot.url)
            while not stopped.is_set():
                said.append(other.ask("when do you open").said_by("bot"))

    def more_was_said() -> None:
        before = len(said)
        until(lambda: asking.done() or len(said) > before + 1)  # the first one may have been asked earlier

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(keep_asking)
        try:
            more_was_said()
            promote(database, version, archive)
            until(lambda: http.get(f"{bot.url}/ready").json()["model"] == version)
            more_was_said()
            promote(database, "broken-1", archive[: len(archive) // 2])
            until(lambda: objections(database, "broken-1"))
            more_was_said()
        finally:
            stopped.set()
        asking.result()
    assert {tuple(answer) for answer in said} == {("From nine to five.",)}
    assert http.get(f"{bot.url}/ready").json()["model"] == version
    customer.ask("are you there at noon")
    assert story_of(database, customer.conversation).turns[0].model_version == version


def objections(database: Database, version: str) -> list[str]:
    with database.reading() as session:
        model = session.get(Model, version)
        return list(model.objections) if model else []
