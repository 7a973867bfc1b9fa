"""How the practice workspace says no: with Slack's own error codes."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]


class Refused(Exception):
    """The call is refused. `code` is Slack's; `messages` say where, as Slack's response_metadata does."""

    def __init__(
        self,
        code: str,
        messages: list[str] | None = None,
        retry_after: int | None = None,
        more: JSON | None = None,
    ) -> None:
        super().__init__(code)
        self.more = more or {}
        self.code = code
        self.messages = messages or []
        self.retry_after = retry_after

    def to_json(self) -> JSON:
        body: JSON = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        if self.messages and self.code == "invalid_blocks":
            body["errors"] = self.messages
        return body


def missing(field: str) -> Refused:
    return Refused("invalid_arguments", [f"missing required field: {field}"])
