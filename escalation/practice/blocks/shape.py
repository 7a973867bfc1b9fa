"""Small checks that join into the shape of a block. A check yields objections in Slack's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Objections = Iterator[str]
Check = Callable[[Any, str], Objections]
"""Takes the value and where it stands, as a JSON pointer."""


def objection(words: str, pointer: str) -> str:
    return f"{words} [json-pointer:{pointer}]"


def listed(value: Any) -> list[Any]:
    """The items, where it is a list; its own check says so where it is not."""
    return list(value) if isinstance(value, list) else []


def string(most: int, least: int = 0) -> Check:
    def check(value: Any, pointer: str) -> Objections:
        if not isinstance(value, str):
            yield objection("must be a string", pointer)
        elif len(value) > most:
            yield objection(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            yield objection(f"must be more than {least - 1} characters", pointer)

    return check


def flag(value: Any, pointer: str) -> Objections:
    if not isinstance(value, bool):
        yield objection("must be a boolean", pointer)


def number(least: int, most: int) -> Check:
    def check(value: Any, pointer: str) -> Objections:
        if isinstance(value, bool) or not isinstance(value, int):
            yield objection("must be an integer", pointer)
        elif not least <= value <= most:
            yield objection(f"must be between {least} and {most}", pointer)

    return check


def word(*allowed: str) -> Check:
    def check(value: Any, pointer: str) -> Objections:
        if value not in allowed:
            yield objection("must be a valid enum value", pointer)

    return check


def anything(value: Any, pointer: str) -> Objections:
    yield from ()


def array(item: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str) -> Objections:
        if not isinstance(value, list):
            yield objection("must provide an array", pointer)
            return
        if len(value) > most:
            yield objection(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield objection("no fewer than 1 items allowed" if least == 1 else "too few items", pointer)
        for index, one in enumerate(value[:most]):
            yield from item(one, f"{pointer}/{index}")

    return check


@dataclass(frozen=True)
class Shape:
    """An object with named fields and nothing else."""

    fields: Mapping[str, Check]
    required: tuple[str, ...] = ()
    also: Check = field(default=anything)
    """A rule over several fields at once."""

    def __call__(self, value: Any, pointer: str) -> Objections:
        if not isinstance(value, dict):
            yield objection("must provide an object", pointer)
            return
        for name in self.required:
            if name not in value:
                yield objection(f"missing required field: {name}", pointer)
        for name, inner in value.items():
            if name in self.fields:
                yield from self.fields[name](inner, f"{pointer}/{name}")
            elif name != "type":
                yield objection(f"invalid additional property: {name}", pointer)
        yield from self.also(value, pointer)


def typed(shapes: Mapping[str, Check]) -> Check:
    """Chooses the shape by the object's `type`."""

    def check(value: Any, pointer: str) -> Objections:
        if not isinstance(value, dict):
            yield objection("must provide an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            yield objection("missing required field: type", pointer)
        elif not isinstance(kind, str) or kind not in shapes:
            yield objection(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            yield from shapes[kind](value, pointer)

    return check


def one_of_fields(*names: str) -> Check:
    """Exactly one of these fields."""

    def check(value: Any, pointer: str) -> Objections:
        present = [name for name in names if name in value]
        if len(present) != 1:
            yield objection(f"must provide exactly one of: {', '.join(names)}", pointer)

    return check
