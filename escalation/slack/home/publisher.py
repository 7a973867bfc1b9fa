"""Keeps the App Homes that people look at up to date, and publishes no more often than Slack likes."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from escalation.hours import Hours
from escalation.slack.drain import Drain
from escalation.slack.failure import Later, verdict_on
from escalation.slack.home.view import Home, draw_home
from escalation.slack.intents import Intents
from escalation.store.agent import Agent
from escalation.team import Team, read_mine, read_team
from labeling.clock import now
from labeling.database import Database

log = logging.getLogger(__name__)

WATCHED = timedelta(hours=12)
"""A home that nobody has opened or used for so long is not kept up to date."""
ROUND_SECONDS = 1.0
"""Between two looks at what has changed; what somebody presses or opens is shown at once."""
HOME_SECONDS = 5.0
"""Between two publications of one home: ten people make at most 120 calls a minute."""
PAUSE_SECONDS = 10.0
"""After Slack could not be reached."""


class Homes:
    """Draws and publishes. Of several desks on one database one publishes each change."""

    def __init__(
        self,
        database: Database,
        slack: WebClient,
        intents: Intents,
        hours: Hours,
        tiers: Sequence[str],
        team_url: str,
    ) -> None:
        """`tiers` are in order, the strictest first; `team_url` begins the address of every message."""
        self._database = database
        self._slack = slack
        self._intents = intents
        self._hours = hours
        self._tiers = tiers
        self._team_url = team_url
        self._stirred = threading.Event()
        self._next_round = 0.0
        self._silent_until = 0.0
        self.drain = Drain("homes", self.work, patience=10)

    def stir(self) -> None:
        """Something was committed."""
        self._stirred.set()
        self.drain.wake()

    def begin(self) -> None:
        """What a desk that died may not have published is published anew."""
        with self._database.transaction() as session:
            session.execute(update(Agent).values(home_shown=""))

    def read(self, session: Session, person_id: str, team: Team | None = None) -> Home:
        """All that one person's home shows."""
        agent = session.get(Agent, person_id) or Agent(person_id=person_id)
        day_start = self._hours.day_start(now())
        return Home(
            team=team or self.read_team(session),
            mine=read_mine(session, person_id, day_start),
            team_url=self._team_url,
            away_since=agent.away_since,
            page=agent.home_page,
            notice=agent.home_notice,
        )

    def read_team(self, session: Session) -> Team:
        return read_team(session, self._hours.day_start(now()), self._tiers)

    def work(self) -> bool:
        """One round. Never asks for another at once: what is left is seen when the drain looks again."""
        if time.monotonic() < self._silent_until:
            return False
        with self._database.reading() as session:
            due = _due(session)
        waits_for_it = any(agent.home_published_at is None for agent in due)
        if not due or not (waits_for_it or (self._stirred.is_set() and time.monotonic() >= self._next_round)):
            return False
        self._stirred.clear()
        self._next_round = time.monotonic() + ROUND_SECONDS
        self._round(due)
        return False

    def _round(self, due: Sequence[Agent]) -> None:
        with self._database.reading() as session:
            team = self.read_team(session)
            views = {one.person_id: draw_home(self.read(session, one.person_id, team), self._intents) for one in due}
        for agent in due:
            view = views[agent.person_id]
            mark = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
            if mark != agent.home_shown and self._take(agent, mark) and not self._publish(agent.person_id, view):
                return

    def _take(self, agent: Agent, mark: str) -> bool:
        """Whether it is for this desk to publish; no other one has, and nobody has pressed anything since."""
        mine = (
            update(Agent)
            .where(col(Agent.person_id) == agent.person_id, col(Agent.home_shown) == agent.home_shown)
            .values(home_shown=mark, home_published_at=now())
            .execution_options(synchronize_session=False)
        )
        with self._database.transaction() as session:
            taken: Any = session.execute(mine)
        return bool(taken.rowcount == 1)

    def _publish(self, person_id: str, view: dict[str, Any]) -> bool:
        """False where Slack wants to hear nothing for a while."""
        try:
            self._slack.views_publish(user_id=person_id, view=view)
        except SlackApiError as refused:
            verdict = verdict_on(refused, attempts=1)
            log.warning("the home of %s was not published: %s", person_id, verdict.why)
            if isinstance(verdict, Later):
                return self._pause(person_id, verdict.seconds)
        except (SlackClientError, OSError) as error:
            log.warning("the home of %s was not published (%s)", person_id, type(error).__name__)
            return self._pause(person_id, PAUSE_SECONDS)
        return True

    def _pause(self, person_id: str, seconds: float) -> bool:
        self._silent_until = time.monotonic() + seconds
        with self._database.transaction() as session:
            again = update(Agent).where(col(Agent.person_id) == person_id)
            session.execute(again.values(home_shown="", home_published_at=None))
        return False


def _due(session: Session) -> list[Agent]:
    """Whose home is looked at and may be published by now, who waits for it first."""
    at: datetime = now()
    published = col(Agent.home_published_at)
    rows = select(Agent).where(
        col(Agent.home_opened_at) >= at - WATCHED,
        or_(published.is_(None), published <= at - timedelta(seconds=HOME_SECONDS)),
    )
    return sorted(session.exec(rows), key=lambda agent: agent.home_published_at or datetime.min)
