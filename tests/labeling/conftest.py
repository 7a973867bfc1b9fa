"""A small project of its own: eight of the demo shop's intents, in a temporary folder."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from labeling.database import Database
from labeling.examples import Example, read_examples
from labeling.project import Project, find_project
from labeling.web import Settings, create_app
from tests.until import until

ROOT = Path(__file__).resolve().parents[2]
ROUTINE = ("delivery_cost", "store_hours", "gift_card_balance", "care_instructions", "rent_gear")
CRITICAL = ("report_fraud",)
EACH = 24
HERE = "http://127.0.0.1"

CONFIG = f"""
recipe: default.v1
pipeline:
  - name: bot.intent_classifier.IntentClassifier
    frozen_set: frozen.csv
  - name: bot.router.Router
    tiers:
      routine: {{promise: 0.9, intents: [{", ".join(ROUTINE)}]}}
      critical: {{answer: never, intents: [{", ".join(CRITICAL)}]}}
"""


@pytest.fixture(scope="session")
def shop() -> list[Example]:
    """Some of the demo shop's own examples."""
    kept: list[Example] = []
    for example in read_examples(ROOT / "bot" / "data").examples:
        if example.intent in ROUTINE + CRITICAL and sum(e.intent == example.intent for e in kept) < EACH:
            kept.append(example)
    return kept


@pytest.fixture
def project(tmp_path: Path, shop: list[Example]) -> Project:
    """Two thirds of them are the seed examples, the rest is the frozen set."""
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    (root / "domain.yml").write_text("version: '3.1'\n")
    (root / "config.yml").write_text(CONFIG)
    write_seeds(root, [example for i, example in enumerate(shop) if i % 3])
    with (root / "frozen.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "intent"])
        writer.writerows((one.text, one.intent) for one in shop[::3])
        writer.writerows([("what is the capital of France", "out_of_scope"), ("sing me a song", "out_of_scope")])
    return find_project(root)


def write_seeds(root: Path, examples: list[Example]) -> None:
    blocks = [
        f"  - intent: {intent}\n    examples: |\n"
        + "".join(f"      - {one.text}\n" for one in examples if one.intent == intent)
        for intent in sorted({one.intent for one in examples})
    ]
    (root / "data" / "nlu.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")


@contextmanager
def served(project: Project, database: Database) -> Iterator[str]:
    """The address of the real app on a real port."""
    config = uvicorn.Config(create_app(project, database, Settings()), port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(server.run)
        try:
            until(lambda: server.started or running.done())
            yield f"{HERE}:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True


@pytest.fixture
def browser(project: Project, database: Database) -> Iterator[TestClient]:
    """Speaks to the real app; the worker behind it runs."""
    with TestClient(create_app(project, database, Settings()), base_url=HERE, follow_redirects=False) as client:
        yield client
