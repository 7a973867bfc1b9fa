from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from labeling.intent_model import Encoder, EncoderUnusable, open_encoder
from labeling.intent_model.embeddings import Embeddings
from labeling.intent_model.source import find_source


@pytest.fixture(scope="session")
def onnx_folder(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default encoder as somebody's own folder with ONNX weights."""
    from labeling.intent_model.conversion import onnx_weights

    source = find_source("all-MiniLM-L6-v2")
    folder = tmp_path_factory.mktemp("encoders") / "mine"
    shutil.copytree(source.directory, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    (folder / "model.onnx").symlink_to(onnx_weights(source, "fp32"))
    return folder


@pytest.fixture
def broken(onnx_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(onnx_folder, tmp_path / "broken", symlinks=True))


def test_texts_of_one_meaning_are_nearer_than_others(encoder: Encoder) -> None:
    refund, money, cat = encoder.embed(["where is my refund", "when do I get my money back", "my cat is asleep"])

    assert refund @ money > refund @ cat + 0.3


def test_vectors_have_length_one_and_keep_the_texts_order(encoder: Encoder) -> None:
    texts = ["a long message " * 20, "short", "", "middle sized message here"] * 20
    vectors = encoder.embed(texts)

    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[1], encoder.embed(["short"])[0], atol=1e-5)
    assert np.allclose(vectors[:4], vectors[-4:], atol=1e-5)


def test_many_threads_may_use_one_encoder(encoder: Encoder) -> None:
    texts = [f"message number {number} " * (number % 5 + 1) for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        alone = list(pool.map(lambda text: encoder.embed([text])[0], texts))

    assert np.allclose(np.stack(alone), encoder.embed(texts), atol=1e-5)


def test_serving_never_imports_tensorflow() -> None:
    program = (
        "import sys; from labeling.intent_model import open_encoder; open_encoder().embed(['hi']);"
        "sys.exit('tensorflow' in sys.modules or 'torch' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_encoder_in_a_local_folder_gives_the_same_vectors(encoder: Encoder, onnx_folder: Path) -> None:
    other = open_encoder(str(onnx_folder), threads=1)

    assert np.allclose(other.embed(["where is it"]), encoder.embed(["where is it"]), atol=1e-4)


def test_an_encoder_that_is_nowhere_is_refused_in_one_line() -> None:
    with pytest.raises(EncoderUnusable, match="no such directory") as refusal:
        open_encoder("./no/such/folder")

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [
        ("tokenizer.json", "no tokenizer.json"),
        ("model.onnx", "no weights as safetensors or ONNX"),
        ("1_Pooling/config.json", "must say mean or CLS pooling"),
    ],
)
def test_an_encoder_that_lacks_a_file_is_refused_by_its_name(broken: Path, missing: str, complaint: str) -> None:
    (broken / missing).unlink()

    with pytest.raises(EncoderUnusable, match=complaint):
        open_encoder(str(broken))


def test_pytorchs_pickled_weights_are_not_weights(broken: Path) -> None:
    (broken / "model.onnx").rename(broken / "pytorch_model.bin")

    with pytest.raises(EncoderUnusable, match="no weights as safetensors or ONNX"):
        open_encoder(str(broken))


def test_a_pooling_that_we_do_not_run_is_refused(broken: Path) -> None:
    pooling = broken / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"pooling_mode_max_tokens": True, "pooling_mode_mean_tokens": False}))

    with pytest.raises(EncoderUnusable, match="says pooling_mode_max_tokens"):
        open_encoder(str(broken))


def test_a_layer_that_we_do_not_run_is_refused(broken: Path) -> None:
    modules = json.loads((broken / "modules.json").read_text())
    modules.append({"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"})
    (broken / "modules.json").write_text(json.dumps(modules))

    with pytest.raises(EncoderUnusable, match="Dense"):
        open_encoder(str(broken))


def test_cls_pooling_is_run_as_said(encoder: Encoder, broken: Path) -> None:
    (broken / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))

    first = open_encoder(str(broken), threads=1)

    assert not np.allclose(first.embed(["where is it"]), encoder.embed(["where is it"]), atol=1e-2)
    assert first.fingerprint != encoder.fingerprint


def test_weights_that_are_no_graph_are_refused(broken: Path) -> None:
    (broken / "model.onnx").unlink()
    (broken / "model.onnx").write_bytes(b"not a graph")

    with pytest.raises(EncoderUnusable, match="not a sound ONNX file"):
        open_encoder(str(broken))


def test_weights_that_cannot_be_converted_are_refused_and_leave_nothing_half_done(
    broken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDRAISE_CACHE", str(tmp_path / "cache"))
    (broken / "model.onnx").unlink()
    (broken / "model.safetensors").write_bytes(b"not weights")

    with pytest.raises(EncoderUnusable, match="cannot be converted") as refusal:
        open_encoder(str(broken))

    assert "\n" not in str(refusal.value)
    assert list((tmp_path / "cache" / "encoders").iterdir()) == []


class Counting:
    """An encoder that remembers what it was asked."""

    def __init__(self, encoder: Encoder) -> None:
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension
        self.asked: list[str] = []
        self._encoder = encoder

    def embed(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return self._encoder.embed(texts)


def test_an_unchanged_text_is_never_embedded_twice(encoder: Encoder, tmp_path: Path) -> None:
    counting = Counting(encoder)
    first = Embeddings(counting, tmp_path).embed(["one", "two", "one"])  # type: ignore[arg-type]
    again = Embeddings(counting, tmp_path).embed(["two", "three", "one"])  # type: ignore[arg-type]

    assert counting.asked == ["one", "two", "three"]
    assert np.array_equal(first[0], again[2])
    assert np.array_equal(first[0], first[2])


def test_the_cache_keeps_no_text(encoder: Encoder, tmp_path: Path) -> None:
    Embeddings(encoder, tmp_path).embed(["my card number is 4111"])

    assert all(b"4111" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_damaged_cache_costs_time_and_nothing_else(encoder: Encoder, tmp_path: Path) -> None:
    kept = Embeddings(encoder, tmp_path)
    before = kept.embed(["one"])
    for path in tmp_path.iterdir():
        path.write_bytes(b"rubbish" * 1_000)

    assert np.allclose(kept.embed(["one"]), before, atol=1e-6)


def test_nothing_is_embedded_as_nothing(encoder: Encoder, tmp_path: Path) -> None:
    assert Embeddings(encoder, tmp_path).embed([]).shape == (0, encoder.dimension)
    assert encoder.embed([]).shape == (0, encoder.dimension)
