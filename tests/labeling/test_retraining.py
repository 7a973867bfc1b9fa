"""From accepted labels to a model that answers, with the real encoder."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, select

from labeling import registry, reviewing
from labeling.database import Database
from labeling.examples import Example
from labeling.judging import NothingToJudgeOn
from labeling.live_model import LiveModel, NoLiveModel
from labeling.project import Project, find_project
from labeling.registry import RollbackRefused
from labeling.retraining import FirstModelRefused, Outcome, ensure_live, retrain
from labeling.status import status
from labeling.store.model import Model, Standing, live_model, live_version
from labeling.unlabelled import STEP
from tests.labeling.conftest import write_seeds
from tests.labeling.turns import corrected, turn

HIRE = "is it possible to borrow a stove from you for a weekend"


def live(database: Database) -> str | None:
    with database.reading() as session:
        return live_version(session)


def accept(database: Database, text: str, intent: str) -> int:
    turn_id = corrected(database, text, intent)
    with database.transaction() as session:
        reviewing.change(session, turn_id, "Noor", intent, (), is_new=True)
    return turn_id


def standings(session: Session) -> dict[str, str]:
    return {model.version: model.standing for model in registry.history(session)}


def test_the_first_model_is_trained_once_and_kept(project: Project, database: Database) -> None:
    told: list[tuple[str, float]] = []
    version = ensure_live(project, database, lambda what, share: told.append((what, share)))
    assert live(database) == version
    assert ensure_live(project, database) == version
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert status(project, database).report["accuracy"] > 0.8


def test_another_declared_share_out_of_scope_is_something_new(project: Project, database: Database) -> None:
    first = ensure_live(project, database)
    assert retrain(project, database).outcome is Outcome.NOTHING_NEW
    stranger = replace(project, out_of_scope=0.2)
    verdict = retrain(stranger, database)
    assert verdict.outcome is not Outcome.NOTHING_NEW
    assert verdict.version != first


def test_a_first_model_under_the_floor_is_refused_with_the_reason(project: Project, database: Database) -> None:
    strict = Project(**{**vars(project), "gates": {"accuracy_floor": 1.0}})
    with pytest.raises(FirstModelRefused, match="must be"):
        ensure_live(strict, database)
    assert live(database) is None


def test_an_accepted_label_is_learned_and_the_running_bot_swaps(
    project: Project, either_database: Database, tmp_path: Path
) -> None:
    ensure_live(project, either_database)
    bot = LiveModel(either_database, tmp_path / "bot")
    bot.start()
    try:
        before = bot.current()
        for text in ("do you sell pre-owned boots", "are there any pre-owned jackets", "pre-owned packs for sale?"):
            accept(either_database, text, "second_hand")
        verdict = retrain(project, either_database)
        assert (verdict.outcome, verdict.objections, verdict.labels) == (Outcome.PROMOTED, (), 3)
        for _ in range(100):
            if bot.current().version == verdict.version:
                break
            bot._thread.join(0.1)
        assert bot.current().version == verdict.version == live(either_database)
        assert "second_hand" not in before.intents
        assert bot.current().rank(["do you sell pre-owned gloves"])[0].best == "second_hand"
    finally:
        bot.stop()


def test_what_customers_wrote_is_learned_from_and_left_nowhere_but_in_the_database(
    project: Project, database: Database
) -> None:
    left = project.home / "snapshots" / "0123456789abcdef.csv"
    left.parent.mkdir(parents=True)
    left.write_text(f"text,intent\n{HIRE},rent_gear\n")
    accept(database, HIRE, "rent_gear")
    retrain(project, database)
    files = [file for file in project.home.rglob("*") if file.is_file()]
    assert [file for file in files if HIRE.encode() in file.read_bytes()] == []


def test_nothing_new_is_said_so_and_trains_nothing(project: Project, database: Database) -> None:
    version = ensure_live(project, database)
    verdict = retrain(project, database)
    assert (verdict.outcome, verdict.version) == (Outcome.NOTHING_NEW, version)
    assert retrain(project, database, force=True).version == version


def test_shuffled_labels_are_refused_with_reasons_and_the_live_model_stays(
    project: Project, database: Database, shop: list[Example]
) -> None:
    version = ensure_live(project, database)
    seeds = [example for i, example in enumerate(shop) if i % 3]
    intents = [example.intent for example in seeds]
    write_seeds(project.root, [Example(one.text, intents[(7 * i) % len(seeds)]) for i, one in enumerate(seeds)])
    verdict = retrain(project, database)
    assert verdict.outcome is Outcome.REFUSED
    assert any("right on" in reason.lower() for reason in verdict.objections)
    assert live(database) == version
    with database.reading() as session:
        assert standings(session) == {version: Standing.LIVE, verdict.version: Standing.REFUSED}
    again = retrain(project, database)
    assert (again.outcome, again.version) == (Outcome.NOTHING_NEW, verdict.version)
    assert again.objections == verdict.objections


def test_undoing_a_label_unlearns_it_and_redoing_learns_it_again(project: Project, database: Database) -> None:
    first = ensure_live(project, database)
    turn_id = accept(database, HIRE, "rent_gear")
    second = retrain(project, database).version
    with database.transaction() as session:
        reviewing.undo(session, turn_id, "Noor")
    assert retrain(project, database).version == first == live(database)
    with database.transaction() as session:
        reviewing.accept(session, turn_id, "Noor")
    assert retrain(project, database).version == second == live(database)


def test_a_rollback_stays_until_there_is_something_new(project: Project, database: Database) -> None:
    first = ensure_live(project, database)
    accept(database, HIRE, "rent_gear")
    second = retrain(project, database).version
    with database.transaction() as session:
        registry.roll_back(session, "Noor")
    assert live(database) == first
    verdict = retrain(project, database)
    assert (verdict.outcome, verdict.version) == (Outcome.NOTHING_NEW, second)
    assert verdict.objections == (f"Noor went back to {first}.",)
    accept(database, "could i hire skis for a week", "rent_gear")
    assert retrain(project, database).outcome is Outcome.PROMOTED


def test_traffic_is_learned_from_as_soon_as_there_is_enough_of_it_and_then_is_nothing_new(
    project: Project, database: Database
) -> None:
    first = ensure_live(project, database)
    for number in range(STEP - 1):
        turn(database, f"do you hire out tent number {number}")
    deleted = turn(database, "")
    assert retrain(project, database).outcome is Outcome.NOTHING_NEW
    assert deleted == STEP
    turn(database, "may i borrow a tent")
    verdict = retrain(project, database)
    assert verdict.version != first
    assert retrain(project, database).outcome is Outcome.NOTHING_NEW


def test_old_artefacts_are_not_kept_for_ever_and_live_always_is(project: Project, database: Database) -> None:
    first = ensure_live(project, database)
    accept(database, HIRE, "rent_gear")
    retrain(project, database)
    with database.transaction() as session:
        assert registry.can_go_live_again(session) == {first}
        registry.forget_archives(session, kept=0)
        assert registry.can_go_live_again(session) == set()
    with pytest.raises(RollbackRefused, match="only its report is kept"), database.transaction() as session:
        registry.roll_back(session, "Noor", first)
    with database.reading() as session:
        assert registry.archive_of(session, live_version(session) or "")[0]


def test_there_is_no_going_back_from_the_first_model(project: Project, database: Database) -> None:
    ensure_live(project, database)
    with pytest.raises(RollbackRefused, match="no earlier model"), database.transaction() as session:
        registry.roll_back(session, "Noor")


def test_two_retrainings_at_once_do_not_interleave(project: Project, either_database: Database) -> None:
    ensure_live(project, either_database)
    accept(either_database, HIRE, "rent_gear")
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda _: retrain(project, either_database), range(2)))
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PROMOTED, Outcome.NOTHING_NEW}
    with either_database.reading() as session:
        assert list(standings(session).values()).count(Standing.LIVE) == 1


def _train_and_die(root: Path, url: str) -> None:
    def die_before_the_end(what: str, share: float) -> None:
        if share >= 0.9:
            os.kill(os.getpid(), signal.SIGKILL)

    retrain(find_project(root), Database(url), die_before_the_end)


def test_a_killed_retraining_leaves_live_untouched_and_the_next_works(project: Project, database: Database) -> None:
    version = ensure_live(project, database)
    accept(database, HIRE, "rent_gear")
    url = str(database.url)
    victim = multiprocessing.get_context("spawn").Process(target=_train_and_die, args=(project.root, url))
    victim.start()
    victim.join(60)
    assert victim.exitcode == -signal.SIGKILL
    with database.reading() as session:
        assert standings(session) == {version: Standing.LIVE}
    assert retrain(project, database).outcome is Outcome.PROMOTED


def test_a_corrupt_archive_is_refused_by_the_bot_and_the_old_model_answers_on(
    project: Project, database: Database, tmp_path: Path
) -> None:
    ensure_live(project, database)
    bot = LiveModel(database, tmp_path / "bot")
    bot.refresh()
    accept(database, HIRE, "rent_gear")
    before, broken = bot.current().version, retrain(project, database).version
    with database.transaction() as session:
        row = session.get(Model, broken)
        assert row is not None
        row.archive = row.archive[:-100]
    bot.refresh()
    bot.refresh()
    assert bot.current().version == before
    assert [version for version, _ in bot.status.refused] == [broken]
    with database.reading() as session:
        row = live_model(session)
        assert row is not None
        assert len(row.objections) == 1
        assert "damaged" in row.objections[0]


def test_a_damaged_live_model_does_not_stop_the_next_retraining(project: Project, database: Database) -> None:
    version = ensure_live(project, database)
    with database.transaction() as session:
        row = session.get(Model, version)
        assert row is not None
        row.archive = b"no archive"
    accept(database, HIRE, "rent_gear")
    assert retrain(project, database).outcome is Outcome.PROMOTED


def test_a_damaged_copy_on_this_disk_is_fetched_again(project: Project, database: Database, tmp_path: Path) -> None:
    version = ensure_live(project, database)
    LiveModel(database, tmp_path / "bot").refresh()
    (tmp_path / "bot" / "models" / version / "arrays.npz").write_bytes(b"half")
    bot = LiveModel(database, tmp_path / "bot")
    bot.refresh()
    assert (bot.current().version, bot.status.refused) == (version, ())


def test_whatever_goes_wrong_with_one_model_the_next_is_found(
    project: Project, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    version = ensure_live(project, database)
    with database.transaction() as session:
        sound = registry.model_of(session, version)
        sound.standing, archive = Standing.RETIRED.value, sound.archive
    bot = LiveModel(database, tmp_path / "bot")
    bot.start()
    try:
        with database.transaction() as session:
            odd = registry.Trained("no\0name", "snapshot", sound.encoder, 1, 0, {}, archive)
            registry.promote(session, registry.register(session, odd).version)
        while "cannot look for a new intent model" not in caplog.text:
            time.sleep(0.05)
        with database.transaction() as session:
            registry.promote(session, version)
        while bot.status.version != version:
            time.sleep(0.05)
    finally:
        bot.stop()


def test_a_bot_without_any_model_says_what_to_do(database: Database, tmp_path: Path) -> None:
    bot = LiveModel(database, tmp_path)
    bot.refresh()
    with pytest.raises(NoLiveModel, match="handraise retrain"):
        bot.current()


def test_a_customers_very_words_are_learned_even_if_they_stand_in_the_frozen_set(
    project: Project, database: Database, shop: list[Example]
) -> None:
    ensure_live(project, database)
    frozen = shop[0]
    accept(database, frozen.text, frozen.intent)
    verdict = retrain(project, database)
    assert verdict.outcome is Outcome.PROMOTED
    with database.reading() as session:
        counts = {model.version: model.report["n"] for model in session.exec(select(Model))}
    assert counts[verdict.version] == max(counts.values()) - 1


def test_without_a_frozen_set_some_seed_examples_are_held_out_instead(project: Project, database: Database) -> None:
    project = Project(**{**vars(project), "frozen_set": None})
    version = ensure_live(project, database)
    with database.reading() as session:
        row = registry.model_of(session, version)
    assert row.report["n"] >= 3
    assert row.report["n"] + row.examples == 96


def test_a_frozen_set_that_stands_among_the_examples_is_refused(
    project: Project, database: Database, shop: list[Example]
) -> None:
    write_seeds(project.root, shop)
    with pytest.raises(NothingToJudgeOn, match="write a frozen set apart"):
        ensure_live(project, database)


def test_status_says_what_waits(project: Project, database: Database) -> None:
    assert status(project, database).version is None
    ensure_live(project, database)
    corrected(database, "hire a tent?")
    accept(database, HIRE, "rent_gear")
    now = status(project, database)
    assert (now.to_review, now.accepted, now.is_behind) == (1, 1, True)
    retrain(project, database)
    assert not status(project, database).is_behind
