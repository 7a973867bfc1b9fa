"""What is to be done when Slack does not take something. Pure; sentences are for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

OPERATOR = {
    "channel_not_found": "Slack does not know the channel: check HANDRAISE_SLACK_CHANNEL, and invite the bot to it.",
    "not_in_channel": "The bot is not in the channel: type /invite @Handraise there.",
    "is_archived": "The channel is archived: unarchive it, or set HANDRAISE_SLACK_CHANNEL to another one.",
    "is_inactive": "The channel is archived or frozen: unarchive it, or set HANDRAISE_SLACK_CHANNEL to another one.",
    "invalid_auth": "Slack refuses SLACK_BOT_TOKEN: copy it anew from the app's page, and restart the desk.",
    "not_authed": "Slack got no token: set SLACK_BOT_TOKEN, and restart the desk.",
    "token_revoked": "SLACK_BOT_TOKEN was revoked: install the app again, set the new token, and restart the desk.",
    "token_expired": "SLACK_BOT_TOKEN has expired: install the app again, set the new token, and restart the desk.",
    "account_inactive": "The app was removed from the workspace: install it again, and set the new token.",
    "missing_scope": "The app lacks a permission: apply escalation/manifest.yml to it, and install it again.",
    "restricted_action": "The workspace does not let the app post in the channel: ask an administrator.",
    "no_permission": "The workspace does not let the app do this: ask an administrator.",
    "org_login_required": "The workspace is being moved; the desk goes on when that is over.",
    "team_added_to_org": "The workspace is being moved; the desk goes on when that is over.",
}
GIVEN_UP = {
    "edit_window_closed": (
        "The workspace lets nobody change messages after a while, so the card or copy stays as it was: an "
        "administrator can lift that for the app (Settings, Permissions, Message Editing)."
    ),
    "cant_delete_message": "The workspace keeps what was posted, so the copy stays in the thread.",
    "compliance_exports_prevent_deletion": "The workspace keeps what was posted, so the copy stays in the thread.",
    "user_not_in_channel": "The agent is not in the channel, so they were not told: invite them to it.",
    "too_many_emoji": "There are too many reactions under the message, so the mark is missing there.",
    "too_many_reactions": "There are too many reactions under the message, so the mark is missing there.",
    "upgrade_required": "Slack no longer speaks with this version: bring Handraise up to date.",
}
"""What will never be taken, though nothing is wrong with what the desk says."""
ONE_CALL_ONLY = {"missing_scope", "restricted_action", "no_permission"}
"""Of those: what may concern one kind of call, while others still work."""
PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "accesslimited"}
LIMITED = {"ratelimited", "rate_limited", "message_limit_exceeded"}
CARD_GONE = "the card of case %s was deleted in Slack; it is posted anew, for the customer still waits"
OPERATOR_SECONDS = 20.0
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Later:
    """Try again after so many seconds."""

    seconds: float
    why: str
    whole_channel: bool = False
    """Nothing else for this channel would be taken either."""
    for_operator: bool = False
    """It will not get better by itself."""


@dataclass(frozen=True)
class Never:
    """This one will never be taken; what comes after it may be."""

    why: str


def verdict_on(refused: SlackApiError, attempts: int) -> Later | Never:
    """`attempts` counts from 1."""
    response = refused.response
    status, headers = getattr(response, "status_code", 200), getattr(response, "headers", {})
    return judge(str(response.get("error") or ""), status, headers, attempts)


def judge(code: str, status: int, headers: Mapping[str, Any], attempts: int) -> Later | Never:
    """`code` is Slack's error word; `attempts` counts from 1."""
    if status == 429 or code in LIMITED:
        return Later(_retry_after(headers), "Slack asked for a pause.", whole_channel=True)
    word = "restricted_action" if code.startswith("restricted_action") else code  # Slack has several of a kind
    if word in OPERATOR:
        everything = word not in ONE_CALL_ONLY
        return Later(OPERATOR_SECONDS, f"{OPERATOR[word]} ({code})", whole_channel=everything, for_operator=True)
    if status >= 500 or code in PASSING:
        return Later(_backoff(attempts), f"Slack had a fault of its own ({status}).")
    if code in GIVEN_UP:
        return Never(f"{GIVEN_UP[code]} ({code})")
    return Never(f"Slack refused it: {code}. This is a fault of Handraise: please report it. All else goes on.")


def unreachable(attempts: int) -> Later:
    """The connection broke, or nothing answered in time."""
    return Later(_backoff(attempts), "Slack could not be reached.")


def own_fault(error: Exception, attempts: int) -> Later:
    """A bug, or a database that went away. The kind is told, not the words: they may quote a customer."""
    return Later(_backoff(attempts), f"The desk itself failed ({type(error).__name__}).", for_operator=True)


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    first = value[0] if isinstance(value, list) else value
    return max(1.0, float(first)) if str(first).replace(".", "", 1).isdecimal() else 1.0


def _backoff(attempts: int) -> float:
    return float(min(_LONGEST_SECONDS, 0.5 * 2 ** min(attempts, 10)))
