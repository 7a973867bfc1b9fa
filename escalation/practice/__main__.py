"""`python -m escalation.practice`: starts the practice workspace."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from escalation.practice.manifest import Manifest, ManifestUnusable, read_manifest
from escalation.practice.practice import Practice
from escalation.practice.server import create_app
from escalation.practice.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        manifest = read_manifest(options.manifest) if options.manifest else None
    except ManifestUnusable as problem:
        print(problem, file=sys.stderr)
        return 1
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(128)
    except OSError:
        print(f"Port {options.port} is in use. Choose another with --port.", file=sys.stderr)
        return 1
    asyncio.run(serve(listener, options.host, _settings(options), manifest))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m escalation.practice",
        description="A practice workspace: speaks Slack's Web API and Socket Mode, and shows a page to play on.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8055, help="port to listen on; 0 takes a free one")
    parser.add_argument("--no-rate-limit", action="store_true", help="do not answer 429")
    parser.add_argument("--manifest", type=Path, help="hold the app to this Slack manifest: scopes, events, commands")
    parser.add_argument("--request-url", default="", help="HTTP mode: post signed payloads to this address")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(rate_limit=not options.no_rate_limit, request_url=options.request_url)


async def serve(listener: socket.socket, host: str, settings: Settings, manifest: Manifest | None) -> None:
    """Serves on a bound socket until it is told to stop."""
    port = listener.getsockname()[1]
    base_url = f"http://{host}:{port}"
    practice = Practice(base_url, settings, manifest)
    config = uvicorn.Config(
        create_app(practice),
        log_level="warning",
        timeout_graceful_shutdown=1,
        ws="wsproto",  # uvicorn's other one needs newer websockets than Rasa allows
    )
    print(f"Practice workspace: {base_url}/", flush=True)
    await _Server(config, practice).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Sends home who waits for a change, so that stopping takes no time."""

    def __init__(self, config: uvicorn.Config, practice: Practice) -> None:
        super().__init__(config)
        self._practice = practice

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._practice.workspace.close()
        await super().shutdown(sockets)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
