"""Whether tiers keep their promise: thresholds derived as the product does, then fresh traffic again and again.

    python -m tests.bench.promises [--data clinc150] [--shots 10] [--resamples 200] [--tiers 1] [--seed 0]

What the guarantee speaks of: the calibration turns are a sample, so a threshold can be unlucky, and of such samples
at most one in twenty may give a threshold that breaks its promise. So every few trainings start from other examples
(few-shot: a fresh draw; full: nine tenths of the training set), which makes other calibration turns, and each model
meets several samples of traffic, drawn with replacement from the official test set with questions out of scope at the
declared share. `in the long run` judges each threshold on the whole test set, `in samples` on each sample: there the
sample's own luck comes on top, of which the guarantee says nothing. Where a promise is not supported nothing is
answered, and none is broken; the last column leaves these out.

Out of scope are CLINC150's own such questions, and for BANKING77, which has none, a quarter of the intents, held out.
Writes every resample to bench/promises.json.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

from bot.cli.console import err, out, say_refusal
from labeling.examples import Example
from labeling.intent_model import OUT_OF_SCOPE, Encoder, IntentModel, answered, open_encoder, train
from labeling.intent_model.embeddings import shared_embeddings
from labeling.policy import OUT_OF_SCOPE_SHARE as DECLARED
from labeling.policy import Policy, Tier
from labeling.promise import thresholds
from labeling.refusal import Refusal
from tests.bench import machine, paper
from tests.bench.corpora import Corpus, Name, corpus
from tests.bench.fewshot import HELD_OUT, Shots
from tests.bench.scene import KEPT

PROMISES = (0.95, 0.98, 0.99)
PART = 0.9
"""Of the full training set, at every training."""


@dataclass(frozen=True)
class Kept:
    """One tier of one model under one promise. Shares are from 0 to 1; None: nothing was answered."""

    data: str
    shots: str
    promise: float
    training: int
    tier: str
    threshold: float | None
    coverage: float
    """The share of the tier's traffic that is answered, in the long run."""
    precision: float | None
    """The share of these answers that is right, in the long run."""
    samples: tuple[float | None, ...]
    """The same in each sample of traffic."""

    @property
    def holds(self) -> bool:
        return _holds(self.precision, self.promise)

    @property
    def held(self) -> list[bool]:
        return [_holds(precision, self.promise) for precision in self.samples]


def _holds(precision: float | None, promise: float) -> bool:
    return precision is None or precision >= promise


@dataclass(frozen=True)
class Traffic:
    """The official test set as a model saw it, one entry a message."""

    guess: NDArray[np.int64]
    right: NDArray[np.bool_]
    strange: NDArray[np.bool_]

    @property
    def weights(self) -> NDArray[np.float64]:
        """Each message's share of the traffic, questions out of scope at the share that is declared."""
        inside = (1 - DECLARED) / (~self.strange).sum()
        return np.where(self.strange, DECLARED / self.strange.sum(), inside)


def promises(
    data: Annotated[list[Name] | None, typer.Option(help="One set; may be given several times.")] = None,
    shots: Annotated[list[Shots] | None, typer.Option(help="Examples per intent; default 10 and full.")] = None,
    resamples: Annotated[int, typer.Option(help="Samples of traffic in all, per promise.", min=1)] = 200,
    turns: Annotated[int, typer.Option(help="Turns in one sample of traffic.", min=1)] = 2000,
    trainings: Annotated[int, typer.Option(help="Models to share the samples.", min=1)] = 40,
    tiers: Annotated[int, typer.Option(help="Divide the intents among so many tiers.", min=1)] = 1,
    seed: Annotated[int, typer.Option(help="Fixes every draw.", min=0)] = 0,
    json_file: Annotated[Path, typer.Option("--json", help="Where all is written.")] = KEPT / "promises.json",
) -> None:
    """Derive thresholds from many trainings, and count how often fresh traffic finds the promise kept."""
    facts = {**machine.facts(), "seed": seed, "turns": turns, "tiers": tiers, "out_of_scope": DECLARED}
    encoder, kept = open_encoder(), []
    samples = (max(1, resamples // trainings), turns)
    for name in data or list(Name):
        for count in shots or [Shots.TEN, Shots.FULL]:
            for number in range(1, trainings + 1):
                kept += _training(corpus(name), count, number, encoder, tiers, seed, samples)
                err.print(_line(kept[-len(PROMISES) * tiers :]), soft_wrap=True)
                _keep(json_file, facts, kept)
    paper.show_wide(_table(kept))
    out.print(f"Every sample: {json_file}", soft_wrap=True)


def _training(
    whole: Corpus, shots: Shots, number: int, encoder: Encoder, tiers: int, seed: int, sizes: tuple[int, int]
) -> list[Kept]:
    examples, test = _drawn(whole, shots, f"{seed} {number}")
    model = train(examples, encoder, seed=seed)
    texts = [example.text for example in test]
    opinion = model.opinion(texts, shared_embeddings(model.encoder).embed(texts))
    guess = opinion.probabilities.argmax(axis=1)
    truth = np.array([example.intent for example in test])
    strange = truth == OUT_OF_SCOPE
    traffic = Traffic(guess, np.array(model.intents)[guess] == truth, strange)
    chance = np.random.default_rng([seed, number])
    drawn = [chance.choice(len(test), sizes[1], p=traffic.weights) for _ in range(sizes[0])]
    found = []
    for promise in PROMISES:
        policy = _policy(model, promise, tiers, seed)
        least = thresholds(policy, model.calibration)
        said = answered(model.intents, opinion, policy, least)
        for tier in policy.tiers:
            mine = np.array([policy.tier_of(intent) == tier for intent in model.intents])[guess]
            who = (whole.name, shots.value, promise, number, tier.name, least[tier.name])
            found.append(Kept(*who, *_judged(traffic, said, mine), _precisions(traffic, said & mine, drawn)))
    return found


def _judged(traffic: Traffic, said: NDArray[np.bool_], mine: NDArray[np.bool_]) -> tuple[float, float | None]:
    """Coverage and precision over the whole test set."""
    weights, spoken = traffic.weights, said & mine
    answers = float(weights[spoken].sum())
    return answers / float(weights[mine].sum()), float(
        weights[spoken & traffic.right].sum()
    ) / answers if answers else None


def _precisions(
    traffic: Traffic, spoken: NDArray[np.bool_], drawn: Sequence[NDArray[np.int64]]
) -> tuple[float | None, ...]:
    return tuple(float(traffic.right[rows][spoken[rows]].mean()) if spoken[rows].any() else None for rows in drawn)


def _policy(model: IntentModel, promise: float, tiers: int, seed: int) -> Policy:
    """All intents in tiers of equal size and the same promise, whichever is in which."""
    intents = list(model.intents)
    random.Random(seed).shuffle(intents)
    named = [Tier(f"tier {number + 1}", promise, answers=True) for number in range(tiers)]
    return Policy(tuple(named), {intent: named[number % tiers] for number, intent in enumerate(intents)})


def _drawn(whole: Corpus, shots: Shots, seed: str) -> tuple[list[Example], list[Example]]:
    """What the model learns from, and the test set with what is out of scope marked."""
    chance = random.Random(f"{whole.name} promise {seed}")
    unknown = set() if whole.strange else set(chance.sample(whole.intents, round(HELD_OUT * len(whole.intents))))
    if shots is Shots.FULL:
        examples = chance.sample(whole.train, round(PART * len(whole.train)))
    else:
        examples = list(whole.draw(int(shots), seed))
    test = [Example(one.text, OUT_OF_SCOPE) if one.intent in unknown else one for one in whole.test]
    test += [Example(text, OUT_OF_SCOPE) for text in whole.strange]
    return [one for one in examples if one.intent not in unknown], test


def _line(kept: Sequence[Kept]) -> str:
    said = [f"{one.promise:.0%}: {_share(one.precision)} of {_share(one.coverage)}" for one in kept]
    return f"… {kept[0].data} {kept[0].shots}, training {kept[0].training}: right {'; '.join(said)}"


def _table(kept: Sequence[Kept]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("in %")
    for heading in (
        "promise",
        "thresholds",
        "supported",
        "answered",
        "right",
        "kept in the long run",
        "kept in samples",
        "of these supported",
    ):
        table.add_column(heading, justify="right")
    for (data, shots, promise), group in groupby(_sorted(kept), key=_topic):
        same = list(group)
        supported = sum(one.threshold is not None for one in same)
        table.add_row(
            f"{data} {shots}",
            f"{promise:.0%}",
            str(len(same)),
            _share(supported / len(same)),
            _share(_mean([one.coverage for one in same])),
            _share(_mean([one.precision for one in same if one.precision is not None])),
            _share(_mean([one.holds for one in same])),
            _share(_mean([held for one in same for held in one.held])),
            _share(_mean([held for one in same if one.threshold is not None for held in one.held])),
        )
    return table


def _topic(kept: Kept) -> tuple[str, str, float]:
    return kept.data, kept.shots, kept.promise


def _sorted(kept: Sequence[Kept]) -> Iterator[Kept]:
    return iter(sorted(kept, key=_topic))


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _keep(file: Path, facts: Mapping[str, object], kept: Sequence[Kept]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    said = {"machine": facts, "promises": [asdict(one) for one in kept]}
    file.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        typer.run(promises)
    except Refusal as refusal:
        say_refusal(refusal)
        sys.exit(1)
