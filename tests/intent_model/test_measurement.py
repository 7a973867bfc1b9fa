from __future__ import annotations

from pathlib import Path

import pytest

from labeling.examples import Example, ExamplesRefused
from labeling.intent_model import Encoder, evaluate_files

KEYS = {
    "accuracy", "macro_f1", "ece", "nll", "brier", "aurc", "coverage_at_95", "coverage_at_98", "coverage_at_99",
    "oos_auroc", "oos_aupr", "oos_fpr95", "train_seconds", "p50_ms", "p95_ms", "batch_per_second", "peak_mb",
    "n_train", "n_test", "intents",
}  # fmt: skip


@pytest.fixture
def train_file(shop: list[Example], tmp_path: Path) -> Path:
    return table(tmp_path / "train.csv", [(one.text, one.intent) for one in shop[::4]])


def table(path: Path, rows: list[tuple[str, str]]) -> Path:
    quoted = [f'"{text.replace(chr(34), chr(34) * 2)}",{intent}' for text, intent in rows]
    path.write_text("\n".join(["text,intent", *quoted]) + "\n", encoding="utf-8")
    return path


def test_every_figure_is_measured_from_files(train_file: Path, tmp_path: Path, encoder: Encoder) -> None:
    test = table(
        tmp_path / "test.csv", [("where is my order", "order_status")] * 2 + [("opening times?", "store_hours")]
    )
    strange = tmp_path / "oos.csv"
    strange.write_text("text\nsing me a song\nwho won the cup\n")

    measured = evaluate_files(train_file, test, encoder, oos_file=strange)

    assert set(measured.figures) == KEYS
    assert measured.figures["accuracy"] == 1.0
    assert measured.figures["n_test"] == 3
    assert measured.figures["oos_auroc"] is not None


def test_a_test_intent_that_training_lacks_is_noted_with_its_line(
    train_file: Path, tmp_path: Path, encoder: Encoder
) -> None:
    test = table(tmp_path / "test.csv", [("where is my order", "order_status"), ("a kayak please", "rent_gear")])

    measured = evaluate_files(train_file, test, encoder)

    assert f"{test}, line 3: the training file has no rent_gear; its messages count as wrong" in measured.notes
    assert measured.figures["accuracy"] == 0.5


def test_a_test_row_without_an_intent_is_refused_with_its_line(
    train_file: Path, tmp_path: Path, encoder: Encoder
) -> None:
    test = table(tmp_path / "test.csv", [("where is my order", "order_status"), ("hm", "")])

    with pytest.raises(ExamplesRefused, match="line 3: has no intent"):
        evaluate_files(train_file, test, encoder)


def test_messages_without_a_text_column_are_refused(train_file: Path, tmp_path: Path, encoder: Encoder) -> None:
    strange = tmp_path / "oos.csv"
    strange.write_text("message\nhello\n")

    with pytest.raises(ExamplesRefused, match="needs the column text"):
        evaluate_files(train_file, train_file, encoder, oos_file=strange)
