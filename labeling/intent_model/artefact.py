"""An intent model on disk: arrays without pickle and a manifest with the hash of every file."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labeling.intent_model.calibration import SIGNS, Calibrator, Confidence
from labeling.intent_model.encoder import Encoder, open_encoder
from labeling.intent_model.head import Head
from labeling.intent_model.neighbours import Neighbours
from labeling.intent_model.pool import Pool
from labeling.intent_model.source import EncoderUnusable
from labeling.intent_model.words import Terms, Words
from labeling.precision import PRECISIONS, Precision
from labeling.promise import Calibration, Contested
from labeling.ranking import Guess, Ranking
from labeling.refusal import Refusal

if TYPE_CHECKING:
    from labeling.intent_model.model import IntentModel, Parts

FORMAT = 2
MANIFEST = "manifest.json"
FILES = ("labels.json", "terms.json", "calibration.json", "arrays.npz")


class ArtefactRefused(Refusal):
    """The artefact is damaged, half-written, or not for this version. Train again, or roll back."""


def write_artefact(parts: Parts, encoder: Encoder, version: str, directory: Path) -> None:
    """Whole or not at all: written beside, then renamed. Raises FileExistsError."""
    if directory.exists():
        raise FileExistsError(f"{directory} exists already")
    directory.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        files = _files(parts)
        for name, content in files.items():
            (workplace / name).write_bytes(content)
        (workplace / MANIFEST).write_text(
            json.dumps(_manifest(parts, encoder, version, files), indent=2, ensure_ascii=False), encoding="utf-8"
        )
        workplace.rename(directory)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _files(parts: Parts) -> dict[str, bytes]:
    calibration = parts.calibration
    numbers = {intent: number for number, intent in enumerate(parts.intents)}
    return {
        "labels.json": _json(list(parts.intents)),
        "terms.json": _json(parts.words.terms.vocabulary),
        "calibration.json": _json(
            {
                "confidence": calibration.confidence,
                "right": calibration.right,
                "intent": calibration.intent,
                "weight": calibration.weight,
                "topic": calibration.topic,
                "out_of_scope": calibration.out_of_scope,
                "contested": [_numbered(turn, numbers) for turn in calibration.contested],
            }
        ),
        "arrays.npz": _npz(_arrays(parts)),
    }


def _numbered(turn: Contested, numbers: Mapping[str, int]) -> list[Any]:
    """There may be many of them, so intents are written as numbers."""
    truth = None if turn.truth is None else numbers[turn.truth]
    guesses = [[numbers[guess.intent], guess.probability] for guess in turn.ranking.guesses]
    return [truth, turn.weight, turn.ranking.confidence, turn.ranking.in_scope, guesses]


def _read_contested(stored: list[Any], intents: tuple[str, ...]) -> Contested:
    truth, weight, confidence, in_scope, guesses = stored
    named = tuple(Guess(intents[number], share) for number, share in guesses)
    return Contested(Ranking(named, confidence, "", in_scope), None if truth is None else intents[truth], weight)


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _arrays(parts: Parts) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "head_weights": parts.head.weights,
        "head_bias": parts.head.bias,
        "words_weights": parts.words.weights,
        "words_bias": parts.words.bias,
        "neighbour_vectors": parts.neighbours.vectors.astype(np.float16),
        "neighbour_owners": parts.neighbours.owners.astype(np.int32),
        "neighbour_keys": parts.neighbours.keys,
        "pool": np.asarray(parts.pool.weights),
        **_curve("right", parts.trust.right),
        **_curve("scope", parts.trust.scope),
    }
    return arrays | {f"rarity_{kind}": rarity for kind, rarity in parts.words.terms.rarity.items()}


def _curve(name: str, curve: Calibrator) -> dict[str, NDArray[Any]]:
    return {
        f"{name}_centre": curve.centre,
        f"{name}_scale": curve.scale,
        f"{name}_weights": curve.weights,
        f"{name}_bias": np.asarray(curve.bias),
    }


def _read_curve(name: str, arrays: Mapping[str, NDArray[Any]]) -> Calibrator:
    return Calibrator(
        arrays[f"{name}_centre"],
        arrays[f"{name}_scale"],
        arrays[f"{name}_weights"],
        float(arrays[f"{name}_bias"]),
    )


def _npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Like np.savez_compressed, but without the time of day, so that equal arrays are equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(arrays):
            one = io.BytesIO()
            np.lib.format.write_array(  # type: ignore[no-untyped-call]
                one, np.ascontiguousarray(arrays[name]), allow_pickle=False
            )
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), one.getvalue(), zipfile.ZIP_DEFLATED, 1)
    return packed.getvalue()


def _manifest(parts: Parts, encoder: Encoder, version: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": version,
        "encoder": {"name": encoder.name, "precision": encoder.precision, "fingerprint": encoder.fingerprint},
        "snapshot": parts.snapshot,
        "metrics": dict(parts.metrics),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def load(directory: Path, encoder: Encoder | None = None) -> IntentModel:
    """Raises ArtefactRefused, in one line, for anything that is not whole and meant for this version.

    The encoder is the one that the artefact names, unless one is given; its fingerprint must be the same.
    """
    from labeling.intent_model.model import IntentModel

    manifest = _read_manifest(directory)
    files = {name: _checked(directory, name, manifest["files"]) for name in FILES}
    opened = encoder or _encoder(manifest["encoder"]["name"], manifest["encoder"]["precision"])
    if opened.fingerprint != manifest["encoder"]["fingerprint"]:
        raise ArtefactRefused(f"{directory}: was trained with another encoder than the {opened.name} found here")
    try:
        parts = _fitting(_parts(files, manifest), opened)
    except (ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        raise ArtefactRefused(f"{directory}: its files do not fit together ({type(error).__name__})") from error
    return IntentModel(parts, opened, str(manifest["version"]))


def _read_manifest(directory: Path) -> dict[str, Any]:
    if not directory.is_dir():
        raise ArtefactRefused(f"{directory}: there is no such artefact")
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtefactRefused(f"{directory}: {MANIFEST} is missing, so it was never finished") from error
    except (ValueError, OSError) as error:
        raise ArtefactRefused(f"{directory}: {MANIFEST} cannot be read") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        said = manifest.get("format") if isinstance(manifest, dict) else None
        raise ArtefactRefused(f"{directory}: its format is {said!r}; this version reads {FORMAT}")
    needed = {"version": str, "encoder": dict, "snapshot": str, "metrics": dict, "files": dict}
    for key, kind in needed.items():
        if not isinstance(manifest.get(key), kind):
            raise ArtefactRefused(f"{directory}: {MANIFEST} says nothing of its {key}")
    said = manifest["encoder"]
    # Before there was a choice, all were of full precision, and did not say so.
    if said.setdefault("precision", "fp32") not in PRECISIONS:
        raise ArtefactRefused(f"{directory}: its encoder's precision {said['precision']!r} is not known")
    if not all(isinstance(said.get(key), str) for key in ("name", "fingerprint")):
        raise ArtefactRefused(f"{directory}: {MANIFEST} does not name its encoder")
    return manifest


def _checked(directory: Path, name: str, hashes: Mapping[str, Any]) -> bytes:
    try:
        content = (directory / name).read_bytes()
    except OSError as error:
        raise ArtefactRefused(f"{directory}: {name} is missing") from error
    if hashlib.sha256(content).hexdigest() != hashes.get(name):
        raise ArtefactRefused(f"{directory}: {name} is damaged (its hash is not the one in {MANIFEST})")
    return content


def _encoder(name: str, precision: Precision) -> Encoder:
    try:
        return open_encoder(name, precision=precision)
    except EncoderUnusable as error:
        raise ArtefactRefused(f"its encoder cannot be opened: {error}") from error


def _fitting(parts: Parts, encoder: Encoder) -> Parts:
    """Raises ValueError for parts that belong to different models."""
    intents = len(parts.intents)
    expected: list[tuple[NDArray[Any], tuple[int, ...]]] = [
        (parts.head.weights, (encoder.dimension, intents)),
        (parts.head.bias, (intents,)),
        (parts.words.weights, (parts.words.terms.columns, intents)),
        (parts.words.bias, (intents,)),
        (parts.neighbours.vectors, (len(parts.neighbours.owners), encoder.dimension)),
        (parts.trust.right.weights, (len(SIGNS),)),
        (parts.trust.scope.weights, (len(SIGNS),)),
    ]
    if len(parts.neighbours.keys):
        expected.append((parts.neighbours.keys, (len(parts.neighbours.owners),)))
    if any(array.shape != shape for array, shape in expected) or parts.neighbours.owners.max(initial=-1) >= intents:
        raise ValueError("shapes differ")
    return parts


def _parts(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Parts:
    from labeling.intent_model.model import Parts

    intents = tuple(json.loads(files["labels.json"]))
    vocabulary = json.loads(files["terms.json"])
    turns = json.loads(files["calibration.json"])
    with np.load(io.BytesIO(files["arrays.npz"]), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    terms = Terms(vocabulary, {kind: arrays[f"rarity_{kind}"] for kind in vocabulary})
    first, second, third = map(float, arrays["pool"])
    return Parts(
        intents,
        Head(arrays["head_weights"], arrays["head_bias"]),
        Words(terms, arrays["words_weights"], arrays["words_bias"]),
        Neighbours(
            arrays["neighbour_vectors"].astype(np.float32),
            arrays["neighbour_owners"].astype(np.int64),
            len(intents),
            arrays.get("neighbour_keys", np.zeros(0)).astype(np.uint64),
        ),
        Pool((first, second, third)),
        Confidence(_read_curve("right", arrays), _read_curve("scope", arrays)),
        Calibration(
            tuple(turns["confidence"]),
            tuple(turns["right"]),
            tuple(turns["intent"]),
            tuple(turns.get("weight", ())),
            tuple(turns.get("topic", ())),
            tuple(_read_contested(turn, intents) for turn in turns.get("contested", ())),
            turns.get("out_of_scope", 0.0),
        ),
        manifest["snapshot"],
        manifest["metrics"],
    )
