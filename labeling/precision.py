"""How exactly the encoder computes."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from labeling.policy import PolicyError

Precision = Literal["fp32", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
PRECISION: Precision = "int8"
"""The default: half the time and less than half the memory, as accurate (`python -m tests.bench.precision`)."""


def read_precision(said: Any) -> Precision:
    """Raises PolicyError for anything but fp32 and int8."""
    if said not in PRECISIONS:
        raise PolicyError(f"precision must be {' or '.join(PRECISIONS)}, and is {said!r}")
    return cast(Precision, said)
