"""Labelled messages that are like a turn's: by meaning where the bot noted them, or else by their words.

The desk keeps no sentence encoder in memory. So the bot, whose model has read the message, notes with the turn which
of the model's own examples were nearest, by key. Here they are looked up among what is labelled now: what was deleted
or unlabelled since is not found, and what was labelled anew stands under its new intent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from labeling.examples import Example
from labeling.store.turn import Turn
from labeling.text import text_key

SHOWN = 8
OF_ONE_INTENT = 3
LEAST = 0.08
"""Cosine similarity below which two texts share chance pieces only."""


@dataclass(frozen=True)
class Nearest:
    """The most similar first."""

    by_meaning: tuple[Example, ...] = ()
    by_words: tuple[Example, ...] = ()


def nearest_to(turn: Turn, examples: Sequence[Example], intent: str = "") -> Nearest:
    """By words where none is known by meaning; and some of `intent`, if one is asked for that is not among them."""
    labelled = {text_key(example.text): example for example in examples} if turn.nearest else {}
    noted = tuple(labelled[key] for key in turn.nearest if key in labelled)
    if not noted:
        return Nearest((), nearest_by_words(turn.text, examples, SHOWN))
    lacks_it = bool(intent) and all(example.intent != intent for example in noted)
    return Nearest(noted, _of_intent(turn.text, examples, intent) if lacks_it else ())


def nearest_by_words(text: str, examples: Sequence[Example], count: int) -> tuple[Example, ...]:
    """By words and pieces of words; fewer than `count` where fewer share anything with the text."""
    if not examples or not text.strip():
        return ()
    similar = _similar(text, examples)
    best = similar.argsort(kind="stable")[::-1][:count]
    return tuple(examples[row] for row in best if similar[row] >= LEAST)


def _of_intent(text: str, examples: Sequence[Example], intent: str) -> tuple[Example, ...]:
    """However little they share with the text: they show what is meant by the intent."""
    rows = [row for row, example in enumerate(examples) if example.intent == intent]
    if not rows:
        return ()
    similar = _similar(text, examples)
    return tuple(examples[row] for row in sorted(rows, key=lambda row: -similar[row])[:OF_ONE_INTENT])


def _similar(text: str, examples: Sequence[Example]) -> Any:
    vectorizer, matrix = _shelf(tuple(examples))
    return (matrix @ vectorizer.transform([text]).T).toarray().ravel()


@lru_cache(maxsize=1)
def _shelf(examples: tuple[Example, ...]) -> tuple[Any, Any]:
    # sklearn takes a second to import, and most desks never ask.
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    return vectorizer, vectorizer.fit_transform([example.text for example in examples])
