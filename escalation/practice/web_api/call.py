"""One call of a Web API method, and the reading of its arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON, Refused, missing
from escalation.practice.workspace import TS, Workspace


@dataclass(frozen=True)
class Call:
    """Arguments come as form fields or as JSON; nested ones may be JSON texts in either."""

    practice: Practice
    arguments: Mapping[str, Any]

    @property
    def workspace(self) -> Workspace:
        return self.practice.workspace

    def text(self, name: str) -> str:
        """Raises Refused(invalid_arguments) when it is missing."""
        value = self.optional(name)
        if not value:
            raise missing(name)
        return value

    def optional(self, name: str) -> str:
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        return self.optional(name).lower() in ("true", "1")

    def number(self, name: str, default: int, most: int) -> int:
        value = self.optional(name) or str(default)
        if not value.isdigit() or int(value) < 1:
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments")
        return min(int(value), most)

    def ts(self, name: str, code: str = "bad_timestamp") -> str:
        value = self.text(name)
        if not TS.fullmatch(value):
            raise Refused(code)
        return value

    def nested(self, name: str, code: str) -> Any:
        """A JSON argument; None when absent. Raises Refused(code) when it is not JSON."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(code) from None


Method = Callable[[Call], JSON]


def page_of(items: list[Any], call: Call, default: int = 100) -> tuple[list[Any], JSON]:
    """Cursor pagination: the page, and the `response_metadata` that leads on."""
    cursor = call.optional("cursor")
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise Refused("invalid_cursor")
    start = int(cursor.removeprefix("next:")) if cursor else 0
    end = start + call.number("limit", default, 1000)
    onward = f"next:{end}" if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": onward}}
