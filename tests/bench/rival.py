"""One rival in a process of its own: learns from one file, ranks another, and says how sure and how quick it was.

    python -m tests.bench.rival NAME FOLDER

FOLDER holds `train.csv` and `test.csv` (columns text and intent); `NAME.json` is written into it.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from labeling.examples import Example, read_rows

TIMED = 200
WARM_UP = 10


class Said(NamedTuple):
    """What a rival makes of one message."""

    guess: str
    sure: float
    """Of the first guess; questions about nothing known count against it where the rival reckons with them."""
    known: float
    """How sure it is that anything known is meant."""
    if_known: float
    """How sure it would be of the first guess if it knew that something known is meant."""


Rank = Callable[[Sequence[str]], list[Said]]
Learn = Callable[[Sequence[Example], Path], Rank]


def handraise(examples: Sequence[Example], _: Path) -> Rank:
    """The product's intent model."""
    from labeling.intent_model import open_encoder, train

    model = train(examples, open_encoder())

    def rank(texts: Sequence[str]) -> list[Said]:
        opinion = model.opinion(texts)
        guesses = [model.intents[number] for number in opinion.probabilities.argmax(axis=1)]
        signs = zip(guesses, map(float, opinion.confidence), map(float, opinion.in_scope), strict=True)
        return [Said(guess, sure, known, sure / known if known else 0.0) for guess, sure, known in signs]

    return rank


def frozen(examples: Sequence[Example], _: Path) -> Rank:
    """The same encoder and nothing but a logistic regression on its vectors."""
    from sklearn.linear_model import LogisticRegression

    from labeling.intent_model import open_encoder

    encoder = open_encoder()
    head = LogisticRegression(C=30, max_iter=1000)
    head.fit(encoder.embed([one.text for one in examples]), [one.intent for one in examples])
    return lambda texts: _likeliest(head.classes_, head.predict_proba(encoder.embed(texts)))


def svm(examples: Sequence[Example], _: Path) -> Rank:
    """Words, pairs and pieces of words, and a linear SVM; its margins become probabilities by Platt's curve."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, pieces), CalibratedClassifierCV(LinearSVC(), cv=3))
    model.fit([one.text for one in examples], np.array([one.intent for one in examples]))
    return lambda texts: _likeliest(model.classes_, model.predict_proba(texts))


def _likeliest(intents: Sequence[str], shares: Any) -> list[Said]:
    return [_closed(str(intents[best]), float(row[best])) for row in shares for best in [row.argmax()]]


def _closed(guess: str, sure: float) -> Said:
    """Of a rival to which nothing exists beyond what it was taught."""
    return Said(guess, sure, sure, sure)


SPARSE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


def diet(examples: Sequence[Example], folder: Path) -> Rank:
    """Rasa's default pipeline: sparse features and DIET, 100 epochs."""
    return _rasa(
        examples,
        folder / "diet",
        [*SPARSE, {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True}],
    )


def rasa_regression(examples: Sequence[Example], folder: Path) -> Rank:
    """The same sparse features and Rasa's LogisticRegressionClassifier as it comes."""
    return _rasa(examples, folder / "rasa-regression", [*SPARSE, {"name": "LogisticRegressionClassifier"}])


def _rasa(examples: Sequence[Example], folder: Path, pipeline: list[dict[str, Any]]) -> Rank:
    """Trained by `rasa train nlu`, asked through Rasa's own Agent."""
    folder.mkdir()
    _write(
        folder / "config.yml", {"recipe": "default.v1", "language": "en", "assistant_id": "a", "pipeline": pipeline}
    )
    _write(folder / "nlu.yml", {"version": "3.1", "nlu": _blocks(examples)})
    command = [sys.executable, "-m", "rasa", "train", "nlu", "--nlu", "nlu.yml", "--fixed-model-name", "model"]
    with (folder / "log").open("wb") as log:
        subprocess.run(command, cwd=folder, check=True, stdout=log, stderr=log)
    from rasa.core.agent import Agent

    agent = Agent.load(str(folder / "models" / "model.tar.gz"))

    loop = asyncio.new_event_loop()

    async def ask(texts: Sequence[str]) -> list[Mapping[str, Any]]:
        return [await agent.parse_message(text) for text in texts]

    def rank(texts: Sequence[str]) -> list[Said]:
        intents = [answer["intent"] for answer in loop.run_until_complete(ask(texts))]
        return [_closed(one["name"] or "", float(one["confidence"])) for one in intents]

    return rank


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _blocks(examples: Sequence[Example]) -> list[dict[str, Any]]:
    intents = sorted({one.intent for one in examples})
    return [
        {"intent": intent, "examples": [{"text": one.text} for one in examples if one.intent == intent]}
        for intent in intents
    ]


RIVALS: Mapping[str, Learn] = {
    "handraise": handraise,
    "frozen encoder + logistic regression": frozen,
    "TF-IDF + linear SVM": svm,
    "Rasa DIET": diet,
    "Rasa logistic regression": rasa_regression,
}


def run(name: str, folder: Path) -> None:
    """Nobody else's model, features or embedded texts are in this process."""
    examples, test = (_read(folder / file) for file in ("train.csv", "test.csv"))
    started = time.perf_counter()
    rank = RIVALS[name](examples, folder)
    seconds = time.perf_counter() - started
    texts = [one.text for one in test]
    said = rank(texts)
    found = {
        "right": [answer.guess == one.intent for answer, one in zip(said, test, strict=True)],
        "sure": [answer.sure for answer in said],
        "known": [answer.known for answer in said],
        "if_known": [answer.if_known for answer in said],
        "train_seconds": seconds,
        "p50_ms": _median(rank, texts),
        "peak_mb": _peak(),
    }
    (folder / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")


def _read(path: Path) -> list[Example]:
    return [Example(row.text, row.intent) for row in read_rows(path)]


def _median(rank: Rank, texts: Sequence[str]) -> float:
    taken = []
    for number in range(WARM_UP + TIMED):
        started = time.perf_counter()
        rank([texts[number % len(texts)]])
        taken.append(1000 * (time.perf_counter() - started))
    return float(np.median(taken[WARM_UP:]))


def _peak() -> float:
    """Of this process, or of the one that it trained in, whichever held more: MB of a million bytes."""
    return (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / 1e3
        * 1.024
    )


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
