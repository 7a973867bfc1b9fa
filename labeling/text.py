"""What of a message is read, and how it is known without being told."""

from __future__ import annotations

import hashlib

LONGEST = 2_000
"""Characters. What a message is about stands in its first lines; a pasted log must not cost seconds."""


def legible(text: str) -> str:
    """Cut, and free of halves of characters that no tokenizer takes."""
    return text[:LONGEST].encode("utf-8", "replace").decode("utf-8")


def text_key(text: str) -> str:
    """Texts that a model or an encoder learned from are known by their hash: the words must not travel with it."""
    return hashlib.sha256(legible(text).encode()).hexdigest()[:16]


def says_something(text: str) -> bool:
    """Nobody can be sure of what a message without a letter or digit wants."""
    return any(character.isalnum() for character in text)
