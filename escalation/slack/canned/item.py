"""The canned replies' windows, sent off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from escalation.slack.press import name_of_user

SEND_WINDOW, KEEP_WINDOW = "canned_send", "canned_keep"
"""The windows' `callback_id`s."""
TEXT, TITLE, INTENT = "text", "title", "intent"
"""Their fields. A block's name goes on with the reply's number, or Slack would keep what stood there before."""


@dataclass(frozen=True)
class AboutCanned:
    """What a window is about; travels in its `private_metadata`."""

    case_id: int
    channel: str
    canned_id: int = 0
    """0 while none is chosen."""
    filled: str = ""
    """A fingerprint of the words as they were filled in: whether the agent changed them."""

    def to_metadata(self) -> str:
        return json.dumps(asdict(self))


def about_canned(payload: Mapping[str, Any]) -> AboutCanned | None:
    """None where the payload comes from another window."""
    try:
        return AboutCanned(**json.loads((payload.get("view") or {}).get("private_metadata") or ""))
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True)
class CannedSend:
    """Words for the customer, from a canned reply."""

    view_id: str
    case_id: int
    canned_id: int
    text: str
    was_edited: bool
    sent_at: float
    """Seconds since 1970."""
    person_id: str
    person_name: str

    @property
    def key(self) -> str:
        return f"view:{self.view_id}:{self.person_id}"


@dataclass(frozen=True)
class CannedKeep:
    """A canned reply itself: a new one, or another wording. Without a text it is retired."""

    view_id: str
    canned_id: int
    title: str
    text: str
    intent: str | None
    person_id: str
    person_name: str

    @property
    def key(self) -> str:
        return f"view:{self.view_id}:{self.person_id}"


def read_send(payload: Mapping[str, Any], about: AboutCanned, sent_at: float) -> CannedSend:
    text = written(payload, TEXT)
    return CannedSend(
        view_id=payload["view"]["id"],
        case_id=about.case_id,
        canned_id=about.canned_id,
        text=text,
        was_edited=fingerprint(text) != about.filled,
        sent_at=sent_at,
        person_id=payload["user"]["id"],
        person_name=name_of_user(payload),
    )


def read_keep(payload: Mapping[str, Any], about: AboutCanned) -> CannedKeep:
    return CannedKeep(
        view_id=payload["view"]["id"],
        canned_id=about.canned_id,
        title=" ".join(written(payload, TITLE).split()),
        text=written(payload, TEXT),
        intent=_chosen(payload, INTENT) or None,
        person_id=payload["user"]["id"],
        person_name=name_of_user(payload),
    )


def fingerprint(text: str) -> str:
    """Short enough for a window's metadata, and blind to white space."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def written(payload: Mapping[str, Any], name: str) -> str:
    return str(_field(payload, name).get("value") or "").strip()


def _chosen(payload: Mapping[str, Any], name: str) -> str:
    return str((_field(payload, name).get("selected_option") or {}).get("value") or "")


def _field(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    for fields in payload["view"]["state"]["values"].values():
        if name in fields:
            found: Mapping[str, Any] = fields[name]
            return found
    return {}
