"""How long a newcomer waits before anything can start."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.figure import Figure, Sheet
from tests.bench.scene import REPOSITORY, Scene, copy_project, run_command


def measure(scene: Scene) -> Sheet:
    """`handraise setup` for a user and a project that were never here before, and then once more."""
    cold, warm = [], []
    for number in range(scene.size.colds):
        scene.on_progress("Setting up with an empty cache: about a minute", number / scene.size.colds)
        with tempfile.TemporaryDirectory(dir=scene.folder) as folder:
            root = copy_project(Path(folder) / "project").root
            nothing = {"HANDRAISE_CACHE": f"{folder}/cache", "XDG_CACHE_HOME": f"{folder}/xdg"}
            cold.append(run_command(["setup", "--project", str(root)], **nothing))
            warm += [run_command(["setup", "--project", str(root)], **nothing) for _ in range(3)]
    figures = (
        Figure("handraise setup, empty cache", "s", tuple(cold), "converts the encoder, trains the dialogue"),
        Figure("handraise setup, again", "s", tuple(warm), "finds everything in place"),
    )
    return Sheet("Set-up", figures, ("The packages are installed already; --install measures that too.",))


def measure_install(scene: Scene) -> Sheet:
    """`make setup` in a fresh clone: it asks the package index, or pip's cache, for everything."""
    scene.on_progress("make setup in a fresh clone: minutes", 0.0)
    with tempfile.TemporaryDirectory(dir=scene.folder) as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(clone)], check=True)
        samples = tuple(_make_setup(clone, Path(folder) / "cache") for _ in range(2))
    figures = (
        Figure("make setup, fresh clone", "s", samples[:1], "environment, packages, encoder, dialogue"),
        Figure("make setup, again", "s", samples[1:]),
    )
    return Sheet("Installation", figures, ("With pip's own cache as it was.",))


def _make_setup(clone: Path, cache: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        ["make", "-s", "setup"],
        cwd=clone,
        check=True,
        env={**os.environ, "HANDRAISE_CACHE": str(cache)},
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start
