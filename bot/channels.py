"""The channels that a project's credentials.yml names, and always the web chat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from rasa.core.channels import BUILTIN_CHANNELS
from rasa.core.channels.callback import CallbackInput
from rasa.core.channels.channel import InputChannel
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.io import read_config_file
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.telegram import Telegram
from bot.webchat.channel import WebChat
from labeling.project import Project
from labeling.refusal import Refusal

KINDS = {**BUILTIN_CHANNELS, Telegram.name(): Telegram}


class ChannelRefused(Refusal):
    """A channel in credentials.yml cannot be used; the message says which, and why."""


class CallbackFailed(Exception):
    """The callback's server did not take a message."""


class StrictCallback(EndpointConfig):
    """Rasa's callback channel only logs an error status; here it counts as not delivered, and is tried again."""

    def __init__(self, endpoint: EndpointConfig) -> None:
        super().__init__(url=endpoint.url)
        self._endpoint = endpoint

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await self._endpoint.request(*args, **kwargs)
        except ClientResponseError as error:
            raise CallbackFailed(f"status {error.status}") from error


def read_channels(project: Project) -> dict[str, InputChannel]:
    """By name. Raises ChannelRefused."""
    channels = [_channel(name, credentials) for name, credentials in _credentials(project).items()]
    named = {channel.name(): channel for channel in channels}
    return {WebChat.name(): WebChat()} | named


def beside_domain(project: Project, name: str) -> Path | None:
    """One of Rasa's files: at the project's root, or where the domain is."""
    for folder in (project.root, project.domain.parent):
        if (folder / name).is_file():
            return folder / name
    return None


def _credentials(project: Project) -> dict[str, Any]:
    file = beside_domain(project, "credentials.yml")
    if file is None:
        return {}
    try:
        return dict(read_config_file(str(file)) or {})
    except (RasaException, yaml.YAMLError, ValueError) as error:
        raise ChannelRefused(f"{file} cannot be read: {error}") from error


def _channel(name: str, credentials: Any) -> InputChannel:
    try:
        kind = KINDS.get(name) or class_from_module_path(name)
        channel = kind.from_credentials(credentials)
    except (RasaException, ImportError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ChannelRefused(f"credentials.yml: the channel {name} cannot be used: {error}") from error
    if isinstance(channel, CallbackInput):
        channel.callback_endpoint = StrictCallback(channel.callback_endpoint)
    return channel
