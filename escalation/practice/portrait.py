"""A person's picture as a PNG: head and shoulders before their colour."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

from escalation.practice.people import Person

SIZE = 96
FINE = 3
"""Samples a pixel and direction, so that edges are smooth."""


@lru_cache
def portrait_png(person: Person) -> bytes:
    back = bytes.fromhex(person.color)
    front = bytes(255 - (255 - value) // 4 for value in back)
    rows = b"".join(b"\0" + b"".join(_mix(back, front, _share(x, y)) for x in range(SIZE)) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _share(x: int, y: int) -> float:
    """How much of the pixel (0 to 1) the figure covers."""
    steps = [(2 * step + 1) / (2 * FINE) for step in range(FINE)]
    inside = sum(_is_figure((x + right) / SIZE, (y + down) / SIZE) for right in steps for down in steps)
    return inside / FINE**2


def _is_figure(x: float, y: float) -> bool:
    """A circle over half an ellipse, in shares of the picture."""
    head = (x - 0.5) ** 2 + (y - 0.38) ** 2 <= 0.19**2
    shoulders = ((x - 0.5) / 0.36) ** 2 + ((y - 1.0) / 0.36) ** 2 <= 1
    return head or shoulders


def _mix(back: bytes, front: bytes, share: float) -> bytes:
    return bytes(round(dark + (light - dark) * share) for dark, light in zip(back, front, strict=True))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
