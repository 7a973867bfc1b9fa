"""Everything one practice workspace holds, tied together."""

from __future__ import annotations

from collections import OrderedDict, deque
from itertools import count

from escalation.practice.delivery import Delivery
from escalation.practice.files import Files
from escalation.practice.http_delivery import HttpDelivery
from escalation.practice.limits import Limits
from escalation.practice.manifest import Manifest
from escalation.practice.misbehaviour import Misbehaviour
from escalation.practice.refusal import JSON
from escalation.practice.settings import Settings
from escalation.practice.socket_mode import SocketMode
from escalation.practice.trigger import Triggers
from escalation.practice.views import Views
from escalation.practice.workspace import Workspace

KEPT_CALLS = 10_000
KEPT_SUGGESTIONS = 200


class Practice:
    """One workspace with its one app. Lives on one event loop."""

    def __init__(self, base_url: str, settings: Settings, manifest: Manifest | None = None) -> None:
        self.base_url = base_url
        self.manifest = manifest
        self.settings = settings
        self.misbehaviour = Misbehaviour()
        self.socket = SocketMode(settings, lambda: self.workspace.bump())
        self.http = HttpDelivery(settings)
        self.delivery = Delivery(settings, self.misbehaviour, self.socket, self.http)
        self.workspace = Workspace(base_url, self.tell_app)
        self.views = Views(self.workspace)
        self.triggers = Triggers()
        self.files = Files()
        self.limits = Limits()
        self.suggested: OrderedDict[tuple[str, str], list[JSON]] = OrderedDict()
        """Options that the app last suggested, by person and action: what may be chosen."""
        self.calls: deque[JSON] = deque(maxlen=KEPT_CALLS)
        """The app's Web API calls and what they were answered, and what it answered itself, for tests."""
        self._numbers = count(1)

    def record(self, method: str, arguments: JSON, error: str | None = None) -> None:
        """What the app said to the workspace."""
        kept = {name: value for name, value in arguments.items() if name != "token"}
        self.calls.append(
            {
                "number": next(self._numbers),
                "method": method,
                "arguments": kept,
                "ok": error is None,
                "error": error,
            }
        )

    def suggest(self, user: str, action_id: str, options: list[JSON]) -> None:
        self.suggested[user, action_id] = options
        while len(self.suggested) > KEPT_SUGGESTIONS:
            self.suggested.popitem(last=False)

    def tell_app(self, event: JSON) -> None:
        """Sends the event, if the app subscribed to it."""
        if self.manifest is None or self.manifest.tells(event):
            self.delivery.event(event)
