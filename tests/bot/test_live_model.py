"""The intent model is swapped while customers write."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import httpx

from bot.customer import Customer
from labeling import registry
from labeling.database import Database
from labeling.examples import Example
from labeling.intent_model import open_encoder, pack, train
from labeling.project import DEFAULT_ENCODER
from labeling.registry import Trained
from labeling.store.model import Model
from tests.bot.conftest import EXAMPLES, Bot, soon, story_of


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
    stopped, wrong = threading.Event(), []

    def keep_asking() -> None:
        with httpx.Client(timeout=30) as mine:
            other = Customer(mine, bot.url)
            while not stopped.is_set():
                if other.ask("when do you open").said_by("bot") != ["From nine to five."]:
                    wrong.append(other.conversation)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        promote(database, version, archive)
        soon(lambda: http.get(f"{bot.url}/ready").json()["model"] == version)
        promote(database, "broken-1", archive[: len(archive) // 2])
        soon(lambda: bool(objections(database, "broken-1")))
        time.sleep(0.2)
    finally:
        stopped.set()
        asking.join()
    assert wrong == []
    assert http.get(f"{bot.url}/ready").json()["model"] == version
    customer.ask("are you there at noon")
    assert story_of(database, customer.conversation).turns[0].model_version == version


def objections(database: Database, version: str) -> list[str]:
    with database.reading() as session:
        model = session.get(Model, version)
        return list(model.objections) if model else []
