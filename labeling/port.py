"""A service's port: taken before anything slow is done, so that a mistake is said at once."""

from __future__ import annotations

import errno
import socket

from labeling.refusal import Refusal

BACKLOG = 256


class PortTaken(Refusal):
    """The service cannot listen there. Stop who does, or choose another port."""


def listen(host: str, port: int) -> socket.socket:
    """Port 0 takes a free one. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(f"port {port} on {host} is taken; choose another with --port") from error
        raise PortTaken(
            f"cannot listen on {host}: {error.strerror or error}; is --host an address of ours?"
        ) from error
    listener.listen(BACKLOG)
    return listener


def address(listener: socket.socket, host: str) -> str:
    """Where a browser on this machine finds it."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 compared, not bound
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}/"
