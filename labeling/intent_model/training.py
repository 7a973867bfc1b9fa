"""Examples become an intent model: seconds for some hundred examples, because the encoder stays as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from labeling.examples import Example
from labeling.intent_model.calibration import NEVER_SURE, Confidence, fit_confidence, signs
from labeling.intent_model.contest import contested
from labeling.intent_model.conversion import Progress
from labeling.intent_model.embeddings import Embeddings, shared_embeddings
from labeling.intent_model.encoder import Encoder
from labeling.intent_model.folds import GROUPS
from labeling.intent_model.holding_out import HeldOut, Learned, learn_and_hold_out
from labeling.intent_model.model import IntentModel, Parts
from labeling.intent_model.pool import Pool, fit_pool, surprise
from labeling.intent_model.training_set import TrainingSet, gather
from labeling.policy import OUT_OF_SCOPE_SHARE
from labeling.promise import KNOWN, Calibration
from labeling.refusal import Refusal
from labeling.text import text_key

RECIPE = 8
"""Raised whenever the same examples would make a noticeably different model, so that it gets another version."""
MOST_UNLABELLED = 3_000
FEW = 2_000
"""Up to so many examples it is tried what the middle layers should count for; with more it makes no difference."""
UNDERRATED = GROUPS / (GROUPS - 1)
"""An intent is held out with others, and with so much less than certainty the one that it is most easily mistaken
for is still there. Customers' strange questions meet all that was taught, so they count for more in thresholds."""
ENOUGH_TO_JUDGE = 30
"""With fewer held-out examples the model's confidence is zero: nothing says yet when it is right."""


class TrainingRefused(Refusal):
    """These examples make no model. The one line says what to add."""


def train(
    examples: Sequence[Example],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    embeddings: Embeddings | None = None,
    meanings: Mapping[str, str] | None = None,
    unlabelled: Sequence[str] = (),
    out_of_scope: float = OUT_OF_SCOPE_SHARE,
    seed: int = 0,
) -> IntentModel:
    """The same examples, meanings, encoder and seed give the same model, and so the same version.

    `meanings` say in words what an intent is; its name is learned from anyhow. `unlabelled` messages are learned
    from too (self-training), where held-out examples say that this is better. Vectors of texts seen before come
    from `embeddings`, by default this user's cache. Confidence and thresholds are fitted to traffic of which the
    share `out_of_scope` (0 to 1) asks what no intent covers. Raises TrainingRefused.
    """
    report = progress or (lambda _what, _share: None)
    wanted = sorted(set(examples), key=lambda example: (example.intent, example.text))
    intents = tuple(sorted({example.intent for example in wanted}))
    if len(intents) < 2:
        raise TrainingRefused(f"{len(intents)} intents have examples; a model needs at least two")
    told = encoder.was_told([example.text for example in wanted])
    read = embeddings or shared_embeddings(encoder)
    others = beside(wanted, unlabelled, MOST_UNLABELLED)
    known = gather(wanted, meanings or {}, read, told, seed, lambda what, share: report(what, 0.4 * share), others)
    learned, held_out = _learn(known, encoder.middle, lambda what, share: report(what, 0.4 + 0.5 * share))
    pool, trust, calibration = _judge(known, held_out, out_of_scope)
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
    return IntentModel(parts, encoder, version_of(wanted, encoder, meanings, unlabelled, out_of_scope, seed))


def fingerprint(examples: Sequence[Example]) -> str:
    """Of the set of examples, whatever their order."""
    pairs = sorted({(example.intent, example.text) for example in examples})
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def version_of(
    examples: Sequence[Example],
    encoder: Encoder,
    meanings: Mapping[str, str] | None = None,
    unlabelled: Sequence[str] = (),
    out_of_scope: float = OUT_OF_SCOPE_SHARE,
    seed: int = 0,
) -> str:
    """Of everything that goes in, known before training. What comes out may differ in the last digit."""
    said = sorted((meanings or {}).items())
    others = beside(examples, unlabelled, MOST_UNLABELLED)
    asked = json.dumps([RECIPE, fingerprint(examples), encoder.fingerprint, said, others, out_of_scope, seed])
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def beside(examples: Sequence[Example], texts: Sequence[str], most: int) -> list[str]:
    """Each text once, and none that is an example: that would be held out in name only. Of many, some by hash."""
    known = {text_key(example.text) for example in examples}
    others = {text_key(text): text for text in sorted(set(texts))}
    return [others[key] for key in sorted(others.keys() - known)[:most]]


def _learn(known: TrainingSet, middle: slice, report: Progress) -> tuple[Learned, HeldOut]:
    """In the ways that may be better, one after the other; kept is the one that held-out examples surprise least."""
    alone = replace(known, traffic=None)
    ways = [alone, alone.quieting(middle)] if known.examples <= FEW and middle.start < middle.stop else [alone]
    steps = len(ways) + (known.traffic is not None)
    found = [(way, _try(way, number, steps, report)) for number, way in enumerate(ways)]
    best, kept = min(found, key=lambda tried: tried[1].surprise)
    if known.traffic is not None:
        helped = _try(replace(best, traffic=known.traffic), len(ways), steps, report)
        kept = min(kept, helped, key=lambda tried: tried.surprise)
    return kept.learned, kept.held_out


@dataclass(frozen=True)
class _Tried:
    learned: Learned
    held_out: HeldOut
    surprise: float


def _try(known: TrainingSet, number: int, steps: int, report: Progress) -> _Tried:
    learned, seen = learn_and_hold_out(known, lambda what, share: report(what, (number + share) / steps))
    if not seen.in_scope.any():
        return _Tried(learned, seen, 0.0)
    voices, truths = seen.voices.rows(seen.in_scope), known.targets[seen.rows[seen.in_scope]]
    return _Tried(learned, seen, surprise(fit_pool(voices, truths), voices, truths))


def _judge(taught: TrainingSet, seen: HeldOut, out_of_scope: float) -> tuple[Pool, Confidence, Calibration]:
    intents, known = taught.intents, seen.in_scope
    pool = fit_pool(seen.voices.rows(known), taught.targets[seen.rows[known]])
    if known.sum() < ENOUGH_TO_JUDGE:
        return pool, NEVER_SURE, Calibration((), (), ())
    logs = pool.log_probabilities(seen.voices)
    found = signs(logs, seen.voices, pool)
    best = logs.argmax(axis=1)
    right = (best == taught.targets[seen.rows]) & known
    sure, in_scope = _cross_fitted(found, right, seen, out_of_scope)
    weights = _weights(known, out_of_scope)
    truths = [intents[taught.targets[row]] if known_ else None for row, known_ in zip(seen.rows, known, strict=True)]
    calibration = Calibration(
        tuple(map(float, sure)),
        tuple(map(bool, right)),
        tuple(intents[number] for number in best),
        _weights(known, out_of_scope, UNDERRATED),
        tuple(np.where(known, KNOWN, taught.targets[seen.rows]).tolist()),
        contested(intents, logs, sure, in_scope, truths, weights),
        out_of_scope,
    )
    return pool, fit_confidence(found, right, known, out_of_scope), calibration


def _cross_fitted(
    found: NDArray[np.float64], right: NDArray[np.bool_], seen: HeldOut, out_of_scope: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The confidence and P(in scope): thresholds come from these, so no turn is judged by a curve fitted to it."""
    sure, in_scope = np.zeros(len(found)), np.zeros(len(found))
    part = seen.fold % 5
    for number in np.unique(part):
        mine = part == number
        curves = fit_confidence(found[~mine], right[~mine], seen.in_scope[~mine], out_of_scope)
        sure[mine], in_scope[mine] = curves.sure(found[mine]), curves.scope.confidence(found[mine])
    return sure, in_scope


def _weights(known: NDArray[np.bool_], out_of_scope: float, underrated: float = 1.0) -> tuple[float, ...]:
    """Turns out of scope weigh together what is declared, times `underrated`, beside those in scope; none above 1."""
    strange = max(1, int((~known).sum()))
    each = underrated * out_of_scope / (1 - out_of_scope) * float(known.sum()) / strange
    return tuple((np.where(known, 1.0, each) / max(1.0, each)).tolist())
