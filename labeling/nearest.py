"""Labelled messages that are like a text, by their words and pieces of words.

By words, because the desk keeps no sentence encoder in memory; `handraise explain` compares by meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from labeling.examples import Example

LEAST = 0.08
"""Cosine similarity below which two texts share chance pieces only."""


def nearest(text: str, examples: Sequence[Example], count: int) -> tuple[Example, ...]:
    """The most similar first; fewer than `count` where fewer share anything with the text."""
    if not examples or not text.strip():
        return ()
    vectorizer, matrix = _shelf(tuple(examples))
    similar = (matrix @ vectorizer.transform([text]).T).toarray().ravel()
    best = similar.argsort(kind="stable")[::-1][:count]
    return tuple(examples[row] for row in best if similar[row] >= LEAST)


@lru_cache(maxsize=1)
def _shelf(examples: tuple[Example, ...]) -> tuple[Any, Any]:
    # sklearn takes a second to import, and most desks never ask.
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    return vectorizer, vectorizer.fit_transform([example.text for example in examples])
