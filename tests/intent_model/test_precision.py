"""The graph that we write ourselves, and what eight bits do to its vectors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from labeling.intent_model import Encoder, EncoderUnusable, open_encoder
from labeling.intent_model.graph import bert_graph, read_config, read_weights
from labeling.intent_model.layers import MIDDLE, OUTPUT
from labeling.policy import PolicyError
from labeling.precision import read_precision
from tests.intent_model.tiny import tiny_encoder

TEXTS = ["where is my refund", "my cat is asleep", "do you ship to Norway?", "", "ok", "a long message " * 30]


@pytest.fixture(scope="session")
def exact() -> Encoder:
    return open_encoder(precision="fp32")


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HANDRAISE_CACHE", str(tmp_path / "cache"))
    return tiny_encoder(tmp_path / "tiny")


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_the_graph_that_we_write_computes_what_tensorflow_converts(family: str, tmp_path: Path) -> None:
    folder = tiny_encoder(tmp_path / family, family)
    program = [sys.executable, "-m", "labeling.intent_model.conversion", str(folder), str(tmp_path / "theirs.onnx")]
    subprocess.run(program, check=True, capture_output=True)
    ours = bert_graph(read_config(folder), read_weights(folder / "model.safetensors")).SerializeToString()
    ids = np.array([[101, 2073, 2003, 2026, 102], [101, 7592, 102, 0, 0]])
    if family == "roberta":  # it numbers positions by what is no padding
        ids[ids == 0] = 1
    feeds = {"input_ids": ids, "attention_mask": np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])}

    mine, theirs = (_run(graph, feeds) for graph in (ours, (tmp_path / "theirs.onnx").read_bytes()))

    assert np.allclose(mine[0], theirs[0], atol=1e-4)
    assert np.allclose(mine[1, :3], theirs[1, :3], atol=1e-4)


def _run(graph: bytes, feeds: dict[str, np.ndarray]) -> np.ndarray:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    known = {one.name for one in session.get_inputs()}
    given = {**feeds, "token_type_ids": np.zeros_like(feeds["input_ids"])}
    last, middle = session.run([OUTPUT, MIDDLE], {name: array for name, array in given.items() if name in known})
    return np.concatenate([last, middle], axis=2)


def test_eight_bits_give_nearly_the_same_vectors(encoder: Encoder, exact: Encoder) -> None:
    alike = (encoder.embed(TEXTS) * exact.embed(TEXTS)).sum(axis=1)

    assert alike.min() > 0.99


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder: Encoder) -> None:
    together = encoder.embed(TEXTS * 20)[: len(TEXTS)]
    alone = np.concatenate([encoder.embed([text]) for text in TEXTS])

    assert np.allclose(together, alone, atol=1e-5)


def test_vectors_of_another_precision_are_another_encoders(encoder: Encoder, exact: Encoder) -> None:
    assert encoder.precision == "int8"
    assert encoder.fingerprint != exact.fingerprint


def test_any_size_of_layer_can_be_kept_in_eight_bits(tiny: Path) -> None:
    nearly, exactly = open_encoder(str(tiny)), open_encoder(str(tiny), precision="fp32")
    alike = (nearly.embed(TEXTS) * exactly.embed(TEXTS)).sum(axis=1)

    assert alike.min() > 0.99


def test_weights_that_lack_a_layer_are_refused_in_one_line(tiny: Path) -> None:
    config = tiny / "config.json"
    config.write_text(config.read_text().replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))

    with pytest.raises(EncoderUnusable, match="cannot be converted") as refusal:
        open_encoder(str(tiny))

    assert "\n" not in str(refusal.value)


def test_a_precision_that_is_none_is_refused() -> None:
    with pytest.raises(PolicyError, match="fp32 or int8, and is 'int4'"):
        read_precision("int4")
