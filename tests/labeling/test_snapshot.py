"""What a training set holds, and when two are the same."""

from __future__ import annotations

from datetime import datetime

from labeling.examples import Example
from labeling.labels import Label
from labeling.snapshot import take

SEEDS = [Example("when do you open", "store_hours"), Example("rent a tent", "rent_gear")]


def label(turn_id: int, text: str, intent: str | None, second: str | None = None) -> Label:
    return Label(turn_id, text, intent, datetime(2026, 11, 23), second)


def test_a_trainers_label_beats_a_seed_example_of_the_same_text() -> None:
    snapshot = take(SEEDS, [label(1, "Rent a  TENT", "delivery_cost")])
    assert {(e.text, e.intent) for e in snapshot.examples} == {
        ("when do you open", "store_hours"),
        ("Rent a  TENT", "delivery_cost"),
    }
    assert snapshot.labels == 1


def test_the_newest_of_two_labels_of_one_text_wins() -> None:
    snapshot = take(SEEDS, [label(1, "hire skis", "store_hours"), label(2, "hire skis", "rent_gear")])
    assert Example("hire skis", "rent_gear") in snapshot.examples
    assert len(snapshot.examples) == 3


def test_what_is_not_a_request_teaches_no_intent() -> None:
    snapshot = take(SEEDS, [label(1, "lol", None), label(2, "rent a tent", None)])
    assert [e.text for e in snapshot.examples] == ["when do you open"]
    assert snapshot.labels == 0


def test_two_requests_in_one_teach_neither_intent() -> None:
    snapshot = take(SEEDS, [label(1, "rent a tent", "rent_gear", "store_hours")])
    assert [e.text for e in snapshot.examples] == ["when do you open"]
    assert snapshot.labels == 0


def test_the_fingerprint_depends_on_texts_and_intents_and_not_on_their_order() -> None:
    more = [label(1, "hire skis", "rent_gear")]
    assert take(SEEDS, more).fingerprint == take(SEEDS[::-1], more).fingerprint
    assert take(SEEDS, more).fingerprint != take(SEEDS, []).fingerprint
    assert take(SEEDS, more).fingerprint != take(SEEDS, [label(1, "hire skis", "store_hours")]).fingerprint
