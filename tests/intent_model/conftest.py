"""The real encoder, and small models trained on the demo shop's own examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling.examples import Example, read_examples
from labeling.intent_model import Encoder, IntentModel, open_encoder, train
from labeling.intent_model.embeddings import Embeddings
from tests.bench.corpora import Corpus, Name, corpus
from tests.shared import shared

ROOT = Path(__file__).resolve().parents[2]
SHOP_INTENTS = (
    "order_status",
    "delivery_cost",
    "store_hours",
    "gift_card_balance",
    "care_instructions",
    "refund_status",
    "cancel_order",
    "report_fraud",
)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="session")
def embeddings(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Embeddings:
    return Embeddings(encoder, tmp_path_factory.mktemp("embeddings"))


@pytest.fixture(scope="session")
def shop() -> list[Example]:
    """Eight of the demo shop's intents."""
    return [one for one in read_examples(ROOT / "bot" / "data").examples if one.intent in SHOP_INTENTS]


@pytest.fixture(scope="session")
def model(shop: list[Example], encoder: Encoder, embeddings: Embeddings) -> IntentModel:
    return train(shop, encoder, embeddings=embeddings)


@pytest.fixture(scope="session")
def few_shot_banking() -> list[Example]:
    """Ten examples of each of 77 intents."""
    return list(banking77().given(10))


@pytest.fixture(scope="session")
def banking_test() -> list[Example]:
    """Every second message of the official test set, to be quick."""
    return list(banking77().test[::2])


def banking77() -> Corpus:
    shared("data/banking77")
    return corpus(Name.BANKING77)
