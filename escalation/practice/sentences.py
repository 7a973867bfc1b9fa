"""Refusals in words, for the person on the page."""

from __future__ import annotations

from escalation.practice.refusal import Refused

SENTENCES = {
    "app_did_not_answer": "The desk did not answer within three seconds. Is it running? Then try again.",
    "no_text": "Write something first.",
    "msg_too_long": "That is too long for one message. Please split it.",
    "message_not_found": "This message is gone.",
    "thread_not_found": "This thread is gone.",
    "channel_not_found": "There is no such channel.",
    "not_in_channel": "You are not in this channel.",
    "is_archived": "This channel is archived: nothing can be posted in it.",
    "user_not_found": "There is nobody of that name here.",
    "cant_update_message": "You can only edit what you wrote yourself.",
    "cant_delete_message": "You can only delete what you wrote yourself.",
    "already_reacted": "You reacted with this emoji already.",
    "no_reaction": "You have not reacted with this emoji.",
    "invalid_name": "There is no emoji of that name.",
    "not_found": "This window is no longer open.",
    "action_not_found": "This button or menu is no longer there.",
    "unknown_command": "There is no such command here.",
    "unknown_shortcut": "There is no such shortcut here.",
    "unknown_option": "This choice is not offered any more. Please choose again.",
    "invalid_errors": "The desk refused the form, but named a field that is not in it.",
    "invalid_arguments": "Something is missing or wrong in the request.",
    "invalid_blocks": "The desk answered with a message that Slack would refuse.",
    "file_upload_size_restricted": "This file is too large: 20 MB at most.",
    "window_file_too_large": "This file is too large for a window: 10 MB at most.",
    "file_not_found": "This file is gone. Please choose it again.",
}


def sentence(refused: Refused) -> str:
    words = SENTENCES.get(refused.code, f"That did not work ({refused.code}).")
    return f"{words} {'; '.join(refused.messages)}" if _worth_telling(refused) else words


def _worth_telling(refused: Refused) -> bool:
    return bool(refused.messages) and refused.code.startswith("invalid_")
