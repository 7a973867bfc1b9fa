"""Synthetic changes of the demo's own traffic: each must be seen, and its cause ranked first."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from labeling.database import Database
from labeling.drift import Drift, Taught, Traffic, compare, confused_labels, discrepancy
from labeling.examples import Example, read_examples
from labeling.intent_model import Encoder, open_encoder
from labeling.intent_model.embeddings import Embeddings, shared_embeddings
from labeling.project import Project, find_project
from labeling.retraining import retrain
from labeling.store.look import newest_look
from labeling.traffic import AGAIN, BEFORE, LEAST, RECENT, TooFewTurns, drift_of, is_due, look, sentence_of
from tests.labeling.conftest import ROOT, write_seeds
from tests.labeling.turns import turn

CONFIG = """
pipeline:
  - name: bot.intent_classifier.IntentClassifier
  - name: bot.router.Router
    tiers:
      routine: {{promise: 0.9, intents: [{intents}]}}
"""
Words = Callable[[str, random.Random], str]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="module")
def embeddings(encoder: Encoder) -> Embeddings:
    return shared_embeddings(encoder)


class Shop:
    """The demo's examples: half are taught, a third is the traffic before, the rest the recent traffic."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.taught: list[Example] = []
        self.before: list[Example] = []
        self.recent: list[Example] = []
        examples = read_examples(ROOT / "bot" / "data").examples
        for intent in sorted({example.intent for example in examples}):
            mine = [example for example in examples if example.intent == intent]
            self.random.shuffle(mine)
            half, most = len(mine) // 2, len(mine) * 5 // 6
            self.taught += mine[:half]
            self.before += mine[half:most]
            self.recent += mine[most:]

    def without(self, intent: str) -> None:
        """Nobody had taught the intent, and now customers ask for it."""
        new = [example for example in (*self.taught, *self.before, *self.recent) if example.intent == intent]
        for part in ("taught", "before", "recent"):
            setattr(self, part, [example for example in getattr(self, part) if example.intent != intent])
        self.recent += new

    def reworded(self, words: Words) -> None:
        self.recent = [Example(words(example.text, self.random), example.intent) for example in self.recent]

    def swapped(self, one: str, other: str) -> None:
        """A third of the labels of two intents are mixed up."""
        partner = {one: other, other: one}
        self.taught = [
            Example(example.text, partner[example.intent])
            if example.intent in partner and self.random.random() < 1 / 3
            else example
            for example in self.taught
        ]

    def drift(self, embeddings: Embeddings) -> Drift:
        vectors = embeddings.embed([example.text for example in self.taught])
        intents = [example.intent for example in self.taught]
        taught = Taught([example.text for example in self.taught], vectors, intents)

        def traffic(examples: Sequence[Example]) -> Traffic:
            texts = [example.text for example in examples]
            mine = embeddings.embed(texts)
            similar = mine @ vectors.T
            return Traffic(texts, mine, [intents[row] for row in similar.argmax(axis=1)], similar.max(axis=1))

        return compare(traffic(self.before), traffic(self.recent), taught)


def typos(text: str, draw: random.Random) -> str:
    return " ".join(_typo(word, draw) if len(word) > 3 and draw.random() < 0.35 else word for word in text.split())


def _typo(word: str, draw: random.Random) -> str:
    at = draw.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def chummy(text: str, _: random.Random) -> str:
    return f"yo mate gimme a hand pls, {text} thx a bunch lol"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_same_traffic_shows_no_change(embeddings: Embeddings, seed: int) -> None:
    drift = Shop(seed).drift(embeddings)
    assert not drift.has_changed
    assert {cause.kind for cause in drift.causes} <= {"mislabelled"}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("intent", ["gift_card_buy", "delivery_abroad", "jobs", "rent_gear", "repair_service"])
def test_what_nobody_had_taught_is_a_new_topic(embeddings: Embeddings, intent: str, seed: int) -> None:
    shop = Shop(seed)
    shop.without(intent)
    drift = shop.drift(embeddings)
    assert drift.has_changed
    assert drift.causes[0].kind == "new_topic"
    asked = {example.text for example in shop.recent if example.intent == intent}
    assert len(asked & set(drift.causes[0].texts)) >= 2  # of the three that are shown


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("words", [typos, chummy])
def test_known_wishes_in_other_words_are_changed_wording(embeddings: Embeddings, words: Words, seed: int) -> None:
    shop = Shop(seed)
    shop.reworded(words)
    drift = shop.drift(embeddings)
    assert drift.has_changed
    assert drift.causes[0].kind == "changed_wording"


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("one", "other"), [("refund_status", "return_policy"), ("store_hours", "jobs")])
def test_mixed_up_labels_are_found_with_both_intents_and_are_no_change_of_the_traffic(
    embeddings: Embeddings, one: str, other: str, seed: int
) -> None:
    shop = Shop(seed)
    shop.swapped(one, other)
    drift = shop.drift(embeddings)
    assert not drift.has_changed
    assert drift.causes[0].kind == "mislabelled"
    vectors = embeddings.embed([example.text for example in shop.taught])
    taught = Taught([e.text for e in shop.taught], vectors, [e.intent for e in shop.taught])
    first = confused_labels(taught)[0]
    assert {first.given, first.likely} == {one, other}


def test_the_test_of_meanings_is_seldom_wrong_and_sees_a_shift() -> None:
    random_numbers = np.random.default_rng(0)

    def sample(shift: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        drawn = random_numbers.normal(size=(80, 16))
        drawn[:, 0] += shift
        return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)

    same = [discrepancy(sample(0), sample(0), seed) for seed in range(60)]
    assert sum(chance <= 0.05 for chance in same) <= 9
    assert discrepancy(sample(0), sample(1.5), 0) <= 0.01


def test_what_was_said_to_people_found_in_slack_or_deleted_is_no_traffic_and_makes_no_look_due(
    database: Database,
) -> None:
    for number in range(LEAST - 1):
        turn(database, f"do you ship to Norway {number}")
    for route in ("hint", "found"):
        turn(database, "and to Iceland", route=route)
    turn(database, "")
    with database.reading() as session:
        assert not is_due(session)
    turn(database, "and to Greenland")
    with database.reading() as session:
        assert is_due(session)


def looked_at(shop: Shop, root: Path, database: Database) -> Drift:
    """By the product from end to end: a model learns what was taught, and every turn is stored, the oldest first."""
    (root / "data").mkdir(parents=True)
    (root / "domain.yml").write_text("version: '3.1'\n")
    intents = ", ".join(sorted({example.intent for example in shop.taught}))
    (root / "config.yml").write_text(CONFIG.format(intents=intents))
    write_seeds(root, shop.taught)
    project = find_project(root)
    for example in (*shop.random.sample(shop.before, BEFORE), *shop.random.sample(shop.recent, RECENT)):
        turn(database, example.text)
    retrain(project, database)
    return drift_of(look(project, database))


def test_stored_turns_of_a_topic_that_is_new_are_named_by_a_look(database: Database, tmp_path: Path) -> None:
    shop = Shop(0)
    shop.without("rent_gear")
    drift = looked_at(shop, tmp_path / "project", database)
    assert drift.has_changed
    assert drift.causes[0].kind == "new_topic"
    asked = {example.text for example in shop.recent if example.intent == "rent_gear"}
    assert len(asked & set(drift.causes[0].texts)) >= 2  # of the three that are shown


def test_stored_turns_as_they_always_were_show_no_change(database: Database, tmp_path: Path) -> None:
    drift = looked_at(Shop(0), tmp_path / "project", database)
    assert not drift.has_changed
    assert {cause.kind for cause in drift.causes} <= {"mislabelled"}


def test_a_look_is_kept_and_comes_again_when_turns_or_the_model_are_new(
    project: Project, either_database: Database, shop: list[Example]
) -> None:
    database = either_database
    for number in range(LEAST - 1):
        turn(database, f"{shop[number % len(shop)].text} {number}")
    with pytest.raises(TooFewTurns, match="1 more turns"):
        look(project, database)
    with database.reading() as session:
        assert "not compared yet" in sentence_of(newest_look(session))
        assert not is_due(session)
    turn(database, "when do you open")
    retrain(project, database)
    with database.reading() as session:
        assert is_due(session)
    found = look(project, database)
    with database.reading() as session:
        kept = newest_look(session)
        assert kept is not None
        assert drift_of(kept) == drift_of(found)
        assert sentence_of(kept).startswith("Traffic: ")
        assert not is_due(session)
    for route, is_enough in (("found", False), ("answer", True)):
        for number in range(AGAIN):
            turn(database, f"do you ship to Norway {number}", route=route)
        with database.reading() as session:
            assert is_due(session) is is_enough
