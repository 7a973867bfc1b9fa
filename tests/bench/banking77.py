"""Real input: a project made of BANKING77, 1,000 of its messages replayed, retrained on the corrections.

    python -m tests.bench.banking77 [--messages 1000] [--seed 0]

Starts from the ten examples per intent of the few-shot split. The frozen set is the official test set, so the
accuracy before and after is the official one. Data: `$HANDRAISE_SHARED`, or `../shared` beside the project.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.table import Table

from bot.cli.console import err, out
from labeling.refusal import Refusal
from tests.acceptance.stand import REPOSITORY, Stand, stand

DATA = Path(os.environ.get("HANDRAISE_SHARED") or REPOSITORY.parent / "shared") / "data" / "banking77"
Pair = tuple[str, str]


def main() -> None:
    options = _options()
    if not DATA.is_dir():
        raise Refusal(f"there is no BANKING77 in {DATA}; name the folder above it in HANDRAISE_SHARED")
    with tempfile.TemporaryDirectory(prefix="handraise-banking77-") as folder:
        home = Path(folder)
        project = _project(home)
        with stand(home, f"sqlite:///{home / 'handraise.db'}", project) as services:
            result = _play(services, home, project, options)
    _show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1000, help="how many to replay")
    parser.add_argument("--seed", type=int, default=0, help="fixes which ones")
    parser.add_argument("--json", type=Path, help="also write the result here")
    return parser.parse_args()


def _project(home: Path) -> Path:
    examples = list(zip(_lines("train_10/text"), _lines("train_10/label"), strict=True))
    known = {text for text, _ in examples}
    _write(home / "examples.csv", examples)
    _write(home / "frozen.csv", _pairs("test.csv"))
    _write(home / "traffic.csv", [pair for pair in _pairs("train.csv") if pair[0] not in known])
    project = home / "project"
    _handraise("init", str(project), "--examples", str(home / "examples.csv"), "--frozen", str(home / "frozen.csv"))
    return project


def _play(services: Stand, home: Path, project: Path, options: argparse.Namespace) -> dict[str, Any]:
    before = services.trainer("GET", "status")
    err.print(f"replaying {options.messages} messages …")
    started = time.monotonic()
    replayed = _handraise(
        *("replay", str(home / "traffic.csv"), "--project", str(project), "--bot", services.bot),
        *("--practice", services.practice, "--limit", str(options.messages), "--seed", str(options.seed), "--json"),
        environment=services.environment,
    )
    seconds = time.monotonic() - started
    finished = services.trainer("GET", "retrain")["number"]
    accepted = services.trainer("POST", "accept_all", {"trainer": "replay"})["accepted"]
    err.print(f"{accepted} corrections accepted, retraining …")
    while services.trainer("GET", "retrain")["number"] == finished:
        time.sleep(0.5)
    run = services.trainer("GET", "retrain")
    if run["error"]:
        raise Refusal(run["error"])
    after = services.trainer("GET", "status")
    return {
        "replay": json.loads(replayed),
        "replay_seconds": seconds,
        "labels": accepted,
        "before": before["report"],
        "after": after["report"],
        "went_live": after["version"] != before["version"],
        "objections": run["objections"],
    }


def _show(result: dict[str, Any]) -> None:
    replayed = result["replay"]
    out.print(
        f"Replayed {replayed['messages']} messages in {result['replay_seconds']:.0f} s: the bot answered "
        f"{replayed['answered_share']:.1%}, of these {replayed['answered_right_share'] or 0:.1%} right; "
        f"{result['labels']} corrections became labels."
    )
    table = Table("on the official test set", "before", "after", box=None, pad_edge=False)
    for measure in ("accuracy", "answered", "answered_right", "ece"):
        table.add_row(measure, f"{result['before'][measure]:.1%}", f"{result['after'][measure]:.1%}")
    out.print(table)
    if not result["went_live"]:
        out.print(f"The candidate was refused: {result['objections']}")


def _handraise(*arguments: str, environment: Any = None) -> str:
    command = [sys.executable, "-m", "bot.cli", *arguments]
    run = subprocess.run(command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise Refusal(f"handraise {arguments[0]} failed")
    return run.stdout


def _lines(name: str) -> list[str]:
    return (DATA / name).read_text(encoding="utf-8").splitlines()


def _pairs(name: str) -> list[Pair]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _write(path: Path, pairs: Iterable[Pair]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "intent"])
        writer.writerows(pairs)


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(f"banking77: {refusal}")
