"""What customers wrote and nobody labelled: every bot has plenty, and a model of few examples learns from it too."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from labeling.store.turn import Turn

FEW = 3_000
"""With so many examples traffic adds little, and training takes seconds more."""
MOST = 3_000
"""Turns that are read, the newest."""
STEP = 500
"""More are taken up when so many have come: else every message would make another model due."""


def unlabelled(session: Session) -> list[str]:
    """Turns' texts. Those that were labelled may be among them; the examples win."""
    count = session.exec(select(func.count(col(Turn.id)))).one() // STEP * STEP  # type: ignore[call-overload]
    oldest = select(Turn.text).order_by(col(Turn.id)).offset(max(0, count - MOST)).limit(min(count, MOST))
    return list(session.exec(oldest)) if count else []
