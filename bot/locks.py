"""One turn at a time per conversation: within this process, and on PostgreSQL among all bots."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from labeling.database import Database

_NAMESPACE = 0x48616E64  # "Hand"; the second key is the conversation
_POLL_SECONDS = 0.02


class ConversationBusy(Exception):
    """Somebody else works on the conversation. Its waiting messages are taken up later."""


class ConversationLocks:
    """Advisory locks of all conversations are held on one connection, so their number costs none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._guard = threading.Lock()
        self._connection: Any = None

    @asynccontextmanager
    async def hold(self, conversation_id: int, patience: float) -> AsyncIterator[None]:
        """Waits up to `patience` seconds; 0 means not at all. Raises ConversationBusy."""
        lock = self._here.setdefault(conversation_id, asyncio.Lock())
        if patience <= 0 and lock.locked():
            raise ConversationBusy
        try:
            # A free lock is had at once; a timer could go off before, on a busy loop.
            await (asyncio.wait_for(lock.acquire(), patience) if patience > 0 else lock.acquire())
        except asyncio.TimeoutError:
            raise ConversationBusy from None
        try:
            await self._among_bots(conversation_id, patience)
            try:
                yield
            finally:
                await self._ask("SELECT pg_advisory_unlock(:namespace, :id)", conversation_id)
        finally:
            lock.release()

    def close(self) -> None:
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    async def _among_bots(self, conversation_id: int, patience: float) -> None:
        deadline = asyncio.get_running_loop().time() + patience
        while not await self._ask("SELECT pg_try_advisory_lock(:namespace, :id)", conversation_id):
            if asyncio.get_running_loop().time() >= deadline:
                raise ConversationBusy
            await asyncio.sleep(_POLL_SECONDS)

    async def _ask(self, question: str, conversation_id: int) -> bool:
        if not self._database.is_postgresql:
            return True  # SQLite serves one bot; the lock within the process is the whole lock
        # Shielded: a lock that was asked for must be known to be held, even if the asker is cancelled.
        return await asyncio.shield(asyncio.to_thread(self._query, question, conversation_id))

    def _query(self, question: str, conversation_id: int) -> bool:
        with self._guard:
            try:
                if self._connection is None:
                    engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
                    self._connection = engine.connect()
                values = {"namespace": _NAMESPACE, "id": conversation_id}
                return bool(self._connection.execute(text(question), values).scalar())
            except SQLAlchemyError:
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.invalidate()
                    connection.close()
                raise
