"""Safetensors weights become ONNX, once per user and encoder, in the precision that is asked for.

BERT and its like are written here, within seconds. Others are converted by TensorFlow, in a process of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_dir
from safetensors import SafetensorError  # type: ignore[attr-defined]

from labeling.intent_model.source import EncoderUnusable, Source
from labeling.precision import Precision

if TYPE_CHECKING:
    from onnx import ModelProto

RECIPE = 2
"""Raised when the conversion changes, so that what was cached by the old one is left alone."""
OPSET = 17

Progress = Callable[[str, float], None]
"""Called with what is being done and how much of it is done (0 to 1)."""


def cache_directory() -> Path:
    """What is slow and the same for everybody is kept here, per user."""
    return Path(os.environ.get("HANDRAISE_CACHE") or user_cache_dir("handraise"))


def onnx_weights(source: Source, precision: Precision, progress: Progress | None = None) -> Path:
    """The encoder as ONNX; converted at the first call. Raises EncoderUnusable."""
    if source.is_onnx and precision == "fp32":
        return source.weights
    target = cache_directory() / "encoders" / f"{source.fingerprint[:24]}-{RECIPE}-{precision}"
    if not (target / "model.onnx").is_file():
        _convert_once(source, precision, target, progress or (lambda _what, _share: None))
    return target / "model.onnx"


def _convert_once(source: Source, precision: Precision, target: Path, progress: Progress) -> None:
    with whole_directory(target, "model.onnx", f"encoder {source.name}") as workplace:
        output = workplace / "model.onnx"
        model = _graph(source)
        if model is not None:
            _write(model, output)
        elif source.is_onnx:
            shutil.copyfile(source.weights, output)
        else:
            _run(source, output, progress)
        if precision == "int8":
            _quantise(source, output)


def _graph(source: Source) -> ModelProto | None:
    """Of a family that is written here; None for all others."""
    from labeling.intent_model.graph import bert_graph, is_written_here, read_config, read_weights

    config = read_config(source.directory)
    if source.is_onnx or not is_written_here(config):
        return None
    try:
        return bert_graph(config, read_weights(source.weights))
    except (OSError, ValueError, KeyError, IndexError, SafetensorError) as error:
        raise EncoderUnusable(f"encoder {source.name}: cannot be converted to ONNX: {error}") from error


def _write(model: ModelProto, output: Path) -> None:
    output.write_bytes(model.SerializeToString())


def _quantise(source: Source, output: Path) -> None:
    import onnx
    from google.protobuf.message import DecodeError

    from labeling.intent_model.quantising import quantised

    try:
        _write(quantised(onnx.load(output)), output)
    except (DecodeError, ValueError) as error:
        raise EncoderUnusable(f"encoder {source.name}: {source.weights} is not a sound ONNX file") from error


@contextmanager
def whole_directory(target: Path, proof: str, what: str) -> Iterator[Path]:
    """A workplace that becomes `target` when all went well, and else leaves nothing. Raises EncoderUnusable."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    except OSError as error:
        raise EncoderUnusable(f"{what}: cannot write {target}: {error.strerror}") from error
    try:
        yield workplace
        workplace.rename(target)
    except OSError as error:
        if not (target / proof).is_file():  # else somebody made the same at the same time
            raise EncoderUnusable(f"{what}: cannot write {target}: {error.strerror}") from error
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _run(source: Source, output: Path, progress: Progress) -> None:
    what = f"Converting the encoder {source.name} (once, about a minute)"
    progress(what, 0.0)
    command = [sys.executable, "-m", __name__, str(source.directory), str(output)]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    with tempfile.TemporaryFile("w+") as complaints:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=complaints, text=True, env=quiet, cwd=_root()
        ) as process:
            for line in process.stdout or ():
                if line.startswith("done "):
                    progress(what, float(line.split()[1]))
        complaints.seek(0)
        last = (complaints.read().strip().splitlines() or ["no reason given"])[-1]
    if process.returncode != 0 or not output.is_file():
        raise EncoderUnusable(f"encoder {source.name}: cannot be converted to ONNX: {last}")


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def convert(directory: Path, output: Path) -> None:
    """Writes the token vectors' graph. Imports TensorFlow: never call it in a service's process."""
    _say(0.05)
    import tensorflow as tf
    import tf2onnx
    from transformers import AutoConfig, TFAutoModel

    _say(0.3)
    config = AutoConfig.from_pretrained(directory)
    model = TFAutoModel.from_pretrained(directory, config=config, use_safetensors=True)
    names = ["input_ids", "attention_mask"]
    if getattr(config, "type_vocab_size", 0) > 1:
        names.append("token_type_ids")
    _say(0.5)

    signature = [tf.TensorSpec((None, None), tf.int64, name=name) for name in names]

    @tf.function(input_signature=signature, autograph=False)
    def tokens(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        said = {name: tf.cast(value, tf.int32) for name, value in zip(names, inputs, strict=True)}
        return {"last_hidden_state": model(said, training=False).last_hidden_state}

    tf2onnx.convert.from_function(tokens, signature, opset=OPSET, output_path=str(output))
    _say(1.0)


def _say(share: float) -> None:
    print(f"done {share}", flush=True)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
