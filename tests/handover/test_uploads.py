"""What customers send is kept in the database, so one conversation holds only so much of it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.uploads import NoRoom, Upload, take_file
from escalation.file_limits import FileLimits
from escalation.phrasebook import Phrasebook
from escalation.rewording import customer_rewords
from escalation.store.conversation import conversation_by_id, conversation_of
from escalation.store.file import StoredFile, keep_file
from escalation.store.message import Message, Speaker, say
from labeling.database import Database

SMALL = FileLimits(largest_mb=0.001)


def send(database: Database, conversation_id: int, client_id: str) -> int:
    upload = Upload("story.txt", "txt", b"x" * SMALL.largest)
    return take_file(database, conversation_id, upload, client_id, Phrasebook(), SMALL.most).number


def test_a_conversation_holds_so_many_bytes_of_its_customers_files_and_what_is_deleted_makes_room(
    either_database: Database,
) -> None:
    with either_database.transaction() as session:
        here, elsewhere = (conversation_of(session, "webchat", sender).id or 0 for sender in ("c1", "c2"))
        agents = say(session, conversation_by_id(session, here), Speaker.AGENT, "")
        keep_file(session, "terms.pdf", "pdf", b"%PDF-1.7" * 1_000, agents.id)
    numbers = [send(either_database, here, f"id-{number}") for number in range(10)]
    with pytest.raises(NoRoom):
        send(either_database, here, "one too many")
    assert send(either_database, here, "id-9") == numbers[-1]
    send(either_database, elsewhere, "id-0")
    with either_database.transaction() as session:
        customer_rewords(session, conversation_by_id(session, here), numbers[0], None)
    send(either_database, here, "one more")
    with either_database.reading() as session:
        assert len(session.exec(select(StoredFile)).all()) == 12
        assert "one too many" not in session.exec(select(Message.client_id)).all()
