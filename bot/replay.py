"""Plays labelled messages as customers against running services, and counts what became of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass

import httpx
from sqlmodel import col, select

from bot.customer import Customer, Situation
from bot.new_project import intent_name
from bot.question import Question, question_in
from bot.scripted_agent import ScriptedAgent
from escalation.practice.player import Play
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker
from labeling.database import Database
from labeling.examples import Row
from labeling.store.turn import Turn, ranking_of

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Setting:
    """Where the services are. Without a practice workspace, nobody works the cases off."""

    bot: str
    database: Database
    practice: str | None = None
    at_once: int = 4
    """How many customers write at the same time."""


@dataclass(frozen=True)
class Fate:
    """What became of one message. `right` is None where nobody knows the true intent."""

    answered: bool
    """At once, without a question."""
    right: bool | None
    asked: bool = False
    """The bot asked what was meant, and answered what was chosen."""


@dataclass(frozen=True)
class Summary:
    """Shares are fractions from 0 to 1, None where there is nothing to divide."""

    messages: int
    answered: int
    answered_share: float | None
    answered_right_share: float | None
    """Of the answered messages whose true intent is known."""
    first_guess_right_share: float | None
    """Of all messages whose true intent is known."""
    asked: int
    """Answered once the customer had chosen what they meant."""
    escalated: int

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def draw(rows: Sequence[Row], limit: int | None, seed: int) -> list[Row]:
    """The messages to play, in a random order that the seed fixes."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 an order, not a secret
    return shuffled[:limit]


def replay(setting: Setting, rows: Sequence[Row], on_each: Callable[[], None]) -> Summary:
    """One conversation a message. Raises Refusals of customer and agent: what is not there, or silent."""
    with ExitStack() as open_things:
        http = open_things.enter_context(httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False))
        pool = open_things.enter_context(ThreadPoolExecutor(setting.at_once))
        agent = None
        if setting.practice:
            workspace = open_things.enter_context(Play(setting.practice))
            workspace.state()  # or nobody would miss it before the first case
            agent = ScriptedAgent(setting.database, workspace)

        def play(row: Row) -> Fate:
            fate = _play(setting, http, agent, row)
            on_each()
            return fate

        running = [pool.submit(play, row) for row in rows]
        try:
            return summarise([future.result() for future in running])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _play(setting: Setting, http: httpx.Client, agent: ScriptedAgent | None, row: Row) -> Fate:
    customer = Customer(http, setting.bot)
    situation = customer.ask(row.text, PATIENCE_SECONDS)
    truth = intent_name(row.intent) if row.intent else None
    asked = _question(setting.database, customer.conversation)
    if asked is not None:
        situation = _choose(customer, *asked, truth)
    escalated = situation.person is not None
    guess = _first_guess(setting.database, customer.conversation)
    if escalated and truth and agent:
        agent.work_off(customer.conversation, truth)
        customer.wait(_handed_back, PATIENCE_SECONDS)
    right = None if truth is None else guess == truth
    return Fate(not escalated and asked is None, right, asked is not None and not escalated)


def _choose(customer: Customer, number: int, question: Question, truth: str | None) -> Situation:
    """As a customer would who knows what they want, and finds it or not."""
    answer = question.answers.index(truth) if truth in question.intents else len(question.intents)
    chosen = customer.choose(number, answer)
    return customer.wait(lambda now: bool(now.said_by("bot")) and not now.typing, PATIENCE_SECONDS, after=chosen)


def _handed_back(situation: Situation) -> bool:
    return situation.person is None and bool(situation.said_by("agent"))


def _question(database: Database, sender_id: str) -> tuple[int, Question] | None:
    """The question that the bot asked, and its message's number."""
    with database.reading() as session:
        rows = (
            select(Message)
            .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            .where(Conversation.sender_id == sender_id, Message.speaker == Speaker.BOT.value)
        )
        asked = ((message.number, question_in(message.payload)) for message in session.exec(rows))
        return next(((number, question) for number, question in asked if question is not None), None)


def _first_guess(database: Database, sender_id: str) -> str | None:
    with database.reading() as session:
        rows = (
            select(Turn)
            .join(Conversation, col(Conversation.id) == col(Turn.conversation_id))
            .where(Conversation.sender_id == sender_id)
            .order_by(col(Turn.id))
        )
        turn = session.exec(rows).first()
        return ranking_of(turn).best if turn else None


def summarise(fates: Sequence[Fate]) -> Summary:
    answered = [fate for fate in fates if fate.answered]
    asked = sum(fate.asked for fate in fates)
    return Summary(
        messages=len(fates),
        answered=len(answered),
        answered_share=_share(fate.answered for fate in fates),
        answered_right_share=_share(fate.right for fate in answered if fate.right is not None),
        first_guess_right_share=_share(fate.right for fate in fates if fate.right is not None),
        asked=asked,
        escalated=len(fates) - len(answered) - asked,
    )


def _share(marks: Iterable[bool]) -> float | None:
    counted = list(marks)
    return sum(counted) / len(counted) if counted else None
