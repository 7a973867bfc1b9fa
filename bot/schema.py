"""The database's schema: brought up to date before a service starts. Here because only the bot sees every table."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from escalation.store.agent import Agent
from escalation.store.case import Case
from escalation.store.conversation import Conversation
from escalation.store.file import StoredFile
from escalation.store.inbox import Incoming
from escalation.store.message import Message
from escalation.store.move import MoveMade
from escalation.store.outbox import Outgoing
from escalation.store.posted_card import PostedCard
from escalation.store.rating import Rating
from escalation.store.remark import Remark
from labeling.database import Database
from labeling.store.alarm import Alarm
from labeling.store.canned_reply import CannedReply, CannedUse
from labeling.store.cause import GivenCause
from labeling.store.correction import Correction
from labeling.store.guideline import GuidelineRow
from labeling.store.look import Look
from labeling.store.model import Model
from labeling.store.review import Review
from labeling.store.tuned_encoder import TunedEncoder
from labeling.store.turn import Turn

TABLES: tuple[type[SQLModel], ...] = (
    Conversation,
    Case,
    Message,
    Outgoing,
    Incoming,
    PostedCard,
    Remark,
    Agent,
    MoveMade,
    StoredFile,
    Turn,
    Correction,
    Review,
    Model,
    TunedEncoder,
    GuidelineRow,
    GivenCause,
    CannedReply,
    CannedUse,
    Rating,
    Alarm,
    Look,
)
_LOCK = 0x48616E64  # "Hand": services that start together take turns


def upgrade(database: Database) -> None:
    """Brings the schema up to date; safe when several services do so at once. Raises DatabaseUnreachable."""
    database.check()
    writing = database.engine.execution_options(handraise_writes=True)
    with writing.begin() as connection:
        if database.is_postgresql:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection), "head")


def write_migration(database: Database, message: str) -> None:
    """For developers: writes the next migration from what the tables have become."""
    upgrade(database)
    with database.engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
