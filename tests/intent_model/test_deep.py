"""The deep path on a random encoder of two small layers: mechanics, in a process of its own as always."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from labeling.examples import Example
from labeling.intent_model import (
    ArtefactRefused,
    Encoder,
    EncoderUnusable,
    Trial,
    Tuning,
    fine_tune,
    load,
    measure,
    open_encoder,
    train,
)
from labeling.intent_model.deep import TOPICS, kept_back
from labeling.intent_model.lesson import Settings
from labeling.intent_model.tuned import pack_tuned, unpack_tuned
from labeling.promise import KNOWN
from tests.intent_model.tiny import tiny_encoder

QUICK = Settings(epochs=10, rate=2e-3, batch=16, decay=1.0, dropout=0.0)
WISHES = {
    "refund": ("money back", "refund", "reimburse me"),
    "delivery": ("parcel", "delivery", "shipment"),
    "invoice": ("bill", "invoice", "receipt"),
    "opening": ("opening hours", "closed", "open today"),
    "voucher": ("voucher", "gift card", "coupon"),
    "size": ("size", "fit", "length"),
    "account": ("account", "login", "password"),
    "repair": ("repair", "broken zip", "torn seam"),
}
FRAMES = ("where is my {}", "I ask about the {}", "{} please", "tell me of the {} now", "what of the {}?", "hi, {}")


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    frames = [f"{frame} {end}".strip() for frame in FRAMES for end in ("", "today", "thanks")]
    return [Example(frame.format(word), wish) for wish, words in WISHES.items() for word in words for frame in frames]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("HANDRAISE_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def base(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return open_encoder(str(tiny_encoder(tmp_path_factory.mktemp("deep") / "tiny")))


@pytest.fixture(scope="module")
def tuning(examples: list[Example], base: Encoder) -> Tuning:
    return fine_tune(examples, base, settings=QUICK)


def test_an_encoder_that_knew_nothing_gains_by_learning(tuning: Tuning, base: Encoder) -> None:
    assert tuning.gained
    assert tuning.surprise[1] < tuning.surprise[0]
    assert tuning.encoder.fingerprint != base.fingerprint
    assert "goes on with the tuned encoder" in str(tuning)


def test_the_same_inputs_are_worked_through_once(tuning: Tuning, examples: list[Example], base: Encoder) -> None:
    again = fine_tune(list(reversed(examples)), base, lambda *_: pytest.fail("it works again"), settings=QUICK)

    assert again.encoder.fingerprint == tuning.encoder.fingerprint
    assert (again.accuracy, again.seconds) == (tuning.accuracy, tuning.seconds)


def test_no_gain_leaves_the_encoder_as_it_came_and_no_other(
    examples: list[Example], base: Encoder, cache: Path
) -> None:
    before = sorted((cache / "encoders").iterdir())
    idle = fine_tune(examples, base, settings=Settings(most_steps=2, rate=0.0))

    assert not idle.gained
    assert idle.encoder is base
    assert sorted((cache / "encoders").iterdir()) == before
    assert fine_tune(examples, base, settings=Settings(most_steps=2, rate=0.0)).encoder is base


def test_a_run_that_fails_leaves_nothing_and_says_why(
    examples: list[Example], base: Encoder, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(cache.rglob("*"))
    monkeypatch.setenv("HANDRAISE_THREADS", "many")

    with pytest.raises(EncoderUnusable, match="cannot be fine-tuned: ValueError") as refusal:
        fine_tune(examples, base, settings=Settings(most_steps=2, rate=1.0))

    assert "\n" not in str(refusal.value)
    assert [path for path in sorted(cache.rglob("*")) if path not in before and path.suffix != ".sqlite"] == []


def test_what_judges_was_not_taught(tuning: Tuning, examples: list[Example]) -> None:
    held, untold = kept_back(sorted(set(examples), key=lambda one: (one.intent, one.text)), QUICK.seed)
    told = tuning.encoder.was_told([example.text for example in examples])

    assert 0 < held.sum() < (held | untold).sum() == (~told).sum()


@pytest.mark.parametrize(("intents", "not_taught"), [(7, 0), (8, 3), (40, 4)])
def test_some_intents_are_not_taught_at_all_where_there_are_enough(intents: int, not_taught: int) -> None:
    many = [
        Example(f"text {number} of {intent}", f"intent {intent}") for intent in range(intents) for number in range(25)
    ]
    held, untold = kept_back(many, seed=0)

    assert len({example.intent for example, hidden in zip(many, untold, strict=True) if hidden}) == not_taught
    assert held.sum() >= intents * 5


def test_of_few_examples_more_are_held_back_because_a_promise_needs_them() -> None:
    few = [Example(f"text {number} of {intent}", f"intent {intent}") for intent in range(20) for number in range(10)]
    held, _ = kept_back(few, seed=0)

    assert held.sum() == 20 * 5


def test_confidence_comes_from_texts_that_the_encoder_was_not_taught(tuning: Tuning, examples: list[Example]) -> None:
    model = train(examples, tuning.encoder)
    untold = (~tuning.encoder.was_told([example.text for example in examples])).sum()

    # Those in scope once, and those of the intents that stand for strange questions once more.
    assert untold < len(model.calibration.confidence) < 2 * untold
    assert len({*model.calibration.topic} - {KNOWN}) == TOPICS


def test_a_tuned_encoder_travels_to_a_machine_that_never_saw_it(
    tuning: Tuning, examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(examples, tuning.encoder).save(tmp_path / "model")
    archive = pack_tuned(tuning.encoder.name)
    vectors = tuning.encoder.embed(["where is it"])
    monkeypatch.setenv("HANDRAISE_CACHE", str(tmp_path / "elsewhere"))
    monkeypatch.setattr("labeling.intent_model.encoder._opened", {})

    with pytest.raises(ArtefactRefused, match="comes from the registry"):
        load(tmp_path / "model")
    with pytest.raises(ArtefactRefused, match="damaged"):
        unpack_tuned(archive[:-9] + b"forgeries", hashlib.sha256(archive).hexdigest(), tuning.encoder.name)
    unpack_tuned(archive, hashlib.sha256(archive).hexdigest(), tuning.encoder.name)

    assert np.allclose(load(tmp_path / "model").encoder.embed(["where is it"]), vectors, atol=1e-5)


def test_evaluate_counts_the_deep_run_in(tuning: Tuning, examples: list[Example], base: Encoder) -> None:
    trial = Trial(tuple(examples), (Example("refund please", "refund"),), (), (), ())

    measured = measure(trial, base, deep=True)

    assert measured.figures["train_seconds"] > fine_tune(examples, base).seconds  # which it remembers
    assert "Fine-tuning goes on with" in (measured.tuning or "")


def test_messages_without_a_label_shape_the_encoder_and_the_model_on_it(
    tuning: Tuning, examples: list[Example], base: Encoder
) -> None:
    read = tuple(f"my {word} again" for words in WISHES.values() for word in words)
    trial = Trial(tuple(examples), (Example("refund please", "refund"),), (), read, ())

    helped = fine_tune(examples, base, settings=QUICK, unlabelled=read)
    measured = measure(trial, base, deep=True)

    assert helped.encoder.fingerprint != tuning.encoder.fingerprint
    assert helped.encoder.was_told(read).all()
    assert measured.tuning is not None
    assert 0 <= measured.figures["accuracy"] <= 1


def test_what_judges_is_not_learned_from_without_its_label_either(
    tuning: Tuning, examples: list[Example], base: Encoder
) -> None:
    again = fine_tune(examples, base, settings=QUICK, unlabelled=[example.text for example in examples])

    assert again.encoder.fingerprint == tuning.encoder.fingerprint


def test_an_encoder_without_safetensors_cannot_learn(tuning: Tuning, examples: list[Example]) -> None:
    with pytest.raises(EncoderUnusable, match="only a BERT or RoBERTa in safetensors"):
        fine_tune(examples, tuning.encoder, settings=QUICK)
