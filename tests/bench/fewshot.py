"""How good the intent model is on public data: few examples and many, far and near out of scope, over fresh draws.

    python -m tests.bench.fewshot [--data clinc150] [--shots 5] [--draws 5] [--no-near] [--unlabelled] [--deep]

Trained and judged as the product does it, by `labeling.intent_model`. Few-shot figures are means over the published
split and so many fresh draws from the whole training set. Near out of scope: a quarter of the intents is held out
whole, in other quarters at every draw. Writes every run to bench/fewshot.json, and draws risk against coverage of the
published splits beside it.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.cli.console import err, out, say_refusal
from bot.cli.curves import draw_curves
from labeling.examples import Example
from labeling.intent_model import BUNDLED, OUT_OF_SCOPE, Encoder, evaluate, fine_tune, open_encoder, train
from labeling.intent_model.embeddings import shared_embeddings
from labeling.intent_model.lesson import Settings
from labeling.intent_model.measurement import curve_of
from labeling.intent_model.metrics import RiskCoverage
from labeling.policy import Policy
from labeling.refusal import Refusal
from tests.bench import machine, paper
from tests.bench.corpora import Corpus, Name, corpus
from tests.bench.scene import KEPT

HELD_OUT = 0.25
COLUMNS = {
    "accuracy": "accuracy", "ece": "ECE", "aurc": "AURC", "coverage_at_95": "cov@95", "coverage_at_98": "cov@98",
    "coverage_at_99": "cov@99", "oos_auroc": "AUROC", "oos_aupr": "AUPR", "oos_fpr95": "FPR95",
}  # fmt: skip
"""Of the report; all are shares, shown in %."""


class Shots(str, Enum):
    """Examples per intent."""

    FIVE = "5"
    TEN = "10"
    FULL = "full"


@dataclass(frozen=True)
class Task:
    """One model to train, and what it is judged on."""

    data: str
    shots: str
    draw: str
    near: bool
    """Intents of the test were held out of the training."""
    examples: Sequence[Example]
    test: Sequence[Example]
    rest: Sequence[str]
    """The training set's other texts, whose intents the model is not told."""


@dataclass(frozen=True)
class Run:
    """What one model reached: shares from 0 to 1, and seconds."""

    data: str
    shots: str
    draw: str
    near: bool
    figures: dict[str, float | None]


def fewshot(
    data: Annotated[list[Name] | None, typer.Option(help="One set; may be given several times.")] = None,
    shots: Annotated[list[Shots] | None, typer.Option(help="Examples per intent; may be given again.")] = None,
    draws: Annotated[int, typer.Option(help="Fresh draws beside the published split.", min=0)] = 5,
    near: Annotated[bool, typer.Option(help="Also hold intents out of BANKING77.")] = True,
    unlabelled: Annotated[bool, typer.Option(help="Also give the training set's other texts, unlabelled.")] = False,
    seed: Annotated[int, typer.Option(help="Fixes every draw.", min=0)] = 0,
    deep: Annotated[bool, typer.Option(help="Fine-tune the encoder where that is a gain: minutes.")] = False,
    encoder: Annotated[str, typer.Option(help="A sentence encoder's name or folder.")] = BUNDLED,
    json_file: Annotated[Path, typer.Option("--json", help="Where every run is written.")] = KEPT / "fewshot.json",
) -> None:
    """Train on public few-shot data, judge on the official test sets, and print one table of means."""
    facts = {**machine.facts(), "encoder": encoder, "seed": seed, "unlabelled": unlabelled, "deep": deep}
    opened, runs = open_encoder(encoder), []
    curves: dict[str, RiskCoverage] = {}
    for name in data or list(Name):
        for task in _tasks(corpus(name), shots or list(Shots), draws, near, seed):
            run, curve = _run(task, opened, seed, unlabelled, deep)
            runs.append(run)
            if not run.near:
                curves.setdefault(_what(run), curve)
            err.print(_line(runs[-1]), soft_wrap=True)
            _keep(json_file, facts, runs)
    picture = json_file.with_suffix(".png")
    draw_curves(curves, "The official test sets, by examples per intent", picture)
    paper.show_wide(_table(runs))
    out.print(
        f"near: {HELD_OUT:.0%} of the intents are unknown. Every run: {json_file}; drawn: {picture}", soft_wrap=True
    )


def _tasks(whole: Corpus, shots: list[Shots], draws: int, near: bool, seed: int) -> Iterator[Task]:
    strange = [Example(text, OUT_OF_SCOPE) for text in whole.strange]
    for count in shots:
        for draw, examples in _samples(whole, count, draws, seed):
            yield _task(whole, count, draw, examples, [*whole.test, *strange])
        if near and not strange:
            for number in range(1, draws + 1):
                yield _near(whole, count, number, seed)


def _samples(whole: Corpus, shots: Shots, draws: int, seed: int) -> Iterator[tuple[str, Sequence[Example]]]:
    if shots is Shots.FULL:
        yield "all", whole.train
        return
    yield "given", whole.given(int(shots))
    for number in range(1, draws + 1):
        yield str(number), whole.draw(int(shots), f"{seed} {number}")


def _near(whole: Corpus, shots: Shots, number: int, seed: int) -> Task:
    chance = random.Random(f"{whole.name} near {seed} {number}")
    unknown = set(chance.sample(whole.intents, round(HELD_OUT * len(whole.intents))))
    drawn = whole.train if shots is Shots.FULL else whole.draw(int(shots), f"{seed} {number}")
    test = [Example(one.text, OUT_OF_SCOPE) if one.intent in unknown else one for one in whole.test]
    examples = [one for one in drawn if one.intent not in unknown]
    return _task(whole, shots, str(number), examples, test, near=True)


def _task(
    whole: Corpus, shots: Shots, draw: str, examples: Sequence[Example], test: Sequence[Example], near: bool = False
) -> Task:
    told = {one.text for one in examples}
    rest = [one.text for one in whole.train if one.text not in told]
    return Task(whole.name, shots.value, draw, near, examples, test, rest)


def _run(task: Task, encoder: Encoder, seed: int, unlabelled: bool, deep: bool) -> tuple[Run, RiskCoverage]:
    options: dict[str, Any] = {"unlabelled": task.rest} if unlabelled and task.rest else {}
    started = time.perf_counter()
    if deep:
        tuning = fine_tune(task.examples, encoder, settings=Settings(seed=seed), **options)
        err.print(str(tuning), soft_wrap=True)
        encoder = tuning.encoder
    model = train(task.examples, encoder, seed=seed, **options)
    seconds = time.perf_counter() - started
    texts = [example.text for example in task.test]
    opinion = model.opinion(texts, shared_embeddings(model.encoder).embed(texts))
    report = evaluate(model, task.test, Policy((), {}), opinion).to_json()
    figures = {name: report[name] for name in COLUMNS} | {"train_seconds": seconds}
    run = Run(task.data, task.shots, task.draw, task.near, figures)
    return run, curve_of(model, task.test, opinion)


def _what(run: Run) -> str:
    return f"{run.data} {run.shots}{' near' if run.near else ''}"


def _line(run: Run) -> str:
    shown = [f"{word} {_shown(run.figures[key])}" for key, word in COLUMNS.items() if run.figures[key] is not None]
    return f"… {_what(run)} {run.draw}: {', '.join(shown)}; {run.figures['train_seconds']:.1f} s"


def _table(runs: Sequence[Run]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("means, in %")
    for heading in ("runs", *COLUMNS.values(), "train s"):
        table.add_column(heading, justify="right")
    for _, group in groupby(runs, key=_what):
        same = list(group)
        spread = _spread([run.figures["accuracy"] or 0.0 for run in same])
        means = [_mean(same, key, _shown) + (spread if key == "accuracy" else "") for key in COLUMNS]
        table.add_row(_what(same[0]), str(len(same)), *means, _mean(same, "train_seconds", "{:.1f}".format))
    return table


def _mean(runs: Sequence[Run], key: str, shown: Callable[[float], str]) -> str:
    values = [value for run in runs if (value := run.figures[key]) is not None]
    return shown(statistics.fmean(values)) if values else ""


def _spread(values: Sequence[float]) -> str:
    return f" ±{100 * statistics.stdev(values):.1f}" if len(values) > 1 else ""


def _shown(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def _keep(file: Path, facts: dict[str, Any], runs: Sequence[Run]) -> None:
    """Written after every run, so that one cut short leaves what it has."""
    file.parent.mkdir(parents=True, exist_ok=True)
    said = {"machine": facts, "runs": [asdict(run) for run in runs]}
    file.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        typer.run(fewshot)
    except Refusal as refusal:
        say_refusal(refusal)
        sys.exit(1)
