"""Wakes the streams whose conversation changed, with one question to the database however many there are."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from escalation.store.case import Case, CaseState
from escalation.store.message import Message
from labeling.database import Database

log = logging.getLogger(__name__)

REST_SECONDS = 0.02
"""Between two questions, so that a burst of commits costs one."""


class Watch:
    """One per bot. `ring` may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followers: dict[int, set[asyncio.Event]] = defaultdict(set)
        self._marks: dict[int, Any] = {}
        self._rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.closing = False

    def ring(self) -> None:
        self._loop.call_soon_threadsafe(self._rung.set)

    @contextmanager
    def follow(self, conversation_id: int) -> Iterator[asyncio.Event]:
        """The event is set whenever the conversation may have changed."""
        changed = asyncio.Event()
        self._followers[conversation_id].add(changed)
        try:
            yield changed
        finally:
            self._followers[conversation_id].discard(changed)
            if not self._followers[conversation_id]:
                del self._followers[conversation_id]
                self._marks.pop(conversation_id, None)

    def changed(self, conversation_id: int) -> None:
        """For this process's own commits, on the loop: spares their streams the way through the bell."""
        for changed in self._followers.get(conversation_id, ()):
            changed.set()

    async def run(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            if self._followers:
                await self._wake()
            await asyncio.sleep(REST_SECONDS)

    def close(self) -> None:
        """Ends every stream; clients come back to whoever serves next."""
        self.closing = True
        for followers in self._followers.values():
            for changed in followers:
                changed.set()

    async def _wake(self) -> None:
        try:
            marks = await asyncio.to_thread(self._look, list(self._followers))
        except SQLAlchemyError as error:
            log.warning("cannot look for news (%s); trying again", type(error).__name__)
            return
        for conversation_id, mark in marks.items():
            if self._marks.get(conversation_id) != mark:
                self._marks[conversation_id] = mark
                self.changed(conversation_id)

    def _look(self, conversation_ids: list[int]) -> dict[int, Any]:
        """A mark per conversation that differs whenever a client should see something else."""
        messages: Any = (
            select(  # type: ignore[call-overload]  # sqlmodel knows no aggregates
                Message.conversation_id,
                func.max(Message.number),
                func.sum(Message.revision),
                func.count(col(Message.handled_at)),
            )
            .where(col(Message.conversation_id).in_(conversation_ids))
            .group_by(col(Message.conversation_id))
        )
        cases: Any = select(Case.conversation_id, Case.state, Case.owner_name).where(
            col(Case.conversation_id).in_(conversation_ids), Case.state != CaseState.CLOSED.value
        )
        with self._database.reading() as session:
            owners = {conversation_id: owner for conversation_id, *owner in session.exec(cases)}
            return {
                conversation_id: (*numbers, owners.get(conversation_id))
                for conversation_id, *numbers in session.exec(messages)
            }
