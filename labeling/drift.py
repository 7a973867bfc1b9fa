"""Whether the traffic has changed, and the likely causes, ranked by the share of recent turns that each touches.

Several two-sample tests look at the turns from different sides, and Bonferroni's correction keeps the chance of one
false sign at SIGN (Rabanser, Günnemann and Lipton, 2019, arXiv:1810.11953): the maximum mean discrepancy of their
meanings (Gretton et al., 2012, with permutations), the Kolmogorov-Smirnov test of how near they are to what was
taught and of the confidence, and Fisher's exact test of how many stand closer to one another than to anything taught.
Wrong labels are no change of the traffic: they are found by confident learning (Northcutt, Jiang and Chuang, 2021,
arXiv:1911.00068).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from labeling.routing import readable

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

SIGN = 0.01
"""The chance of a false sign of change in one look."""
PERMUTATIONS = 499
NEIGHBOURS = 3
"""A turn belongs with others if it is nearer to so many of them than to anything taught."""
CLUSTER = 5
"""Fewer turns that belong together are no topic yet."""
FAR = 0.1
"""A turn is far from what was taught if no more of the earlier turns than this share were as far."""
VOTERS, SHARPNESS = 10, 0.04
"""An example's held-out label: so many nearest other examples vote, weighed by exp(similarity / SHARPNESS)."""
PAIR = 4
"""So many examples of one intent must look like another's before the pair is named."""
LEAST_SHARE = 0.01
"""A cause that touches a smaller share of the recent turns is not named."""
SHOWN = 3

Kind = Literal["new_topic", "changed_wording", "mislabelled"]


@dataclass(frozen=True)
class Traffic:
    """Turns as the live model sees them; vectors have length one."""

    texts: Sequence[str]
    vectors: Floats
    guesses: Sequence[str]
    confidence: NDArray[np.float64]


@dataclass(frozen=True)
class Taught:
    """The labelled examples."""

    texts: Sequence[str]
    vectors: Floats
    intents: Sequence[str]


@dataclass(frozen=True)
class Cause:
    """One likely cause, with what speaks for it."""

    kind: Kind
    share: float
    """Of the recent turns (0 to 1) that it touches."""
    sentence: str
    texts: tuple[str, ...]
    """Representative messages."""


@dataclass(frozen=True)
class Drift:
    """What a comparison found."""

    chance: float
    """The probability of so much difference if nothing has changed, corrected for the number of tests."""
    causes: tuple[Cause, ...]
    """The likeliest first."""

    @property
    def has_changed(self) -> bool:
        return self.chance <= SIGN


def compare(before: Traffic, recent: Traffic, taught: Taught, seed: int = 0) -> Drift:
    """Neither traffic may be empty, nor may the examples."""
    then, now = _Place.of(before, taught), _Place.of(recent, taught)
    chance = _chance(before, recent, then, now, seed)
    topics, on_top = _new_topics(before, recent, now)
    wording = _changed_wording(before, recent, then, now, on_top)
    found = [cause for cause in (*topics, wording, _mislabelled(recent, taught)) if cause is not None]
    if chance > SIGN:
        found = [cause for cause in found if cause.kind == "mislabelled"]
    kept = [cause for cause in found if cause.share >= LEAST_SHARE]
    return Drift(chance, tuple(sorted(kept, key=lambda cause: -cause.share)))


@dataclass(frozen=True)
class _Place:
    """Where turns stand: among what was taught, or among themselves."""

    nearest: Floats
    """Similarity of the nearest example."""
    clusters: tuple[NDArray[np.int64], ...]
    """Rows of turns that are closer to one another than to anything taught; largest first, CLUSTER at least."""

    @classmethod
    def of(cls, traffic: Traffic, taught: Taught) -> _Place:
        nearest = (traffic.vectors @ taught.vectors.T).max(axis=1)
        similar = traffic.vectors @ traffic.vectors.T
        similar[similar > 0.999] = -1.0  # the same words again are no further voice
        few = min(NEIGHBOURS, len(similar))
        belongs = np.flatnonzero(np.sort(similar, axis=1)[:, -few] > nearest)
        return cls(nearest, _clusters(similar[np.ix_(belongs, belongs)], nearest[belongs], belongs))

    @property
    def together(self) -> Flags:
        flags = np.zeros(len(self.nearest), bool)
        for rows in self.clusters:
            flags[rows] = True
        return flags


def _clusters(similar: Floats, nearest: Floats, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(rows):
        return ()
    joined = (similar > nearest[:, None]) & (similar > nearest[None, :])
    count, of_row = connected_components(csr_matrix(joined), directed=False)
    groups = sorted((rows[of_row == number] for number in range(count)), key=len, reverse=True)
    return tuple(group for group in groups if len(group) >= CLUSTER)


def _chance(before: Traffic, recent: Traffic, then: _Place, now: _Place, seed: int) -> float:
    from scipy.stats import fisher_exact, ks_2samp

    apart = [[int(place.together.sum()), int((~place.together).sum())] for place in (now, then)]
    chances = (
        discrepancy(before.vectors, recent.vectors, seed),
        float(ks_2samp(then.nearest, now.nearest).pvalue),
        float(ks_2samp(before.confidence, recent.confidence).pvalue),
        float(fisher_exact(apart, alternative="greater")[1]),
    )
    return min(1.0, len(chances) * min(chances))


def discrepancy(one: Floats, other: Floats, seed: int) -> float:
    """The p-value of the maximum mean discrepancy, by permutations; the kernel is Gaussian, of median width."""
    both = np.concatenate([one, other]).astype(np.float64)
    distance = np.maximum(0.0, 2 - 2 * both @ both.T)
    kernel = np.exp(-distance / max(float(np.median(distance)), 1e-9))
    signs = np.r_[np.full(len(one), 1 / len(one)), np.full(len(other), -1 / len(other))]
    random = np.random.default_rng(seed)
    drawn = np.stack([signs, *(random.permutation(signs) for _ in range(PERMUTATIONS))], axis=1)
    found = (drawn * (kernel @ drawn)).sum(axis=0)
    return float((found >= found[0] - 1e-12).mean())


def _new_topics(before: Traffic, recent: Traffic, now: _Place) -> tuple[list[Cause], Flags]:
    """Clusters that came on top of the usual mix of guesses. One within the usual mix is old wishes in new words."""
    usual, found = Counter(before.guesses), Counter(recent.guesses)
    scale = len(recent.guesses) / len(before.guesses)
    extra = {intent: max(0.0, count - scale * usual[intent]) for intent, count in found.items()}
    flags, causes = np.zeros(len(recent.texts), bool), []
    for rows in now.clusters:
        guessed = Counter(recent.guesses[row] for row in rows)
        on_top = sum(min(count, extra[intent]) for intent, count in guessed.items())
        if 2 * on_top < len(rows):
            continue
        flags[rows] = True
        likened = " or ".join(readable(intent) for intent, _ in guessed.most_common(2))
        sentence = (
            f"A new topic: {len(rows)} recent messages are closer to one another than to any example. "
            f"They were taken for {likened}."
        )
        causes.append(Cause("new_topic", len(rows) / len(recent.texts), sentence, _typical(recent, rows)))
    return causes, flags


def _typical(traffic: Traffic, rows: NDArray[np.int64]) -> tuple[str, ...]:
    vectors = traffic.vectors[rows]
    order = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    return tuple(dict.fromkeys(traffic.texts[row] for row in rows[order]))[:SHOWN]


def _changed_wording(before: Traffic, recent: Traffic, then: _Place, now: _Place, on_top: Flags) -> Cause | None:
    """Turns of the known wishes that are farther from their examples than such turns were."""
    limit = float(np.quantile(then.nearest, FAR))
    odd_then = (then.nearest < limit) | then.together
    odd = ((now.nearest < limit) | now.together) & ~on_top
    share = float(odd.mean() - odd_then.mean())
    if share <= 0:
        return None
    falls = []
    for intent in sorted(set(recent.guesses)):
        mine, were = (np.array([g == intent for g in traffic.guesses]) for traffic in (recent, before))
        if mine.sum() >= CLUSTER and were.sum() >= CLUSTER:
            fall = float(np.median(then.nearest[were]) - np.median(now.nearest[mine]))
            falls.append((fall * float(mine.sum()), intent))
    most = [intent for fall, intent in sorted(falls, reverse=True)[:SHOWN] if fall > 0]
    where = f", most of all in {', '.join(map(readable, most))}" if most else ""
    sentence = (
        f"Changed wording: customers want what they wanted, in words farther from the examples{where}. "
        f"Similarity to the nearest example: {np.median(then.nearest):.2f} before, {np.median(now.nearest):.2f} now."
    )
    rows = np.flatnonzero(odd)
    return Cause("changed_wording", share, sentence, _typical(recent, rows))


@dataclass(frozen=True)
class Confused:
    """Examples labelled as one intent that look like another's."""

    given: str
    likely: str
    rows: tuple[int, ...]


def confused_labels(taught: Taught) -> list[Confused]:
    """Pairs with the most such examples first, PAIR at least.

    An example is counted where another intent's held-out probability reaches what that intent's own examples have on
    average, and is the highest of those that do (confident learning). The probabilities are votes of the nearest
    other examples.
    """
    names = sorted(set(taught.intents))
    given = np.array([names.index(intent) for intent in taught.intents])
    votes = _votes(taught.vectors, given, len(names))
    average = np.array([votes[given == number, number].mean() for number in range(len(names))])
    reached = np.where(votes >= average, votes, 0.0)
    likely = np.where(reached.max(axis=1) > 0, reached.argmax(axis=1), given)
    pairs: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero(likely != given):
        pairs.setdefault((int(given[row]), int(likely[row])), []).append(int(row))
    found = [Confused(names[a], names[b], tuple(rows)) for (a, b), rows in pairs.items() if len(rows) >= PAIR]
    return sorted(found, key=lambda one: (-len(one.rows), one.given, one.likely))


def _votes(vectors: Floats, given: NDArray[np.int64], intents: int) -> NDArray[np.float64]:
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -1.0)
    count = min(VOTERS, len(similar) - 1)
    voters = np.argpartition(-similar, count, axis=1)[:, :count] if count else np.zeros((len(similar), 0), np.int64)
    weights = np.exp(np.take_along_axis(similar, voters, axis=1).astype(np.float64) / SHARPNESS)
    votes = np.zeros((len(similar), intents))
    np.add.at(votes, (np.arange(len(similar))[:, None], given[voters]), weights)
    total: NDArray[np.float64] = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1e-12)
    return total


def _mislabelled(recent: Traffic, taught: Taught) -> Cause | None:
    found = confused_labels(taught)
    if not found:
        return None
    examples, guesses = Counter(taught.intents), Counter(recent.guesses)
    touched = sum(len(p.rows) / examples[p.given] * (guesses[p.given] + guesses[p.likely]) for p in found)
    pairs = "; ".join(f"{len(p.rows)} of {readable(p.given)} look like {readable(p.likely)}" for p in found[:SHOWN])
    texts = tuple(taught.texts[row] for row in found[0].rows[:SHOWN])
    return Cause(
        "mislabelled", min(1.0, touched / len(recent.texts)), f"Wrong labels among the examples: {pairs}.", texts
    )
