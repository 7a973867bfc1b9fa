"""What may be in a customer's words: refused in a sentence, cleaned for storing, and disarmed for Rasa."""

from __future__ import annotations

import unicodedata

from escalation.phrases import Phrases

LONGEST = 5_000
"""Characters in one message."""

LONGEST_LANGUAGE = 35
"""Characters in a language's tag (RFC 5646)."""


class WordsRefused(Exception):
    """The message cannot be taken. Tell the customer why, in their language."""

    def __init__(self, too_long: bool = False) -> None:
        super().__init__("too long" if too_long else "no words")
        self.too_long = too_long

    def sentence(self, phrases: Phrases) -> str:
        return phrases.too_long.format(most=LONGEST) if self.too_long else phrases.no_words


def accept(text: object) -> str:
    """The customer's words as they are stored. Raises WordsRefused."""
    if not isinstance(text, str):
        raise WordsRefused()
    if len(text) > LONGEST:
        raise WordsRefused(too_long=True)
    cleaned = clean(text)
    if not for_rasa(cleaned):
        raise WordsRefused()
    return cleaned


def clean(text: str) -> str:
    """Without what no database or XML takes: control characters, lone surrogates and non-characters."""
    return "".join(character for character in text if _storable(character)).strip()


def short(value: object, longest: int) -> str:
    """What a client says of itself, clean and no longer than so many characters; nothing where it is no text."""
    return clean(value)[:longest] if isinstance(value, str) else ""


def for_rasa(text: str) -> str:
    """One line without anything invisible at its start; a leading slash would be a command to Rasa."""
    line = " ".join(text.split())
    start = 0
    while start < len(line) and (line[start] in "/ " or unicodedata.category(line[start]) == "Cf"):
        start += 1
    return line[start:]


def _storable(character: str) -> bool:
    if character in "\t\n":
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and ord(character) & 0xFFFE != 0xFFFE
