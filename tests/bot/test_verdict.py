"""When a person answers what the customer chose."""

from __future__ import annotations

from functools import partial

import pytest

from bot.question import Question
from bot.verdict import reason_beforehand
from bot.waiting import Waiting
from labeling.policy import read_policy
from labeling.routing import why_closed

POLICY = read_policy(
    {
        "open": {"promise": 0.9, "intents": ["refund"]},
        "unsupported": {"promise": 0.99, "intents": ["returns"]},
        "stopped": {"promise": 0.9, "intents": ["hours"]},
        "never": {"answer": "never", "intents": ["fraud"]},
    }
)
THRESHOLDS = {"open": 0.8, "unsupported": None, "stopped": 0.8, "never": None}


def closed(intent: str) -> str | None:
    return why_closed(POLICY.tier_of(intent), THRESHOLDS, frozenset({"stopped"}))


def reason(answer: str | None) -> str | None:
    question = Question(7, ("refund", "returns"), ("My refund?", "Send it back", "None of these"))
    message = partial(Waiting, 9, 3, 1, "webchat", "c1", "1", None, {}, owned=False, asides=())
    return reason_beforehand(message(question=question, answer=answer), closed, str.upper)


@pytest.mark.parametrize("answer", ["refund", None])
def test_the_bot_may_answer_what_is_open_and_what_is_no_choice(answer: str | None) -> None:
    assert reason(answer) is None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            "escalate",
            "The bot asked whether it was “My refund?” or “Send it back”; the customer chose “None of these”.",
        ),
        ("fraud", "The customer chose FRAUD; never turns always go to a person."),
        ("gone", "The customer chose GONE, which is in no tier, so a person answers."),
        (
            "hours",
            "The customer chose HOURS, but audits found the stopped tier's promise broken: "
            "a trainer has to look first.",
        ),
        (
            "returns",
            "The customer chose RETURNS, but too few checked examples yet support the promise of 99 % right answers "
            "in the unsupported tier.",
        ),
    ],
)
def test_what_is_no_longer_open_goes_to_a_person_whoever_chose_it(answer: str, why: str) -> None:
    assert reason(answer) == why
