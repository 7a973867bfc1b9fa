"""What the desk must be told, from the environment; a wrong word is refused in one line that says how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from labeling.refusal import Refusal

SLACK = "https://slack.com/api/"


class SettingsRefused(Refusal):
    """The desk cannot start with what the environment says."""


@dataclass(frozen=True)
class Settings:
    """How to reach Slack, and how Slack reaches us: Socket Mode, or HTTP where a port is given."""

    bot_token: str
    channel: str
    """The channel for cards: an id, or a name with or without #."""
    app_token: str = ""
    signing_secret: str = ""
    api_url: str = SLACK
    host: str = "127.0.0.1"
    port: int | None = None


def read_settings(environ: Mapping[str, str], host: str = "127.0.0.1", port: int | None = None) -> Settings:
    """With a `port`, Slack's payloads are awaited there over HTTP. Raises SettingsRefused."""
    settings = Settings(
        bot_token=_token(environ, "SLACK_BOT_TOKEN", "xoxb-", "OAuth & Permissions, Bot User OAuth Token"),
        channel=_word(environ, "HANDRAISE_SLACK_CHANNEL", "the channel for cards, such as #support or C0123456789"),
        api_url=_api_url(environ.get("SLACK_API_URL", "").strip() or SLACK),
        host=host,
        port=port,
    )
    if port is None:
        hint = "Basic Information, App-Level Tokens, scope connections:write; or listen over HTTP with --port"
        return replace(settings, app_token=_token(environ, "SLACK_APP_TOKEN", "xapp-", hint))
    hint = "Basic Information, Signing Secret: without it anybody could speak in Slack's name"
    return replace(settings, signing_secret=_word(environ, "SLACK_SIGNING_SECRET", hint))


def _word(environ: Mapping[str, str], name: str, what: str) -> str:
    word = environ.get(name, "").strip()
    if not word:
        raise SettingsRefused(f"{name} is not set ({what})")
    return word


def _token(environ: Mapping[str, str], name: str, start: str, where: str) -> str:
    token = _word(environ, name, where)
    if not token.startswith(start) or any(letter.isspace() for letter in token):
        raise SettingsRefused(f"{name} does not look like a token: it begins with {start} ({where})")
    return token


def _api_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingsRefused(f"SLACK_API_URL is no address: {url} (such as http://127.0.0.1:8081/api/)")
    return url if url.endswith("/") else f"{url}/"
