"""The way in of App Home, the command and the shortcuts: what must be answered within Slack's three seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from escalation.finding import known_turn
from escalation.slack.home.command import AWAY, BACK, COMMAND, SHOW_QUEUE, answer, read_command
from escalation.slack.home.moves import go_away
from escalation.slack.home.publisher import Homes
from escalation.slack.home.view import queue_window
from escalation.slack.intents import Intents
from escalation.slack.label_window import (
    INTENT,
    LABEL_MESSAGE,
    LabelledMessage,
    label_window,
    no_words_window,
    read_found,
    read_labelled,
    thanks_window,
)
from labeling.database import Database

JSON = dict[str, Any]


@dataclass(frozen=True)
class HomeDoor:
    """`keep` stores in the inbox; `show` opens a window, if it is not too late."""

    database: Database
    intents: Intents
    homes: Homes
    keep: Callable[[LabelledMessage], None]
    show: Callable[[JSON, JSON], bool]

    def listen(self, app: App) -> None:
        app.command(COMMAND)(self.answer_command)
        app.shortcut(SHOW_QUEUE)(self.open_queue)
        app.shortcut(LABEL_MESSAGE)(self.open_label)
        app.view(LABEL_MESSAGE)(self.take_label)

    def answer_command(self, ack: Ack, command: JSON) -> None:
        asked = read_command(command)
        if asked.word in (AWAY, BACK):
            with self.database.transaction() as session:
                go_away(session, asked.person_id, asked.word == AWAY)
        with self.database.reading() as session:
            home = self.homes.read(session, asked.person_id)
        ack(**answer(asked, home, self.intents))

    def open_queue(self, ack: Ack, body: JSON) -> None:
        with self.database.reading() as session:
            home = self.homes.read(session, body["user"]["id"])
        self.show(body, queue_window(home.team, home.team_url))
        ack()

    def open_label(self, ack: Ack, body: JSON) -> None:
        found = read_found(body)
        with self.database.reading() as session:
            turn = known_turn(session, found.channel, found.ts)
        if turn is None and not found.by_a_person:
            self.show(body, no_words_window())
        else:
            self.show(body, label_window(found, turn.text if turn else None, time.time()))
        ack()

    def take_label(self, ack: Ack, body: JSON) -> None:
        labelled = read_labelled(body, time.time())
        if labelled.intent not in self.intents.known():
            ack(response_action="errors", errors={INTENT: "That intent is not there any more. Choose another one."})
            return
        self.keep(labelled)
        ack(response_action="update", view=thanks_window(self.intents.title(labelled.intent)))
