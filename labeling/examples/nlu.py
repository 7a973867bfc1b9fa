"""Labelled messages in Rasa's NLU YAML, read without Rasa."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from labeling.examples.example import ExamplesRefused, Row
from labeling.examples.table import read_text

ANNOTATION = re.compile(r"\[(?P<said>[^\]]+?)\](?:\([^:)]+?(?::[^)]+)?\)|\{[^}]+?\}|\[.*?\])")
"""`[LF-1](order_number)`, `[LF-1](order_number:value)`, `[LF-1]{"entity": "order_number"}`, or several in a list,
`[LF-1][{"entity": "order_number"}, {"entity": "item"}]`: what Rasa 3.6 takes for marks, and nothing else."""


def read_nlu(path: Path) -> list[Row]:
    """The examples of a file, or none where the file holds stories or rules only. Raises ExamplesRefused."""
    text = read_text(path)
    if "nlu" not in text:
        return []
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ExamplesRefused([f"{path}, line {line}: is not YAML ({error.problem})"]) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise ExamplesRefused([f"{path}, line {line}: is not YAML (character #x{error.character:04x})"]) from error
    except RecursionError as error:
        raise ExamplesRefused([f"{path}: is not Rasa NLU (lists within lists within lists)"]) from error
    blocks = _entry(root, "nlu")
    if blocks is None:
        return []
    if not isinstance(blocks, SequenceNode):
        raise ExamplesRefused([f"{path}, line {_line(blocks)}: nlu must be a list of intents with examples"])
    return [row for block in blocks.value for row in _intent(path, block)]


def _intent(path: Path, block: Node) -> Iterator[Row]:
    name = _entry(block, "intent")
    if name is None:
        return  # a synonym, a regex or a lookup table
    # `faq/opening_hours` is the intent faq with a choice of answers.
    intent = str(name.value).split("/")[0].strip() if isinstance(name, ScalarNode) else ""
    if intent in ("null", "~"):
        intent = ""
    examples = _entry(block, "examples")
    if isinstance(examples, ScalarNode):
        yield from _lines(path, intent, examples)
    elif isinstance(examples, SequenceNode):
        for entry in examples.value:
            said = _entry(entry, "text") if isinstance(entry, MappingNode) else entry
            if isinstance(said, ScalarNode):
                yield Row(plain(said.value.strip().removeprefix("- ")), intent, path, _line(said))


def _lines(path: Path, intent: str, examples: ScalarNode) -> Iterator[Row]:
    first = _line(examples) + (1 if examples.style in ("|", ">") else 0)
    for number, line in enumerate(examples.value.splitlines(), first):
        if line.strip().startswith("-"):
            yield Row(plain(line.strip()[1:]), intent, path, number)


def plain(text: str) -> str:
    """What the customer wrote, without the marks around its entities."""
    return ANNOTATION.sub(lambda mark: mark["said"], text).strip()


def _entry(node: Node | None, name: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
