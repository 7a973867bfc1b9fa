"""The support lead's rules: which tier an intent is in, and what each tier promises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labeling.ranking import Guess
from labeling.refusal import Refusal

CERTAINTY = 0.95
"""How sure the derived thresholds must be that a promise is kept, where config.yml does not say."""
CAUTION = 0.03
"""From this probability on that a wish is meant which always goes to a person, a person answers.

On the demo shop's examples, held out: of 8 critical turns that were about to be answered it stops 7, and of 2,378
right answers it costs 7; of the frozen set's answers it stops 2 wrong ones and none that is right.
"""
CLARIFY = 0.9
"""How often a question must offer what the customer wanted, where config.yml does not say."""
OUT_OF_SCOPE_SHARE = 0.04
"""The share of turns that ask what no intent covers, where config.yml does not say."""


ENTRIES = ("promise", "answer", "review", "audit", "intents")
"""What may stand in a tier of config.yml."""
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")


class PolicyError(Refusal):
    """The tiers in config.yml cannot be used. The one line says which entry to change."""


@dataclass(frozen=True)
class Tier:
    """A risk class of intents. `promise` is the share (0 to 1) of the bot's answers that must be right."""

    name: str
    promise: float | None
    answers: bool
    audit: float = 0.0
    """The chance (0 to 1) with which people look at an answered turn afterwards; `review: always` makes it 1."""


@dataclass(frozen=True)
class Policy:
    """An intent that is in no tier is never answered by the bot."""

    tiers: tuple[Tier, ...]
    intents: Mapping[str, Tier]
    certainty: float = CERTAINTY
    """The share of training runs (0 to 1) in which every derived threshold must keep its promise."""
    caution: float = CAUTION
    """The probability (0 to 1) of all never-answered intents together from which on nothing else is answered."""

    clarify: float | None = CLARIFY
    """The share (0 to 1) of the customers asked who must find what they want among the options; None: nobody is."""

    def tier_of(self, intent: str) -> Tier | None:
        return self.intents.get(intent)

    def never_answers(self, intent: str) -> bool:
        """Whether its tier says `answer: never`."""
        tier = self.tier_of(intent)
        return tier is not None and not tier.answers

    def risk(self, guesses: Iterable[Guess]) -> float:
        """The probability of all intents together that always go to a person."""
        return sum(guess.probability for guess in guesses if self.never_answers(guess.intent))


def read_policy(
    tiers: Mapping[str, Any], certainty: float = CERTAINTY, caution: float = CAUTION, clarify: Any = CLARIFY
) -> Policy:
    """Reads what stands under `tiers:` in config.yml, and the router's other knobs. Raises PolicyError."""
    if not isinstance(tiers, Mapping) or not tiers:
        raise PolicyError("tiers: name at least one tier, such as routine: {promise: 0.95, intents: [...]}")
    if not isinstance(certainty, float) or not 0.5 <= certainty < 1:
        raise PolicyError(f"certainty: must be from 0.5 to below 1, and is {certainty!r}")
    if isinstance(caution, bool) or not isinstance(caution, (int, float)) or not 0 < caution <= 1:
        raise PolicyError(f"caution: must be above 0, up to 1 (which switches it off), and is {caution!r}")
    intents: dict[str, Tier] = {}
    read = []
    for name, entry in tiers.items():
        tier = _tier(str(name), entry)
        read.append(tier)
        for intent in _intents(tier.name, entry):
            if intent in intents:
                raise PolicyError(
                    f"tiers: {intent} is in both {intents[intent].name} and {tier.name}; leave it in one"
                )
            intents[intent] = tier
    return Policy(tuple(read), intents, certainty, float(caution), _read_clarify(clarify))


def _read_clarify(level: Any) -> float | None:
    if level is False:
        return None
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0.5 <= level < 1:
        raise PolicyError(f"clarify: must be from 0.5 to below 1, or false to ask nobody, and is {level!r}")
    return float(level)


def read_out_of_scope(share: Any) -> float:
    """Reads `out_of_scope` of config.yml, a share of the traffic (0 to 1). Raises PolicyError."""
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0.001 <= share <= 0.5:
        raise PolicyError(f"out_of_scope: must be a share of the turns from 0.001 to 0.5, and is {share!r}")
    return float(share)


def read_details(names: Any) -> tuple[str, ...]:
    """Reads `details` of config.yml, the entities that alone in a message answer a form. Raises PolicyError."""
    if names is None:
        return ()
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise PolicyError(f"details: must be a list of entities, such as [order_number], and is {names!r}")
    return tuple(names)


def _tier(name: str, entry: Any) -> Tier:
    if not isinstance(entry, Mapping):
        raise PolicyError(f"tiers: {name} must be a mapping with promise (or answer: never) and intents")
    unknown = sorted(set(map(str, entry)) - set(ENTRIES))
    if unknown:
        listed = f"{', '.join(ENTRIES[:-1])} and {ENTRIES[-1]}"
        raise PolicyError(f"tiers: {name} has an unknown entry {unknown[0]}; use {listed}")
    if "answer" in entry:
        if entry["answer"] != "never" or "promise" in entry:
            raise PolicyError(f"tiers: {name} needs either a promise or answer: never, not both")
        if "review" in entry or "audit" in entry:
            raise PolicyError(
                f"tiers: {name} is never answered, so nothing can be audited; leave review and audit out"
            )
        return Tier(name, None, answers=False)
    promise = entry.get("promise")
    if not isinstance(promise, float) or not 0.5 <= promise < 1:
        raise PolicyError(f"tiers: {name} needs a promise from 0.5 to below 1, such as 0.95, or answer: never")
    return Tier(name, promise, answers=True, audit=_audit(name, entry))


def _audit(name: str, entry: Mapping[str, Any]) -> float:
    if "review" in entry:
        if entry["review"] != "always" or "audit" in entry:
            raise PolicyError(f"tiers: {name} needs either review: always or an audit such as 3%, not both")
        return 1.0
    written = entry.get("audit", 0.0)
    if isinstance(written, str) and (share := _PERCENT.fullmatch(written.strip())):
        written = float(share[1]) / 100
    # A whole number may be meant as per cent or as a share: nobody should have to find out which.
    if not isinstance(written, float) or not 0 <= written <= 1:
        raise PolicyError(f"tiers: the audit of {name} must be a share such as 3% or 0.03, and is {written!r}")
    return written


def _intents(name: str, entry: Mapping[str, Any]) -> list[str]:
    intents = entry.get("intents") or []
    if not isinstance(intents, list) or not all(isinstance(intent, str) for intent in intents):
        raise PolicyError(f"tiers: the intents of {name} must be a list of intent names")
    return intents
