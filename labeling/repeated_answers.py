"""Answers that agents send again and again: they want to be a canned reply, and then the bot's own.

Two answers are the same where they are for the same intent and share most of their words, once names and numbers are
taken out: the Jaccard coefficient of their word sets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml
from sqlmodel import Session

from labeling.labels import TurnState
from labeling.review_queue import states_of
from labeling.store.canned_reply import offered

ALIKE = 0.7
"""The share of words (0 to 1) that two answers must have in common."""
OFTEN = 3
"""Times an answer must have been sent before it is offered."""
FEWEST_WORDS = 4
"""Shorter answers, such as a greeting, answer nothing by themselves."""
_WORD = re.compile(r"\w+|\{\w+\}")
_NUMBER = re.compile(r"\b\w*\d[\w-]*")


@dataclass(frozen=True)
class AgentAnswer:
    """What an agent wrote to a customer."""

    text: str
    customer: str
    agent: str
    turn_ids: tuple[int, ...]
    """What the customer had said before in that case, newest first."""


@dataclass(frozen=True)
class Repeated:
    """One answer in the wording that was sent last, and how often it was sent in this or nearly this wording."""

    intent: str
    text: str
    count: int
    agents: tuple[str, ...]

    @property
    def as_yaml(self) -> str:
        """To be pasted into domain.yml by a person who has read it."""
        response = {"responses": {f"utter_{self.intent}": [{"text": self.text}]}}
        return str(yaml.safe_dump(response, allow_unicode=True, sort_keys=False, width=100))


def repeated_answers(session: Session, answers: Sequence[AgentAnswer]) -> list[Repeated]:
    """Most often sent first; none for intents that have a canned reply. `answers` come oldest first."""
    states = states_of(session, sorted({turn_id for answer in answers for turn_id in answer.turn_ids}))
    covered = {one.intent for one in offered(session)}
    told = [(intent, answer) for answer in answers if (intent := _intent(answer, states)) and intent not in covered]
    return group(told)


def group(told: Sequence[tuple[str, AgentAnswer]]) -> list[Repeated]:
    """Pure: answers with their intents, oldest first."""
    groups: list[tuple[str, list[tuple[frozenset[str], str, AgentAnswer]]]] = []
    for intent, answer in told:
        text = general(answer)
        words = frozenset(_WORD.findall(text.casefold()))
        if len(words) < FEWEST_WORDS:
            continue
        home = next((one for name, one in groups if name == intent and _alike(one[0][0], words)), None)
        if home is None:
            groups.append((intent, [(words, text, answer)]))
        else:
            home.append((words, text, answer))
    found = [_repeated(intent, members) for intent, members in groups if len(members) >= OFTEN]
    return sorted(found, key=lambda one: -one.count)


def general(answer: AgentAnswer) -> str:
    """The answer with placeholders where names stood, so that it fits the next customer too."""
    text = " ".join(answer.text.split())
    for name, placeholder in ((answer.customer, "{customer}"), (answer.agent, "{agent}")):
        if name.strip():
            text = re.sub(rf"\b{re.escape(name)}\b", placeholder, text, flags=re.IGNORECASE)
    return text


def _intent(answer: AgentAnswer, states: Mapping[int, TurnState]) -> str | None:
    """What a trainer or the people agreed on; a guess of the model's is not enough."""
    for turn_id in answer.turn_ids:
        state = states[turn_id]
        if state.is_labelled:
            given = state.label if state.second_label is None else None
        else:
            given = state.agreed.intent if state.agreed and not state.agreed.second else None
        if given:
            return given
    return None


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    one, other = _without_numbers(one), _without_numbers(other)
    return len(one & other) >= ALIKE * len(one | other)


def _without_numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset("#" if _NUMBER.fullmatch(word) else word for word in words)


def _repeated(intent: str, members: Sequence[tuple[frozenset[str], str, AgentAnswer]]) -> Repeated:
    agents = Counter(answer.agent for _, _, answer in members)
    return Repeated(intent, members[-1][1], len(members), tuple(name for name, _ in agents.most_common()))
