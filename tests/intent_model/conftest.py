"""The real encoder, and small models trained on the demo shop's own examples."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from labeling.examples import Example, read_examples
from labeling.intent_model import Encoder, IntentModel, open_encoder, train
from labeling.intent_model.embeddings import Embeddings

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("HANDRAISE_SHARED") or ROOT.parent / "shared")
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
    folder = SHARED / "data" / "banking77" / "train_10"
    if not folder.is_dir():
        pytest.skip(f"the BANKING77 data is not at {folder} (set HANDRAISE_SHARED)")
    texts = (folder / "text").read_text(encoding="utf-8").splitlines()
    intents = (folder / "label").read_text(encoding="utf-8").splitlines()
    return [Example(text, intent.lower()) for text, intent in zip(texts, intents, strict=True)]


@pytest.fixture(scope="session")
def banking_test() -> list[Example]:
    """Every second message of the official test set, to be quick."""
    path = SHARED / "data" / "banking77" / "test.csv"
    if not path.is_file():
        pytest.skip(f"the BANKING77 data is not at {path} (set HANDRAISE_SHARED)")
    with path.open(encoding="utf-8", newline="") as file:
        return [Example(row["text"], row["category"].lower()) for row in csv.DictReader(file)][::2]
