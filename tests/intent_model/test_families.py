"""Encoders that somebody else made: a folder or a hub's name in config.yml is enough, or one line says what lacks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import serialize_file
from safetensors.numpy import load_file

from labeling.intent_model import EncoderUnusable, open_encoder
from labeling.intent_model.source import find_source
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


def test_a_cache_named_from_here_is_found_by_the_program_that_converts(
    foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANDRAISE_CACHE", "cache")
    other = Path(shutil.copytree(foreign / "distilbert", tmp_path / "other"))

    assert open_encoder(str(other), threads=1, precision="fp32").embed(TEXTS).shape[0] == len(TEXTS)
    assert len(list((tmp_path / "cache" / "encoders").iterdir())) == 1


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


@pytest.mark.parametrize(
    ("file", "key"), [("config.json", "max_position_embeddings"), ("sentence_bert_config.json", "max_seq_length")]
)
@pytest.mark.parametrize("length", ["512", 0, [64]])
def test_a_length_that_is_none_is_refused(ours: Path, file: str, key: str, length: object) -> None:
    said = json.loads((ours / file).read_text()) if (ours / file).exists() else {}
    (ours / file).write_text(json.dumps(said | {key: length}))

    assert f"its {key} must be a number of tokens, and is {length!r}" in refusal(ours)


def test_a_config_that_leaves_the_length_open_is_read(ours: Path) -> None:
    config = json.loads((ours / "config.json").read_text())
    (ours / "config.json").write_text(json.dumps(config | {"max_position_embeddings": None}))

    assert find_source(str(ours)).max_tokens == 256


def test_a_number_of_layers_that_is_none_is_refused(ours: Path, cache: Path) -> None:
    config = json.loads((ours / "config.json").read_text())
    (ours / "config.json").write_text(json.dumps(config | {"num_hidden_layers": None}))

    assert "cannot be converted to ONNX" in refusal(ours)


@pytest.mark.parametrize("file", ["tokenizer.json", "model.safetensors"])
def test_a_file_that_cannot_be_read_is_named(ours: Path, file: str) -> None:
    (ours / file).unlink()
    (ours / file).symlink_to("/proc/self/mem")  # there, and unreadable even for root

    assert f"{ours / file} cannot be read" in refusal(ours)


def test_another_length_makes_another_encoder(ours: Path) -> None:
    before = find_source(str(ours)).fingerprint
    (ours / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 16}))

    assert find_source(str(ours)).fingerprint != before


def test_weights_of_half_the_precision_are_read(ours: Path, cache: Path) -> None:
    whole = open_encoder(str(ours), threads=1, precision="fp32").embed(TEXTS)
    weights = load_file(ours / "model.safetensors")
    halves = {name: array.view(np.uint16)[..., 1::2] for name, array in weights.items()}  # a float's upper half
    entries = {
        name: {"dtype": "bfloat16", "shape": array.shape, "data": halves[name].tobytes()}
        for name, array in weights.items()
    }
    other = Path(shutil.copytree(ours, ours.parent / "halves"))
    serialize_file(entries, other / "model.safetensors", {"format": "pt"})

    vectors = open_encoder(str(other), threads=1, precision="fp32").embed(TEXTS)

    assert (vectors * whole).sum(axis=1).min() > 0.99
    assert not np.allclose(vectors, whole, atol=1e-6)


@pytest.mark.parametrize("folder", [".", "onnx"])
def test_safetensors_go_before_onnx_where_they_have_middle_layers_and_can_learn(
    ours: Path, cache: Path, folder: str
) -> None:
    alone = find_source(str(ours))
    (ours / folder).mkdir(exist_ok=True)
    (ours / folder / "model.onnx").write_bytes(b"never opened")

    assert find_source(str(ours)) == alone
    config = json.loads((ours / "config.json").read_text())
    (ours / "config.json").write_text(json.dumps(config | {"model_type": "mpnet"}))
    assert find_source(str(ours)).weights == ours / folder / "model.onnx"


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v3", "some-company/some-encoder", "all MiniLM", "a--b..c"])
def test_a_name_that_no_hub_gives_us_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    assert f"encoder {name}: no such directory here, and the model hub does not give it to us" in refusal(name)


def test_a_slip_in_the_bundled_encoders_name_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    assert "did you mean all-MiniLM-L6-v2?" in refusal("all-MiniLM-L6v2")
