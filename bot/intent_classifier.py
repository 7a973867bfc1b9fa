"""The intent model as a component of Rasa's pipeline.

`rasa train` puts a model trained on the project's examples into Rasa's archive; `rasa shell` and `rasa test nlu`
answer with it. `handraise bot` answers with the registry's live model instead, and with that one until there is any.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as RasaIntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.training import code_fingerprint
from labeling.nearest import SHOWN
from labeling.policy import OUT_OF_SCOPE_SHARE, PolicyError, read_out_of_scope
from labeling.precision import PRECISION, read_precision
from labeling.project import DEFAULT_ENCODER
from labeling.ranking import Ranking

if TYPE_CHECKING:
    from labeling.database import Database
    from labeling.intent_model import IntentModel
    from labeling.live_model import LiveModel

log = logging.getLogger(__name__)

OPINION = "handraise_opinion"
"""Where the classifier leaves its Opinion for the router; it never leaves the pipeline."""
RANKED = 10
"""So many guesses stand in Rasa's own `intent_ranking`, and so in every tracker event."""
ARTEFACT = "intent_model"


@dataclass(frozen=True)
class Opinion:
    """A ranking, the model that made it, and the tiers in which an alarm stands."""

    ranking: Ranking
    model: IntentModel
    stopped: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    """What people call the intents."""
    nearest: tuple[str, ...] = ()
    """The examples that were nearest, by `text_key`, best first."""


class _Source(Protocol):
    def current(self) -> IntentModel: ...

    @property
    def stopped_tiers(self) -> frozenset[str]: ...

    @property
    def titles(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class _Bundled:
    model: IntentModel
    stopped_tiers: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)

    def current(self) -> IntentModel:
        return self.model


class Registry:
    """Where a serving bot finds its live model. Rasa builds the component itself, so it cannot be handed over."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._home = home
        self.live: LiveModel | None = None

    def watch(self, fallback: IntentModel) -> LiveModel:
        from labeling.live_model import LiveModel

        self.close()
        self.live = LiveModel(self._database, self._home, fallback=fallback)
        self.live.start()
        return self.live

    def close(self) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None


_registry: Registry | None = None


def serve_from(registry: Registry | None) -> None:
    """Components loaded from now on follow this registry; with None, the model in Rasa's archive."""
    global _registry
    _registry = registry


# Rasa reads these annotations at run time, so they are spelled as it spells them.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent, RasaIntentClassifier):
    """Says what the customer wants; the router after it decides what is done about that."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, source: _Source | None = None
    ) -> None:
        self._config = config
        try:
            self._out_of_scope = read_out_of_scope(config["out_of_scope"])
            self._precision = read_precision(config["precision"])
        except PolicyError as error:
            raise InvalidConfigException(str(error)) from error
        self._storage = storage
        self._resource = resource
        self._source = source

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "encoder": DEFAULT_ENCODER,
            "precision": PRECISION,
            "frozen_set": None,
            "out_of_scope": OUT_OF_SCOPE_SHARE,
            "gates": {},
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa keeps trained components, and would not notice by itself that the intent model's code changed."""
        return code_fingerprint()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        from labeling.intent_model import load

        with model_storage.read_from(resource) as directory:
            bundled = load(directory / ARTEFACT)
        source: _Source = _registry.watch(bundled) if _registry else _Bundled(bundled)
        return cls(config, model_storage, resource, source)

    def train(self, training_data: TrainingData) -> Resource:
        from labeling.examples import Example
        from labeling.intent_model import open_encoder, train

        examples = [Example(example.get(TEXT), example.get(INTENT)) for example in training_data.intent_examples]
        encoder = open_encoder(self._config["encoder"], precision=self._precision)
        model = train(examples, encoder, out_of_scope=self._out_of_scope)
        with self._storage.write_to(self._resource) as directory:
            model.save(directory / ARTEFACT)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            # The gate lets a leading slash pass for buttons that the bot offered: they name their intent themselves.
            if text and not text.startswith("/"):
                self._classify(message, text)
        return messages

    def _classify(self, message: Message, text: str) -> None:
        try:
            assert self._source is not None
            model, stopped, titles = self._source.current(), self._source.stopped_tiers, self._source.titles
            ranking, nearest = model.rank_beside_examples(text, SHOWN)
        except Exception as error:  # noqa: BLE001  # the edge towards any model: without an opinion, people answer
            log.error("the intent model failed on a message: %s", type(error).__name__)
            return
        guesses = [_guess(guess.intent, guess.probability) for guess in ranking.guesses]
        if ranking.best:
            message.set(INTENT, _guess(ranking.best, ranking.confidence), add_to_output=True)
        message.set(INTENT_RANKING_KEY, guesses[:RANKED], add_to_output=True)
        message.set(OPINION, Opinion(ranking, model, stopped, titles, nearest))


def _guess(intent: str, probability: float) -> dict[str, Any]:
    return {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: float(probability)}
