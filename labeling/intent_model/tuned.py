"""A tuned encoder: a folder in this user's cache, and the archive in which it travels to other machines."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING

from labeling.intent_model.archive import pack, unpack
from labeling.intent_model.cache import whole_directory
from labeling.intent_model.graph import Weights, bert_graph, read_config
from labeling.intent_model.quantising import quantised
from labeling.intent_model.source import PREFIX, TOLD, EncoderUnusable, tuned_directory

if TYPE_CHECKING:
    from labeling.intent_model.encoder import Encoder

WEIGHTS, LONGEST = "model.onnx", "sentence_bert_config.json"
COPIED = ("config.json", "tokenizer.json", "tokenizer_config.json", "1_Pooling/config.json")
FILES = (WEIGHTS, TOLD, LONGEST, *COPIED)


def is_tuned(name: str) -> bool:
    """Whether an encoder of this name came out of a deep run."""
    return name.startswith(PREFIX)


def is_here(name: str) -> bool:
    """Whether this machine has it already."""
    return (tuned_directory(name) / WEIGHTS).is_file()


def keep_tuned(base: Encoder, weights: Weights, told: Iterable[str]) -> str:
    """Gives the name that the encoder is opened by from now on. `told` are the keys of the texts it learned from."""
    model = bert_graph(read_config(base.source.directory), weights)
    content = (quantised(model) if base.precision == "int8" else model).SerializeToString()
    name = f"{PREFIX}{hashlib.sha256(content).hexdigest()[:24]}"
    try:
        with whole_directory(tuned_directory(name)) as folder:
            (folder / WEIGHTS).write_bytes(content)
            (folder / TOLD).write_text(json.dumps(sorted(told)), encoding="utf-8")
            (folder / LONGEST).write_text(json.dumps({"max_seq_length": base.source.max_tokens}), encoding="utf-8")
            (folder / "1_Pooling").mkdir()
            for file in COPIED:
                if (base.source.directory / file).is_file():
                    shutil.copyfile(base.source.directory / file, folder / file)
                else:
                    (folder / file).write_text("{}", encoding="utf-8")
    except OSError as error:
        raise EncoderUnusable(f"encoder {base.name}: the tuned one cannot be written: {error.strerror}") from error
    return name


def forget_tuned(name: str) -> None:
    """One that was no gain takes no room."""
    shutil.rmtree(tuned_directory(name), ignore_errors=True)


def pack_tuned(name: str) -> bytes:
    """Raises ArtefactRefused where a file is missing."""
    return pack(tuned_directory(name), FILES)


def unpack_tuned(archive: bytes, sha256: str, name: str) -> None:
    """Whole or not at all; nothing happens where this machine has it. Raises ArtefactRefused."""
    if not is_here(name):
        unpack(archive, sha256, tuned_directory(name), FILES)
