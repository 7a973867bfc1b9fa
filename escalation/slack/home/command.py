"""The words of `/handraise`. Slash commands do not work inside threads; what they answer, only their user sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from escalation.slack.block import section
from escalation.slack.home.view import EPHEMERAL, Home, line, list_of, summary
from escalation.slack.intents import Intents
from escalation.slack.teaching.words import said

COMMAND = "/handraise"
AWAY, BACK = "away", "back"
SHOW_QUEUE = "show_queue"
"""The `callback_id` of the global shortcut."""
HELP = """*What you can say here*
`/handraise queue`: who waits, the most urgent first
`/handraise status`: the team's numbers, and what you have
`/handraise away`: you are neither called nor nudged
`/handraise back`: you are again
`/handraise help`: this

Cases come as cards: claim one, and reply in its thread. More is in App Home.
To label a customer's words anywhere in Slack, open the message's menu and choose _Label customer problem_."""


@dataclass(frozen=True)
class Asked:
    """What somebody typed."""

    word: str
    person_id: str


def read_command(payload: dict[str, Any]) -> Asked:
    words = str(payload.get("text") or "").split()
    return Asked(words[0].casefold() if words else "help", str(payload["user_id"]))


def answer(asked: Asked, home: Home, intents: Intents) -> dict[str, Any]:
    """Text and blocks for Slack. An unknown word is answered with help."""
    if asked.word == "queue":
        blocks = list_of(home.team.queue, home.team_url, EPHEMERAL)
        return {"text": f"{len(home.team.queue)} waiting", "blocks": blocks}
    if asked.word == "status":
        return {"text": summary(home.team.numbers), "blocks": [section(words) for words in _status(home, intents)]}
    if asked.word in (AWAY, BACK):
        return {"text": _presence(home)}
    return {"text": HELP if asked.word == "help" else f"I do not know `{_safe(asked.word)}`.\n{HELP}"}


def _status(home: Home, intents: Intents) -> list[str]:
    mine = [line(one, home.team_url) for one in home.mine.cases[:EPHEMERAL]]
    labels = ", ".join(said(one.correction, intents) for one in home.mine.labels[:5])
    you = [f"*You* have {_count(len(mine), 'case')} and gave {_count(len(home.mine.labels), 'label')} today"]
    if labels:
        you[0] += f", the newest: {labels}"
    if home.away_since:
        you.append("🌙 You are away: you are neither called nor nudged. `/handraise back` ends it.")
    return [summary(home.team.numbers), "\n".join(you), *mine]


def _presence(home: Home) -> str:
    if home.away_since is None:
        return "👋 You are back: you are called and nudged again."
    have = _count(len(home.mine.cases), "case")
    rest = f" You still have {have}; release what cannot wait." if home.mine.cases else ""
    return f"🌙 You are away: you are neither called nor nudged, until you say `/handraise back`.{rest}"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _safe(word: str) -> str:
    return "".join(letter for letter in word[:30] if letter.isalnum() or letter in "-_")
