"""What an evaluation measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class TierReport:
    """One tier's turns, by the first guess: a tier answers for what the bot would have said."""

    promise: float | None
    threshold: float | None
    """The confidence (0 to 1) from which the bot answers; None: never, or the promise is not supported yet."""
    n: int
    answered: int
    answered_right: int


@dataclass(frozen=True)
class IntentReport:
    """One intent's messages, by the true intent."""

    n: int
    right: int
    answered: int
    answered_right: int


@dataclass(frozen=True)
class Report:
    """Rates are fractions from 0 to 1. None: the set cannot say."""

    n: int
    out_of_scope: int
    """How many of the n messages ask what no intent covers."""
    accuracy: float | None
    """This and the next seven are of the messages in scope."""
    macro_f1: float | None
    ece: float | None
    """Calibration error over 15 bins of equal mass, of the probability that the first guess is right given that
    some intent is meant: as the messages that it is measured on are."""
    nll: float | None
    brier: float | None
    aurc: float | None
    """Area under the curve of risk against coverage."""
    coverage_at_95: float | None
    """The share that could be answered, surest first, with 95 % of the answers right."""
    coverage_at_98: float | None
    coverage_at_99: float | None
    answered: float
    """The share of all messages that the router would let the bot answer."""
    answered_right: float | None
    """The share of those answers that is right; None where none is answered."""
    oos_auroc: float | None
    oos_aupr: float | None
    oos_fpr95: float | None
    """False alarms among messages in scope when 95 % of those out of scope are caught."""
    oos_answered: float | None
    """The share of the messages out of scope that the bot would answer; each such answer is wrong."""
    tiers: Mapping[str, TierReport]
    intents: Mapping[str, IntentReport]
    clarified: float = 0.0
    """The share of all messages of which the customer would be asked what they meant."""
    clarified_right: float | None = None
    """The share of those questions that offer what was wanted."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
