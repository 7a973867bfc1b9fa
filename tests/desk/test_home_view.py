"""App Home and the queue's window, drawn: whole, within Slack's limits, and nothing in them can act."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest

from escalation.practice.player import JSON
from escalation.slack.home.view import Home, draw_home, queue_window
from escalation.slack.intents import Intents
from escalation.team import Entry, Labelled, Mine, Numbers, Team
from labeling.store.correction import Correction
from tests.desk.conftest import GUIDELINES, words
from tests.shared import slacks

INTENTS = Intents(GUIDELINES, set)
URL = "https://team.slack.example/"
SINCE = datetime(2026, 11, 25, 9, 0)


def entry(number: int, **more: Any) -> Entry:
    plain = Entry(
        case_id=number,
        tier="routine",
        customer_name="Ada <!channel>",
        channel="webchat",
        text="where is <my> money? " * 40,
        since=SINCE,
        waits=True,
        contact="",
        slack_channel="C0123456789",
        slack_ts="1800000000.000100",
    )
    return replace(plain, **more)


def label(number: int) -> Labelled:
    said = Correction(
        turn_id=number, kind="intent", intent="rent_gear", person_id="U1", person_name="M", source="slack"
    )
    return Labelled("rent a <tent>", said)


NUMBERS = Numbers(500, 40, timedelta(minutes=4), 12, 30)
CROWDED = Home(
    team=Team(tuple(entry(number) for number in range(1, 501)), NUMBERS),
    mine=Mine(tuple(entry(number) for number in range(600, 640)), tuple(label(n) for n in range(1, 41))),
    team_url=URL,
    away_since=SINCE,
    page=3,
    notice="Case 7: Jonas has this case.",
)
EMPTY = Home(Team((), Numbers(0, 0, None, 0, 0)), Mine((), ()), URL)


@pytest.mark.parametrize("home", [CROWDED, EMPTY, replace(CROWDED, page=99), replace(CROWDED, page=-1)])
def test_a_home_fits_slacks_own_schema_and_limits(home: Home) -> None:
    view = draw_home(home, INTENTS)
    assert len(view["blocks"]) <= 100
    jsonschema.validate(view, slacks("home.schema"))


@pytest.mark.parametrize("home", [CROWDED, EMPTY])
def test_the_queues_window_fits_slacks_own_schema(home: Home) -> None:
    jsonschema.validate(queue_window(home.team, URL), slacks("modal.schema"))


def test_five_hundred_cases_are_paged_and_none_is_left_out() -> None:
    seen: list[str] = []
    for page in range(25):
        view = draw_home(replace(CROWDED, page=page), INTENTS)
        seen += [one["value"] for one in buttons_of(view) if one["action_id"] == "home_claim"]
    assert seen == [str(number) for number in range(1, 501)]


def test_a_page_leads_on_and_back() -> None:
    view = draw_home(CROWDED, INTENTS)
    pages = [one["value"] for one in buttons_of(view) if one["action_id"].startswith("home_page")]
    assert pages == ["2", "4"]
    assert "61–80 of 500" in words(view)


def test_nothing_that_a_customer_wrote_can_act() -> None:
    view = words(draw_home(CROWDED, INTENTS))
    assert "<!channel>" not in view
    assert "<my>" not in view
    assert "<tent>" not in view


def test_a_case_leads_to_its_thread() -> None:
    assert f"<{URL}archives/C0123456789/p1800000000000100|Case 61>" in words(draw_home(CROWDED, INTENTS))


def buttons_of(view: JSON) -> list[JSON]:
    return [
        element
        for block in view["blocks"]
        for element in (*block.get("elements", []), block.get("accessory"))
        if isinstance(element, dict) and "action_id" in element
    ]
