"""The section `waiting` of desk.yml: how long a customer may wait, and who is told then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta

from escalation.section import DeskConfigRefused, Section

WEEK_MINUTES = 7 * 24 * 60
YEAR_HOURS = 365 * 24


@dataclass(frozen=True)
class Target:
    """How many open minutes a customer may wait for an answer before agents are nudged."""

    first_minutes: float = 10.0
    """For the first answer of a person."""
    next_minutes: float = 15.0
    """For every later one."""


@dataclass(frozen=True)
class Waiting:
    """Minutes count while somebody is there (`hours`); hours and days count on the clock."""

    first_minutes: float = Target.first_minutes
    next_minutes: float = Target.next_minutes
    tiers: Mapping[str, Target] = field(default_factory=dict)
    """Targets of single tiers."""
    lead_minutes: float = 10.0
    """After a missed target, until the lead is called."""
    lead: str = ""
    """Whom to call then: `@name`, a user group's `@handle`, or an id; empty calls nobody by name."""
    busy_minutes: float = 5.0
    """Until a customer hears that everybody is busy; 0: never."""
    nobody_minutes: float = 60.0
    """Until a customer hears that nobody could come; 0: never."""
    bot_answers: bool = True
    """Whether the bot answers again while nobody is there, or after nobody came."""
    inactive_hours: float = 24.0
    """Of a customer's silence after an answer, until they are asked whether they are there; 0: never."""
    close_hours: float = 4.0
    """After that question, until the case closes itself."""
    reopen_days: float = 7.0
    """How long a case that closed itself opens again when its customer writes."""

    def target_of(self, tier: str | None, answered: bool) -> timedelta:
        target = self.tiers.get(tier or "") or Target(self.first_minutes, self.next_minutes)
        return timedelta(minutes=target.next_minutes if answered else target.first_minutes)


def read_waiting(written: object) -> Waiting:
    """Raises DeskConfigRefused."""
    section = Section("waiting", written, [knob.name for knob in fields(Waiting)])
    target = _target(section, Target())
    return Waiting(
        first_minutes=target.first_minutes,
        next_minutes=target.next_minutes,
        tiers={tier: _tier_target(tier, entry, target) for tier, entry in section.named("tiers").items()},
        lead_minutes=_minutes(section, "lead_minutes", Waiting.lead_minutes),
        lead=section.text("lead", Waiting.lead),
        busy_minutes=_minutes(section, "busy_minutes", Waiting.busy_minutes),
        nobody_minutes=_minutes(section, "nobody_minutes", Waiting.nobody_minutes),
        bot_answers=section.flag("bot_answers", Waiting.bot_answers),
        inactive_hours=section.number("inactive_hours", Waiting.inactive_hours, 0, YEAR_HOURS),
        close_hours=section.number("close_hours", Waiting.close_hours, 0.1, YEAR_HOURS),
        reopen_days=section.number("reopen_days", Waiting.reopen_days, 0, 365),
    )


def refuse_strange_targets(waiting: Waiting, tiers: Collection[str]) -> None:
    """A target for a tier that config.yml does not have would never count. Raises DeskConfigRefused."""
    for tier in waiting.tiers:
        if tier not in tiers:
            raise DeskConfigRefused(f"waiting.tiers: there is no tier {tier}; config.yml has {', '.join(tiers)}")


_TARGET = tuple(knob.name for knob in fields(Target))


def _minutes(section: Section, knob: str, default: float) -> float:
    return section.number(knob, default, 0, WEEK_MINUTES)


def _target(section: Section, default: Target) -> Target:
    return Target(**{knob: section.number(knob, getattr(default, knob), 0.1, WEEK_MINUTES) for knob in _TARGET})


def _tier_target(tier: str, entry: object, default: Target) -> Target:
    return _target(Section(f"waiting.tiers.{tier}", entry, _TARGET), default)
