"""The frozen evaluation set must stay apart from what the bot learns from, or its scores mean nothing."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from labeling.examples import Row, read_rows

BOT = Path(__file__).resolve().parents[2] / "bot"
OUT_OF_SCOPE = "out_of_scope"
# `escalate` is raised by the dialogue, never by a customer's words, so nobody can write a message for it.
NOT_SPOKEN = {"escalate"}


def frozen_rows() -> list[tuple[str, str]]:
    with (BOT / "frozen.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["intent"]) for row in csv.DictReader(file)]


def read_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def domain_intents() -> set[str]:
    entries = read_yaml(BOT / "domain.yml")["intents"]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries}


def training_examples() -> list[Row]:
    return read_rows(BOT / "data")


def folded(text: str) -> str:
    """Case, spacing and punctuation do not make a message new; an emoji-only message has nothing else."""
    plain = text.casefold().strip()
    return " ".join(re.findall(r"\w+", plain)) or plain


def test_every_trained_intent_is_asked_for_at_least_six_times() -> None:
    frozen = Counter(intent for _, intent in frozen_rows())
    trained = (domain_intents() & {row.intent for row in training_examples()}) - NOT_SPOKEN
    assert trained, "no intent of the domain has examples"
    assert {intent: frozen[intent] for intent in trained if frozen[intent] < 6} == {}


def test_every_frozen_label_is_an_intent_of_the_domain_or_out_of_scope() -> None:
    assert {intent for _, intent in frozen_rows()} - domain_intents() - {OUT_OF_SCOPE} == set()


def test_no_frozen_message_stands_in_the_training_data() -> None:
    learnt = {folded(row.text) for row in training_examples()}
    assert learnt, "no training examples found"
    assert [text for text, _ in frozen_rows() if folded(text) in learnt] == []


def test_at_least_sixty_messages_are_out_of_scope() -> None:
    assert sum(intent == OUT_OF_SCOPE for _, intent in frozen_rows()) >= 60


def test_no_frozen_message_stands_twice() -> None:
    counts = Counter(folded(text) for text, _ in frozen_rows())
    assert [text for text, count in counts.items() if count > 1] == []
