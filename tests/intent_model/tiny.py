"""A whole sentence encoder of random weights, small enough to be converted and trained within a test."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from labeling.intent_model.source import find_source

SIZE, INNER, LAYERS, POSITIONS = 48, 96, 2, 66
COPIED = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "modules.json", "1_Pooling")


def tiny_encoder(folder: Path, family: str = "bert", seed: int = 0) -> Path:
    """With the bundled encoder's tokenizer and pooling."""
    folder.mkdir(parents=True)
    bundled = find_source("all-MiniLM-L6-v2").directory
    for name in COPIED:
        (shutil.copytree if (bundled / name).is_dir() else shutil.copyfile)(bundled / name, folder / name)
    words = json.loads((bundled / "config.json").read_text())["vocab_size"]
    (folder / "config.json").write_text(json.dumps(_config(family, words)))
    save_file(_weights(words, np.random.default_rng(seed)), folder / "model.safetensors", {"format": "pt"})
    return folder


def _config(family: str, words: int) -> dict[str, Any]:
    return {
        "model_type": family, "vocab_size": words, "hidden_size": SIZE, "intermediate_size": INNER,
        "num_hidden_layers": LAYERS, "num_attention_heads": 4, "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-5,
        "pad_token_id": 1 if family == "roberta" else 0,
    }  # fmt: skip


def _weights(words: int, chance: np.random.Generator) -> dict[str, np.ndarray]:
    def drawn(*shape: int) -> np.ndarray:
        return (0.15 * chance.standard_normal(shape)).astype(np.float32)

    def dense(name: str, inputs: int, outputs: int) -> dict[str, np.ndarray]:
        return {f"{name}.weight": drawn(outputs, inputs), f"{name}.bias": drawn(outputs)}

    def norm(name: str) -> dict[str, np.ndarray]:
        return {f"{name}.weight": 1 + drawn(SIZE), f"{name}.bias": drawn(SIZE)}

    found = {
        "embeddings.word_embeddings.weight": drawn(words, SIZE),
        "embeddings.position_embeddings.weight": drawn(POSITIONS, SIZE),
        "embeddings.token_type_embeddings.weight": drawn(2, SIZE),
        **norm("embeddings.LayerNorm"),
        **dense("pooler.dense", SIZE, SIZE),
    }
    for layer in range(LAYERS):
        place = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            found |= dense(f"{place}.attention.self.{part}", SIZE, SIZE)
        found |= dense(f"{place}.attention.output.dense", SIZE, SIZE) | norm(f"{place}.attention.output.LayerNorm")
        found |= dense(f"{place}.intermediate.dense", SIZE, INNER)
        found |= dense(f"{place}.output.dense", INNER, SIZE) | norm(f"{place}.output.LayerNorm")
    return found
