"""The alarm over a broken promise: it stops its tier, and a person ends it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlmodel import Session

from labeling.auditing import drawn_answers
from labeling.clock import now
from labeling.policy import Policy
from labeling.production import Drawn, evidence, is_broken
from labeling.refusal import Refusal
from labeling.store.alarm import Alarm, last_alarm, standing_alarms

log = logging.getLogger(__name__)


class NoAlarm(Refusal):
    """No alarm stands in this tier; somebody else may have ended it."""


def judge(session: Session, policy: Policy, tier_name: str) -> Alarm | None:
    """Rings the alarm if the audits of this tier have become proof enough; to be asked whenever one is decided."""
    tier = next((tier for tier in policy.tiers if tier.name == tier_name), None)
    if tier is None or tier.promise is None:
        return None
    last = last_alarm(session, tier.name)
    if last is not None and last.ended_at is None:
        return None
    rights = rights_since(last, tier.promise, drawn_answers(session, tier.name))
    worth = evidence(rights, tier.promise)
    if not is_broken(worth):
        return None
    alarm = Alarm(tier=tier.name, promise=tier.promise, evidence=worth, audits=len(rights), right=sum(rights))
    session.add(alarm)
    session.flush()
    log.warning("audits found the promise of the %s tier broken: the bot answers nothing in it", tier.name)
    return alarm


def rights_since(last: Alarm | None, promise: float, drawn: Sequence[Drawn]) -> list[bool]:
    """What the bet is about: of the answers given under this promise since a person ended the last alarm, those that
    somebody looked at. What was answered under another promise proves nothing of this one.
    """
    since = last.ended_at if last is not None else None
    mine = [one for one in drawn if one.promise == promise and (since is None or one.answered_at >= since)]
    return [one.right for one in mine if one.right is not None]


def end(session: Session, tier_name: str, trainer: str) -> None:
    """The bot answers in the tier again, and its promise is judged anew. Raises NoAlarm."""
    standing = [alarm for alarm in standing_alarms(session) if alarm.tier == tier_name]
    if not standing:
        raise NoAlarm(f"No alarm stands in the {tier_name} tier: somebody may have ended it just now.")
    for alarm in standing:
        alarm.ended_at, alarm.ended_by = now(), trainer
        session.add(alarm)
