"""A BERT that learns, in TensorFlow: never imported by a service, only by the program that tunes an encoder.

Cross-entropy on cosines to one direction per intent (NormFace, arXiv:1704.06369). Lower layers learn more slowly
(ULMFiT, arXiv:1801.06146). The table of words stays as it is: words that no example holds must stay in line with
those that some do, and most of the time goes into the layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from labeling.intent_model.graph import FIRST_POSITION
from labeling.intent_model.layers import middle_layers
from labeling.intent_model.lesson import Floats, Lesson, Settings

LAYERS = "encoder.layer."
FAR = 1e9
"""Taken off the score of what is padding, so that nothing looks at it."""


class Pupil:
    """The encoder as TensorFlow variables, the intents' directions, and Adam's memory of both."""

    def __init__(
        self, config: Mapping[str, Any], weights: Mapping[str, Floats], lesson: Lesson, settings: Settings
    ) -> None:
        self._config, self._settings, self._pooling = config, settings, lesson.pooling
        self._fixed = {name: array for name, array in weights.items() if not name.startswith(LAYERS)}
        self._layers = {name: tf.Variable(array) for name, array in weights.items() if name.startswith(LAYERS)}
        first = FIRST_POSITION[config["model_type"]]
        self._words = tf.constant(self._fixed["embeddings.word_embeddings.weight"])
        kind = self._fixed["embeddings.token_type_embeddings.weight"][0]
        self._places = tf.constant(self._fixed["embeddings.position_embeddings.weight"][first:] + kind)
        self._directions = tf.Variable(lesson.start)
        self._learned = [*self._layers.values(), self._directions]
        self._rates = [self._rate(name) for name in self._layers] + [settings.directions_rate]
        self._shrink = [0.0 if "LayerNorm" in name or "bias" in name else settings.shrink for name in self._layers]
        self._shrink.append(0.0)
        self._means = [tf.Variable(tf.zeros_like(one)) for one in self._learned]
        self._squares = [tf.Variable(tf.zeros_like(one)) for one in self._learned]
        whole, row = tf.TensorSpec((None, None)), tf.TensorSpec((None,))
        signature = [tf.TensorSpec((None, None), tf.int32), whole, whole, row, tf.TensorSpec(()), tf.TensorSpec(())]
        self._step = tf.function(self._one_step, input_signature=signature, autograph=False)

    def _rate(self, name: str) -> float:
        above = self._config["num_hidden_layers"] - 1 - int(name.split(".")[2])
        return float(self._settings.rate * self._settings.decay**above)

    def learn(
        self, ids: NDArray[np.int32], mask: Floats, targets: Floats, counts: Floats, share: float, number: int
    ) -> float:
        """One step; gives the loss."""
        given = (ids, mask, targets, counts, np.float32(share), np.float32(number))
        return float(self._step(*map(tf.constant, given)))

    def weights(self) -> dict[str, Floats]:
        return {**self._fixed, **{name: one.numpy() for name, one in self._layers.items()}}

    def _one_step(self, ids: Any, mask: Any, targets: Any, counts: Any, share: Any, number: Any) -> Any:
        with tf.GradientTape() as tape:
            cosines = self._vectors(ids, mask) @ tf.transpose(tf.math.l2_normalize(self._directions, axis=1))
            surprise = tf.nn.softmax_cross_entropy_with_logits(targets, self._settings.sharpness * cosines)
            loss = tf.reduce_sum(counts * surprise) / tf.reduce_sum(counts)
        slopes = tape.gradient(loss, self._learned)
        # Clipped to a length of one, as a factor on the rate's way in: one pass over ten million numbers fewer.
        shorter = 1.0 / tf.maximum(1.0, tf.linalg.global_norm(slopes))
        parts = (self._learned, slopes, self._means, self._squares, self._rates, self._shrink)
        for one, slope, mean, square, rate, shrink in zip(*parts, strict=True):
            if shrink:
                one.assign(one * (1 - share * rate * shrink))
            tf.raw_ops.ResourceApplyAdam(
                var=one.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=0.9**number,
                beta2_power=0.999**number,
                lr=share * rate,
                beta1=0.9,
                beta2=0.999,
                epsilon=1e-8,
                grad=slope * shorter,
            )
        return loss

    def _vectors(self, ids: Any, mask: Any) -> Any:
        tokens = tf.gather(self._words, ids) + self._places[: tf.shape(ids)[1]]
        tokens = self._dropped(self._normed("embeddings.LayerNorm", tokens))
        seen = [tokens]
        for layer in range(self._config["num_hidden_layers"]):
            seen.append(self._layer(f"encoder.layer.{layer}.", seen[-1], mask))
        middle = [seen[number] for number in middle_layers(len(seen) - 1)]
        parts = [self._sentences(seen[-1], mask), self._sentences(tf.add_n(middle), mask)]
        return tf.math.l2_normalize(tf.concat(parts, axis=1), axis=1)

    def _sentences(self, tokens: Any, mask: Any) -> Any:
        if self._pooling == "cls":
            return tf.math.l2_normalize(tokens[:, 0], axis=1)
        return tf.math.l2_normalize(tf.reduce_sum(tokens * mask[:, :, None], 1), axis=1)

    def _layer(self, place: str, tokens: Any, mask: Any) -> Any:
        size, width = tf.shape(mask)[0], tf.shape(mask)[1]
        heads = self._config["num_attention_heads"]
        each = self._config["hidden_size"] // heads

        def split(name: str) -> Any:
            wide = self._dense(f"{place}attention.self.{name}", tokens)
            return tf.transpose(tf.reshape(wide, (size, width, heads, each)), (0, 2, 1, 3))

        asked, keys, values = split("query"), split("key"), split("value")
        looks = tf.matmul(asked, keys, transpose_b=True) / each**0.5 - FAR * (1 - mask)[:, None, None, :]
        seen = tf.transpose(self._dropped(tf.nn.softmax(looks)) @ values, (0, 2, 1, 3))
        seen = tf.reshape(seen, (size, width, heads * each))
        tokens = self._added(f"{place}attention.output.", seen, tokens)
        bent = tf.nn.gelu(self._dense(f"{place}intermediate.dense", tokens), approximate=False)
        return self._added(f"{place}output.", bent, tokens)

    def _added(self, place: str, inner: Any, outer: Any) -> Any:
        return self._normed(f"{place}LayerNorm", self._dropped(self._dense(f"{place}dense", inner)) + outer)

    def _dense(self, name: str, tokens: Any) -> Any:
        return tf.matmul(tokens, self._weight(f"{name}.weight"), transpose_b=True) + self._weight(f"{name}.bias")

    def _normed(self, name: str, tokens: Any) -> Any:
        mean, variance = tf.nn.moments(tokens, [-1], keepdims=True)
        scale, shift = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return tf.nn.batch_normalization(tokens, mean, variance, shift, scale, self._config["layer_norm_eps"])

    def _dropped(self, tokens: Any) -> Any:
        return tf.nn.dropout(tokens, self._settings.dropout) if self._settings.dropout else tokens

    def _weight(self, name: str) -> Any:
        return self._layers[name] if name in self._layers else self._fixed[name]
