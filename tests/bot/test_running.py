"""The bot's endless parts, and how they end."""

from __future__ import annotations

import asyncio

import pytest

from bot.running import _end


@pytest.mark.parametrize("moments", range(6))
def test_a_part_ends_even_if_it_is_rung_just_then(moments: int) -> None:
    async def ring_and_end() -> None:
        rung = asyncio.Event()

        async def listen() -> None:
            while True:
                await asyncio.wait_for(rung.wait(), 60)
                rung.clear()

        work = asyncio.create_task(listen())
        await asyncio.sleep(0.01)
        rung.set()
        for _ in range(moments):
            await asyncio.sleep(0)
        await asyncio.wait_for(_end([work]), 30)
        assert work.cancelled()

    asyncio.run(ring_and_end())
