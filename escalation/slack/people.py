"""What agents are called. Asked of Slack once a person, and never while a transaction is open."""

from __future__ import annotations

import logging
import threading

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from escalation.handover import Person

log = logging.getLogger(__name__)


class People:
    """Display names by Slack user id, kept as long as the desk runs."""

    def __init__(self, slack: WebClient) -> None:
        self._slack = slack
        self._names: dict[str, str] = {}
        self._not_people: set[str] = set()
        self._lock = threading.Lock()

    def meet(self, user_id: str) -> None:
        """Learns the person's name where it is not known yet."""
        if not user_id or user_id in self._names:
            return
        try:
            user = self._slack.users_info(user=user_id)["user"]
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("the name of %s is not known yet (%s)", user_id, type(error).__name__)
            return
        profile = user.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
        with self._lock:
            if user.get("is_bot") or user.get("deleted"):
                self._not_people.add(user_id)
            self._names[user_id] = next((str(name) for name in names if name), user_id)

    def name(self, user_id: str) -> str:
        return self._names.get(user_id, "a colleague")

    def colleague(self, user_id: str) -> Person | None:
        """Somebody who can own a case: no bot, and still a member of the workspace."""
        known = user_id in self._names and user_id not in self._not_people
        return self.person(user_id) if known else None

    def person(self, user_id: str, otherwise: str = "") -> Person:
        return Person(user_id, self._names.get(user_id) or otherwise or "An agent")
