"""The teaching windows' way in: what must be answered within Slack's three seconds. The rest goes to the inbox."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlmodel import Session

from escalation.slack.card import case_of_card
from escalation.slack.intents import Intents
from escalation.slack.press import IN_WINDOW, OF_TURN, Do, Press, read_press
from escalation.slack.teaching.about import About, about_of
from escalation.slack.teaching.lesson import (
    EXAMPLES,
    NAME,
    NEW_INTENT_WINDOW,
    SECOND,
    TWO_WINDOW,
    Lesson,
    read_new_intent,
    read_two,
)
from escalation.slack.teaching.moves import spoken_of
from escalation.slack.teaching.window import (
    compare_window,
    done_window,
    history_window,
    new_intent_window,
    said_window,
    two_window,
)
from escalation.slack.teaching.words import CAUSES, said
from labeling.database import Database
from labeling.examples import Example
from labeling.nearest import Nearest, nearest_to
from labeling.snapshot import key
from labeling.store.cause import Cause, causes_of
from labeling.store.correction import Correction, corrections_of
from labeling.store.review import reviews_of
from labeling.store.turn import Turn, ranking_of

log = logging.getLogger(__name__)

JSON = dict[str, Any]
Keep = Callable[[Press | Lesson], None]
Open = Callable[[JSON, Press, JSON], None]
MENUS = 500
"""Menus that are remembered as open; beyond that the oldest is forgotten, and with it the time it took."""
_ON_CARD = re.compile(rf"{OF_TURN}.*")
_IN_WINDOW = re.compile(rf"{IN_WINDOW}.*")
_ANY = re.compile(".*")


@dataclass(frozen=True)
class TeachingDoor:
    """Listeners for everything that is taught. `keep` stores in the inbox, `open_window` excuses itself."""

    database: Database
    slack: WebClient
    intents: Intents
    examples: Callable[[], Sequence[Example]]
    """Labelled messages, to show those that are like the customer's."""
    keep: Keep
    open_window: Open
    opened: dict[tuple[str, str], float]
    """By person and message: since when they have the search menu open."""

    def listen(self, app: App) -> None:
        for do in (Do.LOOK, Do.MORE):
            app.action({"block_id": _ON_CARD, "action_id": do.value})(self.open)
        app.action({"block_id": _ON_CARD, "action_id": Do.CHOOSE.value})(self.take_choice)
        app.action({"block_id": _IN_WINDOW, "action_id": _ANY})(self.take_press_in_window)
        app.view(NEW_INTENT_WINDOW)(self.take_new_intent)
        app.view(TWO_WINDOW)(self.take_two)

    def note_menu(self, body: JSON) -> None:
        """Slack asks for options when a menu is opened: from then on somebody looks."""
        opener = _opener(body)
        if not body.get("value") or opener not in self.opened:
            self.opened.pop(opener, None)
            self.opened[opener] = time.time()
        while len(self.opened) > MENUS:
            self.opened.pop(next(iter(self.opened)))

    def take_choice(self, ack: Ack, body: JSON) -> None:
        self.keep(replace(read_press(body), opened_at=self.opened.pop(_opener(body), None)))
        ack()

    def open(self, ack: Ack, body: JSON) -> None:
        """From the card: a window, or what an option of the three dots does by itself."""
        press = read_press(body)
        if press.action == Do.WITHDRAW.value:
            self.keep(press)
        else:
            self._open(body, press)
        ack()

    def _open(self, body: JSON, press: Press) -> None:
        with self.database.reading() as session:
            turn = session.get(Turn, press.turn_id) if press.turn_id else None
            case_id = case_of_card(body)
            if turn is None or turn.id is None or case_id is None:
                return
            visible = bool(ranking_of(turn).guesses)
            about = About(case_id, turn.id, press.channel, round(time.time(), 3), visible)
            view = self._view(session, press, about, turn)
        self.open_window(body, press, view)

    def _view(self, session: Session, press: Press, about: About, turn: Turn) -> JSON:
        if press.action == Do.NEW_INTENT.value:
            return new_intent_window(about, turn.text)
        if press.action == Do.TWO.value:
            return two_window(about, turn.text, ranking_of(turn), self.intents)
        if press.action == Do.HISTORY.value:
            said_so_far = corrections_of(session, about.turn_id)
            causes = causes_of(session, said_so_far)
            reviews = reviews_of(session, about.turn_id)
            return history_window(about, turn.text, said_so_far, reviews, causes, self.intents, press.person_id)
        near = nearest_to(turn, self.examples(), about.looked_up) if about.shows_nearest else Nearest()
        return compare_window(about, turn.text, ranking_of(turn), self.intents, near)

    def take_press_in_window(self, ack: Ack, body: JSON) -> None:
        """What teaches is stored, and the window says so; the rest changes the window alone."""
        about = about_of(body)
        if about is None:
            ack()
            return
        press = _pressed_in(body, about)
        if press.action in (Do.TWO.value, Do.NEW_INTENT.value):
            self._change(self.slack.views_push, body, press, about, trigger_id=body["trigger_id"])
        elif press.action in (Do.LOOK_UP.value, Do.NEAREST.value):
            self._change(self.slack.views_update, body, press, _looked(about, press), view_id=body["view"]["id"])
        else:
            self.keep(press)
            self._answer(body, press, about)
        ack()

    def _change(self, call: Callable[..., Any], body: JSON, press: Press, about: About, **where: str) -> None:
        with self.database.reading() as session:
            turn = session.get(Turn, about.turn_id)
            if turn is None:
                return
            view = self._view(session, press, about, turn)
        _call(call, press, view=view, **where)

    def _answer(self, body: JSON, press: Press, about: About) -> None:
        if press.action == Do.WITHDRAW.value:
            view = done_window(about, "Taken back: your word on this message no longer counts.")
        elif press.action.startswith(f"{Do.CAUSE.value}_"):
            view = done_window(about, f"Noted: *{CAUSES[Cause(press.value)].lower()}*. Thank you.")
        else:
            spoken = spoken_of(press, {press.value})
            if spoken is None:
                return
            kind, intent = spoken
            word = Correction(
                turn_id=about.turn_id, kind=kind.value, intent=intent, person_id="", person_name="", source=""
            )
            view = said_window(about, said(word, self.intents))
        _call(self.slack.views_update, press, view=view, view_id=body["view"]["id"])

    def take_new_intent(self, ack: Ack, body: JSON) -> None:
        about = about_of(body)
        if about is None:
            ack()
            return
        lesson = read_new_intent(body, about, time.time())
        objections = self._objections(lesson)
        if objections:
            ack(response_action="errors", errors=objections)
            return
        self.keep(lesson)
        ack(response_action="clear")

    def _objections(self, lesson: Lesson) -> dict[str, str]:
        found: dict[str, str] = {}
        if not lesson.intent:
            found[NAME] = "Please give it a name with letters or digits."
        elif lesson.intent in self.intents.known():
            title = self.intents.title(lesson.intent)
            found[NAME] = f"{title} exists already: close this window and choose it from the list."
        seen: set[str] = set()
        for block, example in zip(EXAMPLES, lesson.examples, strict=False):
            if key(example) in seen:
                found[block] = "The same example twice teaches no more than once: please write another one."
            seen.add(key(example))
        return found

    def take_two(self, ack: Ack, body: JSON) -> None:
        about = about_of(body)
        if about is None:
            ack()
            return
        lesson = read_two(body, about, time.time())
        if lesson.intent == lesson.second_intent:
            ack(response_action="errors", errors={SECOND: "That is the same one twice: choose another, or cancel."})
            return
        self.keep(lesson)
        ack(response_action="clear")


def _opener(body: JSON) -> tuple[str, str]:
    container = body.get("container") or {}
    return str(body["user"]["id"]), str(container.get("message_ts") or container.get("view_id") or "")


def _pressed_in(body: JSON, about: About) -> Press:
    return replace(
        read_press(body),
        turn_id=about.turn_id,
        case_id=about.case_id,
        channel=about.channel,
        opened_at=about.opened_at,
    )


def _looked(about: About, press: Press) -> About:
    if press.action == Do.NEAREST.value:
        return replace(about, shows_nearest=True)
    return replace(about, looked_up=press.value)


def _call(call: Callable[..., Any], press: Press, **more: Any) -> None:
    try:
        call(**more)
    except (SlackApiError, SlackClientError, OSError) as error:
        log.warning("a window could not be changed for %s (%s)", press.person_id, type(error).__name__)
