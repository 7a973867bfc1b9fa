"""Who may open the trainers' page, read once at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labeling.origin import is_loopback
from labeling.refusal import Refusal

TOKEN = "HANDRAISE_TRAINER_TOKEN"  # noqa: S105  (the variable's name)
EMBEDDERS = "HANDRAISE_EMBEDDERS"


class TokenMissing(Refusal):
    """The page would be open to the network. Set HANDRAISE_TRAINER_TOKEN, or listen on 127.0.0.1."""


@dataclass(frozen=True)
class Settings:
    """`token` None: open to whoever can reach this machine's loopback, and to nobody else."""

    host: str = "127.0.0.1"
    token: str | None = None
    embedders: str = ""
    """Other origins whose pages may show this one in a frame, separated by spaces."""

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


def read_settings(environment: Mapping[str, str], host: str) -> Settings:
    """Raises TokenMissing where other machines could reach the page and no token guards it."""
    token = environment.get(TOKEN) or None
    if token is None and not is_loopback(host):
        raise TokenMissing(f"{host} can be reached by others: set {TOKEN} to a password, or use --host 127.0.0.1")
    return Settings(host, token, environment.get(EMBEDDERS, ""))
