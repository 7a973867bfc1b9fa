from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from labeling.policy import Policy, Tier
from labeling.promise import GRID, KNOWN, Calibration, Turn, _tail, binomial_tail, lowest_safe, thresholds

TURNS = st.lists(st.builds(Turn, st.floats(0, 1), st.booleans(), st.sampled_from([1.0, 0.04])), max_size=400)


@given(TURNS, st.floats(0.5, 0.98), st.floats(0.001, 0.019))
def test_a_stricter_promise_never_lowers_the_threshold(turns: list[Turn], promise: float, more: float) -> None:
    mild, strict = (lowest_safe(turns, wanted, 0.05) for wanted in (promise, promise + more))

    assert strict is None or (mild is not None and mild <= strict)


@given(TURNS, st.sampled_from([0.8, 0.9, 0.95]))
def test_what_would_have_been_answered_keeps_the_promise_on_the_calibration_turns_themselves(
    turns: list[Turn], promise: float
) -> None:
    threshold = lowest_safe(turns, promise, 0.05)

    if threshold is not None:
        answered = [turn for turn in turns if turn.confidence >= threshold]
        right = sum(turn.weight for turn in answered if turn.right)
        assert right >= promise * sum(turn.weight for turn in answered)
        assert threshold in GRID


@pytest.mark.parametrize("promise", [0.9, 0.95, 0.98])
@pytest.mark.parametrize("count", [300, 900, 3_000])
def test_over_many_draws_the_promise_is_broken_no_oftener_than_allowed(promise: float, count: int) -> None:
    random = np.random.default_rng(count)
    draws, allowed = 400, 0.05
    broken = 0
    for _ in range(draws):
        confidence = random.beta(3, 1, count)
        # Overconfident: wrong oftener than it says, which the test must find out by itself.
        right = random.random(count) < confidence**1.5
        threshold = lowest_safe(whole(confidence, right), promise, allowed)
        broken += threshold is not None and true_precision(threshold) < promise
    # Where just as many break as are allowed, more than this come about once in a thousand times.
    assert broken <= binom.isf(0.001, draws, allowed)


def whole(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Turn]:
    return [Turn(sure, is_right) for sure, is_right in zip(confidence.tolist(), right.tolist(), strict=True)]


def true_precision(threshold: float) -> float:
    """Of the turns drawn above: the share right among those at least this sure."""
    sure = np.linspace(threshold, 1, 20_001)
    density = 3 * sure**2
    return float((density * sure**1.5).sum() / density.sum())


def test_many_sure_and_right_turns_support_a_promise_at_a_useful_threshold() -> None:
    random = np.random.default_rng(0)
    confidence = random.beta(6, 1, 900)
    right = random.random(900) < confidence**0.3
    threshold = lowest_safe(whole(confidence, right), 0.95, 0.05)

    assert threshold is not None
    assert (confidence >= threshold).mean() > 0.6


def test_wrong_turns_at_the_very_top_do_not_end_the_search() -> None:
    turns = [Turn(0.999, False)] * 3 + [Turn(0.95, True)] * 500

    assert lowest_safe(turns, 0.95, 0.05) is not None


def test_the_bot_never_says_what_it_believes_to_be_more_likely_wrong_than_right() -> None:
    threshold = lowest_safe([Turn(0.9, True)] * 900 + [Turn(0.3, True)] * 900, 0.9, 0.05)

    assert threshold is not None
    assert threshold >= 0.5


def test_too_few_turns_support_nothing_however_right_they_are() -> None:
    enough = 59  # 0.95 ** 59 < 0.05 < 0.95 ** 58

    assert lowest_safe([Turn(0.99, True)] * (enough - 1), 0.95, 0.05) is None
    assert lowest_safe([Turn(0.99, True)] * (2 * enough), 0.95, 0.05) is not None


def test_over_many_draws_turns_that_count_in_parts_break_the_promise_no_oftener_either() -> None:
    """Half the calibration turns are out of scope; in traffic one in ten is, and every answer to one is wrong."""
    random = np.random.default_rng(1)
    draws, allowed, count, share = 300, 0.05, 500, 0.1
    broken = 0
    for _ in range(draws):
        known, strange = random.beta(4, 1, count), random.beta(2, 2, count)
        turns = whole(known, random.random(count) < known)
        turns += [Turn(sure, False, share / (1 - share)) for sure in strange.tolist()]
        threshold = lowest_safe(turns, 0.9, allowed)
        broken += threshold is not None and mixed_precision(threshold, share) < 0.9
    assert broken <= draws * allowed


def test_the_promise_holds_whatever_topics_customers_bring_that_nothing_covers() -> None:
    """Some topics resemble what was taught, and the bot is sure of them; which ones come is luck each time."""
    random = np.random.default_rng(5)
    draws, allowed, share, count, each = 100, 0.05, 0.2, 4_000, 40
    broken = blind = 0
    for _ in range(draws):
        known, fresh = random.beta(8, 1, count), random.beta(8, 1, 5 * count)
        right, later_right = (random.random(len(some)) < some**0.2 for some in (known, fresh))
        before, later = (topics(random, 20, each) for _ in range(2))
        part = share / (1 - share) * count / (20 * each)
        turns = whole(known, right)
        turns += [Turn(sure, False, part, number) for number, some in enumerate(before) for sure in some.tolist()]
        traffic = fresh, later_right, np.concatenate(later), share
        broken += not holds(lowest_safe(turns, 0.9, allowed, 20), *traffic)
        blind += not holds(lowest_safe(turns, 0.9, allowed), *traffic)

    assert broken <= draws * allowed < blind


def topics(random: np.random.Generator, count: int, each: int) -> list[NDArray[np.float64]]:
    """How sure the bot is of each one's turns: of a quarter of the topics often, of the others seldom."""
    return [random.beta(*((6.0, 1.0) if alike else (1.0, 4.0)), each) for alike in random.random(count) < 0.25]


def holds(
    threshold: float | None,
    known: NDArray[np.float64],
    right: NDArray[np.bool_],
    strange: NDArray[np.float64],
    share: float,
) -> bool:
    """Whether answers above the threshold keep a promise of 0.9, if `share` of the traffic is strange."""
    if threshold is None:
        return True
    said = known >= threshold
    answers = (1 - share) * said.mean() + share * (strange >= threshold).mean()
    return bool((1 - share) * (said & right).mean() >= 0.9 * answers)


def test_one_topic_that_is_always_mistaken_weighs_more_than_a_little_of_each() -> None:
    sure = [Turn(0.9, True)] * 900
    scattered = [Turn(0.9, False, 0.5, number) for number in range(40)]
    one_topic = [Turn(0.9, False, 0.5, 0)] * 40

    assert lowest_safe([*sure, *scattered], 0.95, 0.05, 40) is not None
    assert lowest_safe([*sure, *one_topic], 0.95, 0.05, 40) is None


def in_one_tier(strange: int, topics: int, right: int = 3_000) -> Calibration:
    """Many sure and right turns, and some out of scope in each of so many topics, of which the bot is never sure."""
    numbers = [number for number in range(topics) for _ in range(strange)]
    return Calibration(
        (0.99,) * right + (0.1,) * len(numbers),
        (True,) * right + (False,) * len(numbers),
        ("hours",) * (right + len(numbers)),
        (1.0,) * right + (0.04 / 0.96 * right / max(1, len(numbers)),) * len(numbers),
        (KNOWN,) * right + tuple(numbers),
        out_of_scope=0.04,
    )


@pytest.mark.parametrize(("topics", "supported"), [(0, 0.95), (1, 0.95), (3, 0.98), (10, 0.99)])
def test_the_fewer_topics_out_of_scope_could_be_tried_the_less_can_be_promised(topics: int, supported: float) -> None:
    """Nobody knows whether the bot is sure of those that were not tried, which are 4 % of the traffic at most."""
    found = []
    for promise in (0.9, 0.95, 0.98, 0.99):
        tier = Tier("routine", promise, answers=True)
        calibration = in_one_tier(50, topics)
        found.append(thresholds(Policy((tier,), {"hours": tier}), calibration)["routine"] is not None)

    assert found == [promise <= supported for promise in (0.9, 0.95, 0.98, 0.99)]


def mixed_precision(threshold: float, share: float) -> float:
    sure = np.linspace(threshold, 1, 20_001)
    known, strange = (1 - share) * 4 * sure**3, share * 6 * sure * (1 - sure)
    return float((known * sure).sum() / (known + strange).sum())


def test_one_strange_turn_more_hardly_moves_a_threshold() -> None:
    random = np.random.default_rng(3)
    known, strange = random.beta(20, 1, 800), np.sort(random.beta(2, 2, 800))
    turns = whole(known, random.random(800) < known**0.3)
    found = [
        lowest_safe([*turns, *(Turn(sure, False, 0.04) for sure in some.tolist())], 0.98, 0.05)
        for some in (strange, strange[:-1], strange[1:], np.append(strange, 0.95))
    ]

    assert None not in found
    steps = [GRID.index(threshold) for threshold in found if threshold is not None]
    assert max(steps) - min(steps) <= 2


@pytest.mark.parametrize(("wrong", "answered"), [(0.5, 60.0), (3.2, 200.7), (7.9, 400.2)])
def test_a_part_of_a_wrong_turn_is_worse_than_none_and_better_than_a_whole_one(wrong: float, answered: float) -> None:
    low, high = (_tail(float(edge), answered, 0.05) for edge in (math.floor(wrong), math.ceil(wrong)))

    assert low < _tail(wrong, answered, 0.05) < high


def test_a_tier_that_never_answers_has_no_threshold() -> None:
    critical = Tier("critical", None, answers=False)
    policy = Policy((critical,), {"report_fraud": critical})

    assert thresholds(policy, Calibration((0.99,) * 500, (True,) * 500, ("report_fraud",) * 500)) == {
        "critical": None
    }


def test_each_tier_is_judged_by_the_turns_whose_first_guess_is_its_own() -> None:
    routine, sensitive = Tier("routine", 0.95, answers=True), Tier("sensitive", 0.95, answers=True)
    policy = Policy((routine, sensitive), {"hours": routine, "refund": sensitive})
    calibration = Calibration((0.9,) * 400, (True,) * 200 + (True, False) * 100, ("hours",) * 200 + ("refund",) * 200)

    derived = thresholds(policy, calibration)

    assert derived["routine"] is not None
    assert derived["sensitive"] is None


@pytest.mark.parametrize(
    ("wrong", "count", "share"), [(0, 10, 0.05), (3, 50, 0.1), (20, 3000, 0.02), (7, 7, 0.5), (4_900, 100_000, 0.05)]
)
def test_the_binomial_tail_is_scipys(wrong: int, count: int, share: float) -> None:
    assert binomial_tail(wrong, count, share) == pytest.approx(float(binom.cdf(wrong, count, share)))
