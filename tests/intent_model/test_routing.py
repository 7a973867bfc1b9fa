from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labeling.intent_model import answered
from labeling.intent_model.model import Opinion
from labeling.policy import Policy, PolicyError, Tier, read_out_of_scope, read_policy
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


def test_the_reason_calls_an_intent_by_its_title() -> None:
    titles = {"store_hours": "Opening hours", "report_fraud": "Somebody else paid"}

    unsure = route(ranked("store_hours", 0.62), POLICY, THRESHOLDS, titles=titles)
    risky = route(ranked("report_fraud", 1.0), POLICY, THRESHOLDS, titles=titles)

    assert unsure.reason == "Only 62 % sure it is Opening hours; this tier needs 91 %."
    assert risky.reason == "It may be Somebody else paid; critical turns always go to a person."


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


def fraud_within(share: float) -> Ranking:
    guesses = (Guess("store_hours", 1 - share), Guess("report_fraud", share))
    return Ranking(guesses, 0.98, "v1")


def test_a_critical_wish_inside_an_everyday_sentence_goes_to_a_person_who_reads_why() -> None:
    decision = route(fraud_within(0.12), POLICY, THRESHOLDS)

    assert (decision.kind, decision.tier) == ("escalate", "routine")
    assert decision.reason == "It may also be Report fraud (12 %), which always goes to a person."


def test_several_small_suspicions_count_together() -> None:
    policy = read_policy(
        {
            "routine": {"promise": 0.95, "intents": ["store_hours"]},
            "critical": {"answer": "never", "intents": ["report_fraud", "legal_claim"]},
        }
    )
    guesses = (Guess("store_hours", 0.96), Guess("report_fraud", 0.02), Guess("legal_claim", 0.02))

    decision = route(Ranking(guesses, 0.98, "v1"), policy, THRESHOLDS)

    assert decision.kind == "escalate"
    assert decision.reason == (
        "It may also be Report fraud or Legal claim (with their like 4 %), which always go to a person."
    )


def test_a_trace_of_suspicion_stops_no_answer() -> None:
    assert route(fraud_within(0.02), POLICY, THRESHOLDS).kind == "answer"


def test_how_much_suspicion_stops_an_answer_is_a_knob() -> None:
    bold = replace(POLICY, caution=0.5)

    assert route(fraud_within(0.12), bold, THRESHOLDS).kind == "answer"


def test_an_unsure_turn_says_so_before_it_says_what_else_it_may_be() -> None:
    unsure = replace(fraud_within(0.12), confidence=0.5)

    assert route(unsure, POLICY, THRESHOLDS).reason.startswith("Only 50 % sure")


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 1))
def test_evaluation_decides_as_the_router_does(confidence: float, share: float, caution: float) -> None:
    policy = replace(POLICY, caution=caution)
    intents = ("report_fraud", "store_hours")
    probabilities = np.array([[share, 1 - share]], np.float32)
    opinion = Opinion(probabilities, np.array([confidence]), np.array([1.0]))
    ordered = sorted(zip(probabilities[0], intents, strict=True), reverse=True)
    guesses = tuple(Guess(intent, float(probability)) for probability, intent in ordered)
    assume(share != 0.5)

    (said,) = answered(intents, opinion, policy, THRESHOLDS)

    assert said == (route(Ranking(guesses, confidence, "v1"), policy, THRESHOLDS).kind == "answer")


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


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ({"audit": "3%"}, 0.03),
        ({"audit": "2.5 %"}, 0.025),
        ({"audit": 0.03}, 0.03),
        ({"audit": "100%"}, 1.0),
        ({"audit": "0%"}, 0.0),
        ({"review": "always"}, 1.0),
        ({}, 0.0),
    ],
)
def test_how_many_answers_people_look_at_is_written_as_people_write_shares(
    written: dict[str, object], rate: float
) -> None:
    policy = read_policy({"routine": {"promise": 0.95, "intents": ["store_hours"], **written}})
    tier = policy.tier_of("store_hours")

    assert tier is not None
    assert tier.audit == pytest.approx(rate)
    assert route(ranked("store_hours", 0.99), policy, THRESHOLDS).audit == tier.audit
    assert route(ranked("store_hours", 0.5), policy, THRESHOLDS).audit == 0


def test_a_tier_whose_promise_was_found_broken_is_not_answered_until_somebody_has_looked() -> None:
    decision = route(ranked("store_hours", 0.999), POLICY, THRESHOLDS, stopped=frozenset({"routine"}))

    assert decision.kind == "escalate"
    assert "routine tier's promise broken" in decision.reason
    assert route(ranked("store_hours", 0.999), POLICY, THRESHOLDS, frozenset({"sensitive"})).kind == "answer"


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
        ({"routine": {"promise": 0.9, "audit": 3}}, "audit of routine must be a share such as 3% or 0.03, and is 3"),
        ({"routine": {"promise": 0.9, "audit": "often"}}, "must be a share such as 3%"),
        ({"routine": {"promise": 0.9, "audit": "120%"}}, "must be a share such as 3%"),
        ({"routine": {"promise": 0.9, "audit": True}}, "must be a share such as 3%"),
        ({"routine": {"promise": 0.9, "audit": -0.1}}, "must be a share such as 3%"),
        ({"routine": {"promise": 0.9, "review": "sometimes"}}, "review: always"),
        ({"routine": {"promise": 0.9, "review": "always", "audit": "3%"}}, "not both"),
        ({"critical": {"answer": "never", "review": "always"}}, "critical is never answered"),
        ({"critical": {"answer": "never", "audit": "3%"}}, "critical is never answered"),
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


@pytest.mark.parametrize("caution", [0, 0.0, 1.5, "low", True])
def test_a_caution_that_means_nothing_is_refused(caution: object) -> None:
    with pytest.raises(PolicyError, match="caution"):
        read_policy({"routine": {"promise": 0.9, "intents": ["a"]}}, caution=caution)  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0, 0.9, "a few", True, None])
def test_a_share_out_of_scope_that_cannot_be_is_refused(share: object) -> None:
    with pytest.raises(PolicyError, match="out_of_scope"):
        read_out_of_scope(share)
