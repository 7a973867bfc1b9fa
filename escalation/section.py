"""One section of desk.yml, read strictly: an unknown word or a value of another kind is refused in one line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import TypeVar

from labeling.refusal import Refusal

T = TypeVar("T")


class DeskConfigRefused(Refusal):
    """desk.yml cannot be used. The one line says which entry to change, and to what."""


class Section:
    """A mapping whose entries are asked for by name and kind. Every method raises DeskConfigRefused."""

    def __init__(self, name: str, written: object, knobs: Collection[str]) -> None:
        """`name` is how error lines call it; `written` is what stands in the file, None where nothing does."""
        entries = {} if written is None else written
        if not isinstance(entries, Mapping):
            raise DeskConfigRefused(f"{name} must hold knobs ({', '.join(knobs)}), and is {entries!r}")
        for knob in entries:
            if knob not in knobs:
                raise DeskConfigRefused(f"{name} has no knob {knob}; there are {', '.join(knobs)}")
        self.name = name
        self._entries = entries

    def flag(self, knob: str, default: bool) -> bool:
        return self._read(knob, default, "true or false", lambda value: isinstance(value, bool))

    def number(self, knob: str, default: float, least: float, most: float) -> float:
        return float(self._read(knob, default, f"a number from {least:g} to {most:g}", _within(least, most)))

    def count(self, knob: str, default: int, least: int, most: int) -> int:
        whole = _within(least, most)
        wanted = f"a whole number from {least} to {most}"
        return self._read(knob, default, wanted, lambda value: isinstance(value, int) and whole(value))

    def text(self, knob: str, default: str) -> str:
        return self._read(knob, default, "a text", _is_text)

    def texts(self, knob: str, default: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._read(knob, default, "a list of texts", _are_texts))

    def dates(self, knob: str) -> tuple[date, ...]:
        return tuple(self._read(knob, (), "a list of dates such as 2026-12-25", _are_dates))

    def entries(self, knob: str) -> tuple[object, ...]:
        """A list whose entries the caller reads."""
        return tuple(self._read(knob, (), "a list", lambda value: isinstance(value, (list, tuple))))

    def one_of(self, knob: str, default: str, choices: Collection[str]) -> str:
        return self._read(knob, default, f"one of {', '.join(choices)}", lambda value: value in choices)

    def inner(self, knob: str, knobs: Collection[str]) -> Section:
        """A section within this one."""
        return Section(f"{self.name}.{knob}", self._entries.get(knob), knobs)

    def named(self, knob: str) -> dict[str, object]:
        """A mapping whose keys the project chooses, such as channels; the caller reads the values."""
        found: Mapping[str, object] = self._read(knob, {}, "a mapping", lambda value: isinstance(value, Mapping))
        for key in found:
            if not _is_text(key):
                raise DeskConfigRefused(f"{self.name}.{knob} must be named by texts, and has {key!r}")
        return dict(found)

    def _read(self, knob: str, default: T, wanted: str, fits: Callable[[object], bool]) -> T:
        value = self._entries.get(knob, default)
        if not (value is default or fits(value)):
            raise DeskConfigRefused(f"{self.name}.{knob} must be {wanted}, and is {value!r}")
        return value  # type: ignore[no-any-return]  # `fits` has looked


def _within(least: float, most: float) -> Callable[[object], bool]:
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(_is_text(one) for one in value)


def _are_dates(value: object) -> bool:
    """YAML reads 2026-12-25 as a date by itself, and with a time behind it as something else."""
    return isinstance(value, (list, tuple)) and all(type(one) is date for one in value)
