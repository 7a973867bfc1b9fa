"""The one kind of error that a user is meant to read."""

from __future__ import annotations


class Refusal(Exception):
    """Something that the user can mend. The message is one line and says what to do; no traceback is shown."""
