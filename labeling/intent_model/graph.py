"""A BERT's weights as an ONNX graph of ONNX Runtime's fused operators: written in seconds, and without TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from labeling.intent_model.layers import MIDDLE, OUTPUT, middle_layers

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]
"""Arrays by the names that the PyTorch models give them, without the model's own prefix."""

FIRST_POSITION = {"bert": 0, "roberta": 2, "xlm-roberta": 2}
"""The families written here, and the row of the position table that belongs to a text's first token."""
KINDS: dict[str, type[np.generic]] = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "BF16": np.uint16}
"""How safetensors calls floats, and as what they are read; numbered positions and the like are no weights."""
FUSED = "com.microsoft"
OPSET = 18
IR_VERSION = 8


def read_config(directory: Path) -> dict[str, Any]:
    """The model's own description; empty where there is none."""
    path = directory / "config.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def is_written_here(config: Mapping[str, Any]) -> bool:
    """Whether the graph below is this model's; others are converted by TensorFlow."""
    return (
        config.get("model_type") in FIRST_POSITION
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder", False)
    )


def read_weights(path: Path) -> Weights:
    """From safetensors, with a prefix such as `bert.` taken off."""
    from safetensors import deserialize

    read = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    stored = {name: _array(**said) for name, said in read if said["dtype"] in KINDS}
    (first,) = [name for name in stored if name.endswith("embeddings.word_embeddings.weight")]
    prefix = first.removesuffix("embeddings.word_embeddings.weight")
    return {name.removeprefix(prefix): array for name, array in stored.items()}


def _array(dtype: str, shape: Sequence[int], data: bytes) -> Floats:
    numbers = np.frombuffer(data, KINDS[dtype]).reshape(shape)
    if dtype == "BF16":  # the upper half of a single float, which numpy does not know
        return (numbers.astype(np.uint32) << 16).view(np.float32)
    return numbers.astype(np.float32, copy=False)


def bert_graph(config: Mapping[str, Any], weights: Weights) -> onnx.ModelProto:
    """Token ids and mask in; out come two vectors a token, the last layer's and the middle ones'.

    Raises KeyError where a weight is missing.
    """
    return _Graph(config, weights).model()


class _Graph:
    def __init__(self, config: Mapping[str, Any], weights: Weights) -> None:
        self._config = config
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        tokens = self._embedded()
        seen = [tokens]
        for layer in range(self._config["num_hidden_layers"]):
            seen.append(self._layer(f"encoder.layer.{layer}.", seen[-1]))
        self._node("Identity", [seen[-1]], OUTPUT)
        self._node("Mean", [seen[number] for number in middle_layers(len(seen) - 1)], MIDDLE)
        given = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        shape = ["batch", "tokens", self._config["hidden_size"]]
        results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in (OUTPUT, MIDDLE)]
        graph = helper.make_graph(self._nodes, "encoder", given, results, self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def _embedded(self) -> str:
        table = "embeddings."
        first = FIRST_POSITION[self._config["model_type"]]
        # Every token is of the first kind, so its vector is part of the position's.
        kind = self._weights[f"{table}token_type_embeddings.weight"][0]
        positions = self._weights[f"{table}position_embeddings.weight"][first:] + kind
        self._node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        words = self._constant(f"{table}word_embeddings.weight")
        self._node("Gather", [words, "input_ids"], "words")
        self._node("Shape", ["input_ids"], "width", start=1)
        start = self._keep("zero", np.zeros(1, np.int64))
        self._node("Slice", [self._keep("positions", positions), start, "width"], "places")
        self._node("Add", ["words", "places"], "placed")
        scale, shift = self._constant(f"{table}LayerNorm.weight"), self._constant(f"{table}LayerNorm.bias")
        return self._node("LayerNormalization", ["placed", scale, shift], "embedded", epsilon=self._epsilon)

    def _layer(self, place: str, tokens: str) -> str:
        attended = self._added(
            f"{place}attention.output.", self._attention(f"{place}attention.self.", tokens), tokens
        )
        raised = self._product(f"{place}intermediate.dense.weight", attended)
        bias = self._constant(f"{place}intermediate.dense.bias")
        bent = self._node("BiasGelu", [raised, bias], f"{place}bent", fused=True)
        return self._added(f"{place}output.", bent, attended)

    def _attention(self, place: str, tokens: str) -> str:
        asked = [f"{place}{name}" for name in ("query", "key", "value")]
        stacked = np.concatenate([self._weights[f"{name}.weight"].T for name in asked], axis=1)
        self._node("MatMul", [tokens, self._keep(f"{place}weight", stacked)], f"{place}all")
        self._nodes.append(helper.make_node("Split", [f"{place}all"], asked, axis=2, num_outputs=3))
        bias = self._keep(f"{place}bias", np.concatenate([self._weights[f"{name}.bias"] for name in asked]))
        heads = self._config["num_attention_heads"]
        inputs = [*asked, bias, "mask"]
        return self._node("MultiHeadAttention", inputs, f"{place}seen", fused=True, num_heads=heads)

    def _added(self, place: str, inner: str, outer: str) -> str:
        """A dense layer's result, added to what went into the block, and normed."""
        product = self._product(f"{place}dense.weight", inner)
        names = ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")
        inputs = [product, outer, *(self._constant(place + name) for name in names)]
        return self._node("SkipLayerNormalization", inputs, f"{place}normed", fused=True, epsilon=self._epsilon)

    def _product(self, weight: str, tokens: str) -> str:
        return self._node("MatMul", [tokens, self._keep(weight, self._weights[weight].T)], f"{weight}.product")

    @property
    def _epsilon(self) -> float:
        return float(self._config.get("layer_norm_eps", 1e-12))

    def _constant(self, name: str) -> str:
        return self._keep(name, self._weights[name])

    def _keep(self, name: str, array: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, fused: bool = False, **settings: Any) -> str:
        domain = FUSED if fused else ""
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **settings))
        return output
