from __future__ import annotations

import numpy as np
import pytest

from labeling.examples import Example
from labeling.intent_model import Encoder, Trial, measure

KEYS = {
    "accuracy", "macro_f1", "ece", "nll", "brier", "aurc", "coverage_at_95", "coverage_at_98", "coverage_at_99",
    "oos_auroc", "oos_aupr", "oos_fpr95", "train_seconds", "p50_ms", "p95_ms", "batch_per_second", "peak_mb",
    "n_train", "n_test", "intents",
}  # fmt: skip
TIMES = {"train_seconds", "p50_ms", "p95_ms", "batch_per_second", "peak_mb"}
TEST = (
    *[Example("where is my order", "order_status")] * 2,
    Example("opening times?", "store_hours"),
)


def trial(shop: list[Example], *test: Example, strange: tuple[str, ...] = ()) -> Trial:
    return Trial(tuple(shop[::4]), test, strange, (), ())


def test_every_figure_is_measured(shop: list[Example], encoder: Encoder) -> None:
    measured = measure(trial(shop, *TEST, strange=("sing me a song", "who won the cup")), encoder)

    assert set(measured.figures) == KEYS
    assert measured.figures["accuracy"] == 1.0
    assert measured.figures["n_test"] == 3
    assert measured.figures["oos_auroc"] is not None


def test_without_messages_out_of_scope_nothing_is_said_of_them(shop: list[Example], encoder: Encoder) -> None:
    figures = measure(trial(shop, *TEST), encoder).figures

    assert {name for name, value in figures.items() if value is None} == {"oos_auroc", "oos_aupr", "oos_fpr95"}


def test_a_message_of_an_intent_that_was_not_trained_counts_as_wrong(shop: list[Example], encoder: Encoder) -> None:
    test = (Example("where is my order", "order_status"), Example("a kayak please", "rent_gear"))

    assert measure(trial(shop, *test), encoder).figures["accuracy"] == 0.5


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_the_same_figures_apart_from_times(
    shop: list[Example], encoder: Encoder, seed: int
) -> None:
    first, again = [
        measure(trial(shop, *shop[1::4], strange=("sing me a song",)), encoder, seed=seed).figures for _ in range(2)
    ]

    # Folds are learned side by side, and sums of single floats come out different in the last digits.
    assert {name: again[name] for name in KEYS - TIMES} == pytest.approx(
        {name: first[name] for name in KEYS - TIMES}, abs=1e-3
    )


def test_the_curve_ends_at_all_messages_and_the_share_of_wrong_ones(shop: list[Example], encoder: Encoder) -> None:
    measured = measure(trial(shop, *shop[1::4], strange=("sing me a song",)), encoder)

    assert len(measured.curve.coverage) == len(shop[1::4])
    assert measured.curve.coverage[-1] == 1
    assert measured.curve.risk[-1] == pytest.approx(1 - measured.figures["accuracy"])
    assert np.mean(measured.curve.risk) == pytest.approx(measured.figures["aurc"])
