"""What the HTTP handlers reach for: hung on the Sanic app, because handlers are given the request alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.courier import Courier
from bot.gate import Gate
from bot.webchat.watch import Watch
from escalation.file_limits import FileLimits
from escalation.phrasebook import Phrasebook
from labeling.database import Database


@dataclass(frozen=True)
class House:
    database: Database
    gate: Gate
    watch: Watch
    courier: Courier
    files: FileLimits = field(default_factory=FileLimits)
    phrases: Phrasebook = field(default_factory=Phrasebook)
