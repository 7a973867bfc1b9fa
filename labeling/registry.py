"""The registry's moves. Each happens in the caller's transaction, so a bot sees the old model or the new one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from labeling.clock import now
from labeling.labels import in_chunks
from labeling.refusal import Refusal
from labeling.store.model import Model, Standing, live_version
from labeling.store.tuned_encoder import TunedEncoder

KEPT = 20
"""Artefacts of models that are not live, newest first; a model is a few megabytes."""


class NoSuchModel(Refusal):
    """The registry has no model of this version; `handraise status` lists them."""


class NoSuchEncoder(Refusal):
    """The registry has lost the encoder that a model runs on. Retrain with --deep, or roll back."""


class RollbackRefused(Refusal):
    """The version cannot go live again; the message says why."""


@dataclass(frozen=True)
class Trained:
    """What a training run hands to the registry."""

    version: str
    snapshot: str
    encoder: str
    examples: int
    labels: int
    report: dict[str, Any]
    archive: bytes
    tuned_encoder: str | None = None
    """The name of the tuned encoder that it runs on."""


def register(session: Session, trained: Trained) -> Model:
    """Keeps a new model as a candidate. The same content has the same version: one known already waits once more."""
    model = session.get(Model, trained.version) or Model(version=trained.version, **_content(trained))
    if model.standing != Standing.LIVE:
        model.standing = Standing.CANDIDATE.value
    for name, value in _content(trained).items():
        setattr(model, name, value)
    session.add(model)
    session.flush()
    return model


def _content(trained: Trained) -> dict[str, Any]:
    sha256 = hashlib.sha256(trained.archive).hexdigest()
    return {**{name: value for name, value in vars(trained).items() if name != "version"}, "sha256": sha256}


def promote(session: Session, version: str) -> Model:
    """The model goes live, and the one before retires. Raises NoSuchModel."""
    model = model_of(session, version)
    session.execute(
        update(Model)
        .where(col(Model.standing) == Standing.LIVE.value, col(Model.version) != version)
        .values(standing=Standing.RETIRED.value)
    )
    model.standing, model.promoted_at, model.objections = Standing.LIVE.value, now(), []
    session.add(model)
    session.flush()
    return model


def refuse(session: Session, version: str, objections: Sequence[str]) -> Model:
    """The candidate does not go live, and the reasons stay with it. Raises NoSuchModel."""
    model = model_of(session, version)
    model.standing, model.objections = Standing.REFUSED.value, list(objections)
    session.add(model)
    session.flush()
    return model


def keep_encoder(session: Session, name: str, archive: Callable[[], bytes]) -> None:
    """Once, however many models run on it."""
    if session.exec(select(TunedEncoder.name).where(TunedEncoder.name == name)).first() is None:
        packed = archive()
        session.add(TunedEncoder(name=name, archive=packed, sha256=hashlib.sha256(packed).hexdigest()))


def encoder_of(session: Session, version: str) -> str | None:
    """The tuned encoder that a model runs on, if it runs on one."""
    return session.exec(select(Model.tuned_encoder).where(Model.version == version)).first()


def encoder_archive(session: Session, name: str) -> tuple[bytes, str]:
    """A tuned encoder and the checksum that it must have. Raises NoSuchEncoder."""
    rows = select(TunedEncoder.archive, TunedEncoder.sha256).where(TunedEncoder.name == name)
    found = session.exec(rows).first()
    if found is None:
        raise NoSuchEncoder(f"The registry has no encoder {name}.")
    return found


def forget_archives(session: Session, kept: int = KEPT) -> None:
    """Old models keep their reports and lose their artefacts, megabytes each; the newest ones can go live again.

    Encoders that no kept artefact runs on go with them.
    """
    not_live = select(Model.version).where(Model.standing != Standing.LIVE.value)
    old = session.exec(not_live.order_by(col(Model.created_at).desc()).offset(kept)).all()
    for some in in_chunks(old):
        session.execute(update(Model).where(col(Model.version).in_(some)).values(archive=b""))
    needed = select(Model.tuned_encoder).where(func.length(Model.archive) > 0, col(Model.tuned_encoder).is_not(None))
    unneeded = delete(TunedEncoder).where(col(TunedEncoder.name).not_in(needed))
    session.execute(unneeded.execution_options(synchronize_session=False))


def can_go_live_again(session: Session, limit: int = 50) -> set[str]:
    """Versions among the newest that were live once and whose artefact is still kept."""
    rows = (
        select(Model.version)
        .where(col(Model.promoted_at).is_not(None), func.length(Model.archive) > 0)
        .where(Model.standing != Standing.LIVE.value)
        .order_by(col(Model.created_at).desc())
        .limit(limit)
    )
    return set(session.exec(rows))


def roll_back(session: Session, trainer: str, version: str | None = None) -> Model:
    """An earlier model goes live again: `version`, or the one that was live before this one.

    The model taken down counts as refused, so that the next retraining does not bring the same one back.
    Raises RollbackRefused or NoSuchModel.
    """
    model = model_of(session, version) if version else _before(session)
    if model.standing == Standing.LIVE.value:
        raise RollbackRefused(f"Model {model.version} is live already.")
    if model.promoted_at is None:
        raise RollbackRefused(f"Model {model.version} has never been live, so there is nothing to go back to.")
    if not archive_of(session, model.version)[0]:
        raise RollbackRefused(f"Model {model.version} is too old: only its report is kept. Retrain instead.")
    taken_down = live_version(session)
    promote(session, model.version)
    if taken_down is not None:
        session.expire_all()
        refuse(session, taken_down, [f"{trainer} went back to {model.version}."])
    return model


def _before(session: Session) -> Model:
    retired = _listed().where(Model.standing == Standing.RETIRED.value).order_by(col(Model.promoted_at).desc())
    model: Model | None = session.exec(retired).first()
    if model is None:
        raise RollbackRefused("There is no earlier model to go back to.")
    return model


def best_accuracy(session: Session, messages: int) -> float | None:
    """The best that a model which went live achieved on a frozen set of this many messages."""
    rows = _listed().where(col(Model.standing).in_([Standing.LIVE.value, Standing.RETIRED.value]))
    reports = [model.report for model in session.exec(rows)]
    known = [report["accuracy"] for report in reports if report.get("n") == messages and report.get("accuracy")]
    return max(known, default=None)


def refused_before(session: Session, version: str) -> Model | None:
    """The model of this version, if it was refused, or taken down by a person."""
    rows = _listed().where(Model.version == version)
    found: Model | None = session.exec(rows.where(Model.standing == Standing.REFUSED.value)).first()
    return found


def model_of(session: Session, version: str) -> Model:
    """Raises NoSuchModel."""
    model: Model | None = session.exec(_listed().where(Model.version == version)).first()
    if model is None:
        raise NoSuchModel(f"There is no model {version}.")
    return model


def history(session: Session, limit: int = 50) -> list[Model]:
    """The newest models, newest first; their archives are read only when asked for."""
    return list(session.exec(_listed().order_by(col(Model.created_at).desc()).limit(limit)))


def archive_of(session: Session, version: str) -> tuple[bytes, str]:
    """The artefact and the checksum that it must have. Raises NoSuchModel."""
    found = session.exec(select(Model.archive, Model.sha256).where(Model.version == version)).first()
    if found is None:
        raise NoSuchModel(f"There is no model {version}.")
    return found


def _listed() -> Any:
    return select(Model).options(defer("archive"))
