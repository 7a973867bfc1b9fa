"""A small shop whose bot is sure of little, so that it asks: a project for those who test its questions."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import col, select

from labeling.database import Database
from labeling.examples import read_examples
from labeling.project import Project, find_project
from labeling.store.correction import Correction

SHOP = Path(__file__).resolve().parents[2] / "bot" / "data"
INTENTS = (
    *("refund_request", "refund_status", "change_address", "account_details", "wrong_item", "exchange_item"),
    *("size_advice", "damaged_item", "delete_account", "data_request", "store_hours", "order_status"),
)
PLAIN = [intent for intent in INTENTS if intent not in ("order_status", "size_advice")]
UNSURE = "refund info"
"""Between asking for a refund and asking where it is."""
AS_UNSURE = "update my address"
"""Between an order's address and the account's."""

CONFIG = f"""
recipe: default.v1
assistant_id: asking
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexEntityExtractor
  - name: bot.intent_classifier.IntentClassifier
  - name: bot.router.Router
    details: [order_number]
    clarify: 0.9
    tiers:
      open: {{promise: 0.975, intents: [{", ".join(INTENTS)}]}}
      closed: {{answer: never, intents: [report_fraud]}}
policies:
  - name: RulePolicy
    enable_fallback_prediction: false
"""

DOMAIN = "\n".join(
    [
        'version: "3.1"',
        f"intents: [{', '.join(INTENTS)}, report_fraud, escalate]",
        "entities: [order_number]",
        "slots:",
        "  order_number: {type: text, mappings: [{type: from_entity, entity: order_number}]}",
        "forms:",
        "  number_form: {required_slots: [order_number]}",
        "actions: [action_handoff]",
        "responses:",
        "  utter_handoff: [{text: A person comes.}]",
        '  utter_ask_order_number: [{text: "Which number?"}]',
        '  utter_order_status: [{text: "About {order_number}."}]',
        "  utter_clarify_de:",
        '    - {text: "Was meinen Sie?", buttons: [{title: Etwas anderes, payload: /escalate}]}',
        *(f"  utter_{intent}: [{{text: About {intent}.}}]" for intent in PLAIN),
        "  utter_size_advice:",
        "    - {text: About size_advice., buttons: [{title: Opening hours, payload: /store_hours}]}",
    ]
)

RULES = "\n".join(
    [
        'version: "3.1"',
        "rules:",
        "  - {rule: escalate, steps: [{intent: escalate}, {action: action_handoff}]}",
        "  - {rule: ask, steps: [{intent: order_status}, {action: number_form}, {active_loop: number_form}]}",
        "  - rule: told",
        "    condition: [{active_loop: number_form}]",
        "    steps: [{action: number_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]},",
        "            {action: utter_order_status}]",
        *(
            f"  - {{rule: {intent}, steps: [{{intent: {intent}}}, {{action: utter_{intent}}}]}}"
            for intent in INTENTS
            if intent != "order_status"
        ),
    ]
)

GUIDELINES = """
refund_request:
  title: I want my money back
  titles: {de: Geld zurück}
refund_status:
  title: Where is my refund?
  titles: {de: "Wo bleibt mein Geld?"}
"""


def write_asking_project(root: Path, credentials: str = "", audit: str = "0%", **more: str) -> Project:
    """`audit` is the knob of the open tier; `more` are files in Python, by name without its ending."""
    lines = ['version: "3.1"', "nlu:", "- regex: order_number", "  examples: |", r"    - \bLF-\d{5}\b"]
    examples = read_examples(SHOP).examples
    for intent in (*INTENTS, "report_fraud"):
        lines += [f"- intent: {intent}", "  examples: |"]
        lines += [f"    - {example.text}" for example in examples if example.intent == intent]
    lines += ["- intent: order_status", "  examples: |", "    - where is [LF-10001](order_number)"]
    files = {
        "config.yml": CONFIG.replace("promise: 0.975", f"promise: 0.975, audit: {audit}"),
        "domain.yml": DOMAIN,
        "data/nlu.yml": "\n".join(lines) + "\n",
        "data/rules.yml": RULES,
        "guidelines.yml": GUIDELINES,
        "credentials.yml": credentials,
        **{f"{name}.py": text for name, text in more.items()},
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return find_project(root)


def choices_of(database: Database, turn_id: int | None) -> list[Correction]:
    """What customers and people said that a turn had meant."""
    with database.reading() as session:
        rows = select(Correction).where(Correction.turn_id == turn_id).order_by(col(Correction.id))
        return list(session.exec(rows))
