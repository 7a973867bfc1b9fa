"""Why a text is understood as it is, with the real encoder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeling.database import Database
from labeling.examples import Example
from labeling.explaining import NothingToExplain, explain
from labeling.project import Project
from labeling.refusal import Refusal
from labeling.retraining import ensure_live
from labeling.store.model import Model


def test_an_explanation_names_the_route_the_nearest_examples_and_the_words(
    project: Project, database: Database, shop: list[Example]
) -> None:
    ensure_live(project, database)
    known = shop[0]
    explained = explain(project, database, f"{known.text} please", 4)
    assert explained.ranking.best == known.intent
    assert explained.route.reason.endswith(".")
    assert len(explained.nearest) == 4
    assert explained.nearest[0].intent == known.intent
    similar = [near.similarity for near in explained.nearest]
    assert similar == sorted(similar, reverse=True)
    assert 0.5 < similar[0] <= 1.001
    drops = [abs(word.drop) for word in explained.words]
    assert drops == sorted(drops, reverse=True)
    assert {word.word for word in explained.words} <= set(f"{known.text} please".split())


def test_it_tells_what_would_not_be_judged_at_all(project: Project, database: Database) -> None:
    ensure_live(project, database)
    assert explain(project, database, "LF-48144", 3).details == ()
    asking = replace(project, router={**project.router, "details": ["order_number"]})
    assert explain(asking, database, "LF-48144", 3).details == ("order_number",)


def test_a_word_that_carries_the_meaning_matters_most(project: Project, database: Database) -> None:
    ensure_live(project, database)
    explained = explain(project, database, "hello I want a refund today", 3)
    assert explained.words[0].word == "refund"


def test_a_single_word_has_nothing_to_be_left_without(project: Project, database: Database) -> None:
    ensure_live(project, database)
    assert explain(project, database, "refund", 3).words == ()


def test_an_empty_text_is_refused(project: Project, database: Database) -> None:
    ensure_live(project, database)
    with pytest.raises(NothingToExplain):
        explain(project, database, "  ", 3)


def test_a_live_model_that_cannot_be_loaded_is_said_so_in_one_line(project: Project, database: Database) -> None:
    version = ensure_live(project, database)
    with database.transaction() as session:
        row = session.get(Model, version)
        assert row is not None
        row.archive = row.archive[:-20]
    with pytest.raises(Refusal, match="the live model cannot be loaded"):
        explain(project, database, "refund", 3)
