"""Who agents are, for colleagues and customers. Asked of Slack once a person, never while a transaction is open."""

from __future__ import annotations

import http.client
import logging
import threading
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from escalation.file_kind import PICTURES, kind_of
from escalation.handover import Person
from escalation.phrasebook import Phrasebook
from escalation.relay import Relay
from escalation.store.file import keep_picture
from labeling.database import Database

log = logging.getLogger(__name__)

PICTURE_SECONDS = 3.0
"""How long a picture may take; after that the customer sees initials."""
LARGEST_PICTURE = 300_000
"""Bytes."""


class People:
    """By Slack user id, kept as long as the desk runs."""

    def __init__(self, slack: WebClient, database: Database, relay: Relay, phrases: Phrasebook) -> None:
        self._slack = slack
        self._database = database
        self._relay = relay
        self._phrases = phrases
        self._people: dict[str, Person] = {}
        self._icons: dict[str, str] = {}
        self._not_people: set[str] = set()
        self._lock = threading.Lock()

    def meet(self, user_id: str) -> None:
        """Learns who this is, where it is not known yet."""
        if not user_id or user_id in self._people:
            return
        try:
            user = self._slack.users_info(user=user_id)["user"]
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("the name of %s is not known yet (%s)", user_id, type(error).__name__)
            return
        profile = user.get("profile") or {}
        person = self._shown(user_id, _name(user) or user_id, profile)
        with self._lock:
            if user.get("is_bot") or user.get("deleted"):
                self._not_people.add(user_id)
            self._icons[user_id] = str(profile.get("image_72") or "")
            self._people[user_id] = person

    def name(self, user_id: str) -> str:
        known = self._people.get(user_id)
        return known.name if known else "a colleague"

    def icon(self, user_id: str) -> str:
        """The address of the picture that Slack itself shows; empty where it is not known."""
        return self._icons.get(user_id, "")

    def colleague(self, user_id: str) -> Person | None:
        """Somebody who can own a case: no bot, and still a member of the workspace."""
        return None if user_id in self._not_people else self._people.get(user_id)

    def person(self, user_id: str, otherwise: str = "") -> Person:
        return self._people.get(user_id) or self._shown(user_id, otherwise or "An agent", {})

    def _shown(self, user_id: str, name: str, profile: Mapping[str, Any]) -> Person:
        """As customers may see them: a picture goes with a name, not without."""
        if not self._relay.show_name:
            return Person(user_id, name, shown_as=self._relay.team_name, phrases=self._phrases)
        picture = self._picture(profile) if self._relay.show_picture else ""
        return Person(user_id, name, picture=picture, phrases=self._phrases)

    def _picture(self, profile: Mapping[str, Any]) -> str:
        """Kept with us, so that no customer's browser has to ask Slack for it. Empty where there is none to show."""
        content = _fetch(str(profile.get("image_192") or profile.get("image_72") or ""))
        kind = kind_of(content)
        if kind not in PICTURES:
            return ""
        with self._database.transaction() as session:
            return keep_picture(session, kind, content)


def _name(user: Mapping[str, Any]) -> str:
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((str(name) for name in names if name), "")


def _fetch(url: str) -> bytes:
    """Empty where it cannot be had. Pictures are public: no token goes along."""
    if urlsplit(url).scheme not in ("http", "https"):
        return b""
    try:
        with urllib.request.urlopen(url, timeout=PICTURE_SECONDS) as response:  # noqa: S310  # the scheme was looked at
            content: bytes = response.read(LARGEST_PICTURE + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        log.warning("a picture could not be fetched (%s)", type(error).__name__)
        return b""
    return content if len(content) <= LARGEST_PICTURE else b""
