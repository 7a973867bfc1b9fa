from __future__ import annotations

import random

import numpy as np
import pytest

from labeling.examples import Example
from labeling.intent_model import Encoder, IntentModel, TrainingRefused, train
from labeling.intent_model.embeddings import Embeddings
from labeling.intent_model.folds import NEVER, example_folds, intent_groups
from labeling.policy import Policy, Tier
from labeling.promise import thresholds
from labeling.ranking import PLAUSIBLE
from labeling.routing import route

ROUTINE = Tier("routine", 0.95, answers=True)


def test_the_same_examples_in_any_order_give_the_same_model(
    shop: list[Example], model: IntentModel, encoder: Encoder, embeddings: Embeddings
) -> None:
    shuffled = random.Random(1).sample(shop, len(shop))

    again = train(shuffled, encoder, embeddings=embeddings)

    assert (again.version, again.snapshot) == (model.version, model.snapshot)
    old, new = (one.rank(["has it been sent", "how do I wash my tent", "hm"]) for one in (model, again))
    assert [ranking.best for ranking in new] == [ranking.best for ranking in old]
    sure = [ranking.confidence for ranking in old]
    assert [ranking.confidence for ranking in new] == pytest.approx(sure, abs=1e-3)


def test_one_more_example_makes_another_model(
    shop: list[Example], model: IntentModel, encoder: Encoder, embeddings: Embeddings
) -> None:
    more = train([*shop, Example("has the courier left yet", "order_status")], encoder, embeddings=embeddings)

    assert more.version != model.version
    assert more.snapshot != model.snapshot


def test_probabilities_sum_to_one_best_first(model: IntentModel) -> None:
    for ranking in model.rank(["where is it", "when do you open on sunday", "asdf"]):
        probabilities = [guess.probability for guess in ranking.guesses]
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)
        assert probabilities == sorted(probabilities, reverse=True)
        assert len(ranking.guesses) == len(model.intents)
        assert 0 <= ranking.confidence <= 1


def test_a_ranking_survives_json(model: IntentModel) -> None:
    import json

    from labeling.ranking import Ranking

    ranking = model.rank(["where is my parcel"])[0]

    assert Ranking.from_json(json.loads(json.dumps(ranking.to_json()))) == ranking


def test_a_message_is_ranked_alike_alone_and_in_company(model: IntentModel) -> None:
    alone = model.rank(["when will it arrive"])[0]
    together = model.rank(["when will it arrive", "a much longer message " * 30])[0]

    assert together.best == alone.best
    assert together.confidence == pytest.approx(alone.confidence, abs=1e-4)


def test_no_message_gives_no_ranking(model: IntentModel) -> None:
    assert model.rank([]) == []


@pytest.mark.parametrize("text", ["", "   ", "🐸🐸🐸", "?!?", "\x00\x07", "‏"])
def test_a_message_without_a_letter_is_never_sure(model: IntentModel, text: str) -> None:
    assert model.rank([text])[0].confidence == 0.0


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "أين طلبي", "<script>alert(1)</script>", "/restart", "\ud800 lone"],
    ids=["long", "right to left", "html", "command", "half a character"],
)
def test_strange_messages_get_a_ranking_all_the_same(model: IntentModel, text: str) -> None:
    ranking = model.rank([text])[0]

    assert ranking.best in model.intents
    assert 0 <= ranking.confidence <= 1


def test_a_correction_makes_a_paraphrase_of_it_an_answer(
    shop: list[Example], encoder: Encoder, embeddings: Embeddings
) -> None:
    policy = Policy((ROUTINE,), {one.intent: ROUTINE for one in shop})
    corrected = Example("is my rucksack still with the courier bloke", "order_status")
    before = train(shop, encoder, embeddings=embeddings)
    after = train([*shop, corrected], encoder, embeddings=embeddings)

    paraphrase = "does the courier chap still have my rucksack?"
    old, new = before.rank([paraphrase])[0], after.rank([paraphrase])[0]

    assert new.best == "order_status"
    assert new.confidence > old.confidence
    assert route(new, policy, thresholds(policy, after.calibration)).kind == "answer"


def test_a_new_intent_with_one_example_is_learned_but_never_held_out(
    shop: list[Example], encoder: Encoder, embeddings: Embeddings
) -> None:
    model = train([*shop, Example("do you lend out skis", "rent_gear")], encoder, embeddings=embeddings)

    assert "rent_gear" in model.intents
    assert model.rank(["could I borrow skis from you"])[0].best == "rent_gear"


def test_examples_of_a_thin_intent_stay_in_every_training_fold() -> None:
    targets = np.array([0] * 6 + [1] * 2)
    folds = example_folds([f"text {number}" for number in range(8)], targets, seed=0)

    assert (folds[:6] != NEVER).all()
    assert (folds[6:] == NEVER).all()


def test_each_intent_is_spread_over_the_folds_and_one_more_example_moves_no_other_intent() -> None:
    texts = [f"text {number}" for number in range(40)]
    targets = np.array([0] * 20 + [1] * 20)

    folds = example_folds(texts, targets, seed=0)
    more = example_folds([*texts, "one more"], np.append(targets, 1), seed=0)

    assert sorted(np.bincount(folds[:20], minlength=10)) == [2] * 10
    assert (folds[:20] == more[:20]).all()


def test_every_intent_is_held_out_whole_exactly_once() -> None:
    names = [f"intent {number}" for number in range(12)]
    targets = np.repeat(np.arange(12), 5)

    groups = intent_groups(names, targets, seed=0)

    assert sorted(np.concatenate(groups)) == list(range(12))
    assert len(groups) == 5


def test_a_single_intent_is_refused_in_one_line(encoder: Encoder) -> None:
    with pytest.raises(TrainingRefused, match="at least two"):
        train([Example("hello", "greet"), Example("hi", "greet")], encoder)


def test_two_intents_with_one_example_each_make_a_model_that_is_never_sure(
    encoder: Encoder, embeddings: Embeddings
) -> None:
    model = train([Example("hello", "greet"), Example("bye", "leave")], encoder, embeddings=embeddings)

    ranking = model.rank(["hello there"])[0]

    assert ranking.best == "greet"
    assert ranking.confidence < 0.01
    assert model.calibration.confidence == ()


def test_examples_of_emoji_alone_can_be_learned_from(encoder: Encoder, embeddings: Embeddings) -> None:
    model = train([Example("👍", "yes"), Example("👎", "no")], encoder, embeddings=embeddings)

    assert len(model.rank(["👍"])[0].guesses) == 2


def test_calibration_turns_name_the_guess_and_hold_no_training_text(model: IntentModel) -> None:
    calibration = model.calibration

    assert len(calibration.confidence) == len(calibration.right) == len(calibration.intent) > 100
    assert set(calibration.intent) <= set(model.intents)
    right = sum(weight for weight, is_right in zip(calibration.weight, calibration.right, strict=True) if is_right)
    assert 0.5 < right / sum(calibration.weight) < 1


def test_contested_turns_keep_what_a_question_could_have_offered(model: IntentModel) -> None:
    contested = model.calibration.contested

    assert contested
    assert len(contested) <= len(model.calibration.confidence)
    assert {turn.truth for turn in contested} <= {*model.intents, None}
    for turn in contested:
        shares = [guess.probability for guess in turn.ranking.guesses]
        assert shares == sorted(shares, reverse=True)
        assert len(shares) >= 2
        assert min(shares) >= PLAUSIBLE
        assert 0 < turn.weight <= 1


def test_a_question_that_no_intent_covers_is_less_sure_than_one_that_some_intent_does(model: IntentModel) -> None:
    known = model.rank(["where is my order", "is the refund on its way", "do you open on sundays"])
    strange = model.rank(["who won the world cup", "sing me a song", "what is the capital of peru"])

    assert min(one.confidence for one in known) > max(one.confidence for one in strange)


def test_the_more_is_declared_out_of_scope_the_less_sure_the_model_is(
    model: IntentModel, shop: list[Example], encoder: Encoder, embeddings: Embeddings
) -> None:
    wary = train(shop, encoder, embeddings=embeddings, out_of_scope=0.2)
    question = ["can i have a look at my order"]

    assert wary.rank(question)[0].confidence < model.rank(question)[0].confidence
    assert wary.version != model.version
    assert sum(wary.calibration.weight) > sum(model.calibration.weight)
