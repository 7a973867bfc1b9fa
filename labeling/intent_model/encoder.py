"""The sentence encoder: a text becomes a vector of length one, near to the vectors of texts that mean the same.

The last layer was trained to gloss over wording, and glosses over more than a bot's intents do. So the middle layers'
vector stands beside it where the encoder gives one: more right with few examples, and what nothing covers is found
better (`python -m tests.bench.fewshot`).
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors
from tokenizers import Tokenizer

from labeling.intent_model.conversion import Progress, onnx_weights
from labeling.intent_model.layers import MIDDLE
from labeling.intent_model.source import BUNDLED, EncoderUnusable, Source, find_source
from labeling.precision import PRECISION, Precision
from labeling.text import legible, text_key

Vectors = NDArray[np.float32]

TOKENS = 512
"""Tokens in a batch, padding too: more are no quicker on a processor, and cost memory by the square of the length."""
VECTORS = 3
"""Raised when the same weights would give other vectors, quantised or not."""
UNSOUND: tuple[type[Exception], ...] = (
    onnx_errors.Fail,
    onnx_errors.InvalidArgument,
    onnx_errors.InvalidGraph,
    onnx_errors.InvalidProtobuf,
    onnx_errors.NoSuchFile,
    onnx_errors.NotImplemented,
    onnx_errors.RuntimeException,
)
"""What ONNX Runtime raises for a file that it cannot run; these have no common ancestor but Exception."""


class Encoder:
    """Tokenizer and ONNX session. Any number of threads may call one encoder."""

    def __init__(
        self, source: Source, precision: Precision, tokenizer: Any, session: onnxruntime.InferenceSession
    ) -> None:
        self.name = source.name
        self.source = source
        self.precision = precision
        self.fingerprint = _fingerprint(source, precision)
        self._told = source.told()
        self._tokenizer = tokenizer
        self._session = session
        self._inputs = [given.name for given in session.get_inputs()]
        named = [given.name for given in session.get_outputs()]
        self._outputs = [named[0], *(name for name in named[1:] if name == MIDDLE)]
        self.dimension = int(self.embed(["size", "and another"]).shape[1])
        self.middle = slice(self.dimension // 2 if len(self._outputs) > 1 else self.dimension, self.dimension)
        """The part of a vector that the middle layers give; empty where there is none."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """One row of length one a text, in the texts' order."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        encoded = self._tokenizer.encode_batch([legible(text) for text in texts])
        order = sorted(range(len(texts)), key=lambda i: -len(encoded[i].ids))
        rows: list[Vectors] = []
        done = 0
        while done < len(order):
            many = max(1, TOKENS // len(encoded[order[done]].ids))
            rows.append(self._forward([encoded[i] for i in order[done : done + many]]))
            done = min(done + many, len(order))
            if progress:
                progress("Reading the examples", done / len(order))
        vectors = np.concatenate(rows)
        restored = np.empty_like(vectors)
        restored[order] = vectors
        return restored

    def tokens(self, texts: Sequence[str], longest: int) -> list[list[int]]:
        """At most so many of each text, the last of them cut off."""
        return [one.ids[:longest] for one in self._tokenizer.encode_batch([legible(text) for text in texts])]

    def was_told(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Which texts a tuned encoder learned from: these say nothing of how well it does on others."""
        return np.fromiter((text_key(text) in self._told for text in texts), bool, len(texts))

    def _forward(self, batch: Sequence[Any]) -> Vectors:
        width = max(len(one.ids) for one in batch)
        ids, mask = np.zeros((2, len(batch), width), np.int64)
        for row, one in enumerate(batch):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        feeds = {name: given[name] for name in self._inputs}
        last, *middle = (self._sentences(tokens, mask) for tokens in self._session.run(self._outputs, feeds))
        return _normed(np.concatenate([last, middle[0]], axis=1)) if middle else last

    def _sentences(self, tokens: Vectors, mask: NDArray[np.int64]) -> Vectors:
        return _normed(_pooled(tokens, mask) if self.source.pooling == "mean" else tokens[:, 0])


def _pooled(tokens: Vectors, mask: NDArray[np.int64]) -> Vectors:
    weights = mask[:, :, None].astype(np.float32)
    pooled: Vectors = (tokens * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
    return pooled


def _normed(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normed: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return normed


def open_encoder(
    name_or_path: str = BUNDLED,
    threads: int | None = None,
    progress: Progress | None = None,
    *,
    precision: Precision = PRECISION,
) -> Encoder:
    """Opened once per process and kept. `threads` defaults to HANDRAISE_THREADS, then to the cores, at most 4.

    Raises EncoderUnusable, in one line, where tokenizer, weights or pooling are missing.
    """
    count = threads or _wanted_threads() or min(4, os.cpu_count() or 1)
    with _opening:
        wanted = (name_or_path, precision, count)
        if wanted not in _opened:
            _opened[wanted] = _open(name_or_path, precision, count, progress)
        return _opened[wanted]


def _wanted_threads() -> int:
    wanted = os.environ.get("HANDRAISE_THREADS", "").strip() or "0"
    if not wanted.isdecimal():
        raise EncoderUnusable(f"HANDRAISE_THREADS must be a number of processor cores, and is {wanted}")
    return int(wanted)


_opened: dict[tuple[str, Precision, int], Encoder] = {}
_opening = threading.Lock()


def _open(name: str, precision: Precision, threads: int, progress: Progress | None) -> Encoder:
    source = find_source(name)
    weights = onnx_weights(source, precision, progress)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Spinning threads would burn the cores that the other services need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    except UNSOUND as error:
        mend = "or its data is not beside it" if weights == source.weights else "delete it"
        raise EncoderUnusable(f"encoder {name}: {weights} is not a sound ONNX file; {mend}") from error
    tokenizer = _tokenizer(source)
    try:
        return Encoder(source, precision, tokenizer, _checked(source, session))
    except UNSOUND as error:
        raise EncoderUnusable(f"encoder {name}: {weights} cannot read texts of any number and length") from error


def _fingerprint(source: Source, precision: Precision) -> str:
    """Of the weights and of how vectors come out of them: a head trained on one kind is not run on another."""
    kind = "tuned" if source.is_tuned else precision  # a tuned encoder is kept in one precision only
    return hashlib.sha256(f"{source.fingerprint} {kind} {VECTORS}".encode()).hexdigest()


def _checked(source: Source, session: onnxruntime.InferenceSession) -> onnxruntime.InferenceSession:
    strange = _strange_inputs(given.name for given in session.get_inputs())
    if strange:
        raise EncoderUnusable(f"encoder {source.name}: its ONNX graph asks for {strange[0]}")
    if len(session.get_outputs()[0].shape) != 3:
        raise EncoderUnusable(f"encoder {source.name}: its ONNX graph gives no vector per token")
    return session


def _strange_inputs(names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in ("input_ids", "attention_mask", "token_type_ids")]


def _tokenizer(source: Source) -> Tokenizer:
    """Exactly what tokenizer.json says; the encoder's fingerprint is of that file."""
    try:
        tokenizer = Tokenizer.from_file(str(source.directory / "tokenizer.json"))
    except Exception as error:
        # It raises nothing narrower.
        raise EncoderUnusable(f"encoder {source.name}: its tokenizer.json cannot be loaded") from error
    # Set once: a tokenizer whose truncation is set at every call must not be shared between threads.
    tokenizer.enable_truncation(source.max_tokens)
    tokenizer.no_padding()
    return tokenizer
