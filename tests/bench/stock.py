"""The same Rasa project with Rasa's stock pipeline, trained and served by plain `rasa`: what we compare with."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from bot.cli.processes import ServiceFailed, free_port
from labeling.project import Project

SAID_INSTEAD = "utter_handoff"
"""Custom actions need an action server, which the stock project does without: it says that it hands over."""
PATIENCE_SECONDS = 600.0
"""Two of them loading at once on a busy machine need minutes."""
FALLBACK = "nlu_fallback"
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


class StockFailed(ServiceFailed):
    """Plain Rasa could not be trained or started; the message names its log."""


@dataclass(frozen=True)
class Trained:
    """The stock project's model, and how long it took to train when it was trained."""

    folder: Path
    model: Path
    seconds: float
    kept: bool
    """It was trained in an earlier run, on the same data."""


def write_stock_project(project: Project, folder: Path, epochs: int) -> None:
    """The project's own domain, rules and examples; nothing in it calls a custom action."""
    shutil.copytree(project.data, folder / "data")
    rules = folder / "data" / "rules.yml"
    rules.write_text(
        rules.read_text(encoding="utf-8")
        .replace("action_handoff", SAID_INSTEAD)
        .replace("action: action_order_status", f"action: {SAID_INSTEAD}"),
        encoding="utf-8",
    )
    _write(folder / "data" / "fallback.yml", {"version": "3.1", "rules": [_fallback_rule()]})
    _write(folder / "domain.yml", _domain(project))
    _write(folder / "config.yml", _config(project, epochs))
    _write(folder / "credentials.yml", {"rest": None})


def _fallback_rule() -> dict[str, Any]:
    return {"rule": "not understood", "steps": [{"intent": FALLBACK}, {"action": SAID_INSTEAD}]}


def _domain(project: Project) -> dict[str, Any]:
    domain: dict[str, Any] = yaml.safe_load(project.domain.read_text(encoding="utf-8"))
    domain["actions"] = []
    for slot in domain["slots"].values():
        for mapping in slot["mappings"]:
            if mapping["type"] == "custom":
                mapping.pop("action", None)
    return domain


def _config(project: Project, epochs: int) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(project.config.read_text(encoding="utf-8"))
    config["assistant_id"] = "stock"
    config["pipeline"] = [
        {**entry, "epochs": epochs} if entry["name"] == "DIETClassifier" else entry for entry in PIPELINE
    ]
    for policy in config["policies"]:
        if "core_fallback_action_name" in policy:
            policy["core_fallback_action_name"] = SAID_INSTEAD
    return config


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def train_stock(project: Project, folder: Path, kept: Path, epochs: int) -> Trained:
    """Trained once for the same data and epochs, and kept under `kept`: it takes minutes. Raises StockFailed."""
    write_stock_project(project, folder, epochs)
    model = kept / f"stock-{_fingerprint(folder)}.tar.gz"
    took = model.with_suffix(".seconds")
    if model.is_file() and took.is_file():
        return Trained(folder, model, float(took.read_text()), kept=True)
    start = time.perf_counter()
    log = kept / "logs" / "stock-training.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            [*_rasa(), "train", "--fixed-model-name", "stock"], cwd=folder, stdout=output, stderr=output, env=_quiet()
        )
    if done.returncode != 0:
        raise StockFailed(f"plain Rasa cannot train the stock project (its words: {log})")
    seconds = time.perf_counter() - start
    shutil.copyfile(folder / "models" / "stock.tar.gz", model)
    took.write_text(f"{seconds:.1f}")
    return Trained(folder, model, seconds, kept=False)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.yml")):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _rasa() -> list[str]:
    return [sys.executable, "-m", "rasa"]


def _quiet() -> dict[str, str]:
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}


class StockBot:
    """`rasa run` on a free port of loopback. With `database`, its trackers are rows in that SQLite file."""

    def __init__(self, trained: Trained, log: Path, database: Path | None = None) -> None:
        self.url = f"http://127.0.0.1:{(port := free_port(0))}"
        self._log = log
        endpoints = trained.folder / f"endpoints-{port}.yml"
        store = {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(database)}} if database else {}
        _write(endpoints, store)
        command = [*_rasa(), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "-m", str(trained.model)]
        command += ["--endpoints", str(endpoints), "--credentials", "credentials.yml"]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, cwd=trained.folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=_quiet()
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self, http: httpx.Client) -> None:
        """Ready is: it has understood a message. Raises StockFailed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if self.parse(http, "hello").get("intent", {}).get("name"):
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise StockFailed(f"plain Rasa did not start (its words: {self._log})")

    def parse(self, http: httpx.Client, text: str) -> dict[str, Any]:
        """What the model makes of a text, outside any conversation."""
        response = http.post(f"{self.url}/model/parse", json={"text": text})
        response.raise_for_status()
        return dict(response.json())

    def say(self, http: httpx.Client, sender: str, text: str) -> list[dict[str, Any]]:
        """The bot's answers, over the REST channel."""
        words = {"sender": sender, "message": text}
        response = http.post(f"{self.url}/webhooks/rest/webhook", json=words)
        response.raise_for_status()
        return list(response.json())

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
