"""Retraining: snapshot, candidate, evaluation against live, and promoted or refused with every reason."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeling.database import Database
from labeling.deep_run import bring_encoder
from labeling.examples import Example
from labeling.guidelines import meanings
from labeling.judging import examine, material, unseen
from labeling.labels import labels
from labeling.lock import alone
from labeling.policy import CAUTION, CERTAINTY, CLARIFY, Policy, read_policy
from labeling.project import Project
from labeling.promotion import Exam, Gates, objections, read_gates
from labeling.refusal import Refusal
from labeling.registry import (
    NoSuchEncoder,
    Trained,
    archive_of,
    best_accuracy,
    forget_archives,
    keep_encoder,
    promote,
    refuse,
    refused_before,
    register,
)
from labeling.snapshot import Snapshot, take
from labeling.store.model import Model, live_model, live_version
from labeling.unlabelled import FEW, unlabelled

if TYPE_CHECKING:
    from labeling.intent_model import Encoder, IntentModel

log = logging.getLogger(__name__)

Progress = Callable[[str, float], None]
"""What is being done, and how much of it is done (0 to 1)."""
LOCK = "retraining"


class FirstModelRefused(Refusal):
    """No model is live, and the first one cannot go live either; the message has every reason."""


class Outcome(str, Enum):
    """How a retraining ends."""

    PROMOTED = "promoted"
    REFUSED = "refused"
    NOTHING_NEW = "nothing_new"


@dataclass(frozen=True)
class Verdict:
    """What came of one retraining. Reports are as the registry keeps them, empty where there is none."""

    outcome: Outcome
    version: str
    """The candidate's; with nothing new, the live model's or that of the one refused before."""
    examples: int
    labels: int
    """How many of the examples are trainers' labels."""
    report: dict[str, Any] = field(default_factory=dict)
    live_report: dict[str, Any] = field(default_factory=dict)
    """What live achieves on the same messages."""
    objections: tuple[str, ...] = ()

    @property
    def promoted(self) -> bool:
        return self.outcome is Outcome.PROMOTED


def retrain(
    project: Project,
    database: Database,
    progress: Progress | None = None,
    force: bool = False,
    encoder: Encoder | None = None,
) -> Verdict:
    """Trains on all labels that count now, and promotes what proves better; one at a time, whoever calls.

    With `force`, trains also where nothing changed since live was trained, or the same was refused before. The
    encoder is the one that is given, such as a deep run made; else live's, as long as it comes from the project's.
    Raises Refusal where the project's examples, tiers, gates or encoder cannot be used.
    """
    report = progress or (lambda _what, _share: None)
    report("Waiting for another retraining to end", 0.0)
    with alone(database, LOCK):
        report("Taking the snapshot", 0.02)
        return _Retraining(project, database, report, encoder).run(force)


def ensure_live(project: Project, database: Database, progress: Progress | None = None) -> str:
    """The live version; the first model is trained if there is none. Raises FirstModelRefused, and as `retrain`."""
    with database.reading() as session:
        version = live_version(session)
    if version is not None:
        return version
    verdict = retrain(project, database, progress)
    if verdict.outcome is Outcome.REFUSED:
        raise FirstModelRefused("The first intent model cannot go live: " + " ".join(verdict.objections))
    return verdict.version


def read_project_policy(project: Project) -> Policy:
    """Raises PolicyError."""
    knobs = project.router
    return read_policy(
        knobs.get("tiers") or {},
        knobs.get("certainty", CERTAINTY),
        knobs.get("caution", CAUTION),
        knobs.get("clarify", CLARIFY),
    )


class _Retraining:
    """One run, under the lock."""

    def __init__(self, project: Project, database: Database, progress: Progress, encoder: Encoder | None) -> None:
        self._encoder = encoder
        self._project = project
        self._database = database
        self._progress = progress
        self._policy = read_project_policy(project)
        self._gates: Gates = read_gates(project.gates)
        self._meanings: Mapping[str, str] = {}
        self._traffic: Sequence[str] = ()

    def run(self, force: bool) -> Verdict:
        given = material(self._project)
        with self._database.reading() as session:
            snapshot = take(given.seeds, labels(session))
            live = live_model(session)
            self._meanings = meanings(session, self._project.guidelines)
            self._traffic = unlabelled(session) if len(snapshot.examples) < FEW else []
        encoder = self._encoder or self._open_encoder(live)
        known = None if force else self._known(snapshot, live, encoder)
        if known is not None:
            return _nothing_new(known)
        messages = unseen(given.frozen, snapshot)
        # Older versions left customers' words there, also such as were deleted since.
        shutil.rmtree(self._project.home / "snapshots", ignore_errors=True)
        return self._judge(self._train(snapshot, encoder), snapshot, messages, live)

    def _open_encoder(self, live: Model | None) -> Encoder:
        from labeling.intent_model import ArtefactRefused, open_encoder

        self._progress("Opening the encoder", 0.05)
        project = self._project
        if live is not None and live.tuned_encoder is not None and live.encoder == project.encoder:
            try:
                bring_encoder(self._database, live.version)
                return open_encoder(live.tuned_encoder, precision=project.precision)
            except (ArtefactRefused, NoSuchEncoder) as refusal:
                log.warning("live's tuned encoder cannot be used (%s); going on with %s", refusal, project.encoder)
        return open_encoder(project.encoder, progress=self._part(0.05, 0.1), precision=project.precision)

    def _known(self, snapshot: Snapshot, live: Model | None, encoder: Encoder) -> Model | None:
        """The model that training would come to again: a version names everything that goes in."""
        from labeling.intent_model import version_of

        if live is None:
            return None
        version = version_of(snapshot.examples, encoder, self._meanings, self._traffic, self._project.out_of_scope)
        if live.version == version:
            return live
        with self._database.reading() as session:
            return refused_before(session, version)

    def _train(self, snapshot: Snapshot, encoder: Encoder) -> IntentModel:
        from labeling.intent_model import train

        return train(
            snapshot.examples,
            encoder,
            self._part(0.1, 0.8),
            meanings=self._meanings,
            unlabelled=self._traffic,
            out_of_scope=self._project.out_of_scope,
        )

    def _judge(
        self, candidate: IntentModel, snapshot: Snapshot, messages: Sequence[Example], live: Model | None
    ) -> Verdict:
        self._progress("Judging the candidate", 0.8)
        exam, measured = examine(candidate, messages, self._policy)
        report = measured.to_json()
        self._progress("Judging live on the same messages", 0.9)
        rival_exam, rival_report = self._examine_live(live, messages)
        with self._database.reading() as session:
            best = best_accuracy(session, len(messages))
        against = objections(rival_exam, exam, self._gates, self._policy, best)
        from labeling.intent_model import is_tuned

        self._progress("Writing it down", 0.98)
        trained = Trained(
            version=candidate.version,
            snapshot=snapshot.fingerprint,
            encoder=self._project.encoder,
            examples=len(snapshot.examples),
            labels=snapshot.labels,
            report=report,
            archive=_packed(candidate),
            tuned_encoder=candidate.encoder.name if is_tuned(candidate.encoder.name) else None,
        )
        outcome, against = self._record(trained, live.version if live else None, against)
        return Verdict(
            outcome, trained.version, trained.examples, trained.labels, report, rival_report, tuple(against)
        )

    def _examine_live(self, live: Model | None, messages: Sequence[Example]) -> tuple[Exam | None, dict[str, Any]]:
        rival = self._load(live.version) if live else None
        if rival is None:
            return None, {}
        exam, measured = examine(rival, messages, self._policy)
        return exam, measured.to_json()

    def _record(
        self, trained: Trained, judged_against: str | None, against: Sequence[str]
    ) -> tuple[Outcome, list[str]]:
        """All in one transaction: a run that is killed leaves nothing half done."""
        from labeling.intent_model import pack_tuned

        with self._database.transaction() as session:
            reasons = list(against)
            if live_version(session) != judged_against:
                reasons.append("Another model went live meanwhile; retrain to be judged against that one.")
            if trained.tuned_encoder is not None:
                keep_encoder(session, trained.tuned_encoder, partial(pack_tuned, trained.tuned_encoder))
            register(session, trained)
            forget_archives(session)
            if reasons and trained.version != judged_against:
                refuse(session, trained.version, reasons)
                return Outcome.REFUSED, reasons
            promote(session, trained.version)
        return Outcome.PROMOTED, []

    def _load(self, version: str) -> IntentModel | None:
        from labeling.intent_model import ArtefactRefused, load, unpack

        with self._database.reading() as session:
            archive, sha256 = archive_of(session, version)
        with tempfile.TemporaryDirectory() as directory:
            try:
                bring_encoder(self._database, version)
                unpack(archive, sha256, Path(directory) / version)
                return load(Path(directory) / version)
            except (ArtefactRefused, NoSuchEncoder) as refusal:
                log.warning("live model %s cannot be loaded (%s); the candidate meets the floors", version, refusal)
                return None

    def _part(self, start: float, end: float) -> Progress:
        return lambda what, share: self._progress(what, start + (end - start) * share)


def _nothing_new(model: Model) -> Verdict:
    return Verdict(
        Outcome.NOTHING_NEW,
        model.version,
        model.examples,
        model.labels,
        report=model.report,
        objections=tuple(model.objections),
    )


def _packed(model: IntentModel) -> bytes:
    from labeling.intent_model import pack

    with tempfile.TemporaryDirectory() as directory:
        model.save(Path(directory) / "model")
        return pack(Path(directory) / "model")
