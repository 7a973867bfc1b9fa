"""The trainers' page and its JSON API."""

from labeling.web.app import create_app
from labeling.web.server import serve
from labeling.web.settings import Settings, read_settings

__all__ = ["Settings", "create_app", "read_settings", "serve"]
