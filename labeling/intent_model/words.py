"""The words themselves: TF-IDF over words and pieces of words under a linear SVM. Sees what meaning glosses over."""

from __future__ import annotations

import threading
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from labeling.text import legible

Floats = NDArray[np.float32]

_one_at_a_time = threading.Lock()
"""liblinear draws from one generator for the whole process: side by side, the same seed would give other weights."""
warnings.filterwarnings("ignore", "Liblinear failed to converge", ConvergenceWarning)  # it is stopped on purpose

MANY = 3_000
"""From this many examples on, a term that stands in one example only is left out."""
MOST_TERMS = 40_000
ROUNDS = 5
"""Over all examples. Further ones take longer, and are no more accurate on messages that were held out."""
SETTINGS: dict[str, dict[str, Any]] = {
    "words": {"analyzer": "word", "ngram_range": (1, 2)},
    "pieces": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}


def _common(kind: str) -> dict[str, Any]:
    return {"sublinear_tf": True, "dtype": np.float32, **SETTINGS[kind]}


ANALYSES: dict[str, Callable[[str], list[str]]] = {
    kind: TfidfVectorizer(**_common(kind)).build_analyzer() for kind in SETTINGS
}
"""How a text falls into terms of each kind."""


@dataclass(frozen=True)
class Terms:
    """The vocabulary: each kind's terms in the order of their columns, and how rare each one is."""

    vocabulary: dict[str, list[str]]
    rarity: dict[str, Floats]
    _columns: dict[str, dict[str, int]] = field(init=False, repr=False, compare=False)
    _rarities: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        columns: dict[str, dict[str, int]] = {}
        for kind in SETTINGS:
            first = sum(map(len, columns.values()))
            columns[kind] = {term: first + number for number, term in enumerate(self.vocabulary.get(kind, ()))}
        known = [self.rarity[kind] for kind in SETTINGS if columns[kind]]
        object.__setattr__(self, "_columns", columns)
        object.__setattr__(self, "_rarities", np.concatenate([*known, np.zeros(0)]).astype(np.float32))

    @property
    def columns(self) -> int:
        return max(1, sum(map(len, self.vocabulary.values())))

    def matrix(self, texts: Sequence[str]) -> Any:
        """A sparse row a text. What scikit-learn's vectorizers give, without the checks that they repeat a call."""
        from scipy.sparse import csr_matrix

        found = [self._count(kind, text) for text in map(legible, texts) for kind in SETTINGS]
        ends = np.cumsum([0, *map(len, found)])
        columns = np.fromiter(chain.from_iterable(found), np.int32, ends[-1])
        times = np.fromiter(chain.from_iterable(one.values() for one in found), np.float32, ends[-1])
        weights = (1 + np.log(times)) * self._rarities[columns]
        part = np.repeat(np.arange(len(found)), np.diff(ends))
        lengths = np.sqrt(np.bincount(part, weights**2, len(found)))
        normed = (weights / lengths[part]).astype(np.float32)
        rows = csr_matrix((normed, columns, ends[:: len(SETTINGS)]), shape=(len(texts), self.columns))
        rows.sort_indices()
        return rows

    def _count(self, kind: str, text: str) -> Counter[int]:
        columns = self._columns[kind]
        return Counter(columns[term] for term in ANALYSES[kind](text) if term in columns)


def learn_terms(texts: Sequence[str]) -> tuple[Terms, Any]:
    """The terms of these texts, and the matrix that they give of them."""
    from scipy.sparse import csr_matrix, hstack

    vocabulary: dict[str, list[str]] = {}
    rarity: dict[str, Floats] = {}
    parts = []
    for kind in SETTINGS:
        vectorizer = TfidfVectorizer(min_df=2 if len(texts) >= MANY else 1, max_features=MOST_TERMS, **_common(kind))
        try:
            parts.append(vectorizer.fit_transform([legible(text) for text in texts]))
        except ValueError:  # no text holds a single term, as when all are emoji
            vocabulary[kind], rarity[kind] = [], np.zeros(0, np.float32)
            continue
        vocabulary[kind] = list(map(str, vectorizer.get_feature_names_out()))
        rarity[kind] = vectorizer.idf_.astype(np.float32)
    empty = csr_matrix((len(texts), 1), dtype=np.float32)
    return Terms(vocabulary, rarity), hstack(parts, format="csr") if parts else empty


@dataclass(frozen=True)
class Words:
    """Each intent's weight on each term."""

    terms: Terms
    weights: Floats
    bias: Floats

    def scores(self, texts: Sequence[str]) -> Floats:
        return self.scores_of(self.terms.matrix(texts))

    def scores_of(self, matrix: Any) -> Floats:
        # In one precision: else scipy copies all weights into the other one, at every call.
        scored: Floats = np.asarray(matrix.astype(np.float32) @ self.weights + self.bias)
        return scored


def fit_words(terms: Terms, matrix: Any, targets: NDArray[np.int64], intents: int) -> Words:
    """An intent without an example gets a score that never wins."""
    present = np.unique(targets)
    machine = LinearSVC(C=1.0, max_iter=ROUNDS, random_state=0)
    with _one_at_a_time:
        machine.fit(matrix, targets)
    coefficients, bias = machine.coef_, machine.intercept_
    if len(present) == 2:  # one hyperplane serves both sides
        coefficients, bias = np.vstack([-coefficients, coefficients]), np.concatenate([-bias, bias])
    weights = np.zeros((matrix.shape[1], intents), np.float32)
    weights[:, present] = coefficients.T
    biases = np.full(intents, -2.0, np.float32)
    biases[present] = bias
    return Words(terms, weights, biases)
