"""Examples become an intent model: seconds for some hundred examples, because the encoder stays as it is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from labeling.examples import Example
from labeling.intent_model.calibration import NEVER_SURE, Confidence, fit_confidence, signs
from labeling.intent_model.contest import contested
from labeling.intent_model.conversion import Progress
from labeling.intent_model.embeddings import Embeddings, shared_embeddings
from labeling.intent_model.encoder import Encoder
from labeling.intent_model.folds import example_folds, intent_groups
from labeling.intent_model.head import Head, fit_head
from labeling.intent_model.model import IntentModel, Parts
from labeling.intent_model.neighbours import Neighbours, keep_neighbours
from labeling.intent_model.pool import Pool, Voices, fit_pool
from labeling.intent_model.words import Terms, Words, fit_words, learn_terms
from labeling.policy import OUT_OF_SCOPE
from labeling.promise import Calibration
from labeling.refusal import Refusal

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

RECIPE = 3
"""Raised whenever the same examples would make a noticeably different model, so that it gets another version."""
ENOUGH_TO_JUDGE = 30
"""With fewer held-out examples the model's confidence is zero: nothing says yet when it is right."""


class TrainingRefused(Refusal):
    """These examples make no model. The one line says what to add."""


@dataclass(frozen=True)
class _Set:
    """The examples as arrays."""

    vectors: Floats
    matrix: Any
    terms: Terms
    targets: Numbers
    texts: Sequence[str]
    names: tuple[str, ...]
    told: NDArray[np.bool_]
    """Which texts a tuned encoder learned from; these are never held out."""
    seed: int

    @property
    def intents(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class _Learned:
    head: Head
    words: Words
    neighbours: Neighbours

    def voices(self, data: _Set, rows: Numbers) -> Voices:
        vectors = data.vectors[rows]
        return Voices(
            self.head.scores(vectors),
            self.words.scores_of(data.matrix[rows]),
            self.neighbours.scores(vectors),
        )


def train(
    examples: Sequence[Example],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    embeddings: Embeddings | None = None,
    out_of_scope: float = OUT_OF_SCOPE,
    seed: int = 0,
) -> IntentModel:
    """The same examples, encoder and seed give the same model, and so the same version.

    Vectors of texts seen before come from `embeddings`, by default this user's cache. Confidence and thresholds
    are fitted to traffic of which the share `out_of_scope` (0 to 1) asks what no intent covers.
    Raises TrainingRefused.
    """
    report = progress or (lambda _what, _share: None)
    wanted = sorted(set(examples), key=lambda example: (example.intent, example.text))
    intents = tuple(sorted({example.intent for example in wanted}))
    if len(intents) < 2:
        raise TrainingRefused(f"{len(intents)} intents have examples; a model needs at least two")
    told = encoder.was_told([example.text for example in wanted])
    data = _as_arrays(wanted, intents, embeddings or shared_embeddings(encoder), report, told, seed)
    learned, held_out = _learn_and_hold_out(data, report)
    pool, trust, calibration = _judge(data, intents, held_out, out_of_scope)
    report("Training", 1.0)
    snapshot = fingerprint(wanted)
    parts = Parts(
        intents,
        learned.head,
        learned.words,
        learned.neighbours,
        pool,
        trust,
        calibration,
        snapshot,
        {"examples": len(wanted)},
    )
    return IntentModel(parts, encoder, version_of(wanted, encoder, out_of_scope, seed))


def fingerprint(examples: Sequence[Example]) -> str:
    """Of the set of examples, whatever their order."""
    pairs = sorted({(example.intent, example.text) for example in examples})
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def version_of(
    examples: Sequence[Example], encoder: Encoder, out_of_scope: float = OUT_OF_SCOPE, seed: int = 0
) -> str:
    """Of everything that goes in, known before training. What comes out may differ in the last digit."""
    asked = json.dumps([RECIPE, fingerprint(examples), encoder.fingerprint, out_of_scope, seed])
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def _as_arrays(
    examples: Sequence[Example],
    intents: tuple[str, ...],
    embeddings: Embeddings,
    report: Progress,
    told: NDArray[np.bool_],
    seed: int,
) -> _Set:
    texts = [example.text for example in examples]
    vectors = embeddings.embed(texts, lambda what, share: report(what, 0.4 * share))
    terms = learn_terms(texts)
    numbers = {intent: number for number, intent in enumerate(intents)}
    targets = np.array([numbers[example.intent] for example in examples], np.int64)
    return _Set(vectors, terms.matrix(texts), terms, targets, texts, intents, told, seed)


def _learn(data: _Set, rows: Numbers) -> _Learned:
    vectors, targets = data.vectors[rows], data.targets[rows]
    return _Learned(
        fit_head(vectors, targets, data.intents),
        fit_words(data.terms, data.matrix[rows], targets, data.intents),
        keep_neighbours(vectors, targets, data.intents, data.seed),
    )


@dataclass(frozen=True)
class _HeldOut:
    """What models thought of examples that they had not seen."""

    rows: Numbers
    voices: Voices
    fold: Numbers
    """Out of scope: the held-out group's number, apart from the examples' folds."""
    in_scope: NDArray[np.bool_]


def _learn_and_hold_out(data: _Set, report: Progress) -> tuple[_Learned, _HeldOut]:
    folds = example_folds(data.texts, data.targets, data.seed, data.told)
    groups = intent_groups(data.names, data.targets, data.seed, data.told)
    tests = [(np.flatnonzero(folds == fold), True) for fold in np.unique(folds[folds >= 0])]
    tests += [(np.flatnonzero(np.isin(data.targets, group)), False) for group in groups]
    done = count(1)

    def judge(number: int) -> tuple[int, Numbers, bool, Voices] | None:
        rows, in_scope = tests[number]
        rest = np.setdiff1d(np.arange(len(data.targets)), rows)
        if not len(rows) or len(np.unique(data.targets[rest])) < 2:
            return None
        voices = _learn(data, rest).voices(data, rows)
        report("Training", 0.4 + 0.5 * next(done) / len(tests))
        return number, rows, in_scope, voices

    # A fold is small work: two folds side by side on one core each are quicker than one fold on two.
    with threadpool_limits(1), ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        learned = pool.submit(_learn, data, np.arange(len(data.targets)))
        judged = [one for one in pool.map(judge, range(len(tests))) if one is not None]
        return learned.result(), _gathered(data, judged)


def _gathered(data: _Set, seen: list[tuple[int, Numbers, bool, Voices]]) -> _HeldOut:
    if not seen:
        none = np.zeros((0, data.intents), np.float32)
        empty = np.zeros(0, np.int64)
        return _HeldOut(empty, Voices(none, none, none), empty, np.zeros(0, bool))
    voices = Voices(
        np.concatenate([voice.meaning for *_, voice in seen]),
        np.concatenate([voice.words for *_, voice in seen]),
        np.concatenate([voice.neighbours for *_, voice in seen]),
    )
    return _HeldOut(
        np.concatenate([rows for _, rows, *_ in seen]),
        voices,
        np.concatenate([np.full(len(rows), number) for number, rows, *_ in seen]),
        np.concatenate([np.full(len(rows), in_scope) for _, rows, in_scope, _ in seen]),
    )


def _judge(
    data: _Set, intents: tuple[str, ...], seen: _HeldOut, out_of_scope: float
) -> tuple[Pool, Confidence, Calibration]:
    known = seen.in_scope
    pool = fit_pool(seen.voices.rows(known), data.targets[seen.rows[known]])
    if known.sum() < ENOUGH_TO_JUDGE:
        return pool, NEVER_SURE, Calibration((), (), ())
    logs = pool.log_probabilities(seen.voices)
    found = signs(logs, seen.voices, pool)
    best = logs.argmax(axis=1)
    right = (best == data.targets[seen.rows]) & known
    sure, in_scope = _cross_fitted(found, right, seen, out_of_scope)
    weights = _weights(known, out_of_scope)
    truths = [intents[data.targets[row]] if known_ else None for row, known_ in zip(seen.rows, known, strict=True)]
    calibration = Calibration(
        tuple(map(float, sure)),
        tuple(map(bool, right)),
        tuple(intents[number] for number in best),
        weights,
        contested(intents, logs, sure, in_scope, truths, weights),
    )
    return pool, fit_confidence(found, right, known, out_of_scope), calibration


def _cross_fitted(
    found: NDArray[np.float64], right: NDArray[np.bool_], seen: _HeldOut, out_of_scope: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The confidence and P(in scope): thresholds come from these, so no turn is judged by a curve fitted to it."""
    sure, in_scope = np.zeros(len(found)), np.zeros(len(found))
    part = seen.fold % 5
    for number in np.unique(part):
        mine = part == number
        curves = fit_confidence(found[~mine], right[~mine], seen.in_scope[~mine], out_of_scope)
        sure[mine], in_scope[mine] = curves.sure(found[mine]), curves.scope.confidence(found[mine])
    return sure, in_scope


def _weights(known: NDArray[np.bool_], out_of_scope: float) -> tuple[float, ...]:
    """Turns out of scope weigh together what is declared, beside those in scope, of which each counts for one."""
    strange = max(1, int((~known).sum()))
    each = min(1.0, out_of_scope / (1 - out_of_scope) * float(known.sum()) / strange)
    return tuple(np.where(known, 1.0, each).tolist())
