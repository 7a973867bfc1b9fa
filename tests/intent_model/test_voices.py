"""What a model learns from beside examples, and who is asked when a message comes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from labeling.examples import Example
from labeling.intent_model import Encoder, IntentModel, train, version_of
from labeling.intent_model.conversion import Progress
from labeling.intent_model.embeddings import Embeddings
from labeling.intent_model.folds import JUDGING, MANY, NEVER, example_folds, intent_groups
from labeling.intent_model.head import narrowing
from labeling.intent_model.neighbours import Neighbours
from labeling.intent_model.pool import LIKELY
from labeling.intent_model.training_set import QUIET, evidence, gather
from labeling.intent_model.words import learn_terms

Few = list[Example]


@pytest.fixture(scope="module")
def few(shop: list[Example]) -> Few:
    """Two examples of each of eight intents."""
    seen: dict[str, int] = {}
    kept = []
    for example in shop:
        seen[example.intent] = seen.get(example.intent, 0) + 1
        if seen[example.intent] <= 2:
            kept.append(example)
    return kept


@pytest.fixture(scope="module")
def others(shop: list[Example], few: Few) -> Few:
    return [example for example in shop if example not in few]


def right(model: IntentModel, messages: Few) -> float:
    rankings = model.rank([message.text for message in messages])
    return float(
        np.mean([ranking.best == message.intent for ranking, message in zip(rankings, messages, strict=True)])
    )


def test_an_intents_name_and_meaning_are_evidence_and_codes_are_not() -> None:
    said = evidence(["order_status", "17"], {"order_status": "Where a parcel is.", "gone": "No examples."})

    assert said == [Example("order status", "order_status"), Example("Where a parcel is.", "order_status")]


def test_what_an_intent_means_helps_where_examples_are_few(
    few: Few, others: Few, encoder: Encoder, embeddings: Embeddings
) -> None:
    vague = [Example(one.text, f"x{ord(one.intent[0])}{len(one.intent)}") for one in few]
    codes = {one.intent: code.intent for one, code in zip(few, vague, strict=True)}
    meant = [Example(one.text, codes[one.intent]) for one in others]
    said = {code: intent.replace("_", " ") for intent, code in codes.items()}

    without = train(vague, encoder, embeddings=embeddings)
    informed = train(vague, encoder, embeddings=embeddings, meanings=said)

    assert right(informed, meant) > right(without, meant)
    assert informed.version != without.version


def test_nearest_examples_are_messages_not_definitions(few: Few, encoder: Encoder, embeddings: Embeddings) -> None:
    model = train(few, encoder, embeddings=embeddings, meanings={"order_status": "Where a parcel is."})

    assert len(model.parts.neighbours.vectors) == len(few)


def test_traffic_without_labels_helps_where_examples_are_few(
    shop: list[Example], encoder: Encoder, embeddings: Embeddings
) -> None:
    taught, rest = shop[::12], [one for number, one in enumerate(shop) if number % 12]
    read, unread = rest[::2], rest[1::2]

    alone = train(taught, encoder, embeddings=embeddings)
    helped = train(taught, encoder, embeddings=embeddings, unlabelled=[one.text for one in read])

    assert right(helped, unread) >= right(alone, unread)
    assert helped.version != alone.version


def test_the_wording_of_an_example_is_no_traffic(few: Few, encoder: Encoder) -> None:
    assert version_of(few, encoder, unlabelled=[few[0].text]) == version_of(few, encoder)


def test_one_message_and_many_meet_the_same_neighbours() -> None:
    chance = np.random.default_rng(0)
    owners = np.sort(chance.integers(0, 30, 400))
    known = Neighbours(chance.standard_normal((400, 16)).astype(np.float32), owners, 30)
    messages = chance.standard_normal((20, 16)).astype(np.float32)
    likely = np.stack([chance.permutation(30)[:LIKELY] for _ in messages])

    assert np.allclose(known.scores(messages, likely), known.all_scores(messages, likely), atol=1e-5)


def test_an_intent_that_is_not_likely_is_never_the_nearest() -> None:
    known = Neighbours(np.eye(3, dtype=np.float32), np.arange(3), 3)
    message = np.array([[1.0, 0.2, 0.1]], np.float32)

    found = known.scores(message, np.array([[1, 2]]))

    assert found[0].tolist() == pytest.approx([0.1, 0.2, 0.1])


class Prepared(Embeddings):
    """Vectors of which one half says what is wanted, and the other one nothing."""

    def __init__(self, encoder: Encoder, telling: slice) -> None:
        self._size, self._telling = encoder.dimension, telling

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        rows = []
        for text in texts:
            halves = np.random.default_rng(list(text.encode())).standard_normal((2, self._size // 2))
            meant = np.random.default_rng(ord(text[0])).standard_normal(self._size // 2)
            halves[0 if self._telling.start == 0 else 1] += meant
            rows.append((halves / np.linalg.norm(halves, axis=1, keepdims=True)).ravel() / np.sqrt(2))
        return np.array(rows, np.float32).reshape(-1, self._size)


def test_the_middle_layers_count_for_less_where_held_out_examples_say_so(encoder: Encoder) -> None:
    last, middle = slice(0, encoder.middle.start), encoder.middle
    few = [Example(f"{intent}{number}", f"wish_{intent}") for intent in "abcdefgh" for number in range(10)]

    for telling, counts in ((last, QUIET), (middle, 1.0)):
        kept = train(few, encoder, embeddings=Prepared(encoder, telling)).parts.neighbours.vectors
        lengths = [np.linalg.norm(kept[:, part], axis=1) for part in (middle, last)]
        assert lengths[0] / lengths[1] == pytest.approx(np.full(len(kept), counts**2), rel=1e-2)


def test_what_counts_for_less_changes_how_alike_two_are_and_not_how_long(encoder: Encoder) -> None:
    rows = [Example(f"{intent}{number}", intent) for intent in "abcd" for number in range(5)]
    read = Prepared(encoder, slice(0, encoder.middle.start))
    known = gather(rows, {}, read, np.zeros(len(rows), bool), 0, lambda _what, _share: None)

    quiet = known.quieting(encoder.middle)

    turned = known.vectors * quiet.shares
    assert np.linalg.norm(turned, axis=1) == pytest.approx(np.ones(len(turned)), abs=1e-5)
    assert known.vectors @ quiet.basis @ quiet.basis.T @ known.vectors.T == pytest.approx(turned @ turned.T, abs=1e-3)


def test_texts_are_learned_as_they_are_read_later() -> None:
    texts = ["where is my parcel", "Where IS it?", "\U0001f4e6"]

    terms, matrix = learn_terms(texts)

    assert matrix.toarray() == pytest.approx(terms.matrix(texts).toarray(), abs=1e-6)
    assert learn_terms(["\U0001f4e6"])[1].shape == (1, 1)


def test_the_head_learns_in_the_directions_that_matter() -> None:
    chance = np.random.default_rng(0)
    vectors = (chance.standard_normal((2_000, 20)) @ chance.standard_normal((20, 500))).astype(np.float32)

    basis = narrowing(vectors)

    assert basis.shape == (500, 384)
    assert np.allclose(vectors @ basis @ basis.T, vectors, atol=1e-2)


def test_of_many_examples_a_part_judges() -> None:
    texts = [f"message {number}" for number in range(MANY)]
    targets = np.arange(MANY) % 20

    folds = example_folds(texts, targets, seed=0)

    assert set(np.unique(folds)) == {NEVER, *range(JUDGING)}
    assert len(intent_groups([f"intent {number}" for number in range(20)], targets, seed=0)) == JUDGING
