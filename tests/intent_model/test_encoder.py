from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import onnx
import pytest

from labeling.intent_model import Encoder, EncoderUnusable, open_encoder
from labeling.intent_model.embeddings import Embeddings
from labeling.intent_model.source import find_source
from labeling.precision import Precision


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


def test_a_graph_of_one_size_is_refused_in_one_line(broken: Path) -> None:
    graph = onnx.load(broken / "model.onnx")
    for given in graph.graph.input:
        for number, size in enumerate((1, 16)):
            given.type.tensor_type.shape.dim[number].dim_value = size
    (broken / "model.onnx").unlink()
    onnx.save(graph, broken / "model.onnx")

    with pytest.raises(EncoderUnusable, match="cannot read texts of any number and length") as refusal:
        open_encoder(str(broken), precision="fp32")

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_an_onnx_file_may_keep_its_numbers_beside_it(
    broken: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Precision
) -> None:
    monkeypatch.setenv("HANDRAISE_CACHE", str(tmp_path / "cache"))
    graph = onnx.load(broken / "model.onnx")
    (broken / "model.onnx").unlink()
    onnx.save(graph, broken / "model.onnx", save_as_external_data=True, location="model.onnx_data")

    opened = open_encoder(str(broken), precision=precision)

    assert (opened.embed(["where is it"]) @ encoder.embed(["where is it"]).T).min() > 0.99
    other = Path(shutil.copytree(broken, tmp_path / "other"))
    with (other / "model.onnx_data").open("ab") as file:
        file.write(b"other numbers")
    assert find_source(str(other)).fingerprint != find_source(str(broken)).fingerprint
    (other / "model.onnx_data").unlink()
    with pytest.raises(EncoderUnusable, match="its data is not beside it"):
        open_encoder(str(other), precision=precision)


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

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(kept) > 0
    assert b"card number" not in kept


def test_a_damaged_cache_costs_time_and_nothing_else(encoder: Encoder, tmp_path: Path) -> None:
    kept = Embeddings(encoder, tmp_path)
    before = kept.embed(["one"])
    for path in tmp_path.iterdir():
        path.write_bytes(b"rubbish" * 1_000)

    assert np.allclose(kept.embed(["one"]), before, atol=1e-6)


def test_a_page_of_the_cache_that_is_damaged_costs_time_and_nothing_else(encoder: Encoder, tmp_path: Path) -> None:
    texts, kept = [f"text {number}" for number in range(100)], Embeddings(encoder, tmp_path)
    before = kept.embed(texts)
    (path,) = tmp_path.glob("*.sqlite")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    assert np.allclose(kept.embed(texts), before, atol=1e-6)

    counting = Counting(encoder)
    Embeddings(counting, tmp_path).embed(texts)  # type: ignore[arg-type]
    assert counting.asked == []


def test_a_cache_that_somebody_else_writes_is_done_without_and_stays(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.intent_model.embeddings.PATIENCE", 0.1)
    kept = Embeddings(encoder, tmp_path)
    kept.embed(["one"])
    (path,) = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        vectors = kept.embed(["one", "two"])
        other.execute("ROLLBACK")
        assert other.execute("SELECT COUNT(*) FROM vector").fetchone() == (1,)

    assert np.allclose(vectors, encoder.embed(["one", "two"]), atol=1e-6)
    assert path.exists()


@pytest.mark.parametrize("place", ["file", "file/within"])
def test_where_no_cache_can_be_opened_texts_are_embedded_all_the_same(
    encoder: Encoder, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("not a folder")

    assert np.allclose(Embeddings(encoder, tmp_path / place).embed(["one"]), encoder.embed(["one"]), atol=1e-6)


def test_nothing_is_embedded_as_nothing(encoder: Encoder, tmp_path: Path) -> None:
    assert Embeddings(encoder, tmp_path).embed([]).shape == (0, encoder.dimension)
    assert encoder.embed([]).shape == (0, encoder.dimension)
