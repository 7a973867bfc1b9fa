"""What is done with a turn: answer it, or hand it to a person, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from labeling.choices import options
from labeling.policy import Policy, Tier
from labeling.promise import Thresholds
from labeling.ranking import Ranking

RouteKind = Literal["answer", "clarify", "escalate"]
NO_TITLES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Route:
    """The decision beside the model's opinion. The reason is a sentence that an agent reads on the card."""

    kind: RouteKind
    tier: str | None
    reason: str
    audit: float = 0.0
    """The chance (0 to 1) with which people look at the answer afterwards; drawn where the turn is stored."""
    promise: float | None = None
    """The share (0 to 1) of such answers that must be right, as it stood when this one was given."""
    options: tuple[str, ...] = ()
    """With `clarify`: the intents to choose from."""


def route(
    ranking: Ranking,
    policy: Policy,
    thresholds: Thresholds,
    stopped: frozenset[str] = frozenset(),
    cut: float | None = None,
    titles: Mapping[str, str] = NO_TITLES,
) -> Route:
    """Where anything is missing (a guess, a tier, a supported promise) a person answers.

    `stopped` are tiers whose promise was found broken: nothing in them is answered, or offered to choose from.
    Without a `cut` (see `find_cut`) the customer is never asked what they meant. The reason calls intents by their
    `titles`, as what is beside it on the card does.
    """
    best = ranking.best
    if best is None:
        return Route("escalate", None, "There is no intent model yet, so a person answers.")

    def called(intent: str) -> str:
        return titles.get(intent) or readable(intent)

    intent = called(best)
    tier = policy.tier_of(best)
    least = thresholds.get(tier.name) if tier is not None else None
    closed = why_closed(tier, thresholds, stopped)
    if tier is None or least is None or closed:
        return Route("escalate", tier.name if tier else None, f"It may be {intent}{closed}")
    by_confidence = _by_confidence(ranking, intent, tier, least)
    if by_confidence.kind == "escalate":
        open_tiers = {name: least for name, least in thresholds.items() if name not in stopped}
        offered = options(ranking, policy, open_tiers, cut)
        if not offered:
            return by_confidence
        return Route("clarify", tier.name, _asking(ranking, list(map(called, offered))), options=offered)
    if answers(best, ranking.confidence, policy.risk(ranking.guesses), policy, thresholds):
        return by_confidence
    return Route("escalate", tier.name, _caution(ranking, policy, called))


def why_closed(tier: Tier | None, thresholds: Thresholds, stopped: frozenset[str] = frozenset()) -> str | None:
    """Why nothing in the tier is answered, however sure it is what was meant: the end of a sentence that begins with
    an intent. None where the tier is open.
    """
    if tier is None:
        return ", which is in no tier, so a person answers."
    if not tier.answers:
        return f"; {tier.name} turns always go to a person."
    if tier.name in stopped:
        return f", but audits found the {tier.name} tier's promise broken: a trainer has to look first."
    if thresholds.get(tier.name) is None:
        promise = f"{_percent(tier.promise or 1)} right answers in the {tier.name} tier"
        return f", but too few checked examples yet support the promise of {promise}."
    return None


def _by_confidence(ranking: Ranking, intent: str, tier: Tier, threshold: float) -> Route:
    sure = _percent(ranking.confidence)
    if ranking.confidence >= threshold:
        reason = f"{sure} sure it is {intent}; the {tier.name} tier needs {_percent(threshold)}."
        return Route("answer", tier.name, reason, audit=tier.audit, promise=tier.promise)
    needs = f"{math.ceil(threshold * 100 - 1e-9)} %"  # rounded up: 90 of 90 % would read as enough
    return Route("escalate", tier.name, f"Only {sure} sure it is {intent}; this tier needs {needs}.")


def answers(best: str, confidence: float, risk: float, policy: Policy, thresholds: Thresholds) -> bool:
    """Whether the bot answers a turn; evaluation asks this too, so that what is measured is what is done.

    `risk` is the probability of all intents together that always go to a person. Thresholds are derived without
    it, and hold with it: it only ever takes answers away, so wrong ones become fewer, and those that it takes are
    wrong far more often than the rest (in the demo shop every second one, held out), so the share of right ones
    rises too.
    """
    tier = policy.tier_of(best)
    least = thresholds.get(tier.name) if tier is not None and tier.answers else None
    return least is not None and confidence >= least and risk < policy.caution


def _asking(ranking: Ranking, offered: Sequence[str]) -> str:
    first, *others = offered
    sure = _percent(ranking.confidence)
    return f"Only {sure} sure it is {first}; it may also be {' or '.join(others)}, so the customer is asked."


def _caution(ranking: Ranking, policy: Policy, called: Callable[[str], str]) -> str:
    first, *more = [guess for guess in ranking.guesses if policy.never_answers(guess.intent)]
    all_of_them = _percent(first.probability + sum(guess.probability for guess in more))
    if _percent(first.probability) == all_of_them:
        return f"It may also be {called(first.intent)} ({all_of_them}), which always goes to a person."
    both = f"{called(first.intent)} or {called(more[0].intent)}"
    return f"It may also be {both} (with their like {all_of_them}), which always go to a person."


def readable(intent: str) -> str:
    """`refund_status` as people read it: Refund status."""
    words = intent.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _percent(share: float) -> str:
    return f"{int(share * 100 + 1e-9)} %"
