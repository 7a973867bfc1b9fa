"""Which messages the two bots are asked, and which are judged."""

from __future__ import annotations

import random
from pathlib import Path

import yaml

from labeling.examples import Example
from labeling.judging import material, unseen
from labeling.policy import read_policy
from labeling.project import Project
from labeling.snapshot import take

SEED = 20261123


def unseen_messages(project: Project) -> list[Example]:
    """The frozen set without texts that are among the training examples."""
    given = material(project)
    return list(unseen(given.frozen, take(given.seeds, ())))


def plain_messages(project: Project, most: int) -> list[Example]:
    """Messages whose true intent has one plain answer and may be answered; in a fixed order of chance."""
    policy = read_policy(project.router["tiers"])
    plain = _plainly_answered(project.data / "rules.yml")
    answered = {intent for intent in plain if (tier := policy.tier_of(intent)) and tier.answers}
    found = [message for message in unseen_messages(project) if message.intent in answered]
    random.Random(SEED).shuffle(found)
    return found[:most]


def _plainly_answered(rules: Path) -> set[str]:
    read = yaml.safe_load(rules.read_text(encoding="utf-8"))["rules"]
    steps = [rule["steps"] for rule in read if "condition" not in rule and len(rule["steps"]) == 2]
    return {one["intent"] for one, then in steps if str(then.get("action", "")).startswith("utter_")}
