"""An agent in code: works cases off in the practice workspace, through the card's own buttons. For replays."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from sqlmodel import col, select

from escalation.practice.player import Play
from escalation.store.case import Case
from escalation.store.conversation import Conversation
from labeling.database import Database
from labeling.refusal import Refusal
from labeling.store.correction import Correction
from labeling.store.turn import Turn, ranking_of

POLL_SECONDS = 0.05
REPLY = "Thanks for asking. A colleague has looked into it, and you will find the details in your mail."


class CardMissing(Refusal):
    """No card came for a case. Is `handraise desk` running, and on the same workspace and database?"""


@dataclass(frozen=True)
class Card:
    """What the agent needs to know of a case."""

    case_id: int
    turn_id: int | None
    channel: str
    ts: str
    guesses: tuple[str, ...]


class ScriptedAgent:
    """Claims, replies, says what the customer wanted, and hands back to the bot. Several threads may ask for it."""

    def __init__(self, database: Database, play: Play, patience_seconds: float = 60.0) -> None:
        self._database = database
        self._play = play
        self._patience = patience_seconds
        self._hands = threading.Lock()

    def work_off(self, sender_id: str, true_intent: str) -> None:
        """The case of this web chat conversation. Raises CardMissing; PlayRefused where a button is not there."""
        card = self._card(sender_id)
        place = {"channel": card.channel, "ts": card.ts}
        self._play.click(place, "claim")
        self._play.post(REPLY, thread_ts=card.ts, channel=card.channel)
        if card.turn_id is not None:
            self._correct(card, place, true_intent)
            self._until_corrected(card.turn_id)
        self._play.click(place, "hand_back")

    def _correct(self, card: Card, place: dict[str, str], intent: str) -> None:
        shown = card.guesses[:4]
        if intent in shown:
            self._play.click(place, f"correct_guess_{shown.index(intent)}")
            return
        with self._hands:  # a person has one menu open at a time
            options = self._play.suggest(place, "correct_choose", intent.replace("_", " "))
            if not any(option["value"] == intent for option in options):
                raise CardMissing(f"the card of case {card.case_id} does not offer the intent {intent}")
            self._play.choose(place, "correct_choose", intent)

    def _card(self, sender_id: str) -> Card:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            card = self._posted(sender_id)
            if card is not None:
                return card
            time.sleep(POLL_SECONDS)
        raise CardMissing("no card was posted for a case; is `handraise desk` running on this workspace?")

    def _posted(self, sender_id: str) -> Card | None:
        with self._database.reading() as session:
            rows = (
                select(Case)
                .join(Conversation, col(Conversation.id) == col(Case.conversation_id))
                .where(Conversation.sender_id == sender_id, col(Case.slack_ts).is_not(None))
            )
            case = session.exec(rows).first()
            if case is None or case.slack_ts is None or case.slack_channel is None or case.id is None:
                return None
            turn = session.get(Turn, case.turn_id) if case.turn_id else None
            guesses = tuple(guess.intent for guess in ranking_of(turn).guesses) if turn else ()
            return Card(case.id, case.turn_id, case.slack_channel, case.slack_ts, guesses)

    def _until_corrected(self, turn_id: int) -> None:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            with self._database.reading() as session:
                if session.exec(select(Correction.id).where(Correction.turn_id == turn_id)).first():
                    return
            time.sleep(POLL_SECONDS)
        raise CardMissing("a correction was clicked and never stored; the desk's log says why")
