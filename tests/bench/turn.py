"""A chat turn over HTTP, ours and stock Rasa's, and what each would have answered."""

from __future__ import annotations

from tests.bench.figure import Figure, Sheet, milliseconds, ratio, share
from tests.bench.race import CONVERSATION, Raced


def sheet(raced: Raced) -> Sheet:
    """Times, ratios, and answers: a fast wrong answer is no gain."""
    ours = Figure("ours", "ms", milliseconds(raced.ours), "POST → answer on the stream; everything is stored")
    stock = Figure("stock, memory", "ms", milliseconds(raced.stock), "POST → its response; nothing is stored")
    sql = Figure("stock, SQLite", "ms", milliseconds(raced.stock_on_sql), "the same; Rasa's tracker is stored")
    figures = (
        ours,
        stock,
        sql,
        *ratio("ours ÷ stock, memory", ours, stock),
        *ratio("ours ÷ stock, SQLite", ours, sql),
        *_answers(raced),
        Figure("stock training", "s", (raced.trained.seconds,), _training(raced)),
    )
    return Sheet("A chat turn", figures, _notes(raced))


def _answers(raced: Raced) -> tuple[Figure, ...]:
    report, stock = raced.our_report, raced.stock_judged
    right = report["answered_right"] or 0.0
    return (
        Figure("answered: ours", "%", (100 * report["answered"],), "of the frozen set, at the promised tiers"),
        Figure("of these right: ours", "%", (100 * right,)),
        share("answered: stock", stock.answered, stock.n),
        share("of these right: stock", stock.right, stock.answered),
    )


def _training(raced: Raced) -> str:
    return "in an earlier run; kept" if raced.trained.kept else "in this run"


def _notes(raced: Raced) -> tuple[str, ...]:
    return (
        f"{len(raced.ours)} messages of the frozen set whose true intent has one plain answer, one after the other, "
        f"conversations of {CONVERSATION}, the three in turns.",
        "Ours: message, turn, tracker, answer and any case are committed rows before the customer reads a word; "
        "every service is running.",
        f"{raced.handed_over} of our turns called a person, in {raced.asked} the customer was asked what they meant; "
        f"{raced.silent} of both stocks' turns got no answer.",
        "Stock: WhitespaceTokenizer, RegexFeaturizer, LexicalSyntacticFeaturizer, CountVectorsFeaturizer ×2, "
        "DIETClassifier, FallbackClassifier (0.3, ambiguity 0.1); our RulePolicy; rasa run, REST channel.",
    )
