"""The question what was meant: what is offered, and which of it the customer takes. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.asking import Asking

ESCALATE = "escalate"
"""The intent that the dialogue sees when a person must answer."""
QUESTION = "question"
"""In a bot message's payload: the question that it asks. It stays inside; channels are shown text and buttons."""
_NUMBER = re.compile(r"\W*(\d)\W*")


@dataclass(frozen=True)
class Question:
    """Between which intents; none of them is always an answer too, and means a person."""

    about: int
    """The id of the customer's message that it asks about."""
    intents: tuple[str, ...]
    titles: tuple[str, ...]
    """As the customer read them: one for each intent, and last for none of them."""
    entities: Mapping[str, Any] = field(default_factory=dict)
    """What the message named, by entity: the chosen intent is answered as if it had come with the words."""

    @property
    def answers(self) -> tuple[str, ...]:
        return (*self.intents, ESCALATE)

    def payload(self) -> dict[str, Any]:
        """Of the message that asks it. Channels of Rasa's that do not know quick replies show them as buttons."""
        pairs = zip(self.titles, self.answers, strict=True)
        replies = [{"title": title, "payload": _command(answer)} for title, answer in pairs]
        return {"quick_replies": replies, QUESTION: asdict(self)}

    def answer_in(self, text: str | None, choice: str | None) -> str | None:
        """The intent that was chosen, ESCALATE for none of them, None for words that are no answer.

        `choice` is what a button says; `text` what was typed: a number, or a title.
        """
        if choice is not None:
            return next((answer for answer in self.answers if _command(answer) == choice), None)
        if text is None:
            return None
        number = _NUMBER.fullmatch(text)
        if number is not None:
            place = int(number[1]) - 1
            return self.answers[place] if 0 <= place < len(self.answers) else None
        titles = [_folded(title) for title in self.titles]
        return self.answers[titles.index(_folded(text))] if _folded(text) in titles else None

    def command(self, answer: str) -> str:
        """The answer as Rasa takes it."""
        known = answer != ESCALATE and self.entities
        return _command(answer) + (json.dumps(dict(self.entities), ensure_ascii=False) if known else "")


def question_in(payload: Mapping[str, Any]) -> Question | None:
    """The question that a stored bot message asks, if it asks one."""
    stored = payload.get(QUESTION)
    if stored is None:
        return None
    return Question(stored["about"], tuple(stored["intents"]), tuple(stored["titles"]), stored["entities"])


def numbered(payload: Mapping[str, Any], words: str) -> str | None:
    """The words of a question for a channel without buttons; None for a message that asks none."""
    question = question_in(payload)
    if question is None:
        return None
    return "\n".join([words, *(f"{place}. {title}" for place, title in enumerate(question.titles, start=1))])


def make_question(
    about: int, intents: tuple[str, ...], titles: tuple[str, ...], parsed: Mapping[str, Any], asking: Asking
) -> Question:
    named = {one["entity"]: one["value"] for one in parsed.get("entities") or [] if _plain(one.get("value"))}
    return Question(about, intents, (*titles, asking.none), named)


def _plain(value: object) -> bool:
    return isinstance(value, (str, int, float))


def _command(intent: str) -> str:
    return f"/{intent}"


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
