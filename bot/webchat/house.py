"""What the HTTP handlers reach for: hung on the Sanic app, because handlers are given the request alone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.gate import Gate
from bot.webchat.watch import Watch
from labeling.database import Database


@dataclass(frozen=True)
class House:
    database: Database
    gate: Gate
    watch: Watch
