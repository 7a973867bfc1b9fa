"""Finds the channels, people and user groups that desk.yml names, once, at the desk's start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from escalation.desk_config import DeskConfig
from escalation.destination import Destination, Routing
from escalation.slack.arrival import find_channel, refuse_unusable
from escalation.slack.settings import SettingsRefused

_SOMEBODY = re.compile(r"[UWS][A-Z0-9]{8,}")


class Directory:
    """Asks Slack only where a name has to be found. Every method raises SettingsRefused."""

    def __init__(self, slack: WebClient, bot_name: str) -> None:
        self._slack = slack
        self._bot_name = bot_name

    def with_ids(self, config: DeskConfig) -> DeskConfig:
        """What the file calls by name, by Slack's ids."""
        rules = [replace(rule, destination=self._destination(rule.destination)) for rule in config.routing.rules]
        lead = self._somebody(config.waiting.lead)
        return replace(config, routing=Routing(tuple(rules)), waiting=replace(config.waiting, lead=lead))

    def _destination(self, written: Destination) -> Destination:
        return Destination(
            channel=self._channel(written.channel),
            call=tuple(map(self._somebody, written.call)),
            lead=self._somebody(written.lead),
        )

    def _channel(self, written: str) -> str:
        if not written:
            return ""
        channel = find_channel(self._slack, written, "routing in desk.yml")
        refuse_unusable(channel, self._bot_name, "routing in desk.yml")
        return str(channel["id"])

    def _somebody(self, written: str) -> str:
        if not written or _SOMEBODY.fullmatch(written):
            return written
        name = written.removeprefix("@").casefold()
        found = self._people.get(name) or self._groups.get(name)
        if found is None:
            raise SettingsRefused(
                f"there is nobody called {written} in Slack: desk.yml must name a user group's handle, "
                "a person's display name, or an id"
            )
        return found

    @cached_property
    def _groups(self) -> dict[str, str]:
        try:
            groups = self._slack.usergroups_list().get("usergroups") or []
        except SlackApiError as refused:
            code = refused.response.get("error")
            hint = "apply escalation/manifest.yml to the app, and install it again"
            raise SettingsRefused(f"Slack does not list its user groups ({code}): {hint}") from refused
        return {str(group["handle"]).casefold(): str(group["id"]) for group in groups}

    @cached_property
    def _people(self) -> dict[str, str]:
        """By account name, display name and whole name; where two people share one, the first."""
        people: dict[str, str] = {}
        for user in self._users():
            profile = user.get("profile") or {}
            for name in (user.get("name"), profile.get("display_name"), profile.get("real_name")):
                if name:
                    people.setdefault(str(name).casefold(), str(user["id"]))
        return people

    def _users(self) -> Iterator[dict[str, Any]]:
        for page in self._slack.users_list(limit=200):
            yield from (user for user in page.get("members") or [] if not user.get("deleted"))


def mention(somebody: str) -> str:
    """Calls a person, or a user group, by id."""
    return f"<!subteam^{somebody}>" if somebody.startswith("S") else f"<@{somebody}>"


def mentions(ids: Iterable[str]) -> str:
    return " ".join(map(mention, ids))
