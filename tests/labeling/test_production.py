"""What audits say of all the bot's answers, and when they say that a promise is broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.production import (
    FALSE_ALARMS,
    Drawn,
    by_weeks,
    estimate,
    evidence,
    interval,
    is_broken,
    more_needed,
    stakes,
)

NOW = datetime(2026, 11, 25)


def drawn(right: bool | None, rate: float = 0.03, tier: str = "routine", days_ago: float = 1.0) -> Drawn:
    return Drawn(1, tier, rate, NOW - timedelta(days=days_ago), right, None if right is None else NOW)


def test_without_an_audit_nothing_is_claimed() -> None:
    seen = estimate([drawn(None)] * 3)
    assert (seen.share, seen.low, seen.high, seen.audits, seen.waiting) == (None, 0.0, 1.0, 0, 3)


@pytest.mark.parametrize(("right", "count"), [(0, 10), (10, 10), (57, 60), (290, 300)])
def test_with_one_rate_the_interval_is_clopper_and_pearsons(right: int, count: int) -> None:
    from scipy.stats import binomtest

    exact = binomtest(right, count).proportion_ci(0.95, method="exact")
    seen = estimate([drawn(True)] * right + [drawn(False)] * (count - right))
    assert (seen.low, seen.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert seen.share == pytest.approx(right / count)


def test_an_answer_counts_for_the_inverse_of_its_chance() -> None:
    """1,000 routine answers of which 90 % are right, audited at 10 %; 100 sensitive ones, all right, all audited."""
    routine = [drawn(True, 0.1)] * 90 + [drawn(False, 0.1)] * 10
    seen = estimate([*routine, *[drawn(True, 1.0, "sensitive")] * 100])
    assert seen.share == pytest.approx((900 + 100) / 1100)
    assert seen.low < 0.9 < seen.high


def test_a_changed_knob_changes_no_earlier_answers_weight() -> None:
    before = [drawn(True, 0.01)] * 9 + [drawn(False, 0.01)]
    after = [drawn(True, 0.5)] * 500
    assert estimate(before + after).share == pytest.approx((900 + 1000) / (1000 + 1000))


def test_those_that_nobody_has_looked_at_yet_are_stood_for_by_their_like() -> None:
    routine = [drawn(False, 0.1)] * 10
    half_looked = [drawn(True, 1.0, "sensitive")] * 50 + [drawn(None, 1.0, "sensitive")] * 50
    assert estimate(routine + half_looked).share == pytest.approx(100 / 200)


def test_what_customers_chose_is_stood_for_by_its_like_alone() -> None:
    """Guesses that were all looked at, and choices of which half were: a choice counts twice, a guess once."""
    chosen = [replace(drawn(right, 1.0), chosen="store_hours") for right in [False] * 10 + [None] * 10]
    assert estimate([*[drawn(True, 1.0)] * 20, *chosen]).share == pytest.approx(20 / 40)


@settings(max_examples=4)
@given(st.integers(0, 10_000))
def test_over_many_draws_the_combined_interval_holds_the_true_share(seed: int) -> None:
    random = np.random.default_rng(seed)
    draws, held = 200, 0
    truth = (4_000 * 0.94 + 600 * 0.99) / 4_600
    for _ in range(draws):
        rows = [
            drawn(bool(random.random() < share), rate, tier)
            for tier, count, share, rate in (("routine", 4_000, 0.94, 0.03), ("sensitive", 600, 0.99, 1.0))
            for _ in range(random.binomial(count, rate))
        ]
        seen = estimate(rows)
        held += seen.low <= truth <= seen.high
    assert held >= 200 * 0.95 - 6 * np.sqrt(200 * 0.95 * 0.05)


@given(st.integers(0, 80), st.integers(0, 5), st.sampled_from([0.9, 0.95, 0.98]))
def test_so_many_more_right_ones_are_just_enough(right: int, wrong: int, promise: float) -> None:
    seen = estimate([drawn(True)] * right + [drawn(False)] * wrong)
    more = more_needed(seen, promise)
    assert interval(right + more, right + wrong + more)[0] >= promise
    if more:
        assert interval(right + more - 1, right + wrong + more - 1)[0] < promise


def test_a_week_looks_back_over_four_weeks_and_an_empty_one_is_left_out() -> None:
    weeks = by_weeks([drawn(True, days_ago=40), drawn(False, days_ago=1)], NOW, 9)
    assert [(week.estimate.right, week.estimate.audits) for week in weeks] == [(1, 1)] * 4 + [(0, 1)]
    assert weeks[-1].end == NOW


@pytest.mark.parametrize("promise", [0.5, 0.8, 0.95, 0.98])
def test_looked_at_after_every_audit_a_kept_promise_rings_in_fewer_runs_than_allowed(promise: float) -> None:
    """At the very edge, where false alarms are likeliest: just as many are right as promised."""
    random = np.random.default_rng(7)
    runs = 200
    rung = sum(is_broken(evidence((random.random(2_000) < promise).tolist(), promise)) for _ in range(runs))
    assert rung <= runs * FALSE_ALARMS


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.6, 0.98))
def test_before_any_audit_the_next_one_gains_nothing_on_average(seed: int, promise: float) -> None:
    """The bet is fair at the edge, whatever came before: that is all the guarantee needs."""
    past = (np.random.default_rng(seed).random(30) < promise).tolist()
    good, bad = (stakes([*past, is_right], promise)[-1] for is_right in (True, False))
    assert promise * good + (1 - promise) * bad == pytest.approx(stakes(past, promise)[-1])


@pytest.mark.parametrize(("now", "most"), [(0.80, 150), (0.88, 500)])
def test_a_broken_promise_is_found_from_the_start_and_after_a_long_good_time(now: float, most: int) -> None:
    random = np.random.default_rng(3)
    runs, good = 100, 400
    for before in (0, good):
        found = 0
        for _ in range(runs):
            fine, fallen = random.random(before) < 0.97, random.random(most) < now
            found += is_broken(evidence([*fine.tolist(), *fallen.tolist()], 0.95))
        assert found >= 0.9 * runs, (before, found)
