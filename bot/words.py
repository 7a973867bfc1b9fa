"""What may be in a customer's words: refused in a sentence, cleaned for storing, and disarmed for Rasa."""

from __future__ import annotations

import unicodedata

LONGEST = 5_000
"""Characters in one message."""

LONGEST_LANGUAGE = 35
"""Characters in a language's tag (RFC 5646)."""

NO_WORDS = "There were no words in that message. Please write what you need in a sentence or two."
TOO_LONG = (
    f"That message is too long for this chat. Please keep it under {LONGEST:,} characters, or send it in parts."
)


class WordsRefused(Exception):
    """The message cannot be taken; the text is a sentence for the customer. `too_long` tells the two cases apart."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.too_long = sentence == TOO_LONG


def accept(text: object) -> str:
    """The customer's words as they are stored. Raises WordsRefused."""
    if not isinstance(text, str):
        raise WordsRefused(NO_WORDS)
    if len(text) > LONGEST:
        raise WordsRefused(TOO_LONG)
    cleaned = clean(text)
    if not for_rasa(cleaned):
        raise WordsRefused(NO_WORDS)
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
