"""A window about a turn, sent off: a new intent, or two requests in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from escalation.slack.press import label, name_of_user
from escalation.slack.teaching.about import About
from labeling.store.correction import CorrectionKind

NEW_INTENT_WINDOW, TWO_WINDOW = "new_intent", "two_in_one"
"""The windows' `callback_id`s."""
NAME, DEFINITION = "name", "definition"
EXAMPLES = ("example_1", "example_2", "example_3")
FIRST, SECOND = "first", "second"
"""The blocks and fields of those windows."""


@dataclass(frozen=True)
class Lesson:
    """What the window says of the turn. A correction like any other; trainers decide about it."""

    view_id: str
    case_id: int
    turn_id: int
    kind: str
    intent: str
    suggestion_visible: bool
    opened_at: float
    """Seconds since 1970, as is `sent_at`."""
    sent_at: float
    person_id: str
    person_name: str
    second_intent: str | None = None
    definition: str = ""
    examples: Sequence[str] = ()

    @property
    def key(self) -> str:
        return f"view:{self.view_id}:{self.person_id}"


def read_new_intent(payload: Mapping[str, Any], about: About, sent_at: float) -> Lesson:
    """Reads the `view_submission` of the window for a new intent."""
    examples = [_written(payload, block) for block in EXAMPLES]
    return Lesson(
        **_common(payload, about, sent_at, CorrectionKind.NEW_INTENT),
        intent=label(_written(payload, NAME)),
        definition=_written(payload, DEFINITION),
        examples=tuple(example for example in examples if example),
    )


def read_two(payload: Mapping[str, Any], about: About, sent_at: float) -> Lesson:
    """Reads the `view_submission` of the window for two requests in one."""
    return Lesson(
        **_common(payload, about, sent_at, CorrectionKind.TWO_IN_ONE),
        intent=_chosen(payload, FIRST),
        second_intent=_chosen(payload, SECOND),
    )


def _common(payload: Mapping[str, Any], about: About, sent_at: float, kind: CorrectionKind) -> dict[str, Any]:
    return {
        "view_id": payload["view"]["id"],
        "case_id": about.case_id,
        "turn_id": about.turn_id,
        "kind": kind.value,
        "suggestion_visible": about.suggestion_visible,
        "opened_at": about.opened_at,
        "sent_at": sent_at,
        "person_id": payload["user"]["id"],
        "person_name": name_of_user(payload),
    }


def _field(payload: Mapping[str, Any], block: str) -> Mapping[str, Any]:
    values: Mapping[str, Any] = payload["view"]["state"]["values"]
    field: Mapping[str, Any] = (values.get(block) or {}).get(block) or {}
    return field


def _written(payload: Mapping[str, Any], block: str) -> str:
    return str(_field(payload, block).get("value") or "").strip()


def _chosen(payload: Mapping[str, Any], block: str) -> str:
    return str((_field(payload, block).get("selected_option") or {}).get("value") or "")
