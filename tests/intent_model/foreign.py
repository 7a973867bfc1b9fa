"""Writes tiny encoders of several families, as TensorFlow saves them, and what TensorFlow makes of two texts.

    python -m tests.intent_model.foreign FOLDER

In a process of its own, so that no test's process carries TensorFlow.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

TEXTS = ("where is my refund", "do you ship to norway with a sledge or by boat")
TOKENS = ("<s>", "<pad>", "</s>", "<unk>")
WORDS = sorted({word for text in TEXTS for word in text.split()})
SIZES = {"vocab_size": 64, "hidden_size": 32, "num_attention_heads": 4, "num_hidden_layers": 2}
POSITIONS = 24
FAMILIES = {"distilbert": "mean", "mpnet": "cls", "xlm-roberta": "mean", "electra": "cls"}


def write(folder: Path) -> None:
    """One folder a family, with `vectors.npy` beside its files."""
    import tensorflow as tf
    from transformers import AutoConfig, TFAutoModel

    for family, pooling in FAMILIES.items():
        tf.keras.utils.set_random_seed(7)
        config = AutoConfig.for_model(family, **SIZES, intermediate_size=64, max_position_embeddings=POSITIONS)
        model = TFAutoModel.from_config(config)
        home = folder / family
        tokenizer = _unigrams() if family == "xlm-roberta" else _words()
        rows = [tokenizer.encode(text).ids for text in TEXTS]
        tokens = [model({"input_ids": np.array([ids])}).last_hidden_state[0].numpy() for ids in rows]
        model.save_pretrained(home, safe_serialization=True)
        tokenizer.save(str(home / "tokenizer.json"))
        (home / "1_Pooling").mkdir()
        mode = {"mean": "pooling_mode_mean_tokens", "cls": "pooling_mode_cls_token"}[pooling]
        (home / "1_Pooling" / "config.json").write_text(json.dumps({mode: True}))
        np.save(home / "vectors.npy", np.stack([one.mean(axis=0) if pooling == "mean" else one[0] for one in tokens]))


def _words() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers

    found = Tokenizer(models.WordLevel({word: n for n, word in enumerate((*TOKENS, *WORDS))}, unk_token="<unk>"))
    found.pre_tokenizer = pre_tokenizers.Whitespace()
    return _framed(found)


def _unigrams() -> Any:
    """As sentencepiece cuts a text: by likelihood, and spaces are letters."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    letters = sorted({"▁", *"".join(WORDS)})
    pieces = [(token, 0.0) for token in TOKENS] + [(f"▁{word}", -1.0) for word in WORDS]
    found = Tokenizer(models.Unigram([*pieces, *((letter, -5.0) for letter in letters)], unk_id=3))
    found.pre_tokenizer = pre_tokenizers.Metaspace()
    return _framed(found)


def _framed(tokenizer: Any) -> Any:
    from tokenizers import processors

    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


if __name__ == "__main__":
    write(Path(sys.argv[1]))
