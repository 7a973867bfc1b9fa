"""How a customer can be reached, found in what they wrote. Pure, and careful: an order's number is no telephone."""

from __future__ import annotations

import re

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w+-])(?:\+|0)[\d ()/.-]{6,24}\d(?!\w)")
_DATE = re.compile(r"(?<!\d)(?:\d{4}([./-])\d{1,2}\1\d{1,2}|\d{1,2}([./-])\d{1,2}\2\d{2,4})(?!\d)")
_FEWEST, _MOST = 7, 15
"""Digits of a telephone number (at most as in ITU-T E.164)."""


def contact_in(text: str) -> str:
    """E-mail addresses and telephone numbers (with + or 0 in front) as they were written; empty without any."""
    without_dates = _DATE.sub(" ", text)
    phones = (one for one in _PHONE.findall(without_dates) if _FEWEST <= sum(map(str.isdigit, one)) <= _MOST)
    return ", ".join(dict.fromkeys([*_MAIL.findall(text), *phones]))
