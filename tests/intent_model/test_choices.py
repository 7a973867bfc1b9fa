"""When the customer is asked what they meant: from a set that holds it as often as config.yml says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.choices import FEWEST, MOST, find_cut, options
from labeling.policy import Policy, PolicyError, read_policy
from labeling.promise import Calibration, Contested
from labeling.ranking import Guess, Ranking, plausible
from labeling.routing import route

LEVEL = 0.9
TIERS = {
    "routine": {"promise": 0.95, "intents": ["hours", "delivery", "returns", "refund"]},
    "sensitive": {"promise": 0.98, "intents": ["cancel"]},
    "critical": {"answer": "never", "intents": ["fraud"]},
}
POLICY = read_policy(TIERS, clarify=LEVEL)
THRESHOLDS = {"routine": 0.8, "sensitive": 0.9, "critical": None}


def ranked(confidence: float = 0.5, in_scope: float = 1.0, **shares: float) -> Ranking:
    guesses = sorted((Guess(intent, share) for intent, share in shares.items()), key=lambda one: -one.probability)
    return Ranking(tuple(guesses), confidence, "v1", in_scope)


BETWEEN_TWO = ranked(hours=0.6, delivery=0.36, returns=0.04)


def held_out(ranking: Ranking, right: int, missed: int = 0, weight: float = 1.0) -> Calibration:
    """So many turns with this ranking: what was wanted is its first guess, or nothing that it knows."""
    turns = [Contested(ranking, ranking.best, 1.0)] * right + [Contested(ranking, None, weight)] * missed
    return Calibration((), (), (), contested=tuple(turns))


def asked(ranking: Ranking, calibration: Calibration, policy: Policy = POLICY) -> tuple[str, ...]:
    return options(ranking, policy, THRESHOLDS, find_cut(policy, THRESHOLDS, calibration))


def test_two_plausible_intents_are_asked_about() -> None:
    assert asked(BETWEEN_TWO, held_out(BETWEEN_TWO, 40)) == ("hours", "delivery")


def test_where_two_do_not_reach_the_level_the_third_is_offered_too() -> None:
    among_three = ranked(hours=0.5, delivery=0.3, returns=0.15, refund=0.05)

    assert asked(among_three, held_out(among_three, 40)) == ("hours", "delivery", "returns")


def test_held_out_turns_that_wanted_the_third_widen_the_set() -> None:
    third = Contested(BETWEEN_TWO, "returns", 1.0)
    calibration = Calibration((), (), (), contested=(*held_out(BETWEEN_TWO, 30).contested, *[third] * 10))

    assert asked(BETWEEN_TWO, calibration) == ("hours", "delivery", "returns")


@pytest.mark.parametrize(
    "ranking",
    [
        ranked(confidence=0.85, hours=0.6, delivery=0.4),
        ranked(hours=0.995, delivery=0.005),
        ranked(hours=0.3, delivery=0.3, returns=0.2, refund=0.2),
        ranked(in_scope=0.85, hours=0.6, delivery=0.4),
        ranked(hours=0.6, fraud=0.4),
        ranked(hours=0.6, delivery=0.38, fraud=0.02),
        ranked(fraud=0.6, hours=0.4),
        ranked(hours=0.6, nowhere=0.4),
        Ranking((), 0.0, "v1", 1.0),
    ],
    ids=[
        "sure enough to answer",
        "one alone is plausible",
        "more than three are",
        "likely out of scope",
        "one always goes to a person",
        "one that would be offered third always does",
        "the first always does",
        "one is in no tier",
        "there is no model",
    ],
)
def test_a_question_that_would_not_settle_it_is_not_asked(ranking: Ranking) -> None:
    assert asked(ranking, held_out(BETWEEN_TWO, 400)) == ()


def test_a_tier_whose_promise_is_not_supported_yet_is_offered_to_nobody() -> None:
    unsupported = {**THRESHOLDS, "routine": None}
    cut = find_cut(POLICY, THRESHOLDS, held_out(BETWEEN_TWO, 40))

    assert options(BETWEEN_TWO, POLICY, unsupported, cut) == ()


def test_too_few_held_out_turns_support_no_question() -> None:
    assert find_cut(POLICY, THRESHOLDS, held_out(BETWEEN_TWO, 8)) is None
    assert find_cut(POLICY, THRESHOLDS, held_out(BETWEEN_TWO, 9)) is not None


def test_turns_out_of_scope_count_as_missed_each_for_its_part() -> None:
    assert find_cut(POLICY, THRESHOLDS, held_out(BETWEEN_TWO, 40, missed=10)) is None
    assert find_cut(POLICY, THRESHOLDS, held_out(BETWEEN_TWO, 40, missed=10, weight=0.1)) is not None


def test_clarify_false_asks_nobody() -> None:
    assert find_cut(read_policy(TIERS, clarify=False), THRESHOLDS, held_out(BETWEEN_TWO, 400)) is None


@pytest.mark.parametrize("level", [True, 0.3, 1, 1.0, "often", None])
def test_a_level_that_is_none_is_refused_in_a_line(level: object) -> None:
    with pytest.raises(PolicyError, match="clarify: must be"):
        read_policy(TIERS, clarify=level)


def test_the_route_names_the_options_and_its_reason_is_a_sentence() -> None:
    decision = route(BETWEEN_TWO, POLICY, THRESHOLDS, cut=0.9)

    assert (decision.kind, decision.tier, decision.options) == ("clarify", "routine", ("hours", "delivery"))
    assert decision.reason == "Only 50 % sure it is Hours; it may also be Delivery, so the customer is asked."


def test_without_a_cut_a_person_answers() -> None:
    assert route(BETWEEN_TWO, POLICY, THRESHOLDS).kind == "escalate"


def test_a_tier_whose_promise_was_found_broken_is_offered_to_nobody() -> None:
    ranking = ranked(hours=0.6, cancel=0.4)

    assert route(ranking, POLICY, THRESHOLDS, cut=0.9).options == ("hours", "cancel")
    assert route(ranking, POLICY, THRESHOLDS, frozenset({"sensitive"}), cut=0.9).kind == "escalate"


SHARES = st.lists(st.floats(0.001, 1), min_size=1, max_size=6)


@given(SHARES, st.floats(0, 1), st.floats(0, 1), st.sampled_from([None, 0.9, 0.97, 1.0]))
def test_whatever_the_ranking_only_what_a_person_would_have_answered_is_asked_about(
    shares: Sequence[float], confidence: float, in_scope: float, cut: float | None
) -> None:
    names = ["hours", "delivery", "cancel", "fraud", "returns", "refund"]
    ranking = ranked(confidence, in_scope, **{n: s / sum(shares) for n, s in zip(names, shares, strict=False)})
    before, after = route(ranking, POLICY, THRESHOLDS), route(ranking, POLICY, THRESHOLDS, cut=cut)

    if after.kind == "clarify":
        assert before.kind == "escalate"
        assert FEWEST <= len(after.options) <= MOST
        assert all(THRESHOLDS[POLICY.intents[intent].name] for intent in after.options)
    else:
        assert after == before


def draw(random: np.random.Generator, count: int, pride: float, strange: float) -> list[Contested]:
    """Exchangeable turns of a model that is too sure of itself by `pride`; a share `strange` is out of scope."""
    turns = []
    for shares in random.dirichlet([1.2, 0.8, 0.3, 0.1], count):
        claimed = np.sort(shares**pride / (shares**pride).sum())[::-1]
        true = np.sort(shares)[::-1]
        intents = ["hours", "delivery", "returns", "refund"]
        truth = None if random.random() < strange else intents[random.choice(4, p=true / true.sum())]
        guesses = tuple(Guess(intent, share) for intent, share in zip(intents, claimed.tolist(), strict=True))
        turns.append(Contested(Ranking(plausible(guesses), 0.5, "", 0.97), truth, 1.0))
    return turns


@settings(max_examples=12)
@given(
    st.integers(0, 10_000),
    st.sampled_from([40, 150, 600]),
    st.sampled_from([1.0, 1.3]),
    st.sampled_from([0.0, 0.04]),
    st.sampled_from([0.8, 0.9]),
)
def test_over_many_draws_no_more_are_asked_in_vain_than_allowed(
    seed: int, count: int, pride: float, strange: float, level: float
) -> None:
    random = np.random.default_rng(seed)
    policy = read_policy(TIERS, clarify=level)
    in_vain = []
    draws = 80
    for _ in range(draws):
        calibration = Calibration((), (), (), contested=tuple(draw(random, count, pride, strange)))
        cut = find_cut(policy, THRESHOLDS, calibration)
        for turn in draw(random, 40, pride, strange):
            if options(turn.ranking, policy, THRESHOLDS, cut=1.0):
                offered = options(turn.ranking, policy, THRESHOLDS, cut)
                in_vain.append(bool(offered) and turn.truth not in offered)
    # Four standard deviations of the average over the draws and their turns are less.
    assert np.mean(in_vain) <= 1 - level + 0.04
