"""How the intent model holds up: retraining after one correction, one message, many at once, and 100,000 examples.

    python -m tests.bench.scale [--examples 10000] [--large 100000]

Each figure comes from a process of its own. The examples are BANKING77's, and beyond those their words shuffled about
by seed. A retraining is snapshot, training, judging on 1,000 messages (and the model before, if there is one), and
packing.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import err
from labeling.examples import Example
from labeling.intent_model import IntentModel, open_encoder, pack, train
from labeling.intent_model.embeddings import Embeddings
from labeling.judging import examine
from labeling.policy import Policy
from labeling.snapshot import take
from tests.bench import paper
from tests.bench.corpora import Name, corpus
from tests.bench.figure import Figure, Sheet
from tests.bench.peak import peak_megabytes

SEED = 0
JUDGED = 1_000
ALONE = 300
ONE_CORE = {"HANDRAISE_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
RUNS = 3
Measure = Callable[[int], dict[str, float]]


def scale(
    examples: Annotated[int, typer.Option(help="Labelled examples to retrain on.", min=1_000)] = 10_000,
    large: Annotated[int, typer.Option(help="Examples of the large training; 0 leaves it out.", min=0)] = 100_000,
) -> None:
    """Measure, and print one table."""
    figures = [*_retraining(examples), *_asking(examples)]
    if large:
        found = _apart("training", large)
        figures.append(Figure(f"training on {large:,} examples, all new", "s", (found["seconds"],)))
        figures.append(Figure(f"training on {large:,} examples, peak memory", "MB", (found["peak"],)))
    paper.show(Sheet("The intent model at scale", tuple(figures), (f"{RUNS} runs where there are several.",)))


def _retraining(examples: int) -> list[Figure]:
    cold, warm = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as cache:
            _apart("opening", 0, HANDRAISE_CACHE=cache)  # the converted encoder is there from `make setup` on
            found = _apart("retraining", examples, HANDRAISE_CACHE=cache)
            cold.append(found["first"])
            warm.append(found["again"])
    return [
        Figure(f"retraining on {examples:,} examples, all of them new", "s", tuple(cold), "no text embedded before"),
        Figure(f"retraining on {examples:,} after one correction", "s", tuple(warm)),
    ]


def _asking(examples: int) -> list[Figure]:
    alone, together = _apart("one", examples, **ONE_CORE), _apart("many", examples)
    return [
        Figure("one message, tokenising included, one core, p50", "ms", (alone["p50"],), f"n = {ALONE}"),
        Figure("one message, one core, p95", "ms", (alone["p95"],)),
        Figure("in batches, all cores", "messages/s", (together["rate"],)),
    ]


def _apart(what: str, size: int, **environment: str) -> dict[str, float]:
    err.print(f"… {what} {size or ''}")
    command = [sys.executable, "-m", "tests.bench.scale", what, str(size)]
    if environment == ONE_CORE and hasattr(os, "sched_setaffinity"):
        command = ["taskset", "-c", "0", *command]
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def drawn(size: int) -> list[Example]:
    """BANKING77's training set, and from its messages' words, shuffled, as many more as are asked for."""
    whole, chance = list(corpus(Name.BANKING77).train), random.Random(SEED)
    seen = {example.text for example in whole}
    while len(whole) < size:
        example = chance.choice(whole)
        words = example.text.split()
        chance.shuffle(words)
        text = " ".join(words)
        if text not in seen:
            seen.add(text)
            whole.append(Example(text, example.intent))
    return whole[:size]


def opening(_: int) -> dict[str, float]:
    return {"dimension": float(open_encoder().dimension)}


def retraining(size: int) -> dict[str, float]:
    encoder, policy = open_encoder(), Policy((), {})
    messages, live = corpus(Name.BANKING77).test[:JUDGED], None

    def once(examples: list[Example]) -> tuple[IntentModel, float]:
        started = time.perf_counter()
        candidate = train(take(examples, []).examples, encoder)
        for model in (candidate, live):
            if model is not None:
                examine(model, messages, policy)
        with tempfile.TemporaryDirectory() as folder:
            _pack(candidate, Path(folder) / "model")
        return candidate, time.perf_counter() - started

    *examples, last = drawn(size)
    live, first = once(examples)
    return {"first": first, "again": once([*examples, last])[1]}


def _pack(model: IntentModel, folder: Path) -> None:
    model.save(folder)
    pack(folder)


def one(size: int) -> dict[str, float]:
    model, texts = _model(size), [example.text for example in corpus(Name.BANKING77).test]
    taken = []
    for text in [*texts[:20], *texts[:: len(texts) // ALONE]]:
        started = time.perf_counter()
        model.rank([text])
        taken.append(1_000 * (time.perf_counter() - started))
    parts = statistics.quantiles(taken[20:], n=100)
    return {"p50": parts[49], "p95": parts[94]}


def many(size: int) -> dict[str, float]:
    model, texts = _model(size), [example.text for example in corpus(Name.BANKING77).test]
    started = time.perf_counter()
    model.rank(texts)
    return {"rate": len(texts) / (time.perf_counter() - started)}


def _model(size: int) -> IntentModel:
    return train(drawn(size), open_encoder())


def training(size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        encoder, examples = open_encoder(), drawn(size)
        started = time.perf_counter()
        train(examples, encoder, embeddings=Embeddings(encoder, Path(folder)))
        return {"seconds": time.perf_counter() - started, "peak": peak_megabytes(os.getpid())}


PARTS: dict[str, Measure] = {part.__name__: part for part in (opening, retraining, one, many, training)}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        print(json.dumps(PARTS[sys.argv[1]](int(sys.argv[2]))))
    else:
        typer.run(scale)
