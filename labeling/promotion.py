"""Whether a candidate may go live. Pure: what both models made of the frozen set in, every objection out.

Both are judged on the same messages, so what counts is where they differ. A candidate is refused for being worse
where chance is a poor explanation (a one-sided exact sign test on the messages that only one of them got right:
McNemar's idea for small numbers), or where the loss is larger than the gates tolerate in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from labeling.policy import Policy, Tier
from labeling.promise import binomial_tail
from labeling.refusal import Refusal
from labeling.routing import readable

FEWEST = 3
"""Losing fewer messages of an intent than this says nothing."""
FEWEST_ANSWERED = 10


class GatesRefused(Refusal):
    """The gates in config.yml cannot be used; the message says which entry to change."""


@dataclass(frozen=True)
class Gates:
    """What a candidate must hold. Shares from 0 to 1; `gates:` in config.yml overrides any of them."""

    accuracy_floor: float = 0.25
    """Under this share of right first guesses nothing goes live, not even the first model."""
    accuracy_drop: float = 0.03
    """A larger loss of accuracy is refused even where chance would explain it."""
    intent_drop: float = 0.5
    """No intent may lose more than this share of the messages that live gets right."""
    promise_drop: float = 0.02
    """In a tier whose promise is broken, a larger loss of right answers is refused even where chance explains it."""
    answered_drop: float = 0.5
    """No tier may lose more than this share of the messages that live answers."""
    calibration_error: float = 0.15
    """The largest expected calibration error: a confidence must mean what it says."""
    out_of_scope_rise: float = 0.05
    """By how much the answered share of what nothing covers may rise above live's."""
    chance: float = 0.05
    """A loss that is less likely than this to be chance counts as one."""


@dataclass(frozen=True)
class Judged:
    """One frozen message, and what a model and the router made of it."""

    intent: str | None
    """The true one; None for a message that no intent covers."""
    guess: str
    answered: bool

    @property
    def right(self) -> bool:
        return self.guess == self.intent


@dataclass(frozen=True)
class Exam:
    """What one model made of the frozen messages, in their order."""

    judged: tuple[Judged, ...]
    calibration_error: float
    """Over the messages that some intent covers, as is the accuracy."""

    @property
    def accuracy(self) -> float:
        covered = [one.right for one in self.judged if one.intent is not None]
        return sum(covered) / max(1, len(covered))


def read_gates(knobs: Mapping[str, Any]) -> Gates:
    """Reads `gates:` of config.yml. Raises GatesRefused."""
    names = [field.name for field in fields(Gates)]
    if not isinstance(knobs, Mapping):
        raise GatesRefused(f"gates: must map a gate to its share, such as accuracy_drop: 0.03, and is {knobs!r}")
    for name, value in knobs.items():
        if name not in names:
            raise GatesRefused(f"gates: there is no {name}; there are {', '.join(names)}")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise GatesRefused(f"gates: {name} must be from 0 to 1, and is {value!r}")
    return Gates(**{name: float(value) for name, value in knobs.items()})


def objections(
    live: Exam | None, candidate: Exam, gates: Gates, policy: Policy, best: float | None = None
) -> list[str]:
    """Every reason against the candidate; none means that it may go live. The first model meets the floors only.

    `best` is the accuracy of the best model that was ever live, on as many messages: small losses, each tolerated,
    must not add up.
    """
    against = _floors(candidate, gates)
    if live is None:
        return against
    if len(live.judged) != len(candidate.judged):
        raise ValueError("live and candidate were judged on different messages")
    against += _accuracy(live, candidate, gates) or _summit(best, candidate, gates)
    against += _intents(live, candidate, gates)
    against += _promises(live, candidate, gates, policy)
    against += _answered(live, candidate, gates, policy)
    return against + _out_of_scope(live, candidate, gates)


def _floors(candidate: Exam, gates: Gates) -> list[str]:
    against = []
    if candidate.accuracy < gates.accuracy_floor:
        against.append(
            f"Only {_percent(candidate.accuracy)} of the frozen messages are right; "
            f"at least {_percent(gates.accuracy_floor)} must be."
        )
    claims_something = any(one.answered for one in candidate.judged)  # with few examples all turns go to people
    if claims_something and candidate.calibration_error > gates.calibration_error:
        against.append(
            f"Its confidence is off by {_percent(candidate.calibration_error)} on average; "
            f"{_percent(gates.calibration_error)} is the most."
        )
    return against


def _accuracy(live: Exam, candidate: Exam, gates: Gates) -> list[str]:
    lost, gained = _lost_and_gained(live, candidate, lambda one: one.right)
    drop = live.accuracy - candidate.accuracy
    if drop > gates.accuracy_drop or (lost > gained and _sign_test(lost, gained) < gates.chance):
        return [
            f"Right on {_percent(candidate.accuracy)} of the frozen messages; live is on {_percent(live.accuracy)} "
            f"({lost} lost, {gained} gained)."
        ]
    return []


def _summit(best: float | None, candidate: Exam, gates: Gates) -> list[str]:
    if best is None or best - candidate.accuracy <= gates.accuracy_drop:
        return []
    return [
        f"Right on {_percent(candidate.accuracy)} of the frozen messages; the best model so far was on "
        f"{_percent(best)}, and small losses must not add up."
    ]


def _intents(live: Exam, candidate: Exam, gates: Gates) -> list[str]:
    against = []
    for intent in sorted({one.intent for one in live.judged if one.intent is not None}):
        pairs = [(a, b) for a, b in zip(live.judged, candidate.judged, strict=True) if a.intent == intent]
        before, after = sum(a.right for a, _ in pairs), sum(b.right for _, b in pairs)
        if before - after >= FEWEST and before - after > gates.intent_drop * before:
            against.append(f"{readable(intent)}: {after} of {len(pairs)} right; live has {before}.")
    return against


def _promises(live: Exam, candidate: Exam, gates: Gates, policy: Policy) -> list[str]:
    """A promise counts as broken where keeping it would make so many wrong answers unlikely, and live does better.

    What no intent covers has a gate of its own: how much of it a frozen set holds says nothing about the traffic.
    """
    against = []
    for tier in policy.tiers:
        if tier.promise is None:
            continue
        right, answered = _answers(candidate, tier, policy)
        live_right, live_answered = _answers(live, tier, policy)
        drop = live_right / max(1, live_answered) - right / max(1, answered)
        lost, gained = _lost_and_gained(live, candidate, _not_misled_by(tier, policy))
        worse = drop > gates.promise_drop or (drop > 0 and _sign_test(lost, gained) < gates.chance)
        if worse and binomial_tail(right, answered, tier.promise) < gates.chance:
            against.append(
                f"{tier.name}: {right} of its {answered} answers are right, {_percent(tier.promise)} are promised; "
                f"live has {live_right} of {live_answered}."
            )
    return against


def _answered(live: Exam, candidate: Exam, gates: Gates, policy: Policy) -> list[str]:
    against = []
    for tier in policy.tiers:
        before, after = _answers(live, tier, policy)[1], _answers(candidate, tier, policy)[1]
        if before >= FEWEST_ANSWERED and after < before * (1 - gates.answered_drop):
            against.append(f"{tier.name}: it would answer {after} of the frozen messages; live answers {before}.")
    return against


def _out_of_scope(live: Exam, candidate: Exam, gates: Gates) -> list[str]:
    strange = sum(one.intent is None for one in candidate.judged)
    before, after = (sum(one.intent is None and one.answered for one in exam.judged) for exam in (live, candidate))
    lost, gained = _lost_and_gained(live, candidate, lambda one: not (one.intent is None and one.answered))
    unlucky = _sign_test(lost, gained) < gates.chance
    if after > before and (after - before > gates.out_of_scope_rise * strange or unlucky):
        return [f"It would answer {after} of {strange} messages that nothing covers; live answers {before}."]
    return []


def _answers(exam: Exam, tier: Tier, policy: Policy) -> tuple[int, int]:
    """How many of the tier's answers are right, and how many there are, among messages that some intent covers."""
    answered = [one for one in exam.judged if one.intent and one.answered and policy.tier_of(one.guess) == tier]
    return sum(one.right for one in answered), len(answered)


def _not_misled_by(tier: Tier, policy: Policy) -> Callable[[Judged], bool]:
    """Whether a customer got no wrong answer from this tier."""
    return lambda one: (
        not (one.intent is not None and one.answered and not one.right and policy.tier_of(one.guess) == tier)
    )


def _lost_and_gained(live: Exam, candidate: Exam, good: Callable[[Judged], bool]) -> tuple[int, int]:
    pairs = [(good(a), good(b)) for a, b in zip(live.judged, candidate.judged, strict=True)]
    return sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)


def _sign_test(lost: int, gained: int) -> float:
    """The chance of losing this many of the differing messages or more, if a loss were as likely as a gain."""
    return binomial_tail(gained, lost + gained, 0.5)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
