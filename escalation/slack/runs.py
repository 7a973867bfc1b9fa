"""What an agent typed in Slack, as formatted words that a customer's channel can show. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from escalation.rich_text import Run, plain, trimmed
from escalation.slack.emoji import signs
from escalation.slack.mrkdwn import unescape

NameOf = Callable[[str], str]
_LINK = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```(?P<block>.*?)```|`(?P<inline>[^`\n]+)`", re.DOTALL)
_KEPT = re.compile(r"\x00(\d+)\x00")
_ADDRESS = re.compile(r"https?://|mailto:|tel:", re.IGNORECASE)


def _style(mark: str) -> re.Pattern[str]:
    sign = re.escape(mark)
    return re.compile(rf"(?<![\w{sign}]){sign}(?=\S)([^{sign}\n]+?)(?<=\S){sign}(?!\w)")


_STYLES = {"bold": _style("*"), "italic": _style("_"), "strike": _style("~")}


def read_runs(mrkdwn: str, name_of: NameOf = lambda user_id: "a colleague") -> tuple[Run, ...]:
    """Mentions become names, short codes become signs, addresses become links; everything else stays as typed."""
    kept: list[Run] = []

    def keep(run: Run) -> str:
        kept.append(run)
        return f"\x00{len(kept) - 1}\x00"

    text = _CODE.sub(lambda found: keep(_code(found)), mrkdwn.replace("\x00", ""))
    text = _LINK.sub(lambda found: keep(_link(found[1], name_of)), text)
    return trimmed(_merged(_styled(text, Run(""), kept)))


def to_plain(mrkdwn: str, name_of: NameOf = lambda user_id: "a colleague") -> str:
    """As any channel can show it: no marks, links spelt out, mentions as names."""
    return plain(read_runs(mrkdwn, name_of))


def _styled(text: str, look: Run, kept: list[Run]) -> list[Run]:
    found = [(style, match) for style, sign in _STYLES.items() if (match := sign.search(text))]
    if not found:
        return _leaves(text, look, kept)
    style, match = min(found, key=lambda one: one[1].start())
    within = replace(look, **{style: True})  # type: ignore[arg-type]  # the styles are its flags
    return [
        *_leaves(text[: match.start()], look, kept),
        *_styled(match[1], within, kept),
        *_styled(text[match.end() :], look, kept),
    ]


def _leaves(text: str, look: Run, kept: list[Run]) -> list[Run]:
    """Odd pieces are the numbers of what was kept out of the way."""
    pieces = _KEPT.split(text)
    return [
        replace(look, text=kept[int(piece)].text, code=kept[int(piece)].code, href=kept[int(piece)].href)
        if place % 2
        else replace(look, text=unescape(signs(piece)))
        for place, piece in enumerate(pieces)
    ]


def _merged(runs: list[Run]) -> list[Run]:
    """Neighbours of one look are one piece."""
    merged: list[Run] = []
    for run in runs:
        before = merged[-1] if merged else None
        if before is not None and not run.href and replace(before, text="") == replace(run, text=""):
            merged[-1] = replace(before, text=before.text + run.text)
        elif run.text:
            merged.append(run)
    return merged


def _code(found: re.Match[str]) -> Run:
    typed = found["block"].strip("\n") if found["block"] is not None else found["inline"]
    return Run(unescape(_LINK.sub(r"\1", typed)), code=True)


def _link(inside: str, name_of: NameOf) -> Run:
    target, _, label = map(unescape, inside.partition("|"))
    if target.startswith("@"):
        return Run(f"@{label or name_of(target[1:])}")
    if target.startswith("#"):
        return Run(f"#{label}" if label else "another channel")
    if target.startswith("!date"):
        return Run(label)
    if target.startswith("!"):
        return Run(label or f"@{target[1:].split('^')[0]}")
    if not _ADDRESS.match(target):
        return Run(f"{label} ({target})" if label else target)
    return Run(signs(label) or target.removeprefix("mailto:").removeprefix("tel:"), href=target)
