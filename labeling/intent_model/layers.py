"""Which of an encoder's layers are read: the last one, and the middle ones."""

from __future__ import annotations

OUTPUT = "last_hidden_state"
MIDDLE = "middle_hidden_state"
"""The mean of the middle layers: they still tell wordings apart that mean nearly the same."""


def middle_layers(layers: int) -> range:
    """From the half to the last but one, of an encoder with so many layers; number 0 are the embeddings."""
    return range(layers // 2, max(layers, 1))
