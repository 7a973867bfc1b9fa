"""The audit draw: which of the bot's answers people look at, unseen by the customer."""

from __future__ import annotations

import secrets

_fate = secrets.SystemRandom()


def is_drawn(rate: float) -> bool:
    """With the chance `rate` (0 to 1), from the system's randomness: no customer can tell or steer it.

    Drawn for each turn by itself (Poisson sampling), so that every turn's chance is known whatever the knob was
    before and after.
    """
    return _fate.random() < rate
