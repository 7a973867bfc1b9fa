"""`handraise evaluate` and `explain`: how good the intent model is, and why it thinks what it thinks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from bot.cli.console import err, out, progress, say_notes
from bot.cli.curves import check_picture, draw_curves
from bot.cli.services import HERE, Folder
from bot.cli.shares import bar, percent
from bot.cli.workplace import enter
from bot.cli.writing import check_writable, write
from labeling.policy import Policy

FEW = 5
FELT = 0.001
"""A word without which the first guess loses less did not matter."""
STDOUT = Path("-")
LARGEST_SEED = 2**32 - 1
"""TensorFlow and scikit-learn take no larger one."""
FIGURES = {
    "accuracy": "first guess right",
    "macro_f1": "macro F1",
    "ece": "calibration error",
    "nll": "negative log-likelihood",
    "brier": "Brier score",
    "aurc": "area under risk and coverage",
    "coverage_at_95": "coverage at 95 % right",
    "coverage_at_98": "coverage at 98 % right",
    "coverage_at_99": "coverage at 99 % right",
    "oos_auroc": "out of scope: AUROC",
    "oos_aupr": "out of scope: AUPR",
    "oos_fpr95": "out of scope: false alarms at 95 %",
    "train_seconds": "training, seconds",
    "p50_ms": "one message, median, ms",
    "p95_ms": "one message, 95th percentile, ms",
    "batch_per_second": "in batches, messages a second",
    "peak_mb": "peak memory, MB",
    "n_train": "training examples",
    "n_test": "test messages",
    "intents": "intents",
}
SHARES = ("accuracy", "macro_f1", "ece", "coverage_at_95", "coverage_at_98", "coverage_at_99", "oos_auroc",
          "oos_aupr", "oos_fpr95")  # fmt: skip
DONE: dict[str, str] = {
    "answer": "The bot answers.",
    "clarify": "The bot asks which was meant.",
    "escalate": "A person answers.",
}
LABELLED = "CSV with the columns text and intent, or Rasa NLU YAML."


def evaluate(
    train: Annotated[Path, typer.Option(help=f"What the model learns from, alone. {LABELLED}")],
    test: Annotated[Path, typer.Option(help=f"What it is measured on. {LABELLED}")],
    oos: Annotated[Path | None, typer.Option(help="Messages that no intent covers: CSV with a column text.")] = None,
    unlabelled: Annotated[
        Path | None,
        typer.Option(help="Messages without intents, used where that helps: CSV with a column text."),
    ] = None,
    deep: Annotated[
        bool, typer.Option(help="Fine-tune the encoder first, and keep that where it is a gain.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Fixes every random choice.", min=0, max=LARGEST_SEED)] = 0,
    encoder: Annotated[
        str | None, typer.Option(help="A sentence encoder's name or folder. Default: the bundled one.")
    ] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write the figures to this file as JSON; - for standard output.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw risk against coverage into this file, .png or .svg.")
    ] = None,
) -> None:
    """Train on one file alone, measure on another, and say how good the model is.

    Needs no project. Rates are fractions from 0 to 1 in JSON; a figure that the files cannot give is null.
    """
    from labeling.intent_model import BUNDLED, measure, open_encoder, read_trial

    _check_outputs(as_json, plot)
    trial = read_trial(train, test, oos, unlabelled)
    say_notes(trial.notes)
    with progress() as on_progress:
        opened = open_encoder(encoder or BUNDLED, progress=on_progress)
        measured = measure(trial, opened, seed=seed, deep=deep, progress=on_progress)
    if measured.tuning:
        err.print(measured.tuning, soft_wrap=True)
    if as_json is None:
        out.print(_figures(measured.figures))
    else:
        _write(as_json, measured.figures)
    if plot is not None:
        draw_curves({"": measured.curve}, f"{train.name}, measured on {test.name}", plot)


def _check_outputs(as_json: Path | None, plot: Path | None) -> None:
    """Before minutes of training, not after."""
    if as_json is not None and as_json != STDOUT:
        check_writable(as_json)
    if plot is not None:
        check_picture(plot)


def _write(path: Path, said: Any) -> None:
    text = json.dumps(said, indent=2)
    if path == STDOUT:
        typer.echo(text)
    else:
        write(path, f"{text}\n")


def _figures(figures: dict[str, Any]) -> Table:
    table = _plain()
    for key, words in FIGURES.items():
        value = figures[key]
        if value is None or key in SHARES:
            shown = percent(value)
        else:
            shown = f"{value:.3g}" if isinstance(value, float) and value < 100 else f"{value:.0f}"
        table.add_row(words, shown, bar(value) if key in SHARES else "")
    return table


def explain(
    text: Annotated[str, typer.Argument(help="What a customer might write.")],
    project: Folder = HERE,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write the explanation to this file as JSON; - for standard output.")
    ] = None,
) -> None:
    """Say what the live model makes of a text, what would be done with it, and why.

    Shows the ranking, the confidence, the route with its reason, the nearest labelled examples, and how much the
    first guess would lose without each word.
    """
    from labeling.explaining import explain as run
    from labeling.retraining import ensure_live, read_project_policy

    _check_outputs(as_json, None)
    place = enter(project)
    with progress() as on_progress:
        ensure_live(place.project, place.database, on_progress)
    explained = run(place.project, place.database, text, FEW)
    if as_json is not None:
        _write(as_json, asdict(explained))
        return
    policy = read_project_policy(place.project)
    best, sure = explained.ranking.guesses[0].intent, percent(explained.ranking.confidence)
    done = f"{DONE[explained.route.kind]} {explained.route.reason}"
    out.print(f"[bold]{escape(best)}[/], {sure} sure. {escape(done)}", soft_wrap=True)
    for title, rows in (
        ("Ranking", [(_tiered(g.intent, policy), g.probability) for g in explained.ranking.guesses[:FEW]]),
        ("Nearest examples", [(_beside(n.text, n.intent), n.similarity) for n in explained.nearest]),
        (
            "Words that mattered",
            [(escape(word.word), word.drop) for word in explained.words if abs(word.drop) >= FELT],
        ),
    ):
        if rows:
            out.print(Group("", f"[bold]{title}[/]", _rows(rows)))
    if explained.details:
        names = " or ".join(explained.details)
        note = f"No {escape(names)} is looked for here; a message that is nothing else is not judged."
        out.print(f"\n[dim]{note}[/]", soft_wrap=True)


def _tiered(intent: str, policy: Policy) -> str:
    tier = policy.tier_of(intent)
    return _beside(intent, tier.name if tier else "no tier")


def _beside(what: str, more: str) -> str:
    return f"{escape(what)} [dim]({escape(more)})[/]"


def _rows(rows: Sequence[tuple[str, float]]) -> Table:
    table = _plain()
    for words, share in rows:
        table.add_row(words, percent(share), bar(share))
    return table


def _plain() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    table.add_column()
    return table
