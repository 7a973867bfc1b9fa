"""Where a request comes from. Any page in a browser can have it ask, and change, what listens on the same machine."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""


def is_our_own(headers: Mapping[str, str]) -> bool:
    """A browser always names the origin of a change; a script on the command line need not."""
    origin = headers.get("origin")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def is_sent_home(headers: Mapping[str, str]) -> bool:
    """By a name that is always this machine's: another may have been pointed here by whoever owns it."""
    return is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname or "")


def is_loopback(host: str) -> bool:
    name = host.strip("[]")
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
