"""The gates, on reports written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy.stats import binom

from labeling.policy import Policy, read_policy
from labeling.promise import binomial_tail
from labeling.promotion import Exam, Gates, GatesRefused, Judged, objections, read_gates

POLICY: Policy = read_policy(
    {
        "routine": {"promise": 0.9, "intents": ["hours", "rent"]},
        "critical": {"answer": "never", "intents": ["fraud"]},
    }
)


def exam(*parts: tuple[int, Judged], error: float = 0.05) -> Exam:
    return Exam(tuple(one for count, one in parts for _ in range(count)), error)


RIGHT = Judged("hours", "hours", answered=True)
WRONG = Judged("hours", "rent", answered=False)
MISLED = Judged("hours", "rent", answered=True)
ASKED = Judged("hours", "hours", answered=False)
STRANGE = Judged(None, "hours", answered=False)
FOOLED = Judged(None, "hours", answered=True)
LIVE = exam((90, RIGHT), (10, WRONG), (40, STRANGE))


def against(candidate: Exam, live: Exam | None = LIVE, gates: Gates | None = None) -> list[str]:
    return objections(live, candidate, gates or Gates(), POLICY)


def test_small_losses_one_after_another_do_not_add_up() -> None:
    fallen = exam((89, RIGHT), (11, WRONG), (40, STRANGE))
    assert objections(LIVE, fallen, Gates(), POLICY, best=0.9) == []
    (objection,) = objections(LIVE, fallen, Gates(), POLICY, best=0.93)
    assert "best model so far" in objection


def test_an_equal_candidate_has_nothing_against_it() -> None:
    assert against(LIVE) == []


def test_a_better_candidate_has_nothing_against_it() -> None:
    assert against(exam((97, RIGHT), (3, WRONG), (40, STRANGE))) == []


def test_a_loss_that_chance_explains_is_tolerated() -> None:
    assert against(exam((89, RIGHT), (11, WRONG), (40, STRANGE))) == []


def test_a_loss_beyond_chance_is_refused_with_both_numbers() -> None:
    (objection,) = against(exam((80, RIGHT), (20, WRONG), (40, STRANGE)))
    assert "80.0 %" in objection
    assert "90.0 %" in objection


def test_one_intent_must_not_pay_for_the_others() -> None:
    rent = Judged("rent", "rent", answered=True)
    lost = Judged("rent", "hours", answered=False)
    live = exam((500, RIGHT), (8, rent))
    (objection,) = against(exam((500, RIGHT), (3, rent), (5, lost)), live, Gates(chance=0.01))
    assert objection.startswith("Rent: 3 of 8")


def test_answers_that_break_the_promise_are_refused_where_live_kept_it() -> None:
    reasons = against(exam((80, RIGHT), (20, MISLED), (40, STRANGE)))
    assert any("90.0 % are promised" in reason for reason in reasons)


def test_a_promise_that_live_breaks_too_does_not_stop_an_equal_candidate() -> None:
    broken = exam((80, RIGHT), (20, MISLED), (40, STRANGE))
    assert against(broken, broken) == []


def test_a_candidate_that_stops_answering_is_refused() -> None:
    (objection,) = against(exam((20, RIGHT), (70, ASKED), (10, WRONG), (40, STRANGE)))
    assert objection == "routine: it would answer 20 of the frozen messages; live answers 90."


def test_answering_what_nothing_covers_is_refused() -> None:
    (objection,) = against(exam((90, RIGHT), (10, WRONG), (30, STRANGE), (10, FOOLED)))
    assert objection == "It would answer 10 of 40 messages that nothing covers; live answers 0."


def test_a_confidence_that_means_nothing_is_refused() -> None:
    (objection,) = against(replace(LIVE, calibration_error=0.3))
    assert "confidence" in objection


def test_a_first_model_that_claims_nothing_and_leaves_every_answer_to_people_may_go_live() -> None:
    assert against(exam((40, ASKED), (10, WRONG), error=0.99), live=None) == []


def test_every_reason_is_given_not_only_the_first() -> None:
    assert len(against(exam((20, RIGHT), (80, WRONG), (20, STRANGE), (20, FOOLED), error=0.4))) >= 4


def test_the_first_model_meets_the_floors_only() -> None:
    poor = exam((30, RIGHT), (70, MISLED), (40, FOOLED))
    assert against(poor, live=None) == []
    assert len(against(exam((10, RIGHT), (90, WRONG)), live=None)) == 1


def test_a_gate_can_be_overridden_and_a_mistyped_one_is_named() -> None:
    assert read_gates({"accuracy_floor": 0.6}).accuracy_floor == 0.6
    with pytest.raises(GatesRefused, match="there is no accuracy_flor"):
        read_gates({"accuracy_flor": 0.6})
    with pytest.raises(GatesRefused, match="must be from 0 to 1"):
        read_gates({"accuracy_floor": 60})


def test_the_binomial_tail_is_exact() -> None:
    for successes, count, share in ((0, 3, 0.5), (2, 3, 0.5), (271, 296, 0.95), (5000, 10_000, 0.5)):
        assert binomial_tail(successes, count, share) == pytest.approx(binom.cdf(successes, count, share), rel=1e-9)
