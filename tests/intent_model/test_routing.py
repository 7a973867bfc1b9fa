from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.policy import Policy, PolicyError, Tier, read_policy
from labeling.ranking import Guess, Ranking
from labeling.routing import route

POLICY = read_policy(
    {
        "routine": {"promise": 0.95, "intents": ["store_hours"]},
        "sensitive": {"promise": 0.98, "intents": ["refund_status"]},
        "critical": {"answer": "never", "intents": ["report_fraud"]},
    }
)
THRESHOLDS = {"routine": 0.91, "sensitive": None, "critical": None}


def ranked(intent: str, confidence: float) -> Ranking:
    return Ranking((Guess(intent, 0.9), Guess("other", 0.1)), confidence, "v1")


def test_a_sure_routine_turn_is_answered() -> None:
    decision = route(ranked("store_hours", 0.95), POLICY, THRESHOLDS)

    assert (decision.kind, decision.tier) == ("answer", "routine")
    assert decision.reason == "95 % sure it is Store hours; the routine tier needs 91 %."


def test_an_unsure_turn_goes_to_a_person_who_reads_why() -> None:
    decision = route(ranked("store_hours", 0.62), POLICY, THRESHOLDS)

    assert decision.kind == "escalate"
    assert decision.reason == "Only 62 % sure it is Store hours; this tier needs 91 %."


def test_just_below_the_threshold_never_reads_as_enough() -> None:
    decision = route(ranked("store_hours", 0.9099), POLICY, THRESHOLDS)

    assert decision.reason == "Only 90 % sure it is Store hours; this tier needs 91 %."


def test_a_promise_that_the_data_cannot_support_sends_the_turn_to_a_person() -> None:
    decision = route(ranked("refund_status", 0.999), POLICY, THRESHOLDS)

    assert decision.kind == "escalate"
    assert "too few checked examples yet support the promise of 98 %" in decision.reason


def test_a_critical_turn_goes_to_a_person_however_sure() -> None:
    decision = route(ranked("report_fraud", 1.0), POLICY, {**THRESHOLDS, "critical": 0.0})

    assert decision.kind == "escalate"
    assert decision.reason == "It may be Report fraud; critical turns always go to a person."


def test_an_intent_in_no_tier_goes_to_a_person() -> None:
    assert route(ranked("new_wish", 1.0), POLICY, THRESHOLDS).kind == "escalate"


def test_without_a_guess_a_person_answers() -> None:
    assert route(Ranking((), 0.0, ""), POLICY, THRESHOLDS).kind == "escalate"


@given(
    st.sampled_from(["store_hours", "refund_status", "report_fraud", "unknown"]),
    st.floats(0, 1),
    st.dictionaries(st.sampled_from(["routine", "sensitive", "critical"]), st.none() | st.floats(0, 1)),
)
def test_nothing_is_answered_below_its_tiers_threshold(
    intent: str, confidence: float, thresholds: dict[str, float | None]
) -> None:
    decision = route(ranked(intent, confidence), POLICY, thresholds)

    if decision.kind == "answer":
        tier = POLICY.tier_of(intent)
        assert tier is not None
        least = thresholds.get(tier.name)
        assert tier.answers
        assert least is not None
        assert confidence >= least
    assert decision.reason.endswith(".")


def test_the_policy_knows_each_intents_tier() -> None:
    assert POLICY.tier_of("refund_status") == Tier("sensitive", 0.98, answers=True)
    assert POLICY.tier_of("nowhere") is None
    assert isinstance(POLICY, Policy)


@pytest.mark.parametrize(
    ("tiers", "complaint"),
    [
        ({}, "at least one tier"),
        (None, "at least one tier"),
        ({"routine": None}, "routine must be a mapping"),
        ({"routine": {"intents": []}}, "routine needs a promise"),
        ({"routine": {"promise": 95, "intents": []}}, "routine needs a promise"),
        ({"routine": {"promise": "high", "intents": []}}, "routine needs a promise"),
        ({"routine": {"promise": 0.9, "answer": "never"}}, "not both"),
        ({"routine": {"answer": "always"}}, "answer: never"),
        ({"routine": {"promise": 0.9, "intent": ["a"]}}, "unknown entry intent"),
        ({"routine": {"promise": 0.9, "intents": "a"}}, "must be a list"),
        ({"a": {"promise": 0.9, "intents": ["x"]}, "b": {"promise": 0.8, "intents": ["x"]}}, "both a and b"),
    ],
)
def test_tiers_that_make_no_sense_are_refused_in_one_line(tiers: object, complaint: str) -> None:
    with pytest.raises(PolicyError, match=complaint) as refusal:
        read_policy(tiers)  # type: ignore[arg-type]

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("certainty", [1.0, 0.2, "high", 1])
def test_a_certainty_that_nothing_can_give_is_refused(certainty: float) -> None:
    with pytest.raises(PolicyError, match="certainty"):
        read_policy({"routine": {"promise": 0.9, "intents": ["a"]}}, certainty)
