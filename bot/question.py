"""The question what was meant: what is offered, and which of it the customer takes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.asking import Asking, asking_in, place_in, says_none, words_of

ESCALATE = "escalate"
"""The intent that the dialogue sees when a person must answer."""
QUESTION = "question"
"""In a bot message's payload: the question that it asks. It stays inside; channels are shown text and buttons."""


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
    language: str = "en"
    """In which it was asked, and so is likely answered."""

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

        `choice` is what a button says; `text` what was typed: a number, `the second`, a title or words of it, a bare
        no.
        """
        if choice is not None:
            return next((answer for answer in self.answers if _command(answer) == choice), None)
        if text is None:
            return None
        titled = self._titled(words_of(text))
        if titled is not None:
            return titled
        asking = asking_in(self.language)
        place = place_in(text, asking)
        if place is not None:
            return self.answers[place - 1] if 0 < place <= len(self.answers) else None
        return ESCALATE if says_none(text, asking) else None

    def _titled(self, words: list[str]) -> str | None:
        """The answer with this title, or of which alone these are words; one word is too little to tell."""
        titles = [words_of(title) for title in self.titles]
        if words in titles:
            return self.answers[titles.index(words)]
        fitting = [answer for answer, title in zip(self.answers, titles, strict=True) if set(words) <= set(title)]
        return fitting[0] if len(fitting) == 1 and len(set(words)) > 1 else None

    def command(self, answer: str) -> str:
        """The answer as Rasa takes it."""
        known = answer != ESCALATE and self.entities
        return _command(answer) + (json.dumps(dict(self.entities), ensure_ascii=False) if known else "")


def question_in(payload: Mapping[str, Any]) -> Question | None:
    """The question that a stored bot message asks, if it asks one."""
    stored = payload.get(QUESTION)
    if stored is None:
        return None
    return Question(**{**stored, "intents": tuple(stored["intents"]), "titles": tuple(stored["titles"])})


def spelt_out(payload: Mapping[str, Any], words: str) -> str:
    """What a channel without buttons shows: numbers for a question, which they answer, and else the titles alone."""
    question = question_in(payload)
    if question is not None:
        titles = [f"{place}. {title}" for place, title in enumerate(question.titles, start=1)]
    else:
        offered = [*(payload.get("buttons") or []), *(payload.get("quick_replies") or [])]
        titles = [f"– {button['title']}" for button in offered if button.get("title")]
    return "\n".join(filter(None, [words, *titles]))


def make_question(
    about: int,
    intents: tuple[str, ...],
    titles: tuple[str, ...],
    parsed: Mapping[str, Any],
    asking: Asking,
    language: str,
) -> Question:
    named = {one["entity"]: one["value"] for one in parsed.get("entities") or [] if _plain(one.get("value"))}
    return Question(about, intents, (*titles, asking.none), named, language)


def _plain(value: object) -> bool:
    return isinstance(value, (str, int, float))


def _command(intent: str) -> str:
    return f"/{intent}"
