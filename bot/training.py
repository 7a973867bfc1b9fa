"""Rasa's own model (dialogue and pipeline): trained when the project changed, and kept in `models/`."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from labeling.project import Project
from labeling.refusal import Refusal

KEPT = 3
"""Models of ours that stay, newest first; the user's own are left alone."""
PREFIX = "handraise-"

OnProgress = Callable[[str, float], None]


class TrainingFailed(Refusal):
    """Rasa cannot train the project; the message says what it objects to."""


def train_dialogue(project: Project, on_progress: OnProgress = lambda what, share: None) -> Path:
    """The model of the project as it stands now, trained only if there is none. Raises TrainingFailed."""
    models = project.root / "models"
    model = models / _name(project)
    if model.is_file():
        return model
    on_progress("Loading Rasa", 0.05)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(project.home / "rasa"))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    trained = _train(project, models, on_progress)
    model = models / _name(project)  # anew: Rasa completes a config.yml that lacks something
    trained.replace(model)
    _forget_old(models)
    on_progress("The dialogue is trained", 1.0)
    return model


def _train(project: Project, models: Path, on_progress: OnProgress) -> Path:
    import rasa.model_training

    on_progress("Training the dialogue", 0.3)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = rasa.model_training.train(
                domain=str(project.domain),
                config=str(project.config),
                training_files=[str(project.data)],
                output=str(models),
                fixed_model_name=f"half-{os.getpid()}.tar.gz",
            )
    except (Exception, SystemExit) as error:
        raise TrainingFailed(f"Rasa cannot train {project.root}: {_reason(error, said.getvalue())}") from error
    if result.model is None:
        raise TrainingFailed(f"Rasa cannot train {project.root}: {_last_line(said.getvalue())}")
    return Path(result.model)


def _reason(error: BaseException, said: str) -> str:
    from rasa.engine.exceptions import GraphComponentException

    while isinstance(error, GraphComponentException) and error.__cause__ is not None:
        error = error.__cause__  # Rasa's graph wraps what a component raised
    return _last_line(said) if isinstance(error, SystemExit) else " ".join(str(error).split())


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason; `rasa train` may show more"


def _name(project: Project) -> str:
    files = (*_files(project.config), *_files(project.domain), *_files(project.data), *_our_own())
    return f"{PREFIX}{_fingerprint(files)[:16]}.tar.gz"


def code_fingerprint() -> str:
    """Changes whenever an artefact kept from before might not be what this code writes and reads."""
    return _fingerprint(_our_own())


def _fingerprint(files: Iterable[Path]) -> str:
    fingerprint = hashlib.sha256()
    for file in files:
        fingerprint.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return fingerprint.hexdigest()


def _our_own() -> Iterable[Path]:
    import labeling

    here = Path(__file__).parent
    intent_model = Path(labeling.__file__).parent / "intent_model"
    return (here / "intent_classifier.py", here / "router.py", *sorted(intent_model.glob("*.py")))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*.y*ml") if file.is_file())
    return [path] if path.is_file() else []


def _forget_old(models: Path) -> None:
    ours = sorted(models.glob(f"{PREFIX}*.tar.gz"), key=lambda model: model.stat().st_mtime, reverse=True)
    for model in ours[KEPT:]:
        model.unlink(missing_ok=True)
