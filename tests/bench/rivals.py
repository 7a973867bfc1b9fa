"""Handraise's intent model beside others on the same data, in one run: one table, and risk against coverage drawn.

    python -m tests.bench.rivals [--data demo|banking77] [--only NAME]…

`demo` is ten examples of each of the shop's intents, judged on its frozen set; `make bench` runs it. `banking77` is
the published split of ten examples per intent, judged on the official test set; DIET alone learns it for about 18
minutes. Every rival has a process of its own, and its own confidence orders its answers. Writes
bench/rivals-DATA.json and .png.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

from bot.cli.console import err, out, say_refusal
from bot.cli.curves import draw_curves
from labeling.examples import Example, read_examples
from labeling.intent_model import OUT_OF_SCOPE, RiskCoverage, risk_coverage
from labeling.intent_model.metrics import calibration_error, coverage_at, detection
from labeling.refusal import Refusal
from tests.bench import machine, paper
from tests.bench.corpora import Corpus, Name, corpus
from tests.bench.rival import RIVALS
from tests.bench.scene import KEPT, REPOSITORY

COLUMNS = {
    "accuracy": "right", "ece": "ECE", "coverage_at_95": "cov@95", "coverage_at_98": "cov@98", "aurc": "AURC",
    "oos_auroc": "AUROC", "train_seconds": "train s", "p50_ms": "p50 ms", "peak_mb": "peak MB",
}  # fmt: skip
SHOTS = 10
"""All that a young project has, and DIET, whose training takes longest, learns them in minutes."""
SHARES = ("accuracy", "ece", "coverage_at_95", "coverage_at_98", "aurc", "oos_auroc")
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}


class Data(str, Enum):
    """What they learn and are judged on."""

    DEMO = "demo"
    BANKING77 = "banking77"


TITLES = {
    Data.DEMO: "The demo shop, ten examples per intent, judged on its frozen set",
    Data.BANKING77: "BANKING77, ten examples per intent, judged on the official test set",
}


@dataclass(frozen=True)
class Result:
    """One rival: shares from 0 to 1, seconds, milliseconds, MB of a million bytes."""

    name: str
    figures: dict[str, float | None]
    curve: RiskCoverage


def rivals(
    data: Annotated[Data, typer.Option(help="What they learn and are judged on.")] = Data.DEMO,
    only: Annotated[list[str] | None, typer.Option(help=f"One of: {', '.join(RIVALS)}. May be given again.")] = None,
) -> None:
    """Train every rival on the same examples, judge them on the same messages, print one table and draw one plot."""
    unknown = [name for name in only or [] if name not in RIVALS]
    if unknown:
        raise Refusal(f"there is no rival {unknown[0]}; there are {', '.join(RIVALS)}")
    compare(data, [name for name in RIVALS if not only or name in only])


def compare(data: Data, names: Sequence[str]) -> list[Result]:
    """Raises Refusal where the data is missing or a rival cannot be trained."""
    train, test = _material(data)
    strange = np.array([one.intent == OUT_OF_SCOPE for one in test])
    results = []
    with tempfile.TemporaryDirectory(prefix="handraise-rivals-") as folder:
        _write(Path(folder) / "train.csv", train)
        _write(Path(folder) / "test.csv", test)
        for name in names:
            err.print(f"… {name}", soft_wrap=True)
            results.append(_judged(name, _run(name, Path(folder)), strange))
    _keep(data, results)
    picture = KEPT / f"rivals-{data.value}.png"
    draw_curves({one.name: one.curve for one in results}, TITLES[data], picture)
    out.print(
        f"\n[bold]{TITLES[data]}[/]: {len(train)} examples, {(~strange).sum()} messages, {strange.sum()} strange"
    )
    paper.show_wide(_table(results))
    out.print(f"Shares in %. Drawn: {picture}", soft_wrap=True)
    return results


def _material(data: Data) -> tuple[Sequence[Example], Sequence[Example]]:
    if data is Data.BANKING77:
        banking = corpus(Name.BANKING77)
        return banking.given(SHOTS), banking.test
    shop = REPOSITORY / "bot"
    frozen = read_examples(shop / "frozen.csv").examples
    whole = Corpus("demo", read_examples(shop / "data").examples, frozen, ())
    return whole.draw(SHOTS, "0"), frozen


def _run(name: str, folder: Path) -> Mapping[str, Any]:
    log = KEPT / "logs" / f"rival-{re.sub(r'[^a-z]+', '-', name.lower())}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.bench.rival", name, str(folder)]
    # The cache of embedded texts is a fresh one: another run's must not make this one's training look quick.
    fresh = {**os.environ, **QUIET, "HANDRAISE_CACHE": str(_cache(folder))}
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=REPOSITORY, env=fresh, stdout=output, stderr=output)
    if done.returncode:
        raise Refusal(f"{name} failed (its words: {log})")
    return dict(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


def _cache(folder: Path) -> Path:
    """The converted encoder, and no embedded texts."""
    from labeling.intent_model.conversion import cache_directory

    cache = folder / "cache"
    if not cache.exists():
        cache.mkdir()
        (cache / "encoders").symlink_to(cache_directory() / "encoders")
    return cache


def _judged(name: str, said: Mapping[str, Any], strange: NDArray[np.bool_]) -> Result:
    right, sure, known, if_known = (np.array(said[key]) for key in ("right", "sure", "known", "if_known"))
    inside = ~strange
    figures = {
        "accuracy": float(right[inside].mean()),
        "ece": calibration_error(if_known[inside], right[inside]),
        "coverage_at_95": coverage_at(0.95, sure[inside], right[inside]),
        "coverage_at_98": coverage_at(0.98, sure[inside], right[inside]),
        "oos_auroc": detection(known[inside], known[strange])[0] if strange.any() else None,
        **{key: said[key] for key in ("train_seconds", "p50_ms", "peak_mb")},
    }
    curve = risk_coverage(sure[inside], right[inside])
    return Result(name, {**figures, "aurc": float(curve.risk.mean())}, curve)


def _table(results: Sequence[Result]) -> Table:
    table = Table("", box=None, pad_edge=False)
    for heading in COLUMNS.values():
        table.add_column(heading, justify="right")
    for one in results:
        table.add_row(one.name, *(_shown(key, one.figures[key]) for key in COLUMNS))
    return table


def _shown(key: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.1f}" if key in SHARES else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def _keep(data: Data, results: Sequence[Result]) -> None:
    KEPT.mkdir(exist_ok=True)
    said = {"machine": machine.facts(), "rivals": {one.name: one.figures for one in results}}
    (KEPT / f"rivals-{data.value}.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _write(path: Path, examples: Sequence[Example]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "intent"])
        writer.writerows((one.text, one.intent) for one in examples)


if __name__ == "__main__":
    try:
        typer.run(rivals)
    except Refusal as refusal:
        say_refusal(refusal)
        sys.exit(1)
