from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from labeling.examples import Example
from labeling.intent_model import Encoder, IntentModel, evaluate, train
from labeling.intent_model.embeddings import Embeddings
from labeling.intent_model.metrics import (
    calibration_error,
    coverage_at,
    detection,
    macro_f1,
    risk_coverage,
    risk_coverage_area,
)
from labeling.policy import CLARIFY, Policy, Tier
from labeling.report import Report

ROUTINE = Tier("routine", 0.9, answers=True)
CRITICAL = Tier("critical", None, answers=False)


@pytest.fixture(scope="module")
def banking(few_shot_banking: list[Example], encoder: Encoder) -> IntentModel:
    return train(few_shot_banking, encoder)


@pytest.fixture(scope="module")
def banking_report(banking: IntentModel, banking_test: list[Example]) -> Report:
    return evaluate(banking, banking_test, Policy((ROUTINE,), dict.fromkeys(banking.intents, ROUTINE)))


def test_ten_examples_an_intent_are_enough_for_five_answers_in_six(banking_report: Report) -> None:
    assert banking_report.accuracy is not None
    assert banking_report.accuracy > 0.855
    assert banking_report.macro_f1 == pytest.approx(banking_report.accuracy, abs=0.03)


def test_confidence_means_what_it_says_on_messages_never_seen(banking_report: Report) -> None:
    assert banking_report.ece is not None
    assert banking_report.ece < 0.06


def test_the_promise_is_kept_on_messages_never_seen(banking_report: Report) -> None:
    assert banking_report.answered > 0.4
    assert banking_report.answered_right is not None
    assert banking_report.answered_right >= 0.9


def test_who_is_asked_finds_what_they_want_among_the_options(
    banking: IntentModel, banking_test: list[Example]
) -> None:
    strict = Tier("strict", 0.95, answers=True)
    policy = Policy((strict,), dict.fromkeys(banking.intents, strict))
    report = evaluate(banking, banking_test, policy)

    assert report.clarified > 0.05
    assert report.clarified_right is not None
    assert report.clarified_right >= CLARIFY - 0.02
    unasked = evaluate(banking, banking_test, replace(policy, clarify=None))
    assert (unasked.clarified, unasked.clarified_right) == (0.0, None)
    assert (unasked.answered, unasked.answered_right) == (report.answered, report.answered_right)


@pytest.fixture
def shop_policy(model: IntentModel) -> Policy:
    tiers = dict.fromkeys(model.intents, ROUTINE) | {"report_fraud": CRITICAL}
    return Policy((ROUTINE, CRITICAL), tiers)


def test_a_report_counts_answers_by_tier_and_by_intent(model: IntentModel, shop_policy: Policy) -> None:
    messages = [
        Example("where is my order", "order_status"),
        Example("how much does postage cost", "delivery_cost"),
        Example("somebody paid with my stolen card", "report_fraud"),
        Example("what is the capital of peru", "out_of_scope"),
    ]
    report = evaluate(model, messages, shop_policy)

    assert (report.n, report.out_of_scope, report.accuracy) == (4, 1, 1.0)
    assert report.tiers["critical"].answered == 0
    assert report.tiers["critical"].threshold is None
    assert sum(tier.n for tier in report.tiers.values()) == 4
    assert report.intents["order_status"].right == 1
    assert report.oos_auroc == 1.0


def test_an_intent_that_the_model_lacks_counts_as_wrong(model: IntentModel, shop_policy: Policy) -> None:
    report = evaluate(model, [Example("hire a kayak", "rent_gear")], shop_policy)

    assert report.accuracy == 0.0
    assert report.oos_auroc is None


def test_each_intent_that_the_model_lacks_counts_by_itself(model: IntentModel, shop_policy: Policy) -> None:
    messages = [
        Example("where is my order", "order_status"),
        Example("when do you open", "opening"),
        Example("how much does postage cost", "postage"),
        Example("somebody paid with my stolen card", "theft"),
    ]
    report = evaluate(model, messages, shop_policy)

    assert report.accuracy == 0.25
    assert report.macro_f1 == pytest.approx(1 / 4)


def test_a_set_without_messages_in_scope_has_no_accuracy(model: IntentModel, shop_policy: Policy) -> None:
    report = evaluate(model, [Example("sing me a song", "out_of_scope")], shop_policy)

    assert report.accuracy is None
    assert report.oos_answered == 0.0


def test_an_empty_set_is_measured_as_nothing(model: IntentModel, shop_policy: Policy) -> None:
    assert evaluate(model, [], shop_policy).n == 0


def test_perfect_calibration_has_no_error_and_boasting_has() -> None:
    random = np.random.default_rng(0)
    sure = random.random(100_000)
    right = random.random(100_000) < sure

    assert calibration_error(sure, right) < 0.01
    assert calibration_error(np.ones(1000), np.arange(1000) % 2 == 0) == pytest.approx(0.5)


def test_coverage_is_the_largest_share_that_keeps_the_precision() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, True, False, True, False])

    assert coverage_at(0.95, confidence, right) == pytest.approx(0.4)
    assert coverage_at(0.75, confidence, right) == pytest.approx(0.8)
    assert coverage_at(0.5, np.full(4, 0.5), np.array([True, False, False, False])) == 0.0


def test_risk_is_lower_where_confidence_orders_well() -> None:
    right = np.array([True] * 80 + [False] * 20)
    good = np.linspace(1, 0, 100)

    assert risk_coverage_area(good, right) < risk_coverage_area(good[::-1].copy(), right)


def test_the_order_of_messages_that_are_equally_sure_says_nothing() -> None:
    sure, right = np.array([0.9, *[0.5] * 4]), np.array([True, False, False, True, True])
    points = risk_coverage(sure, right)

    assert points.risk == pytest.approx([0, 0.5 / 2, 1 / 3, 1.5 / 4, 2 / 5])
    assert risk_coverage(sure, right[[0, 4, 2, 3, 1]]).risk == pytest.approx(points.risk)
    assert risk_coverage_area(np.ones(100), np.arange(100) >= 50) == pytest.approx(0.5)
    assert calibration_error(np.full(100, 0.6), np.arange(100) >= 40) == pytest.approx(0)


def test_detection_is_perfect_where_the_strange_are_all_less_sure() -> None:
    assert detection(np.array([0.8, 0.9]), np.array([0.1, 0.2])) == (1.0, 1.0, 0.0)


def test_macro_f1_weighs_every_intent_alike() -> None:
    truth = np.array([0] * 98 + [1, 1])

    assert macro_f1(truth, np.zeros(100, np.int64)) == pytest.approx((2 * 98 / 198 + 0) / 2)


def test_one_messages_vectors_are_shared_between_models(
    shop: list[Example], encoder: Encoder, embeddings: Embeddings
) -> None:
    model = train(shop, encoder, embeddings=embeddings)
    texts = ["where is my order", "hello"]

    given = model.opinion(texts, embeddings.embed(texts))

    assert np.allclose(given.confidence, model.opinion(texts).confidence, atol=1e-4)
