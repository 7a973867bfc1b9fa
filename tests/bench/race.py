"""The same messages to our bot and to plain Rasa, in turns, while all of them run: A B C A B C."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from labeling.examples import Example
from labeling.policy import read_policy
from tests.bench.ears import Answer, Ears
from tests.bench.messages import plain_messages, unseen_messages
from tests.bench.peak import peak_megabytes
from tests.bench.scene import KEPT, Scene, services
from tests.bench.stock import FALLBACK, StockBot, Trained, train_stock

CONVERSATION = 5
"""Messages in a conversation; ours also ends where a person takes over."""
WARM_UP = 5


@dataclass(frozen=True)
class Judged:
    """What a bot would do with each of n messages."""

    n: int
    answered: int
    right: int


@dataclass(frozen=True)
class Raced:
    """Seconds a turn, one entry a message and all in the same order; and what it took."""

    ours: tuple[float, ...]
    handed_over: int
    """Of our turns; in them the answer says that a person was called."""
    asked: int
    """Of our turns; in them the answer is a question which of two or three things was meant."""
    stock: tuple[float, ...]
    stock_on_sql: tuple[float, ...]
    silent: int
    """Of the stock turns: no answer at all."""
    peaks: Mapping[str, float]
    """Megabytes, by process."""
    our_report: Mapping[str, float]
    """Of the live model, on the frozen set."""
    stock_judged: Judged
    trained: Trained


@dataclass(frozen=True)
class _Stocks:
    memory: StockBot
    sql: StockBot


def race(scene: Scene) -> Raced:
    """Takes a minute for the services to start, and minutes more where the stock model is yet to be trained."""
    scene.on_progress(f"Training stock Rasa, {scene.size.epochs} epochs (kept for the next run)", 0.1)
    trained = train_stock(scene.project, scene.folder / "stock", KEPT, scene.size.epochs)
    http = httpx.Client(timeout=60.0, trust_env=False)
    with http, services(scene, "race") as ours, _stocks(scene, trained, http) as stocks:
        messages = plain_messages(scene.project, scene.size.messages)
        turns = _Turns(http, ours.bot, stocks)
        turns.warm_up(messages[:WARM_UP])
        for start in range(0, len(messages), CONVERSATION):
            scene.on_progress("Chatting with both bots", start / len(messages))
            turns.converse([message.text for message in messages[start : start + CONVERSATION]])
        scene.on_progress("What stock Rasa would answer", 0.9)
        judged = _judge(scene, stocks.memory, http)
        pids = {name: service.pid for name, service in ours.running.items()}
        pids |= {"stock": stocks.memory.pid, "stock on SQLite": stocks.sql.pid}
        return Raced(
            ours=tuple(answer.seconds for answer in turns.ours),
            handed_over=sum(answer.handed_over for answer in turns.ours),
            asked=sum(answer.asks for answer in turns.ours),
            stock=tuple(turns.stock),
            stock_on_sql=tuple(turns.stock_on_sql),
            silent=turns.silent,
            peaks={name: peak_megabytes(pid) for name, pid in pids.items()},
            our_report=http.get(f"{ours.labeling}/api/status").raise_for_status().json()["report"],
            stock_judged=judged,
            trained=trained,
        )


@contextmanager
def _stocks(scene: Scene, trained: Trained, http: httpx.Client) -> Iterator[_Stocks]:
    with ExitStack() as stack:
        stocks = _Stocks(
            StockBot(trained, scene.logs / "stock-memory.log"),
            StockBot(trained, scene.logs / "stock-sql.log", scene.folder / "stock.db"),
        )
        for bot in (stocks.memory, stocks.sql):
            stack.callback(bot.stop)
        for bot in (stocks.memory, stocks.sql):
            scene.on_progress("Starting stock Rasa", 0.0)
            bot.wait_until_ready(http)
        yield stocks


class _Turns:
    def __init__(self, http: httpx.Client, bot: str, stocks: _Stocks) -> None:
        self._http = http
        self._bot = bot
        self._stocks = stocks
        self._forget()

    def _forget(self) -> None:
        self.ours: list[Answer] = []
        self.stock: list[float] = []
        self.stock_on_sql: list[float] = []
        self.silent = 0

    def warm_up(self, messages: Sequence[Example]) -> None:
        self.converse([message.text for message in messages])
        self._forget()

    def converse(self, texts: Sequence[str]) -> None:
        self._with_ours(texts)
        self.stock += self._with(self._stocks.memory, texts)
        self.stock_on_sql += self._with(self._stocks.sql, texts)

    def _with_ours(self, texts: Sequence[str]) -> None:
        left = list(texts)
        while left:
            with Ears(self._http, self._bot) as ears:
                while left:
                    self.ours.append(ears.ask(left.pop(0)))
                    if self.ours[-1].handed_over:
                        break

    def _with(self, stock: StockBot, texts: Sequence[str]) -> list[float]:
        sender = uuid.uuid4().hex
        return [self._timed(stock, sender, text) for text in texts]

    def _timed(self, stock: StockBot, sender: str, text: str) -> float:
        start = time.perf_counter()
        answers = stock.say(self._http, sender, text)
        self.silent += not answers
        return time.perf_counter() - start


def _judge(scene: Scene, stock: StockBot, http: httpx.Client) -> Judged:
    policy = read_policy(scene.project.router["tiers"])
    messages = unseen_messages(scene.project)
    answered = right = 0
    for message in messages:
        guess = stock.parse(http, message.text)["intent"]["name"]
        tier = policy.tier_of(guess)
        if guess != FALLBACK and tier is not None and tier.answers:
            answered += 1
            right += guess == message.intent
    return Judged(len(messages), answered, right)
