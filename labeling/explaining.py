"""Why a text is understood as it is: what is done with it, which examples are near, which words mattered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from labeling.choices import find_cut
from labeling.database import Database
from labeling.examples import Example
from labeling.judging import material
from labeling.labels import labels
from labeling.live_model import LiveModel
from labeling.policy import Policy, read_details
from labeling.project import Project
from labeling.promise import thresholds
from labeling.ranking import Ranking
from labeling.refusal import Refusal
from labeling.retraining import read_project_policy
from labeling.routing import NO_TITLES, Route, route
from labeling.snapshot import take

if TYPE_CHECKING:
    from labeling.intent_model import IntentModel

MOST_WORDS = 60
"""Of a longer text only the first words are left out one by one."""


class NothingToExplain(Refusal):
    """The text is empty. Give one that a customer might write."""


@dataclass(frozen=True)
class Near:
    """A labelled example and its similarity (-1 to 1)."""

    text: str
    intent: str
    similarity: float


@dataclass(frozen=True)
class WordDrop:
    """What the first guess's probability loses (below 0: gains) where the word is left out."""

    word: str
    drop: float


@dataclass(frozen=True)
class Explanation:
    """`nearest` and `words` have the strongest first."""

    ranking: Ranking
    route: Route
    nearest: tuple[Near, ...]
    words: tuple[WordDrop, ...]
    details: tuple[str, ...] = ()
    """Entities of which one alone is not judged at all: Rasa's pipeline finds them, and is not asked here."""


def explain(project: Project, database: Database, text: str, count: int) -> Explanation:
    """By the project's live model. Raises NoLiveModel, and Refusal where it cannot be loaded."""
    live = LiveModel(database, project.home)
    live.refresh()
    for _, reason in live.status.refused:
        raise Refusal(f"the live model cannot be loaded ({reason}); train another: handraise retrain")
    with database.reading() as session:
        snapshot = take(material(project).seeds, labels(session))
    policy = read_project_policy(project)
    examples, stopped = snapshot.examples, live.stopped_tiers
    explained = explain_with(live.current(), examples, policy, text, count, stopped, live.titles)
    return replace(explained, details=read_details(project.router.get("details")))


def explain_with(
    model: IntentModel,
    examples: Sequence[Example],
    policy: Policy,
    text: str,
    count: int,
    stopped: frozenset[str] = frozenset(),
    titles: Mapping[str, str] = NO_TITLES,
) -> Explanation:
    """`count` examples and words at most. Raises NothingToExplain."""
    if not text.strip():
        raise NothingToExplain("there is nothing to explain: give a text that a customer might write")
    (ranking,) = model.rank([text])
    least = thresholds(policy, model.calibration)
    return Explanation(
        ranking,
        route(ranking, policy, least, stopped, find_cut(policy, least, model.calibration), titles),
        _nearest(model, examples, text, count),
        _words(model, ranking, text)[:count],
    )


def _nearest(model: IntentModel, examples: Sequence[Example], text: str, count: int) -> tuple[Near, ...]:
    from labeling.intent_model.embeddings import shared_embeddings

    if not examples:
        return ()
    vectors = shared_embeddings(model.encoder).embed([example.text for example in examples])
    similar = vectors @ model.encoder.embed([text])[0]
    first = np.argsort(-similar, kind="stable")[:count]
    return tuple(Near(examples[row].text, examples[row].intent, float(similar[row])) for row in first)


def _words(model: IntentModel, ranking: Ranking, text: str) -> tuple[WordDrop, ...]:
    words = text.split()
    if len(words) < 2:
        return ()
    without = [" ".join(words[:left_out] + words[left_out + 1 :]) for left_out in range(len(words))][:MOST_WORDS]
    best = ranking.guesses[0]
    column = model.intents.index(best.intent)
    left = model.opinion(without).probabilities[:, column]
    drops = [WordDrop(word, best.probability - float(share)) for word, share in zip(words, left, strict=False)]
    return tuple(sorted(drops, key=lambda one: -abs(one.drop)))
