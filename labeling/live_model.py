"""The live intent model in a bot's process: swapped whole, as one assignment, when the registry has another."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from labeling.clock import now
from labeling.database import Bell, Database
from labeling.deep_run import bring_encoder
from labeling.guidelines import Guidelines
from labeling.refusal import Refusal
from labeling.registry import NoSuchEncoder, archive_of
from labeling.store.alarm import stopped_tiers
from labeling.store.model import Model, live_version

if TYPE_CHECKING:
    from labeling.intent_model import IntentModel  # loaded when there is something to load: importing stays light

log = logging.getLogger(__name__)

KEPT = 3
"""Unpacked artefacts that stay on this machine, newest first."""


class NoLiveModel(Refusal):
    """No intent model is live, and none came with the bot. Train the first: handraise retrain."""


@dataclass(frozen=True)
class LiveStatus:
    """What this process answers with."""

    version: str | None = None
    since: datetime | None = None
    refused: tuple[tuple[str, str], ...] = ()
    """Versions that could not be loaded, with the reason."""


class LiveModel:
    """Any number of threads may ask for `current`; one thread of its own watches and loads."""

    def __init__(self, database: Database, home: Path, fallback: IntentModel | None = None) -> None:
        self._database = database
        self._cache = home / "models"
        self._model = fallback
        self._status = LiveStatus(fallback.version, now()) if fallback else LiveStatus()
        self._stopped_tiers: frozenset[str] = frozenset()
        self._guidelines = Guidelines(database)
        self._titles: Mapping[str, str] = {}
        self._bell = Bell(database)
        self._rung = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, name="live-model", daemon=True)

    def current(self) -> IntentModel:
        """The model that answers now; never waits. Raises NoLiveModel."""
        model = self._model
        if model is not None:
            return model
        if self._status.refused:
            version, reason = self._status.refused[-1]
            raise NoLiveModel(
                f"The live intent model {version} cannot be loaded: {reason}. Train another: handraise retrain"
            )
        raise NoLiveModel("No intent model is live yet. Train the first: handraise retrain")

    @property
    def stopped_tiers(self) -> frozenset[str]:
        """Tiers that may not be answered now, however sure the model is: an alarm stands there."""
        return self._stopped_tiers

    @property
    def titles(self) -> Mapping[str, str]:
        """What people call the intents, as far as guidelines say it."""
        return self._titles

    @property
    def status(self) -> LiveStatus:
        return self._status

    def start(self) -> None:
        """Loads what is live now, then watches."""
        self.refresh()
        self._bell.listen(self._rung.set)
        self._bell.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._bell.stop()
        self._rung.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def refresh(self) -> None:
        """Loads the registry's live model unless it is here already, or was refused before; looks for alarms."""
        with self._database.reading() as session:
            version = live_version(session)
            self._stopped_tiers = stopped_tiers(session)
        self._titles = {intent: guideline.title for intent, guideline in self._guidelines.items()}
        if version is None or version == self._status.version or version in dict(self._status.refused):
            return
        from labeling.intent_model import ArtefactRefused

        try:
            model = self._load(version)
        except ArtefactRefused as refusal:
            self._refuse(version, str(refusal))
            return
        self._model = model
        self._status = replace(self._status, version=version, since=now())
        log.info("intent model %s is live", version)
        self._forget_old()

    def _watch(self) -> None:
        while not self._stopped:
            self._rung.wait()
            self._rung.clear()
            try:
                if not self._stopped:
                    self.refresh()
            except Exception as error:  # noqa: BLE001 - the thread's outermost edge: it must live to see the next model
                log.warning("cannot look for a new intent model (%s); trying again", type(error).__name__)

    def _load(self, version: str) -> IntentModel:
        from labeling.intent_model import ArtefactRefused, load

        try:
            bring_encoder(self._database, version)
        except NoSuchEncoder as refusal:
            raise ArtefactRefused(str(refusal)) from refusal
        directory = self._cache / version
        if directory.is_dir():
            try:
                return load(directory)
            except ArtefactRefused:
                shutil.rmtree(directory)  # damaged on this disk; the registry's copy may be sound
        self._unpack(version, directory)
        return load(directory)

    def _unpack(self, version: str, directory: Path) -> None:
        from labeling.intent_model import unpack

        with self._database.reading() as session:
            archive, sha256 = archive_of(session, version)
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".half-", dir=self._cache) as half:
            whole = Path(half) / "model"
            unpack(archive, sha256, whole)
            try:
                whole.rename(directory)
            except OSError:
                if not directory.is_dir():  # else another process on this machine was as quick
                    raise

    def _refuse(self, version: str, reason: str) -> None:
        self._status = replace(self._status, refused=(*self._status.refused, (version, reason)))
        log.error("intent model %s is refused: %s; %s stays", version, reason, self._status.version or "none")
        objection = f"A bot could not load it: {reason}"
        with self._database.transaction() as session:
            row = session.get(Model, version)
            if row is not None and objection not in row.objections:
                row.objections = [*row.objections, objection]

    def _forget_old(self) -> None:
        kept = sorted(self._cache.glob("[!.]*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[KEPT:]:
            if path.name != self._status.version:
                shutil.rmtree(path, ignore_errors=True)
