"""App Home and the lists of cases that the queue's window and command show. Pure: what was read in, blocks out."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.slack.block import Block, actions, button, context, header, section
from escalation.slack.intents import Intents
from escalation.slack.modal import View, modal
from escalation.slack.mrkdwn import brief, escape
from escalation.slack.press import Do
from escalation.slack.talk import CHANNELS
from escalation.slack.teaching.words import said
from escalation.span import duration
from escalation.team import Entry, Labelled, Mine, Numbers, Team

QUEUE_PAGE = 20
MINE = 15
LABELS = 15
"""So that everything together stays far below the 100 blocks that Slack takes."""
WINDOW = 40
EPHEMERAL = 10


@dataclass(frozen=True)
class Home:
    """What one person's App Home is drawn from."""

    team: Team
    mine: Mine
    team_url: str
    """Begins the address of every message."""
    away_since: datetime | None = None
    page: int = 0
    notice: str = ""


def draw_home(home: Home, intents: Intents) -> dict[str, Any]:
    blocks = [
        *([section(f"⚠️ {escape(home.notice)}")] if home.notice else []),
        section(_numbers(home.team.numbers)),
        _presence(home),
        header("My cases"),
        *_mine(home),
        header("The queue"),
        *_queue(home),
        header("My labels today"),
        *_labels(home.mine.labels, intents),
    ]
    return {"type": "home", "blocks": blocks}


def queue_window(team: Team, team_url: str) -> View:
    blocks = list_of(team.queue, team_url, WINDOW)
    return modal("The queue", blocks, close="Done")


def list_of(entries: Sequence[Entry], team_url: str, most: int) -> list[Block]:
    """The first ones, and how many more there are."""
    if not entries:
        return [section("Nobody is waiting. 🎉")]
    shown = [section(line(one, team_url)) for one in entries[:most]]
    more = len(entries) - most
    return [*shown, context(f"{more} more in App Home")] if more > 0 else shown


def line(entry: Entry, team_url: str) -> str:
    """Two lines: what it is and how long it waits; what the customer wrote."""
    name = escape(brief_name(entry.customer_name))
    parts = [_title(entry, team_url), f"{name} on {CHANNELS.get(entry.channel, escape(entry.channel))}"]
    if entry.tier:
        parts.insert(1, f"*{escape(entry.tier)}*")
    if entry.waits:
        parts.append(f"waits since {_moment(entry.since)}")
    else:
        parts.append("answered")
    if entry.contact:
        parts.append(f"☎️ {brief(entry.contact, 80)}")
    return f"{' · '.join(parts)}\n>{brief(entry.text, 150)}"


def summary(numbers: Numbers) -> str:
    """The team's numbers on one line."""
    response = duration(numbers.first_response) if numbers.first_response is not None else "none yet"
    return (
        f"*{numbers.open}* waiting · *{numbers.claimed}* being helped · median first response today *{response}* · "
        f"*{numbers.closed_today}* closed today · *{numbers.labels_today}* labels today"
    )


def brief_name(name: str) -> str:
    return " ".join(name.split())[:40] or "A customer"


def _numbers(numbers: Numbers) -> str:
    return f"*The team now*\n{summary(numbers)}"


def _presence(home: Home) -> Block:
    if home.away_since:
        return actions("home:presence", [button(Do.HOME_BACK.value, "I am back", "back", style="primary")])
    return actions("home:presence", [button(Do.HOME_AWAY.value, "I am away", "away")])


def _mine(home: Home) -> list[Block]:
    away = [context("🌙 You are away: you are neither called nor nudged.")] if home.away_since else []
    if not home.mine.cases:
        return [*away, section("You have no case.")]
    cases = home.mine.cases
    shown = [_with(line(one, home.team_url), Do.HOME_RELEASE, "Release", one.case_id) for one in cases[:MINE]]
    return [*away, *shown, *_more(len(cases) - MINE)]


def _queue(home: Home) -> list[Block]:
    queue = home.team.queue
    if not queue:
        return [section("Nobody is waiting. 🎉")]
    last = (len(queue) - 1) // QUEUE_PAGE
    page = max(0, min(home.page, last))
    first = page * QUEUE_PAGE
    shown = [
        _with(line(one, home.team_url), Do.HOME_CLAIM, "Claim", one.case_id)
        for one in queue[first : first + QUEUE_PAGE]
    ]
    return [*shown, *_paging(page, last, first + 1, first + len(shown), len(queue))]


def _paging(page: int, last: int, first: int, end: int, total: int) -> list[Block]:
    if last == 0:
        return []
    buttons = []
    if page > 0:
        buttons.append(button(f"{Do.HOME_PAGE.value}_before", "‹ Before", str(page - 1)))
    if page < last:
        buttons.append(button(f"{Do.HOME_PAGE.value}_next", "Next ›", str(page + 1)))
    return [context(f"{first}–{end} of {total}"), actions("home:paging", buttons)]


def _labels(labels: Sequence[Labelled], intents: Intents) -> list[Block]:
    if not labels:
        return [section("None yet. One click on a card teaches the bot.")]
    shown = [
        _with(f"{said(one.correction, intents)}\n>{brief(one.text, 150)}", Do.HOME_UNDO, "Undo", one.turn_id)
        for one in labels[:LABELS]
    ]
    return [*shown, *_more(len(labels) - LABELS)]


def _more(count: int) -> list[Block]:
    return [context(f"and {count} more")] if count > 0 else []


def _with(text: str, do: Do, label: str, number: int) -> Block:
    return {**section(text), "accessory": button(do.value, label, str(number))}


def _title(entry: Entry, team_url: str) -> str:
    name = f"Case {entry.case_id}"
    if not entry.slack_channel or not entry.slack_ts:
        return f"*{name}*"
    return f"*<{team_url}archives/{entry.slack_channel}/p{entry.slack_ts.replace('.', '')}|{name}>*"


def _moment(at: datetime) -> str:
    """Told by Slack itself, so that it is right however old the view is."""
    return f"<!date^{calendar.timegm(at.timetuple())}^{{time}} ({{ago}})|{at:%H:%M} UTC>"
