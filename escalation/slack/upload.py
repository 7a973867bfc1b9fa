"""A file on its way into a thread, in Slack's three steps; again after a crash, but not twice."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from escalation.slack.mrkdwn import escape

SECONDS = 30.0


@dataclass(frozen=True)
class Upload:
    """What is uploaded. Once it has begun, `note` keeps Slack's id of it, which an attempt after a crash finds in
    `slack_id`."""

    name: str
    content: bytes
    comment: str
    """Stands above it in the thread, with the name."""
    slack_id: str | None
    note: Callable[[str], None]


def upload(slack: WebClient, file: Upload, channel: str, thread_ts: str) -> None:
    """Raises what the Slack client raises, and OSError."""
    if file.slack_id and _is_there(slack, channel, thread_ts, file.slack_id):
        return
    begun = slack.files_getUploadURLExternal(filename=file.name, length=len(file.content))
    slack_id = str(begun["file_id"])
    request = urllib.request.Request(str(begun["upload_url"]), data=file.content, method="POST")  # noqa: S310
    request.add_header("Content-Type", "application/octet-stream")
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310  # an address that Slack has just given us
        pass
    file.note(slack_id)
    slack.files_completeUploadExternal(
        files=[{"id": slack_id, "title": file.name}],
        channel_id=channel,
        thread_ts=thread_ts,
        initial_comment=escape(f"{file.comment}: {file.name}"),
    )


def _is_there(slack: WebClient, channel: str, thread_ts: str, slack_id: str) -> bool:
    """An attempt that was cut short may have ended well, and not have been told so."""
    for page in slack.conversations_replies(channel=channel, ts=thread_ts, limit=200):
        messages: list[dict[str, Any]] = page.get("messages") or []
        if any(shared.get("id") == slack_id for message in messages for shared in message.get("files") or []):
            return True
    return False
