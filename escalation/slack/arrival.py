"""The desk's arrival in the workspace: everything that must hold is looked at before anything is begun."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from escalation.slack.failure import OPERATOR
from escalation.slack.settings import Settings, SettingsRefused

CALL_SECONDS = 10
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{8,}")
_TOKEN_TROUBLE = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}


@dataclass(frozen=True)
class Place:
    """Where the desk works."""

    slack: WebClient
    channel: str
    """The channel's id."""
    channel_name: str
    team: str
    team_url: str
    """Begins the address of every message."""
    bot_user_id: str
    bot_name: str


def arrive(settings: Settings) -> Place:
    """Raises SettingsRefused with one line that says what to do."""
    silent = logging.getLogger("escalation.slack.client")  # it quotes what it was answered
    silent.setLevel(logging.CRITICAL)
    slack = WebClient(
        token=settings.bot_token, base_url=settings.api_url, timeout=CALL_SECONDS, retry_handlers=[], logger=silent
    )
    try:
        we = slack.auth_test()
        channel = find_channel(slack, settings.channel, "HANDRAISE_SLACK_CHANNEL")
    except SlackApiError as refused:
        raise SettingsRefused(_sentence(refused, settings)) from refused
    except (OSError, SlackClientError) as error:
        raise SettingsRefused(
            f"Slack cannot be reached at {settings.api_url}: check the network, or SLACK_API_URL"
        ) from error
    refuse_unusable(channel, str(we["user"]), "HANDRAISE_SLACK_CHANNEL")
    return Place(
        slack=slack,
        channel=str(channel["id"]),
        channel_name=str(channel["name"]),
        team=str(we["team"]),
        team_url=str(we["url"]),
        bot_user_id=str(we["user_id"]),
        bot_name=str(we["user"]),
    )


def find_channel(slack: WebClient, wanted: str, named_in: str) -> dict[str, Any]:
    """By id or name. `named_in` says where to mend it. Raises SettingsRefused, or what Slack refuses an id with."""
    if _CHANNEL_ID.fullmatch(wanted):
        found: dict[str, Any] = slack.conversations_info(channel=wanted)["channel"]
        return found
    name = wanted.removeprefix("#").casefold()
    for channel in _channels(slack):
        if channel.get("name") == name:
            return channel
    raise SettingsRefused(
        f"there is no channel #{name} that the bot can see: check {named_in}; "
        "a private channel needs the bot in it first (/invite @Handraise)"
    )


def _channels(slack: WebClient) -> Iterator[dict[str, Any]]:
    for page in slack.conversations_list(types="public_channel,private_channel", limit=200):
        yield from page.get("channels") or []


def refuse_unusable(channel: dict[str, Any], bot_name: str, named_in: str) -> None:
    """Raises SettingsRefused where no card could be posted."""
    name = channel["name"]
    if channel.get("is_archived"):
        raise SettingsRefused(f"#{name} is archived: unarchive it, or set {named_in} to another one")
    if not channel.get("is_member"):
        raise SettingsRefused(f"the bot is not in #{name}: type /invite @{bot_name} there")


def _sentence(refused: SlackApiError, settings: Settings) -> str:
    response = refused.response
    code = str(response.get("error") or "")
    if code in _TOKEN_TROUBLE:
        return f"Slack refuses SLACK_BOT_TOKEN ({code}): copy it anew from OAuth & Permissions on the app's page"
    if code == "missing_scope":
        needed = response.get("needed") or "a scope"
        return f"the app lacks {needed}: apply escalation/manifest.yml to it, and install it again"
    if code == "channel_not_found":
        return (
            f"Slack does not know the channel {settings.channel}: check HANDRAISE_SLACK_CHANNEL, or /invite the bot"
        )
    return OPERATOR.get(code, f"Slack at {settings.api_url} refused to work with the desk: {code or 'no answer'}")
