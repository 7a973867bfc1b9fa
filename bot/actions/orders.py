"""The demo order book: a dozen orders whose dates move with today, so that it never goes stale."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

_BOOK = Path(__file__).with_name("orders.json")
_NUMBER = re.compile(r"(?:\bLF\W{0,3}|\b)(\d{5})\b", re.IGNORECASE)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Order:
    """One order. Days count from today: negative ones are past. `next` is when the customer's next news is due."""

    number: str
    state: str
    items: str
    ordered: int
    updated: int
    next: int | None = None
    carrier: str = ""
    tracking: str = ""
    shop: str = ""
    reason: str = ""


def order_number(text: str) -> str | None:
    """The first order number in `text`, in the shop's own spelling: `lf 48213` and `48213` are LF-48213."""
    found = _NUMBER.search(text)
    return f"LF-{found.group(1)}" if found else None


def find_order(number: str) -> Order | None:
    """The order of that number (in the shop's spelling), or None where there is none."""
    return _book().get(number)


def facts(order: Order, today: date) -> dict[str, str]:
    """What an answer about the order may name, in words."""
    return {
        "number": order.number,
        "items": order.items,
        "carrier": order.carrier,
        "tracking": order.tracking,
        "shop": order.shop,
        "reason": order.reason,
        "ordered": day_in_words(order.ordered, today),
        "updated": day_in_words(order.updated, today),
        "next": "" if order.next is None else day_in_words(order.next, today),
    }


def day_in_words(offset: int, today: date) -> str:
    """`offset` days from today as a customer would say it: today, yesterday, on Friday 27 November."""
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    day = today + offset * _DAY
    return near.get(offset) or f"on {day:%A} {day.day} {day:%B}"


@cache
def _book() -> dict[str, Order]:
    rows: list[dict[str, Any]] = json.loads(_BOOK.read_text(encoding="utf-8"))
    return {row["number"]: Order(**row) for row in rows}
