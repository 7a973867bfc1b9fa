"""What customers wrote and nobody labelled: every bot has plenty, and a model of few examples learns from it too."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from labeling.store.turn import OURS, Turn

FEW = 3_000
"""With so many examples traffic adds little, and training takes seconds more."""
MOST = 3_000
"""Turns that are read, the newest."""
STEP = 500
"""More are taken up when so many have come: else every message would make another model due."""


def unlabelled(session: Session) -> list[str]:
    """The texts of the bot's own traffic. Some may be labelled; the examples win."""
    heard = select(Turn.text).where(*OURS)
    counting = select(func.count()).select_from(heard.subquery())  # type: ignore[call-overload]
    count = session.exec(counting).one() // STEP * STEP
    oldest = heard.order_by(col(Turn.id)).offset(max(0, count - MOST)).limit(min(count, MOST))
    return list(session.exec(oldest)) if count else []
