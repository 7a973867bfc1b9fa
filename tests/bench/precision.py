"""What eight bits cost and what they save: the same model on the same data with the encoder in either precision.

    python -m tests.bench.precision [--data clinc150] [--shots 10]

Trained on the published few-shot split or on everything, judged on the official test set. Times are processor time of
one core, medians over one message at a time, so that other work on the machine hardly shows in them.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.console import err, out, say_refusal
from labeling.examples import Example
from labeling.intent_model import BUNDLED, OUT_OF_SCOPE, Encoder, evaluate, open_encoder, train
from labeling.policy import Policy
from labeling.precision import PRECISIONS
from labeling.refusal import Refusal
from tests.bench.corpora import Corpus, Name, corpus
from tests.bench.fewshot import Shots

SHOWN = ("accuracy", "ece", "aurc", "coverage_at_95", "oos_auroc", "oos_fpr95")
HEADINGS = ("data", "precision", *SHOWN, "encoder ms", "messages/s")
WIDE = 140
"""The table's columns are not folded where nobody has so wide a terminal."""
ALONE = 300
TOGETHER = 1_000


def precision(
    data: Annotated[list[Name] | None, typer.Option(help="One set; may be given several times.")] = None,
    shots: Annotated[list[Shots] | None, typer.Option(help="Examples per intent; may be given again.")] = None,
    encoder: Annotated[str, typer.Option(help="A sentence encoder's name or folder.")] = BUNDLED,
) -> None:
    """Train and judge with the encoder in fp32 and in int8, and print one table; shares in %."""
    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for name in data or list(Name):
        whole = corpus(name)
        for count in shots or [Shots.TEN, Shots.FULL]:
            for kind in PRECISIONS:
                opened = open_encoder(encoder, threads=1, precision=kind)
                found = [f"{whole.name} {count.value}", kind, *_judged(whole, count, opened), *_timed(whole, opened)]
                err.print("… " + ", ".join(map(" ".join, zip(HEADINGS, found, strict=True))), soft_wrap=True)
                table.add_row(*found)
    out.print(table, width=max(out.width, WIDE))


def _judged(whole: Corpus, shots: Shots, encoder: Encoder) -> list[str]:
    examples = whole.train if shots is Shots.FULL else whole.given(int(shots.value))
    test = [*whole.test, *(Example(text, OUT_OF_SCOPE) for text in whole.strange)]
    report = evaluate(train(examples, encoder), test, Policy((), {})).to_json()
    return ["" if report[key] is None else f"{100 * report[key]:.2f}" for key in SHOWN]


def _timed(whole: Corpus, encoder: Encoder) -> list[str]:
    texts = [example.text for example in whole.test]
    alone = [_seconds(encoder, [text]) for text in texts[:: len(texts) // ALONE]]
    together = _seconds(encoder, texts[:TOGETHER])
    return [f"{1_000 * statistics.median(alone):.1f}", f"{len(texts[:TOGETHER]) / together:.0f}"]


def _seconds(encoder: Encoder, texts: list[str]) -> float:
    started = time.process_time()
    encoder.embed(texts)
    return time.process_time() - started


if __name__ == "__main__":
    try:
        typer.run(precision)
    except Refusal as refusal:
        say_refusal(refusal)
        sys.exit(1)
