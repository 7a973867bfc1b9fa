"""Which of its own examples a model finds nearest, by key: their words do not travel with it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np

from labeling.examples import Example
from labeling.intent_model import Encoder, IntentModel, load
from labeling.intent_model.embeddings import Embeddings
from labeling.text import text_key
from tests.intent_model.test_artefact import rehash

MESSAGE = "has my parcel been sent yet"


def test_the_nearest_examples_are_those_with_the_most_similar_vectors(
    model: IntentModel, shop: list[Example], encoder: Encoder, embeddings: Embeddings
) -> None:
    ranking, nearest = model.rank_beside_examples(MESSAGE, 5)

    assert ranking == model.rank([MESSAGE])[0]
    texts = sorted({example.text for example in shop})
    similar = dict(zip(texts, (embeddings.embed(texts) @ encoder.embed([MESSAGE])[0]).tolist(), strict=True))
    best = sorted(texts, key=lambda text: -similar[text])[:5]
    assert list(nearest) == [text_key(text) for text in best]


def test_a_loaded_model_finds_the_same(model: IntentModel, encoder: Encoder, tmp_path: Path) -> None:
    model.save(tmp_path / "model")

    loaded = load(tmp_path / "model", encoder)

    assert loaded.rank_beside_examples(MESSAGE, 5) == model.rank_beside_examples(MESSAGE, 5)


def test_no_words_of_examples_are_in_the_artefact(model: IntentModel, shop: list[Example], tmp_path: Path) -> None:
    model.save(tmp_path / "model")

    with np.load(tmp_path / "model" / "arrays.npz") as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} <= {"f", "i", "u"}
    said = json.loads((tmp_path / "model" / "labels.json").read_text())
    assert not {example.text for example in shop} & set(said)


def test_an_artefact_from_before_answers_as_ever_and_names_no_examples(
    model: IntentModel, encoder: Encoder, tmp_path: Path
) -> None:
    model.save(tmp_path / "model")
    with np.load(tmp_path / "model" / "arrays.npz") as arrays:
        older = {name: arrays[name] for name in arrays.files if name != "neighbour_keys"}
    packed = io.BytesIO()
    np.savez(packed, **older)
    (tmp_path / "model" / "arrays.npz").write_bytes(packed.getvalue())
    rehash(tmp_path / "model", "arrays.npz")

    ranking, nearest = load(tmp_path / "model", encoder).rank_beside_examples(MESSAGE, 5)

    assert (ranking, nearest) == (model.rank([MESSAGE])[0], ())
