"""Encoders that somebody else made: a folder or a hub's name in config.yml is enough, or one line says what lacks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from labeling.intent_model import EncoderUnusable, open_encoder
from tests.intent_model.foreign import FAMILIES, POSITIONS, TEXTS
from tests.intent_model.tiny import tiny_encoder


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign")
    program = [sys.executable, "-m", "tests.intent_model.foreign", str(folder)]
    subprocess.run(program, check=True, capture_output=True)
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HANDRAISE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return tiny_encoder(tmp_path / "ours")


def refusal(name: str | Path) -> str:
    with pytest.raises(EncoderUnusable) as refused:
        open_encoder(str(name), threads=1, precision="fp32")
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_encoder_of_any_family_gives_the_vectors_that_its_makers_code_gives(
    foreign: Path, cache: Path, family: str
) -> None:
    encoder = open_encoder(str(foreign / family), threads=1, precision="fp32")
    vectors = np.load(foreign / family / "vectors.npy")

    last = encoder.embed(TEXTS)[:, : vectors.shape[1]]  # the middle layers' part stands behind it
    alike = (last * vectors).sum(axis=1) / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(last, axis=1))

    assert np.allclose(alike, 1, atol=1e-4)


@pytest.mark.parametrize("family", ["mpnet", "xlm-roberta"])
def test_a_text_longer_than_the_positions_is_cut_and_not_refused(foreign: Path, cache: Path, family: str) -> None:
    encoder = open_encoder(str(foreign / family), threads=1, precision="fp32")

    assert np.isfinite(encoder.embed(["refund " * 3 * POSITIONS, "short"])).all()


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_a_long_text_is_cut_where_the_graph_is_written_here_too(tmp_path: Path, cache: Path, family: str) -> None:
    encoder = open_encoder(str(tiny_encoder(tmp_path / family, family)), threads=1, precision="fp32")

    assert np.isfinite(encoder.embed(["refund " * 500, "short"])).all()


def test_a_kind_that_cannot_be_converted_is_named(ours: Path, cache: Path) -> None:
    (ours / "config.json").write_text(json.dumps({"model_type": "gpt_neox"}))

    assert "has no TensorFlow model of the kind gpt_neox; add a model.onnx" in refusal(ours)


def test_pickled_weights_are_refused_with_what_to_do(ours: Path) -> None:
    (ours / "model.safetensors").rename(ours / "pytorch_model.bin")

    assert "pytorch_model.bin can run code when it is loaded, so save it as safetensors" in refusal(ours)


@pytest.mark.parametrize("said", ["[]", '{"pooling_mode_max_tokens": true}', "{}", "not json"])
def test_a_pooling_that_is_not_known_is_refused(ours: Path, said: str) -> None:
    (ours / "1_Pooling" / "config.json").write_text(said)

    assert str(ours / "1_Pooling" / "config.json") in refusal(ours)


@pytest.mark.parametrize("said", ["", "{}", '{"model": {"type": "Nonsense"}}'])
def test_a_tokenizer_that_cannot_be_read_is_refused(ours: Path, cache: Path, said: str) -> None:
    (ours / "tokenizer.json").write_text(said)

    assert "its tokenizer.json cannot be loaded" in refusal(ours)


def test_a_sentencepiece_model_alone_is_refused_with_what_to_do(ours: Path) -> None:
    shutil.move(ours / "tokenizer.json", ours / "sentencepiece.bpe.model")

    assert "no tokenizer.json" in refusal(ours)
    assert "save its fast tokenizer there" in refusal(ours)


@pytest.mark.parametrize("config", ["[]", "3", "not json"])
def test_a_config_that_is_none_is_refused(ours: Path, config: str) -> None:
    (ours / "config.json").write_text(config)

    assert "config.json" in refusal(ours)


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v3", "some-company/some-encoder", "all MiniLM", "a--b..c"])
def test_a_name_that_no_hub_gives_us_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    assert f"encoder {name}: no such directory here, and the model hub does not give it to us" in refusal(name)


def test_a_slip_in_the_bundled_encoders_name_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    assert "did you mean all-MiniLM-L6-v2?" in refusal("all-MiniLM-L6v2")
