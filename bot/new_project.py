"""Makes a project out of anybody's labelled messages: pure text in, files out."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from bot.question import ESCALATE
from labeling.examples import Example
from labeling.project import CLASSIFIER, ROUTER
from labeling.refusal import Refusal
from labeling.routing import readable

HELD_OUT_SHARE = 0.2
"""How much of each intent's examples becomes the frozen set."""
ENOUGH_TO_HOLD_OUT = 5
"""An intent with fewer examples keeps them all for training."""


RESERVED = (ESCALATE,)
"""Intents that Handraise itself uses."""


class LabelsRefused(Refusal):
    """Labels that cannot become intents, each of its own. Rename them in the file."""


class FolderRefused(Refusal):
    """Something of a project stands in the folder already, or nothing can be written there. Name another one."""


def intent_name(label: str) -> str:
    """A label as Rasa can use it as an intent's name: `Card payment?` becomes `Card_payment`."""
    return re.sub(r"\W+", "_", label.strip()).strip("_")


def check_labels(labels: Iterable[str]) -> None:
    """Raises LabelsRefused, with every reason, where labels do not make as many intents."""
    taken: dict[str, str] = {}
    problems = []
    for label in dict.fromkeys(labels):
        name = intent_name(label)
        other = taken.setdefault(name, label)
        if not name:
            problems.append(f"the label {label} has no letter or digit; rename it")
        elif name in RESERVED:
            problems.append(f"the label {label} is a name that Handraise uses itself; rename it")
        elif other != label:
            problems.append(f"the labels {other} and {label} would both become the intent {name}; rename one")
    if problems:
        raise LabelsRefused("\n".join(problems))


def create_project(
    folder: Path, examples: Sequence[Example], frozen: Sequence[Example] | None = None, seed: int = 0
) -> None:
    """Writes the project; without a frozen set, one is held out of the examples.

    Raises FolderRefused or LabelsRefused; nothing that is there already is overwritten.
    """
    if (folder / "config.yml").exists():
        raise FolderRefused(f"{folder} holds a project already; name a new folder")
    check_labels(example.intent for example in (*examples, *(frozen or ())))
    train = [_named(example) for example in examples]
    if frozen is None:
        train, frozen = hold_out(train, seed)
    files = project_files(train, [_named(example) for example in frozen])
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise FolderRefused(f"{folder} has {' and '.join(there)} already; name a new folder, or move them away")
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise FolderRefused(f"cannot write {path}: {error.strerror}") from error


def _named(example: Example) -> Example:
    return Example(example.text, intent_name(example.intent))


def hold_out(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Splits off the frozen set, intent by intent."""
    by_intent: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    train: list[Example] = []
    frozen: list[Example] = []
    draw = random.Random(seed)  # noqa: S311 a split, not a secret
    for _, same in sorted(by_intent.items()):
        draw.shuffle(same)
        held = max(1, round(len(same) * HELD_OUT_SHARE)) if len(same) >= ENOUGH_TO_HOLD_OUT else 0
        frozen += same[:held]
        train += same[held:]
    return train, frozen


def project_files(train: Sequence[Example], frozen: Sequence[Example]) -> Mapping[str, str]:
    """Each file's path in the project and its text."""
    intents = sorted({example.intent for example in train})
    return {
        "config.yml": _config(intents, bool(frozen)),
        "domain.yml": _domain(intents),
        "data/nlu.yml": as_nlu(train),
        "data/rules.yml": _rules(intents),
        "endpoints.yml": "# Handraise brings its own tracker store; name an action_endpoint here if you have one.\n",
        "credentials.yml": "bot.webchat.channel.WebChat:\n\nrest:\n",
        "guidelines.yml": _guidelines(intents),
        **({"frozen.csv": as_csv(frozen)} if frozen else {}),
        ".gitignore": ".handraise/\n.rasa/\nmodels/\n.env\n",
    }


def _config(intents: Sequence[str], is_held_out: bool) -> str:
    # Without a file of their own, some of the examples are set aside at every training.
    frozen_set = "frozen_set: frozen.csv" if is_held_out else "# frozen_set: frozen.csv"
    listed = "\n".join(f"          - {_word(intent)}" for intent in intents)
    return f"""\
recipe: default.v1
assistant_id: handraise
language: en

pipeline:
  - name: WhitespaceTokenizer
  - name: {CLASSIFIER}
    encoder: all-MiniLM-L6-v2
    # Every new model is judged on these messages; they are not among the training examples.
    {frozen_set}
  - name: {ROUTER}
    # To fill in: move each intent into the tier of its risk.
    # promise: the share of the bot's own answers that must be right. answer: never: always to a person.
    # clarify: where a question with two or three choices would settle it, how often they must hold what was meant.
    clarify: 0.9
    # audit: the share of answers that trainers look at afterwards; review: always for every one.
    tiers:
      routine:
        promise: 0.95
        audit: 3%
        intents:
{listed}
      sensitive:
        promise: 0.98
        review: always
        intents: []
      critical:
        answer: never
        intents: []

policies:
  - name: RulePolicy
    # The router decides; Rasa's own fallback stays out of its way.
    enable_fallback_prediction: false
"""


def _domain(intents: Sequence[str]) -> str:
    responses = {
        f"utter_{intent}": [{"text": f"(To fill in: the answer to “{readable(intent)}”.)"}] for intent in intents
    }
    responses["utter_handoff"] = [
        {"text": "I would rather have a person look at this. Someone from our team will answer here."}
    ]
    domain = {
        "version": "3.1",
        "intents": [*intents, "escalate"],
        "responses": responses,
        "actions": ["action_handoff"],
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
    return _yaml(domain)


def as_nlu(examples: Sequence[Example]) -> str:
    """A file of Rasa's training data."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(_one_line(example.text))
    blocks = [
        f"- intent: {_word(intent)}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in sorted(by_intent.items())
    ]
    return 'version: "3.1"\nnlu:\n' + "".join(blocks)


def _word(intent: str) -> str:
    # To YAML, yes is a truth and 404 a number; how numbers look, its versions disagree on.
    is_plain = not intent[0].isdecimal() and yaml.safe_load(intent) == intent
    return intent if is_plain else f'"{intent}"'


def _one_line(text: str) -> str:
    # "](" would begin an entity's annotation in Rasa's training format.
    return " ".join(text.split()).replace("](", "] (")


def _rules(intents: Sequence[str]) -> str:
    answers = [(intent, f"utter_{intent}") for intent in intents]
    rules = [
        {"rule": f"{intent} leads to {action}", "steps": [{"intent": intent}, {"action": action}]}
        for intent, action in [*answers, ("escalate", "action_handoff")]
    ]
    return _yaml({"version": "3.1", "rules": rules})


def _guidelines(intents: Sequence[str]) -> str:
    return _yaml({intent: {"title": readable(intent)[:30], "definition": "(To fill in.)"} for intent in intents})


def as_csv(examples: Sequence[Example]) -> str:
    """A table with the columns text and intent."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(["text", "intent"])
    writer.writerows((example.text, example.intent) for example in examples)
    return rows.getvalue()


def _yaml(content: object) -> str:
    return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118)


class _Dumper(yaml.SafeDumper):
    """Quotes a word that looks like a number to a newer YAML than PyYAML's: Rasa's."""


def _write_word(dumper: yaml.SafeDumper, word: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", word, style='"' if word[:1].isdecimal() else None)


_Dumper.add_representer(str, _write_word)
