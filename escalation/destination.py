"""The section `routing` of desk.yml: to which Slack channel a case goes, and whom it calls. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from escalation.section import DeskConfigRefused, Section

_ANY_OF = ("intents", "tiers", "languages", "channels")


@dataclass(frozen=True)
class Subject:
    """What a case is about, as far as routing looks."""

    intent: str | None
    tier: str | None
    language: str
    channel: str
    """The customer's channel, such as `webchat`."""


@dataclass(frozen=True)
class Destination:
    """Names as in Slack (`#channel`, `@handle`), or ids once the desk has found them."""

    channel: str = ""
    """Empty: the desk's own."""
    call: tuple[str, ...] = ()
    """People and user groups who are called on the card, and when nobody answers."""
    lead: str = ""
    """Who is called in the end; empty: the one of `waiting`."""


@dataclass(frozen=True)
class Rule:
    """Every list that is not empty must hold the case's own word."""

    destination: Destination
    intents: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Such as `de`, which covers `de-AT`."""
    channels: tuple[str, ...] = ()

    def fits(self, subject: Subject) -> bool:
        return (
            (not self.intents or subject.intent in self.intents)
            and (not self.tiers or subject.tier in self.tiers)
            and (not self.languages or any(_speaks(subject.language, one) for one in self.languages))
            and (not self.channels or subject.channel in self.channels)
        )


@dataclass(frozen=True)
class Routing:
    rules: tuple[Rule, ...] = ()
    """The first one that fits decides; where none does, a case goes to the desk's own channel."""

    def destination_of(self, subject: Subject) -> Destination:
        return next((rule.destination for rule in self.rules if rule.fits(subject)), Destination())


def read_routing(written: object) -> Routing:
    """Raises DeskConfigRefused."""
    rules = Section("routing", written, ("rules",)).entries("rules")
    return Routing(tuple(_rule(f"routing.rules[{number}]", rule) for number, rule in enumerate(rules, 1)))


def refuse_strange_rules(routing: Routing, tiers: Collection[str]) -> None:
    """A rule for a tier that config.yml does not have would never fit. Raises DeskConfigRefused."""
    for number, rule in enumerate(routing.rules, 1):
        for tier in rule.tiers:
            if tier not in tiers:
                raise DeskConfigRefused(
                    f"routing.rules[{number}].tiers: there is no tier {tier}; config.yml has {', '.join(tiers)}"
                )


def _rule(name: str, entry: object) -> Rule:
    section = Section(name, entry, (*_ANY_OF, "channel", "call", "lead"))
    rule = Rule(
        Destination(section.text("channel", ""), section.texts("call", ()), section.text("lead", "")),
        **{words: section.texts(words, ()) for words in _ANY_OF},
    )
    if rule.destination == Destination():
        raise DeskConfigRefused(f"{name} leads nowhere: it needs a channel, a call or a lead")
    return rule


def _speaks(language: str, wanted: str) -> bool:
    spoken, wanted = language.casefold().replace("_", "-"), wanted.casefold()
    return spoken == wanted or spoken.startswith(f"{wanted}-")
