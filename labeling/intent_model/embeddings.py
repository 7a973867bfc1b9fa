"""Vectors of texts seen before. A text is known by its hash; the text itself is not kept."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from labeling.intent_model.cache import cache_directory
from labeling.intent_model.conversion import Progress
from labeling.intent_model.encoder import Encoder
from labeling.text import legible

Floats = NDArray[np.float32]
Found = TypeVar("Found")

ROUND = 2_048
"""Texts embedded before they are written: an interrupted run keeps what it has done."""
ASKED_AT_ONCE = 500
MOST = 400_000
"""Vectors kept per encoder, of the bundled one about 1.3 GB; the oldest go first."""
PATIENCE = 30
"""Seconds to wait for another process that writes."""


class Embeddings:
    """One encoder's vectors in one SQLite file that any number of processes may share."""

    def __init__(self, encoder: Encoder, directory: Path) -> None:
        self._encoder = encoder
        self._path = directory / f"{encoder.fingerprint[:24]}.sqlite"

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Like Encoder.embed; only texts that are new cost time, and a cache that fails costs time alone."""
        keys = [_key(text) for text in texts]
        known = self._ask(lambda cache: _known(cache, sorted(set(keys)))) or {}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        todo = list(new)
        for start in range(0, len(todo), ROUND):
            part = todo[start : start + ROUND]
            vectors = self._encoder.embed([new[key] for key in part])
            known.update(zip(part, vectors, strict=True))
            self._ask(partial(_keep, keys=part, vectors=vectors))
            if progress:
                progress("Reading the examples", min(1.0, (start + ROUND) / len(todo)))
        if not keys:
            return np.zeros((0, self._encoder.dimension), np.float32)
        return np.stack([known[key] for key in keys])

    def _ask(self, what: Callable[[sqlite3.Connection], Found]) -> Found | None:
        """None where the cache cannot be used. A damaged one goes; one that is locked, full or closed to us stays."""
        try:
            with closing(self._open()) as connection:
                return what(connection)
        except (sqlite3.Error, OSError) as error:
            if type(error) is sqlite3.DatabaseError:  # malformed, or no database: all else has a class of its own
                with suppress(OSError):
                    self._path.unlink()
            return None

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vector (number INTEGER PRIMARY KEY, text TEXT UNIQUE, bytes BLOB)"
        )
        return connection


def shared_embeddings(encoder: Encoder) -> Embeddings:
    """This user's cache."""
    return Embeddings(encoder, cache_directory() / "embeddings")


def _key(text: str) -> str:
    return hashlib.sha256(legible(text).encode()).hexdigest()


def _known(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for start in range(0, len(keys), ASKED_AT_ONCE):
        part = keys[start : start + ASKED_AT_ONCE]
        marks = ",".join("?" * len(part))
        rows = connection.execute(f"SELECT text, bytes FROM vector WHERE text IN ({marks})", part)  # noqa: S608
        found.update((key, np.frombuffer(stored, np.float32)) for key, stored in rows)
    return found


def _keep(connection: sqlite3.Connection, keys: Sequence[str], vectors: Floats) -> None:
    rows = [(key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True)]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT OR IGNORE INTO vector (text, bytes) VALUES (?, ?)", rows)
    connection.execute("DELETE FROM vector WHERE number <= (SELECT MAX(number) FROM vector) - ?", (MOST,))
    connection.execute("COMMIT")
