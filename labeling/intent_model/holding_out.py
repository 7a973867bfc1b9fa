"""What models think of examples that they had not seen: the ground for weights, confidence and thresholds."""

from __future__ import annotations

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack
from threadpoolctl import threadpool_limits

from labeling.intent_model.conversion import Progress
from labeling.intent_model.folds import example_folds, intent_groups
from labeling.intent_model.head import Head, Opinions, fit_head, log_softmax
from labeling.intent_model.neighbours import Neighbours, keep_neighbours
from labeling.intent_model.pool import START, Pool, Voices, listen
from labeling.intent_model.training_set import Numbers, Traffic, TrainingSet
from labeling.intent_model.words import Words, fit_words

SHARPER = 2.0
"""The teacher's log-probabilities are multiplied by this before they are learned from."""
COUNTS = 0.2
"""For how much of an example a message counts of which the teacher is sure."""
CLEAR = 0.5
"""From this probability on the words learn from it too, which know no half truths."""


@dataclass(frozen=True)
class Learned:
    """The three voices, trained."""

    head: Head
    words: Words
    neighbours: Neighbours


@dataclass(frozen=True)
class HeldOut:
    """One entry a judgement, of an example in scope or of one whose whole intent was held out."""

    rows: Numbers
    voices: Voices
    fold: Numbers
    """Out of scope: the held-out group's number, apart from the examples' folds."""
    in_scope: NDArray[np.bool_]


@dataclass(frozen=True)
class _Test:
    number: int
    judged: Numbers
    unseen: Numbers
    """What must not be learned from: the judged, and what else says something about them."""
    in_scope: bool


def learn_and_hold_out(known: TrainingSet, report: Progress) -> tuple[Learned, HeldOut]:
    """The model's voices, and what those of other models say, each trained without what it is asked about."""
    tests = _tests(known)
    everything = np.arange(len(known.targets))
    done = count(1)

    def judge(test: _Test) -> Voices | None:
        rest = np.setdiff1d(everything, test.unseen)
        if len(np.unique(known.targets[rest[rest < known.examples]])) < 2:
            return None
        learned = _learn(known, rest, aside)
        vectors, matrix = known.vectors[test.judged], known.matrix[test.judged]
        voices = listen(learned.head, learned.words.scores_of(matrix), learned.neighbours, vectors)
        report("Training", next(done) / (len(tests) + 1))
        return voices

    # A fold is small work: two folds side by side on one core each are quicker than one fold on two.
    workers = min(4, os.cpu_count() or 1)
    with threadpool_limits(1), ThreadPoolExecutor(1) as aside, ThreadPoolExecutor(workers) as pool:
        learned = pool.submit(_learn, known, everything, aside)
        heard = [(test, voices) for test, voices in zip(tests, pool.map(judge, tests), strict=True) if voices]
        return learned.result(), _gathered(known, heard)


def _tests(known: TrainingSet) -> list[_Test]:
    texts, targets = known.texts[: known.examples], known.targets[: known.examples]
    folds = example_folds(texts, targets, known.seed, known.told)
    tests: list[_Test] = []
    for fold in np.unique(folds[folds >= 0]):
        rows = np.flatnonzero(folds == fold)
        tests.append(_Test(len(tests), rows, rows, in_scope=True))
    for group in intent_groups(known.intents, targets, known.seed, known.told):
        unseen = known.rows_of(group)
        tests.append(_Test(len(tests), unseen[unseen < known.examples], unseen, in_scope=False))
    return tests


def _learn(known: TrainingSet, rows: Numbers, aside: Executor) -> Learned:
    """The words, of which one set is learned at a time, are learned `aside` while the head is."""
    targets, intents = known.targets[rows], len(known.intents)
    words = aside.submit(fit_words, known.terms, known.matrix[rows], targets, intents)
    vectors = known.vectors[rows]
    head = fit_head(vectors @ known.basis, targets, intents).widened(known.basis)
    said = rows < known.examples  # the nearest examples are messages, not definitions
    texts = [known.texts[row] for row in rows[said]]
    neighbours = keep_neighbours(vectors[said] * known.shares**2, targets[said], texts, intents, known.seed)
    learned = Learned(head, words.result(), neighbours)
    return _learn_from_traffic(known, rows, learned, known.traffic) if known.traffic else learned


def _learn_from_traffic(known: TrainingSet, rows: Numbers, teacher: Learned, traffic: Traffic) -> Learned:
    """One round of self-training: head and words learn from the teacher's own opinion, made more decided."""
    targets, intents = known.targets[rows], len(known.intents)
    voices = listen(teacher.head, teacher.words.scores_of(traffic.matrix), teacher.neighbours, traffic.vectors)
    shares = np.exp(log_softmax(SHARPER * Pool(START).log_probabilities(voices)))
    best, sure = shares.argmax(axis=1), shares.max(axis=1)
    clear = sure >= CLEAR
    opinions = Opinions(traffic.vectors @ known.basis, shares, (COUNTS * sure).astype(np.float32))
    matrix = vstack([known.matrix[rows], traffic.matrix[clear]], format="csr")
    return Learned(
        fit_head(known.vectors[rows] @ known.basis, targets, intents, opinions).widened(known.basis),
        fit_words(known.terms, matrix, np.concatenate([targets, best[clear]]), intents),
        teacher.neighbours,
    )


def _gathered(known: TrainingSet, heard: list[tuple[_Test, Voices]]) -> HeldOut:
    if not heard:
        none, empty = np.zeros((0, len(known.intents)), np.float32), np.zeros(0, np.int64)
        return HeldOut(empty, Voices(none, none, none), empty, np.zeros(0, bool))
    return HeldOut(
        np.concatenate([test.judged for test, _ in heard]),
        Voices(
            np.concatenate([voices.meaning for _, voices in heard]),
            np.concatenate([voices.words for _, voices in heard]),
            np.concatenate([voices.neighbours for _, voices in heard]),
        ),
        np.concatenate([np.full(len(test.judged), test.number) for test, _ in heard]),
        np.concatenate([np.full(len(test.judged), test.in_scope) for test, _ in heard]),
    )
