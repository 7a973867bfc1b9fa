"""The router as a component of Rasa's pipeline, after the intent classifier: puts the decision beside the opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as RasaIntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.intent_classifier import OPINION, Opinion
from bot.question import ESCALATE
from labeling.choices import find_cut
from labeling.policy import CAUTION, CERTAINTY, CLARIFY, Policy, PolicyError, read_details, read_policy
from labeling.promise import Thresholds, thresholds
from labeling.ranking import Ranking
from labeling.routing import Route, readable, route

if TYPE_CHECKING:
    from labeling.intent_model import IntentModel

ROUTING = "routing"
"""Where the decision stands in what Rasa's pipeline puts out."""
CLARIFY_ROUTE = "clarify"
"""The route of a turn whose customer is asked what they meant."""
NO_OPINION = Route("escalate", None, "The intent model could not read this message, so a person answers.")


class Limits:
    """What a policy comes to with a model; as that takes a moment, once for each model. Several threads may ask."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._derived: tuple[IntentModel, Thresholds, float | None] | None = None

    def of(self, model: IntentModel) -> tuple[Thresholds, float | None]:
        """The tiers' thresholds, and the cut for questions."""
        known = self._derived
        if known is None or known[0] is not model:
            least = thresholds(self._policy, model.calibration)
            known = self._derived = (model, least, find_cut(self._policy, least, model.calibration))
        return known[1:]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Router(GraphComponent, RasaIntentClassifier):
    """Knobs: `details` (entities that, alone in a message, answer the bot's question), `tiers`, `certainty`,
    `caution`, `clarify`.

    A turn to `clarify` looks to the dialogue like one to escalate: the gate asks the question itself, so that no
    project needs a rule for it, and no form takes it for an answer; where nobody can ask, a person is called.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        try:
            self._policy = read_policy(config["tiers"], config["certainty"], config["caution"], config["clarify"])
            self._details = read_details(config["details"])
        except PolicyError as error:
            raise InvalidConfigException(str(error)) from error
        self._limits = Limits(self._policy)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"details": [], "tiers": {}, "certainty": CERTAINTY, "caution": CAUTION, "clarify": CLARIFY}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Router:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and not message.get(TEXT).startswith("/"):
                self._route(message)
        return messages

    def _route(self, message: Message) -> None:
        opinion: Opinion | None = message.data.pop(OPINION, None)
        decision = self._decide(message, opinion)
        ranking = opinion.ranking if opinion else Ranking((), 0.0, "")
        message.set(ROUTING, _as_json(decision, ranking, opinion.nearest if opinion else ()), add_to_output=True)
        if decision.kind in (ESCALATE, CLARIFY_ROUTE):
            sure = {INTENT_NAME_KEY: ESCALATE, PREDICTED_CONFIDENCE_KEY: 1.0 - float(ranking.confidence)}
            message.set(INTENT, sure, add_to_output=True)

    def _decide(self, message: Message, opinion: Opinion | None) -> Route:
        detail = self._only_detail(message)
        if detail:
            return Route("answer", None, f"It is only a detail: {readable(detail).lower()}.")
        if opinion is None:
            return NO_OPINION
        least, cut = self._limits.of(opinion.model)
        return route(opinion.ranking, self._policy, least, opinion.stopped, cut, opinion.titles)

    def _only_detail(self, message: Message) -> str | None:
        text = message.get(TEXT)
        for entity in message.get(ENTITIES) or []:
            around = text[: entity[ENTITY_ATTRIBUTE_START]] + text[entity[ENTITY_ATTRIBUTE_END] :]
            named = entity[ENTITY_ATTRIBUTE_TYPE]
            if named in self._details and not any(character.isalnum() for character in around):
                return str(named)
        return None


def _as_json(decision: Route, ranking: Ranking, nearest: tuple[str, ...]) -> dict[str, Any]:
    return {
        "route": decision.kind,
        "tier": decision.tier,
        "reason": decision.reason,
        "audit": decision.audit,
        "promise": decision.promise,
        "options": list(decision.options),
        "ranking": ranking.to_json(),
        "nearest": list(nearest),
    }
