"""Safetensors weights become ONNX, once per user and encoder, in the precision that is asked for.

BERT and its like are written here, within seconds. Others are converted by TensorFlow, in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open  # type: ignore

from labeling.intent_model.apart import run_apart
from labeling.intent_model.cache import cache_directory, whole_directory
from labeling.intent_model.source import EncoderUnusable, Source
from labeling.precision import Precision

if TYPE_CHECKING:
    from onnx import ModelProto

RECIPE = 3
"""Raised when the conversion changes, so that what was cached by the old one is left alone."""
OPSET = 17

Progress = Callable[[str, float], None]
"""Called with what is being done and how much of it is done (0 to 1)."""


def onnx_weights(source: Source, precision: Precision, progress: Progress | None = None) -> Path:
    """The encoder as ONNX; converted at the first call. Raises EncoderUnusable."""
    if source.is_onnx and (precision == "fp32" or source.is_tuned):
        return source.weights
    target = cache_directory() / "encoders" / f"{source.fingerprint[:24]}-{RECIPE}-{precision}"
    if not (target / "model.onnx").is_file():
        _convert_once(source, precision, target, progress or (lambda _what, _share: None))
    return target / "model.onnx"


def _convert_once(source: Source, precision: Precision, target: Path, progress: Progress) -> None:
    try:
        with whole_directory(target) as workplace:
            _convert(source, precision, workplace / "model.onnx", progress)
    except OSError as error:
        raise EncoderUnusable(f"encoder {source.name}: cannot write {target}: {error.strerror}") from error


def _convert(source: Source, precision: Precision, output: Path, progress: Progress) -> None:
    model = _graph(source)
    if model is not None:
        _write(model, output)
    elif not source.is_onnx:
        _run(source, output, progress)
    if precision == "int8":
        _write(_quantised(source, source.weights if source.is_onnx else output), output)


def _graph(source: Source) -> ModelProto | None:
    """Of a family that is written here; None for all others."""
    from labeling.intent_model.graph import bert_graph, is_written_here, read_config, read_weights

    config = read_config(source.directory)
    if source.is_onnx or not is_written_here(config) or _is_tensorflows(source.weights):
        return None
    try:
        return bert_graph(config, read_weights(source.weights))
    except (OSError, ValueError, KeyError, IndexError, TypeError, SafetensorError) as error:
        raise EncoderUnusable(f"encoder {source.name}: cannot be converted to ONNX: {error}") from error


def _is_tensorflows(weights: Path) -> bool:
    """Whether TensorFlow saved them: their names and shapes are not those that the graph is written from."""
    try:
        with safe_open(weights, "numpy") as stored:  # type: ignore
            return (stored.metadata() or {}).get("format") == "tf"
    except (OSError, SafetensorError):
        return False


def _write(model: ModelProto, output: Path) -> None:
    output.write_bytes(model.SerializeToString())


def _quantised(source: Source, exact: Path) -> ModelProto:
    import onnx
    from google.protobuf.message import DecodeError
    from onnx.checker import ValidationError

    from labeling.intent_model.quantising import quantised

    try:
        return quantised(onnx.load(exact))
    except (DecodeError, ValueError, OSError, ValidationError) as error:
        raise EncoderUnusable(
            f"encoder {source.name}: {source.weights} is not a sound ONNX file, or its data is not beside it"
        ) from error


def _run(source: Source, output: Path, progress: Progress) -> None:
    what = f"Converting the encoder {source.name} (once, about a minute)"
    progress(what, 0.0)
    complaint = run_apart(__name__, [str(source.directory), str(output)], lambda share: progress(what, share))
    if complaint is not None or not output.is_file():
        raise EncoderUnusable(f"encoder {source.name}: cannot be converted to ONNX: {complaint}")


def convert(directory: Path, output: Path) -> None:
    """Writes the token vectors' graph. Imports TensorFlow: never call it in a service's process."""
    from labeling.intent_model.layers import MIDDLE, OUTPUT, middle_layers

    _say(0.05)
    import tensorflow as tf
    import tf2onnx
    from transformers import TF_MODEL_MAPPING, AutoConfig, TFAutoModel

    _say(0.3)
    config = AutoConfig.from_pretrained(directory)
    if type(config) not in TF_MODEL_MAPPING:
        sys.exit(f"transformers has no TensorFlow model of the kind {config.model_type}; add a model.onnx")
    model = TFAutoModel.from_pretrained(directory, config=config, use_safetensors=True)
    names = ["input_ids", "attention_mask"]
    if getattr(config, "type_vocab_size", 0) > 1:
        names.append("token_type_ids")
    _say(0.5)

    signature = [tf.TensorSpec((None, None), tf.int64, name=name) for name in names]

    @tf.function(input_signature=signature, autograph=False)
    def tokens(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        said = {name: tf.cast(value, tf.int32) for name, value in zip(names, inputs, strict=True)}
        layers = model(said, training=False, output_hidden_states=True).hidden_states
        middle = [layers[number] for number in middle_layers(len(layers) - 1)]
        return {OUTPUT: layers[-1], MIDDLE: tf.add_n(middle) / len(middle)}

    tf2onnx.convert.from_function(tokens, signature, opset=OPSET, output_path=str(output))
    _say(1.0)


def _say(share: float) -> None:
    print(f"done {share}", flush=True)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
