"""From what people say to what a turn is labelled, on real databases."""

from __future__ import annotations

import pytest

from labeling import reviewing
from labeling.database import Database
from labeling.labels import intent_name, known_intents, labels
from labeling.review_queue import Order, Wanted, decided, waiting
from labeling.reviewing import NoSuchTurn, NothingCorrected, NothingToUndo, PeopleDisagree, UnknownIntent
from labeling.store.correction import CUSTOMER, CorrectionKind
from labeling.store.review import Decision
from tests.labeling.turns import correct, corrected, turn

KNOWN = ("rent_gear", "store_hours", "delivery_cost")


def given(database: Database) -> dict[int, str | None]:
    with database.reading() as session:
        return {label.turn_id: label.intent for label in labels(session)}


def queue(database: Database, wanted: Wanted | None = None) -> list[int]:
    with database.reading() as session:
        return [item.turn_id for item in waiting(session, wanted).items]


def test_a_turn_that_nobody_corrected_waits_for_nobody(database: Database) -> None:
    turn(database, "hello")
    assert queue(database) == []


def test_accepting_gives_the_label_that_people_said(either_database: Database) -> None:
    turn_id = corrected(either_database, "can i hire a tent")
    with either_database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    assert given(either_database) == {turn_id: "rent_gear"}
    assert queue(either_database) == []


def test_a_trainers_change_beats_what_people_said(database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    with database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
        reviewing.change(session, turn_id, "Noor", "store_hours", KNOWN)
    assert given(database) == {turn_id: "store_hours"}


def test_undo_restores_what_counted_before(either_database: Database) -> None:
    turn_id = corrected(either_database, "can i hire a tent")
    with either_database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
        reviewing.change(session, turn_id, "Noor", "store_hours", KNOWN)
        reviewing.undo(session, turn_id, "Noor")
    assert given(either_database) == {turn_id: "rent_gear"}
    with either_database.transaction() as session:
        reviewing.undo(session, turn_id, "Noor")
    assert given(either_database) == {}
    assert queue(either_database) == [turn_id]
    with pytest.raises(NothingToUndo), either_database.transaction() as session:
        reviewing.undo(session, turn_id, "Noor")


def test_a_rejected_turn_teaches_nothing_and_waits_no_more(database: Database) -> None:
    turn_id = corrected(database, "asdf")
    with database.transaction() as session:
        reviewing.reject(session, turn_id, "Noor")
    assert (given(database), queue(database)) == ({}, [])


def test_a_withdrawn_correction_leaves_the_queue(either_database: Database) -> None:
    turn_id = corrected(either_database, "can i hire a tent")
    correct(either_database, turn_id, None, kind=CorrectionKind.WITHDRAWN)
    assert queue(either_database) == []
    with pytest.raises(NothingCorrected), either_database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")


def test_people_who_disagree_are_shown_and_not_accepted_blindly(database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent", person="Mina")
    correct(database, turn_id, "store_hours", person="Jonas")
    agreed = corrected(database, "opening times?", "store_hours")
    with database.reading() as session:
        shown = {item.turn_id: item for item in waiting(session).items}
    assert shown[turn_id].state.people_disagree
    assert shown[turn_id].answers == ("rent_gear", "store_hours")
    with pytest.raises(PeopleDisagree), database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    with database.transaction() as session:
        reviewing.accept_all(session, "Noor")
    assert given(database) == {agreed: "store_hours"}
    assert queue(database) == [turn_id]


def test_a_persons_change_of_mind_settles_a_disagreement(database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent", person="Mina")
    correct(database, turn_id, "store_hours", person="Jonas")
    correct(database, turn_id, "rent_gear", person="Jonas")
    with database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    assert given(database) == {turn_id: "rent_gear"}


def test_a_contradiction_after_the_decision_brings_the_turn_back_and_the_label_counts_until_then(
    either_database: Database,
) -> None:
    turn_id = corrected(either_database, "can i hire a tent")
    with either_database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    correct(either_database, turn_id, "rent_gear", person="Jonas")
    assert queue(either_database) == []
    correct(either_database, turn_id, "store_hours", person="Jonas")
    assert queue(either_database) == [turn_id]
    assert given(either_database) == {turn_id: "rent_gear"}


def test_a_second_click_is_one_decision(database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    with database.transaction() as session:
        first = reviewing.accept(session, turn_id, "Noor")
        again = reviewing.accept(session, turn_id, "Sam")
    assert first.id == again.id
    with database.transaction() as session:
        reviewing.undo(session, turn_id, "Sam")
    assert queue(database) == [turn_id]


def test_not_a_request_is_a_label_without_an_intent(database: Database) -> None:
    turn_id = turn(database, "lol ok")
    correct(database, turn_id, None, kind=CorrectionKind.NOT_A_REQUEST)
    with database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    assert given(database) == {turn_id: None}


def test_what_nobody_could_tell_teaches_nothing_and_waits_for_a_second_opinion(either_database: Database) -> None:
    turn_id = turn(either_database, "it does the thing again")
    correct(either_database, turn_id, None, kind=CorrectionKind.CANNOT_TELL)
    assert queue(either_database) == [turn_id]
    with either_database.transaction() as session:
        assert reviewing.accept_all(session, "Noor") == []
        with pytest.raises(NothingCorrected):
            reviewing.accept(session, turn_id, "Noor")
        assert "second opinion" in waiting(session).items[0].why
    correct(either_database, turn_id, "rent_gear", person="Jonas")
    with either_database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    assert given(either_database) == {turn_id: "rent_gear"}
    correct(either_database, turn_id, None, person="Sam", kind=CorrectionKind.CANNOT_TELL)
    assert queue(either_database) == []  # not knowing contradicts nobody


def test_two_requests_in_one_are_both_kept_and_in_any_order_the_same(either_database: Database) -> None:
    turn_id = turn(either_database, "hire a tent, and when do you open?")
    correct(either_database, turn_id, "rent_gear", kind=CorrectionKind.TWO_IN_ONE, second="store_hours")
    correct(either_database, turn_id, "store_hours", "Jonas", CorrectionKind.TWO_IN_ONE, "rent_gear")
    with either_database.transaction() as session:
        (one,) = waiting(session).items
        assert not one.state.people_disagree
        reviewing.accept(session, turn_id, "Noor", one.state.agreed)
        (label,) = labels(session)
    assert (label.intent, label.second) == ("rent_gear", "store_hours")
    assert queue(either_database) == []
    correct(either_database, turn_id, "rent_gear", person="Sam")
    assert queue(either_database) == [turn_id]


def test_two_requests_and_one_of_them_are_different_answers(database: Database) -> None:
    turn_id = corrected(database, "hire a tent, and when do you open?")
    correct(database, turn_id, "rent_gear", "Jonas", CorrectionKind.TWO_IN_ONE, "store_hours")
    with database.transaction() as session:
        (one,) = waiting(session).items
        assert one.state.people_disagree
        assert one.answers == ("rent_gear", "store_hours")
        reviewing.change(session, turn_id, "Noor", "rent_gear", KNOWN, second="store_hours")
        (label,) = labels(session)
    assert label.second == "store_hours"
    with pytest.raises(UnknownIntent), database.transaction() as session:
        reviewing.change(session, turn_id, "Noor", "rent_gear", KNOWN, second="rent_gaer")


def test_a_proposed_intent_gets_an_intents_name_and_is_known_once_accepted(database: Database) -> None:
    turn_id = turn(database, "do you sell used tents")
    correct(database, turn_id, " Second-hand gear! ", kind=CorrectionKind.NEW_INTENT)
    with database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
        assert "second_hand_gear" in known_intents(session, KNOWN)
    assert given(database) == {turn_id: "second_hand_gear"}


def test_a_mistyped_intent_is_refused_unless_it_is_meant_as_new(database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    with pytest.raises(UnknownIntent), database.transaction() as session:
        reviewing.change(session, turn_id, "Noor", "rent_gaer", KNOWN)
    with database.transaction() as session:
        reviewing.change(session, turn_id, "Noor", "Tent hire", KNOWN, is_new=True)
    assert given(database) == {turn_id: "tent_hire"}


def test_a_turn_that_does_not_exist_is_said_so(database: Database) -> None:
    with pytest.raises(NoSuchTurn), database.transaction() as session:
        reviewing.reject(session, 4711, "Noor")


def test_confident_mistakes_come_before_lucky_guesses(database: Database) -> None:
    right = turn(database, "a", guess="rent_gear", confidence=0.6)
    unsure = turn(database, "b", guess="store_hours", confidence=0.2)
    sure = turn(database, "c", guess="store_hours", confidence=0.9)
    for turn_id in (right, unsure, sure):
        correct(database, turn_id, "rent_gear")
    assert queue(database) == [sure, unsure, right]
    assert queue(database, Wanted(order=Order.OLDEST)) == [right, unsure, sure]
    assert queue(database, Wanted(words="B")) == [unsure]


def test_reviewed_turns_are_listed_newest_decision_first(database: Database) -> None:
    first, second = corrected(database, "one"), corrected(database, "two")
    with database.transaction() as session:
        reviewing.accept(session, second, "Noor")
        reviewing.reject(session, first, "Noor")
    with database.reading() as session:
        items = decided(session).items
    assert [item.turn_id for item in items] == [first, second]
    assert [item.state.review.decision for item in items if item.state.review] == [
        Decision.REJECTED,
        Decision.ACCEPTED,
    ]


def test_a_long_queue_comes_in_pages(database: Database) -> None:
    turns = [corrected(database, f"message {i}") for i in range(7)]
    with database.reading() as session:
        pages = [waiting(session, Wanted(order=Order.OLDEST), number, size=3) for number in (1, 2, 3, 99)]
    assert [[item.turn_id for item in page.items] for page in pages[:3]] == [turns[:3], turns[3:6], turns[6:]]
    assert pages[3].number == 3


@pytest.mark.parametrize(("said", "name"), [("Lost umbrella", "lost_umbrella"), ("Rück!", "rück"), ("!!", "")])
def test_proposed_names_become_intent_names(said: str, name: str) -> None:
    assert intent_name(said) == name


def chosen(database: Database, text: str, intent: str = "rent_gear") -> int:
    """The customer chose, when the bot asked what they meant."""
    turn_id = turn(database, text)
    correct(database, turn_id, intent, person="customer:1", source=CUSTOMER)
    return turn_id


def test_what_only_the_customer_chose_waits_behind_every_agents_word_and_says_why(database: Database) -> None:
    choice, agents = chosen(database, "a tent for a week"), corrected(database, "opening times?", "store_hours")
    assert queue(database) == [agents, choice]
    with database.reading() as session:
        last = waiting(session).items[-1]
    assert last.why == "The customer chose this when the bot asked; nobody from the team has looked yet."


def test_a_customers_choice_is_never_accepted_in_bulk_but_a_trainer_may_agree_with_it(
    either_database: Database,
) -> None:
    choice, agents = chosen(either_database, "a tent for a week"), corrected(either_database, "can i hire a tent")
    with either_database.transaction() as session:
        reviewing.accept_all(session, "Noor")
    assert given(either_database) == {agents: "rent_gear"}
    with either_database.transaction() as session:
        reviewing.accept(session, choice, "Noor")
    assert given(either_database) == {agents: "rent_gear", choice: "rent_gear"}


def test_an_agents_word_beats_the_customers_choice(database: Database) -> None:
    turn_id = chosen(database, "a tent for a week")
    correct(database, turn_id, "store_hours", person="Mina")
    with database.reading() as session:
        (item,) = waiting(session).items
    assert not item.state.people_disagree
    assert len(item.state.said) == 2
    with database.transaction() as session:
        reviewing.accept_all(session, "Noor")
    assert given(database) == {turn_id: "store_hours"}


def test_a_customers_choice_does_not_bring_a_decided_turn_back(database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    with database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    correct(database, turn_id, "store_hours", person="customer:1", source=CUSTOMER)
    assert queue(database) == []
