"""Private notes: what an agent writes for colleagues only. Pure, and careful: in doubt it is private."""

from __future__ import annotations

import re
from enum import Enum

PREFIXES = "`note:`, :lock: or `//`"
"""As told to agents. `//` comes last: a message that begins so may be taken for a command by Slack itself."""

_DECORATION = r"(?:[\s\u200b-\u200f\u2060\ufeff*_~`•>-]|&gt;)*"
_LOCK = r"(?::(?:lock|closed_lock_with_key|lock_with_ink_pen):|[🔒🔐🔏])"
_WORD = r"(?:(?:private\s+|internal\s+)?notes?(?:\s+(?:to|for)\s[^:：\n]{1,30})?|private|internal)"
_SIGN = rf"(?:{_LOCK}|[/／]{{2}}|{_WORD}{_DECORATION}[:：])"
_LINE = re.compile(rf"{_DECORATION}{_SIGN}", re.IGNORECASE)


class Privacy(Enum):
    """How a message in a thread is meant."""

    OPEN = "for the customer"
    NOTE = "begins with a prefix, so it is a note"
    MIXED = "a later line begins with a prefix; kept in as a whole, because half a message may be half a secret"


def privacy(text: str) -> Privacy:
    """Judges by the beginnings of lines, whatever their case, blanks, bold marks or quote signs."""
    lines = text.splitlines()
    if not lines or not any(_LINE.match(line) for line in lines):
        return Privacy.OPEN
    first = next(line for line in lines if line.strip())
    return Privacy.NOTE if _LINE.match(first) else Privacy.MIXED
