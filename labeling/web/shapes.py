"""How turns, runs and the status look as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from labeling.labels import Answer, answer_of
from labeling.review_queue import Item
from labeling.status import Status
from labeling.store.correction import Correction
from labeling.web.desk import Desk
from labeling.worker import Run

GUESSES = 5


def item_json(desk: Desk, item: Item) -> dict[str, Any]:
    state = item.state
    review = state.review
    return {
        "id": item.turn_id,
        "text": item.text,
        "at": stamp(item.created_at),
        "guesses": [[guess.intent, guess.probability] for guess in item.ranking.guesses[:GUESSES]],
        "confidence": item.ranking.confidence,
        "model": item.ranking.model_version,
        "tier": item.tier,
        "route": item.route,
        "reason": item.reason,
        "why": item.why,
        "said": [_said(correction) for correction in state.said],
        "disagree": state.people_disagree,
        "customers_word_alone": state.customers_word_alone,
        "agreed": None if state.agreed is None else _answer_json(state.agreed),
        "waits": state.waits,
        "decision": review.decision if review else None,
        "label": state.label,
        "second_label": state.second_label,
        "trainer": review.trainer if review else None,
        "decided_at": stamp(review.created_at) if review else None,
    }


def _said(correction: Correction) -> dict[str, Any]:
    answer = answer_of(correction) or Answer(None)
    return {
        "person": correction.person_name,
        "kind": correction.kind,
        **_answer_json(answer),
        "definition": correction.definition,
        "examples": correction.examples,
        "source": correction.source,
        "at": stamp(correction.created_at),
    }


def _answer_json(answer: Answer) -> dict[str, Any]:
    return {"intent": answer.intent, "second": answer.second, "new": answer.is_new}


def run_json(run: Run) -> dict[str, Any]:
    verdict = run.verdict
    return {
        "state": run.state,
        "what": run.what,
        "share": run.share,
        "number": run.number,
        "error": run.error,
        "ended_at": stamp(run.ended_at) if run.ended_at else None,
        "outcome": verdict.outcome.value if verdict else None,
        "version": verdict.version if verdict else None,
        "labels": verdict.labels if verdict else None,
        "accuracy": verdict.report.get("accuracy") if verdict else None,
        "live_accuracy": verdict.live_report.get("accuracy") if verdict else None,
        "objections": list(verdict.objections) if verdict else [],
    }


def status_json(status: Status) -> dict[str, Any]:
    return {**asdict(status), "since": stamp(status.since) if status.since else None}


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds") + "Z"
