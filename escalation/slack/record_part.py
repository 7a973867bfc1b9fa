"""The part of a closed card that stays for the record: what it was about, who helped, how it was rated. Pure."""

from __future__ import annotations

from escalation.case_summary import Summary, Wish
from escalation.slack.block import Block, section
from escalation.slack.intents import Intents
from escalation.slack.mrkdwn import brief
from escalation.store.rating import BEST

_SOURCES = {"trainer": "a trainer decided", "agents": "agents say", "bot": "only the bot's guess"}


def record_blocks(summary: Summary, intents: Intents) -> list[Block]:
    """Everything in it is counted or copied; where nobody knows, it says so."""
    lines = [f"*For the record.* Wanted: {_wish(summary.wish, intents)}"]
    if summary.question:
        lines.append(f"Asked: _{brief(summary.question, 300)}_")
    lines.append(_course(summary))
    if summary.stars is not None:
        comment = f" “{brief(summary.comment, 500)}”" if summary.comment else ""
        lines.append(f"{stars(summary.stars)} {summary.stars} of {BEST} from the customer{comment}")
    return [section("\n".join(lines))]


def stars(count: int) -> str:
    return "★" * count + "☆" * (BEST - count)


def _wish(wish: Wish, intents: Intents) -> str:
    names = " and ".join(f"*{brief(intents.title(intent), 80)}*" for intent in wish.intents)
    if wish.source == "disputed":
        return "people disagree"
    if wish.source == "nobody":
        return "nobody has said"
    return f"{names or '*not a request*'} ({_SOURCES[wish.source]})"


def _course(summary: Summary) -> str:
    who = ", ".join(brief(name, 80) for name in summary.people)
    after = span(summary.answered_after or 0)
    parts = [f"Answered by {who} after {after}" if who else "No person wrote to the customer"]
    if summary.closed_after is not None:
        parts.append(f"closed after {span(summary.closed_after)}")
    parts.append(f"{_count(summary.from_customer)} from the customer, {summary.from_people} from people")
    return " · ".join(parts)


def _count(messages: int) -> str:
    return "one message" if messages == 1 else f"{messages} messages"


def span(seconds: int) -> str:
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {word}"
    return f"{seconds} s"
