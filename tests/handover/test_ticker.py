"""The moves that time makes due, on a real database, with a clock that the test turns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlmodel import Session, col, select

from escalation import handover
from escalation.destination import Destination, Routing, Rule
from escalation.due_move import Rules
from escalation.handover import Outcome, Person
from escalation.hours import Hours
from escalation.phrasebook import ENGLISH
from escalation.store.agent import agent_of
from escalation.store.case import Case, CaseState, case_by_id, unclosed_case
from escalation.store.conversation import conversation_of
from escalation.store.message import Message, Speaker
from escalation.store.move import MoveMade
from escalation.store.outbox import Errand, Outgoing
from escalation.ticker import Ticker
from escalation.wait import bot_has_the_word
from escalation.waiting import Waiting
from labeling.clock import now
from labeling.database import Database
from labeling.ranking import Ranking
from labeling.store.turn import Turn

MINA = Person("U0MINA0001", "Mina")
WAITING = Waiting(lead="U0LEAD0001")
ROUTING = Routing((Rule(Destination(call=("S0SUPPORT1",))),))
SHUT = Hours(
    open={"mon": ((time(9), time(10)),)}, holidays=frozenset(now().date() + timedelta(days) for days in (0, 1))
)
"""Not open today, whichever day that is, nor on the next, should midnight come."""


class Shift:
    """A database, a ticker, and a clock to turn."""

    def __init__(self, database: Database, hours: Hours | None = None, waiting: Waiting = WAITING) -> None:
        self.database = database
        self.ahead = timedelta()
        self.rules = Rules(hours or Hours(), waiting)
        self.ticker = self.new_ticker()

    def new_ticker(self) -> Ticker:
        return Ticker(self.database, self.rules, ROUTING, clock=lambda: now() + self.ahead)

    def at(self, **ahead: float) -> None:
        """Turns the clock to so long after now, and lets everything happen that is due by then."""
        self.ahead = timedelta(**ahead)
        self.work()

    def work(self) -> None:
        while self.ticker.tick():
            pass

    def open(self, sender: str = "c1") -> int:
        with self.database.transaction() as session:
            return self.open_within(session, sender)

    def open_within(self, session: Session, sender: str) -> int:
        conversation = conversation_of(session, "webchat", sender)
        handover.hear(session, conversation, "help", None)
        case = handover.open_case(session, conversation, "Unsure.")
        assert case.id is not None
        return case.id

    def write(self, text: str, sender: str = "c1") -> None:
        """The customer writes while people have the conversation."""
        with self.database.transaction() as session:
            conversation = conversation_of(session, "webchat", sender)
            message, _ = handover.hear(session, conversation, text, None)
            case = unclosed_case(session, conversation.id or 0)
            assert case is not None
            handover.pass_on(session, case, message)

    def reply(self, case_id: int, person: Person = MINA, ts: str = "1800000000.000100") -> None:
        with self.database.transaction() as session:
            handover.reply(session, case_id, person, "Here I am.", ts)

    def case(self, case_id: int) -> Case:
        with self.database.reading() as session:
            return case_by_id(session, case_id)

    def told(self) -> list[str]:
        """What the customer heard in nobody's name."""
        with self.database.reading() as session:
            rows = select(Message.text).where(Message.speaker == Speaker.SYSTEM.value).order_by(col(Message.id))
            return list(session.exec(rows))

    def called(self) -> list[tuple[str, str | None, str]]:
        with self.database.reading() as session:
            kinds = [Errand.NUDGE.value, Errand.CALL.value]
            rows = select(Outgoing).where(col(Outgoing.errand).in_(kinds)).order_by(col(Outgoing.id))
            return [(row.errand, row.person_id, row.note) for row in session.exec(rows)]


@pytest.fixture
def shift(either_database: Database) -> Shift:
    return Shift(either_database)


def test_a_case_that_nobody_takes_calls_its_group_and_then_the_lead(shift: Shift) -> None:
    shift.open()
    shift.at(minutes=11)
    assert shift.called() == [
        ("call", "S0SUPPORT1", "⏰ Nobody has taken case 1 yet; the customer has been waiting for 11 min.")
    ]
    shift.at(minutes=21)
    ((kind, lead, words),) = shift.called()[1:]
    assert (kind, lead) == ("call", "U0LEAD0001")
    assert words.startswith("🔔 Nobody has case 1, and the customer has been waiting for 21 min.")


def test_a_case_in_which_something_fails_is_put_aside_and_holds_no_other_up(
    shift: Shift, caplog: pytest.LogCaptureFixture
) -> None:
    odd, sound = shift.open("c1"), shift.open("c2")
    with shift.database.transaction() as session:
        about = {"conversation_id": 1, "message_id": 1, "text": "help", "confidence": 0.1, "model_version": "m1"}
        turn = Turn(**about, route="escalate", reason="Unsure.", ranking={"of": "another release"})
        session.add(turn)
        session.flush()
        case_by_id(session, odd).turn_id = turn.id
        session.add(MoveMade(case_id=shift.open_within(session, "c3"), move="unheard of", since=now(), made_at=now()))
    shift.at(minutes=11)
    assert [words for _, _, words in shift.called()] == [
        f"⏰ Nobody has taken case {sound} yet; the customer has been waiting for 11 min."
    ]
    assert caplog.text.count("is put aside for 10 minutes") == 2
    assert "help" not in caplog.text
    with shift.database.transaction() as session:
        case_by_id(session, odd).turn_id = None
    shift.at(minutes=22)
    assert f"🔔 Nobody has case {odd}" in " ".join(words for _, _, words in shift.called())


def test_an_owner_who_does_not_answer_is_reminded_in_the_thread_alone(shift: Shift) -> None:
    case_id = shift.open()
    with shift.database.transaction() as session:
        handover.claim(session, case_id, MINA)
    shift.at(minutes=11)
    assert shift.called() == [
        ("nudge", MINA.id, "⏰ The customer has been waiting for your answer for 11 min."),
    ]


def test_an_away_owner_is_left_in_peace_and_others_are_called(shift: Shift) -> None:
    case_id = shift.open()
    with shift.database.transaction() as session:
        handover.claim(session, case_id, MINA)
        agent_of(session, MINA.id).away_since = now()
    shift.at(minutes=11)
    ((kind, who, words),) = shift.called()
    assert (kind, who) == ("call", "S0SUPPORT1")
    assert words.startswith("⏰ Mina is away")


def test_an_answer_ends_the_wait_and_the_next_question_begins_a_new_one(shift: Shift) -> None:
    case_id = shift.open()
    shift.reply(case_id)
    shift.at(minutes=30)
    assert shift.called() == []
    shift.ahead = timedelta()
    shift.write("and when?")
    shift.at(minutes=14)
    assert shift.called() == []
    shift.at(minutes=16)
    assert [who for _, who, _ in shift.called()] == [MINA.id]


def test_a_customer_who_writes_again_while_waiting_does_not_wait_anew(shift: Shift) -> None:
    case_id = shift.open()
    before = shift.case(case_id).waits_since
    shift.write("hello??")
    assert shift.case(case_id).waits_since == before


def test_the_customer_hears_that_everybody_is_busy_once(shift: Shift) -> None:
    shift.open()
    shift.at(minutes=6)
    shift.at(minutes=7)
    assert shift.told() == [ENGLISH.busy]


def test_when_nobody_comes_the_customer_hears_so_and_the_bot_answers_again(shift: Shift) -> None:
    case_id = shift.open()
    shift.at(minutes=61)
    assert shift.told() == [f"{ENGLISH.nobody} {ENGLISH.bot_again}"]
    assert shift.case(case_id).bot_answers
    assert bot_has_the_word(shift.case(case_id), "where is my parcel?")
    assert not bot_has_the_word(shift.case(case_id), "ada@mail.example")


def test_the_bot_stays_silent_where_the_desk_wants_it_so(either_database: Database) -> None:
    shift = Shift(either_database, waiting=replace(WAITING, bot_answers=False))
    case_id = shift.open()
    shift.at(minutes=61)
    assert shift.told() == [ENGLISH.nobody]
    assert not shift.case(case_id).bot_answers


def test_out_of_hours_the_customer_hears_when_somebody_is_there_again(either_database: Database) -> None:
    shift = Shift(either_database, hours=SHUT)
    case_id = shift.open()
    shift.work()
    (words,) = shift.told()
    assert words.startswith("Nobody of our team is here right now; we are back ")
    assert " at 09:00 (UTC)" in words
    assert shift.case(case_id).bot_answers


def test_whoever_claims_takes_the_word_from_the_bot(either_database: Database) -> None:
    shift = Shift(either_database, hours=SHUT)
    case_id = shift.open()
    shift.work()
    with shift.database.transaction() as session:
        handover.claim(session, case_id, MINA)
    assert not bot_has_the_word(shift.case(case_id), "hello")


def test_a_customer_who_needs_a_person_again_is_told_again_and_keeps_their_place(either_database: Database) -> None:
    shift = Shift(either_database, hours=SHUT)
    case_id = shift.open()
    shift.work()
    before = shift.case(case_id)
    with shift.database.transaction() as session:
        handover.open_case(session, conversation_of(session, "webchat", "c1"), "Unsure again.")
    shift.work()
    after = shift.case(case_id)
    assert len(shift.told()) == 2
    assert after.bot_answers
    assert after.waits_since == before.waits_since


def test_how_a_customer_can_be_reached_is_noted_and_each_way_is_confirmed_once(shift: Shift) -> None:
    case_id = shift.open()
    shift.at(minutes=6)
    for words in ("ada@mail.example, please", "as I said: ada@mail.example", "or +49 170 5551234"):
        shift.write(words)
        shift.work()
    assert shift.case(case_id).contact == "ada@mail.example, +49 170 5551234"
    noted = [ENGLISH.contact.format(contact=contact) for contact in ("ada@mail.example", "+49 170 5551234")]
    assert shift.told() == [ENGLISH.busy, *noted]
    shift.at(minutes=7)
    shift.new_ticker().begin()
    shift.work()
    assert shift.told() == [ENGLISH.busy, *noted]


def test_ways_that_were_left_together_are_confirmed_together(shift: Shift) -> None:
    ranking = Ranking((), 0.1, "m1")
    with shift.database.transaction() as session:
        conversation = conversation_of(session, "webchat", "c1")
        message, _ = handover.hear(session, conversation, "help, I am at ada@mail.example", None)
        about = {"conversation_id": conversation.id, "message_id": message.id, "text": message.text}
        decided = {"confidence": 0.1, "model_version": "m1", "route": "escalate", "reason": "Unsure."}
        turn = Turn(**about, **decided, ranking=ranking.to_json())
        session.add(turn)
        session.flush()
        handover.open_case(session, conversation, "Unsure.", turn)
    for words in ("ada@mail.example, please", "or +49 170 5551234"):
        shift.write(words)
    shift.at(minutes=6)
    assert shift.told() == [ENGLISH.busy, ENGLISH.contact.format(contact="ada@mail.example, +49 170 5551234")]


def test_a_quiet_case_asks_closes_itself_and_opens_again_with_its_customer(shift: Shift) -> None:
    case_id = shift.open()
    shift.reply(case_id)
    shift.at(hours=25)
    assert shift.told()[-1] == "Are you still there? Without another message from you this chat closes in 4 hours."
    shift.at(hours=30)
    closed = shift.case(case_id)
    assert (closed.state, closed.outcome) == (CaseState.CLOSED.value, Outcome.INACTIVE.value)
    assert shift.told()[-1] == ENGLISH.goodbye
    shift.write("sorry, I was away")
    opened = shift.case(case_id)
    assert (opened.state, opened.owner_id, opened.outcome) == (CaseState.OPEN.value, None, None)
    assert shift.called()[-1] == ("call", MINA.id, "🔁 The customer is back. Mina had this case before.")


def test_a_customer_who_answers_keeps_the_case_open(shift: Shift) -> None:
    case_id = shift.open()
    shift.reply(case_id)
    shift.at(hours=25)
    shift.write("yes, one moment")
    shift.at(hours=40)
    assert shift.case(case_id).state == CaseState.CLAIMED.value


def test_what_an_agent_closed_stays_closed(shift: Shift) -> None:
    case_id = shift.open()
    shift.reply(case_id)
    with shift.database.transaction() as session:
        handover.close(session, case_id, MINA, Outcome.ANSWERED)
        handover.hear(session, conversation_of(session, "webchat", "c1"), "thanks", None)
    assert shift.case(case_id).state == CaseState.CLOSED.value


def test_a_customer_who_returns_too_late_begins_anew(either_database: Database) -> None:
    shift = Shift(either_database, waiting=replace(WAITING, reopen_days=0))
    case_id = shift.open()
    shift.reply(case_id)
    shift.at(hours=25)
    shift.at(hours=30)
    with shift.database.transaction() as session:
        case_by_id(session, case_id).reopen_until = now()
        handover.hear(session, conversation_of(session, "webchat", "c1"), "hello", None)
    assert shift.case(case_id).state == CaseState.CLOSED.value


def test_a_desk_that_is_started_anew_repeats_nothing(shift: Shift) -> None:
    shift.open()
    shift.at(minutes=21)
    told, called = shift.told(), shift.called()
    shift.ticker = shift.new_ticker()
    shift.ticker.begin()
    shift.work()
    assert (shift.told(), shift.called()) == (told, called)


def test_two_desks_at_once_make_every_move_once(shift: Shift) -> None:
    for number in range(40):
        shift.open(f"c{number}")
    shift.ahead = timedelta(minutes=61)

    def work(ticker: Ticker) -> None:
        while ticker.tick():
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [shift.new_ticker() for _ in range(4)]))
    work(shift.ticker)
    assert len(shift.called()) == 40
    assert len(shift.told()) == 40


def test_a_rule_that_changed_counts_from_the_next_start(shift: Shift) -> None:
    shift.open()
    shift.at(minutes=1)
    shift.rules = Rules(Hours(), replace(WAITING, first_minutes=1))
    shift.ticker = shift.new_ticker()
    shift.at(minutes=2)
    assert shift.called() == []
    shift.ticker.begin()
    shift.at(minutes=2)
    assert len(shift.called()) == 1
