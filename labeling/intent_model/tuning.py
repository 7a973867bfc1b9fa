"""The encoder's layers learn from labelled messages: a program of its own, because of TensorFlow."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from safetensors.numpy import save_file

from labeling.intent_model.graph import read_config, read_weights
from labeling.intent_model.lesson import Floats, Lesson, Settings, read_lesson
from labeling.intent_model.memory import PEAK, peak_megabytes
from labeling.intent_model.pupil import Pupil

ROUND = 16
"""So many batches are drawn together and sorted by length, to fill up few rows with padding."""


def tune(encoder: Path, lesson: Lesson, settings: Settings) -> dict[str, Floats]:
    """The encoder's weights after learning, by their PyTorch names. Prints how far it is."""
    tf.keras.utils.set_random_seed(settings.seed)
    pupil = Pupil(read_config(encoder), read_weights(encoder / "model.safetensors"), lesson, settings)
    wanted = round(settings.epochs * len(lesson.tokens) / settings.batch)
    steps = min(settings.most_steps, max(settings.least_steps, wanted))
    for number, rows in enumerate(_batches(lesson.tokens, steps, settings), start=1):
        ids, mask = _padded([lesson.tokens[row] for row in rows])
        rise, fall = number / (settings.warm_up * steps), (steps + 1 - number) / ((1 - settings.warm_up) * steps)
        pupil.learn(ids, mask, lesson.targets[rows], lesson.weights[rows], min(rise, fall, 1.0), number)
        print(f"done {number / steps}", flush=True)
    return pupil.weights()


def _batches(tokens: list[list[int]], steps: int, settings: Settings) -> Iterator[NDArray[np.int64]]:
    chance = np.random.default_rng(settings.seed)
    size, drawn = settings.batch, 0
    while True:
        order = chance.permutation(len(tokens))
        for first in range(0, len(order), ROUND * size):
            some = sorted(order[first : first + ROUND * size], key=lambda row: len(tokens[row]))
            batches = [some[start : start + size] for start in range(0, len(some), size)]
            for number in chance.permutation(len(batches)):
                if drawn == steps:
                    return
                drawn += 1
                yield np.array(batches[number])


def _padded(rows: list[list[int]]) -> tuple[NDArray[np.int32], Floats]:
    width = max(map(len, rows))
    ids, mask = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.float32)
    for row, tokens in enumerate(rows):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1.0
    return ids, mask


def main(encoder: Path, folder: Path, output: Path) -> None:
    lesson, settings = read_lesson(folder)
    tf.config.threading.set_intra_op_parallelism_threads(int(os.environ.get("HANDRAISE_THREADS") or 0))
    tuned = tune(encoder, lesson, settings)
    save_file({name: np.ascontiguousarray(array) for name, array in tuned.items()}, output, {"format": "pt"})
    output.with_suffix(PEAK).write_text(str(peak_megabytes()), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
