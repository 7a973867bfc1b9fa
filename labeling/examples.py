"""Labelled messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """One message and the intent that people gave it."""

    text: str
    intent: str
