"""Vectors of texts seen before. A text is known by its hash; the text itself is not kept."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeling.intent_model.cache import cache_directory
from labeling.intent_model.conversion import Progress
from labeling.intent_model.encoder import Encoder
from labeling.text import legible

Floats = NDArray[np.float32]

ROUND = 2_048
"""Texts embedded before they are written: an interrupted run keeps what it has done."""
ASKED_AT_ONCE = 500
MOST = 400_000
"""Vectors kept per encoder, about 600 MB; the oldest go first."""


class Embeddings:
    """One encoder's vectors in one SQLite file that any number of processes may share."""

    def __init__(self, encoder: Encoder, directory: Path) -> None:
        self._encoder = encoder
        self._path = directory / f"{encoder.fingerprint[:24]}.sqlite"

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Like Encoder.embed; only texts that are new cost time."""
        keys = [_key(text) for text in texts]
        with closing(self._open()) as connection:
            known = _known(connection, sorted(set(keys)))
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            todo = list(new)
            for start in range(0, len(todo), ROUND):
                part = todo[start : start + ROUND]
                vectors = self._encoder.embed([new[key] for key in part])
                known.update(zip(part, vectors, strict=True))
                _keep(connection, part, vectors)
                if progress:
                    progress("Reading the examples", min(1.0, (start + ROUND) / len(todo)))
        if not keys:
            return np.zeros((0, self._encoder.dimension), np.float32)
        return np.stack([known[key] for key in keys])

    def _open(self) -> sqlite3.Connection:
        try:
            return self._prepared()
        except sqlite3.DatabaseError:  # a damaged cache costs time, never an answer
            self._path.unlink(missing_ok=True)
            return self._prepared()

    def _prepared(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
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
