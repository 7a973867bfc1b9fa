"""`handraise retrain` and `status`: what the labels come to, and what is live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import and_
from sqlmodel import col, select

from bot.cli.console import out, progress
from bot.cli.services import HERE, Folder
from bot.cli.shares import bar, percent
from bot.cli.workplace import Workplace, enter
from escalation.store.case import CaseState, unclosed_cases
from escalation.store.inbox import Incoming
from escalation.store.outbox import Outgoing
from labeling.clock import now
from labeling.database import Database
from labeling.production import Estimate
from labeling.promise_watch import production
from labeling.retraining import read_project_policy
from labeling.store.look import newest_look
from labeling.traffic import sentence_of

MEASURES = {
    "accuracy": "first guess right",
    "answered": "answered by the bot",
    "answered_right": "of these answers, right",
    "clarified": "asked what was meant",
    "clarified_right": "of these, offered what was meant",
    "ece": "calibration error",
    "oos_answered": "out of scope, yet answered",
}


def retrain(
    project: Folder = HERE,
    force: Annotated[bool, typer.Option(help="Train even if nothing has changed.")] = False,
    deep: Annotated[bool, typer.Option(help="Fine-tune the encoder first: minutes, kept if it is a gain.")] = False,
) -> None:
    """Train on all labels, judge against the live model on the frozen set, and promote if it is better.

    Running bots swap within a second. Exit code 3 says that the candidate was refused.
    """
    from labeling.deep_run import deep_run
    from labeling.retraining import Outcome
    from labeling.retraining import retrain as run

    place = enter(project)
    with progress() as on_progress:
        tuning = deep_run(place.project, place.database, on_progress) if deep else None
    if tuning is not None:
        out.print(str(tuning))
    with progress() as on_progress:
        encoder = tuning.encoder if tuning is not None and tuning.gained else None
        verdict = run(place.project, place.database, on_progress, force=force, encoder=encoder)
    words = {
        Outcome.PROMOTED: f"[bold green]{verdict.version} is live.[/]",
        Outcome.REFUSED: f"[bold yellow]{verdict.version} was refused; the live model stays.[/]",
        Outcome.NOTHING_NEW: f"Nothing has changed since {verdict.version} was trained.",
    }
    out.print(f"{words[verdict.outcome]} {verdict.examples} examples, {verdict.labels} of them labels.")
    for objection in verdict.objections:
        out.print(f"  • {escape(objection)}")
    if verdict.report:
        out.print(_measures(verdict.live_report, verdict.report))
    if verdict.outcome is Outcome.REFUSED:
        raise typer.Exit(3)


def status(project: Folder = HERE) -> None:
    """Say what is live, since when, how good it is, and what waits for whom."""
    from labeling.status import status as read

    place = enter(project)
    seen = read(place.project, place.database)
    if seen.version is None:
        out.print("No intent model is live yet; `handraise bot` or `handraise retrain` makes the first.")
    else:
        out.print(f"[bold]{seen.version}[/] is live since {_ago(seen.since)}.")
        out.print(f"It was trained on {seen.examples} examples, {seen.labels} of them labels.")
        out.print(_measures({}, seen.report))
    for line in _waiting(place.database, seen.to_review, seen.is_behind):
        out.print(line)
    for line in _promises(place):
        out.print(line)
    for objection in seen.objections:
        out.print(f"[bold red]{escape(objection)}[/]")


def _waiting(database: Database, to_review: int, is_behind: bool) -> list[str]:
    with database.reading() as session:
        states = Counter(case.state for case in unclosed_cases(session))
        errands = session.exec(select(Outgoing.error).where(col(Outgoing.done_at).is_(None))).all()
        put_aside = len(session.exec(select(Incoming.id).where(_is_put_aside())).all())
    lines = [
        f"Customers waiting for an agent: {states[CaseState.OPEN.value]}; "
        f"with one: {states[CaseState.CLAIMED.value]}.",
        f"Corrections waiting for a trainer: {to_review}.",
    ]
    if is_behind:
        lines.append("Labels or examples have changed since; `handraise retrain` takes them up.")
    if errands:
        lines.append(f"Not yet told to Slack: {len(errands)} errands. Is `handraise desk` running?")
    lines += [f"[bold red]{escape(why)}[/]" for why in sorted({error for error in errands if error})]
    if put_aside:
        lines.append(f"What agents did and the desk could not take in: {put_aside}; its log says why.")
    return lines


def _is_put_aside() -> Any:
    return and_(col(Incoming.done_at).is_not(None), col(Incoming.error).is_not(None))


def _promises(place: Workplace) -> list[str]:
    with place.database.reading() as session:
        seen = production(session, read_project_policy(place.project), now())
        traffic = sentence_of(newest_look(session))
    lines = [f"Answers waiting for an auditor: {seen.waiting}."] if seen.waiting else []
    for kept in seen.tiers:
        audited = f"{_audited(kept.estimate)} " if kept.estimate.audits else ""
        words = f"Promise of {kept.tier.name}, {kept.tier.promise:.0%}: {audited}{kept.sentence}"
        lines.append(f"[bold red]{escape(words)}[/]" if kept.alarm else escape(words))
        if kept.asked.audits:
            lines.append(escape(f"Chosen by customers in {kept.tier.name}: {_audited(kept.asked)}"))
    return [*lines, escape(traffic)]


def _audited(one: Estimate) -> str:
    return f"{percent(one.share)} right of {one.audits} audited ({percent(one.low)} to {percent(one.high)})."


def _measures(before: Mapping[str, Any], after: Mapping[str, Any]) -> Table:
    table = Table(title="On the frozen set", title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    if before:
        table.add_column("live", justify="right")
    table.add_column("candidate" if before else "", justify="right")
    table.add_column("")
    for key, words in MEASURES.items():
        shares = [report.get(key) for report in ((before, after) if before else (after,))]
        table.add_row(words, *map(percent, shares), bar(shares[-1]))
    return table


def _ago(since: datetime | None) -> str:
    if since is None:
        return "an unknown time"
    minutes = int((now() - since).total_seconds() // 60)
    return f"{since:%Y-%m-%d %H:%M} UTC ({minutes} min ago)" if minutes < 120 else f"{since:%Y-%m-%d %H:%M} UTC"
