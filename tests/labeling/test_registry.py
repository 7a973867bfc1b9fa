"""What the registry remembers of models that came and went."""

from __future__ import annotations

from sqlmodel import Session

from labeling.database import Database
from labeling.registry import Trained, best_accuracy, promote, refuse, register


def trained(session: Session, version: str, accuracy: float, messages: int) -> str:
    report = {"n": messages, "accuracy": accuracy}
    register(session, Trained(version, f"snapshot-{version}", "encoder", 10, 0, report, b"archive"))
    return version


def test_the_best_so_far_is_among_models_that_were_live_on_as_many_messages(database: Database) -> None:
    with database.transaction() as session:
        promote(session, trained(session, "a", 0.93, messages=100))
        promote(session, trained(session, "b", 0.91, messages=100))
        promote(session, trained(session, "c", 0.99, messages=40))
        refuse(session, trained(session, "d", 0.97, messages=100), ["Too bold."])
    with database.reading() as session:
        assert best_accuracy(session, 100) == 0.93
        assert best_accuracy(session, 7) is None
