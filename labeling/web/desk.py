"""What every request of the trainers' page works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from labeling import alarms, auditing
from labeling.database import Database
from labeling.guidelines import Guideline, Guidelines, read_guidelines, sow_guidelines
from labeling.judging import material
from labeling.labels import known_intents
from labeling.policy import Policy
from labeling.project import Project
from labeling.repeated_answers import AgentAnswer
from labeling.retraining import read_project_policy
from labeling.spoken import CaseRecord, Transcript
from labeling.status import status
from labeling.web.settings import Settings
from labeling.worker import Worker

Answers = Callable[[Session], Sequence[AgentAnswer]]
"""What agents have written to customers, oldest first; they are known further up."""


class Desk:
    """The project, its database, and the worker that learns from decisions."""

    def __init__(
        self,
        project: Project,
        database: Database,
        worker: Worker,
        settings: Settings,
        answers: Answers,
        transcript: Transcript,
        case_record: CaseRecord | None,
    ) -> None:
        """Raises Refusal where the project's tiers, guidelines or examples cannot be read."""
        self.project = project
        self.database = database
        self.worker = worker
        self.settings = settings
        self.answers = answers
        self.transcript = transcript
        self.case_record = case_record
        self.policy: Policy = read_project_policy(project)
        sow_guidelines(database, read_guidelines(project.guidelines))
        self.guidelines = Guidelines(database)
        # The seed examples are read once: a project whose files change is started anew.
        self._taught = {seed.intent for seed in material(project).seeds} | set(self.policy.intents)

    def intents(self, session: Session) -> tuple[str, ...]:
        """All that a turn can be given."""
        return known_intents(session, self._taught)

    def guideline(self, intent: str) -> Guideline:
        return self.guidelines.get(intent) or Guideline.unwritten(intent)

    def decide(self, move: Callable[[Session], Iterable[int]]) -> int:
        """One move in one transaction; it tells the turns that it decided, and their number is returned.

        Whatever was decided about an audited answer may prove its tier's promise broken. What changed is learned soon
        after.
        """
        with self.database.transaction() as session:
            decided = list(move(session))
            for tier in auditing.tiers_of_drawn(session, decided):
                alarms.judge(session, self.policy, tier)
        self.worker.ask()
        return len(decided)

    def catch_up(self) -> None:
        """Learns what was decided before this service began, such as in the middle of a killed retraining."""
        now = status(self.project, self.database)
        if now.version is not None and now.is_behind:
            self.worker.ask()


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
