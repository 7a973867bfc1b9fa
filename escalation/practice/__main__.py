"""`python -m escalation.practice`: starts the practice workspace."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from escalation.practice.manifest import ManifestUnusable, read_manifest
from escalation.practice.service import serve
from escalation.practice.settings import Settings
from labeling.refusal import Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        manifest = read_manifest(options.manifest) if options.manifest else None
        settings = Settings(rate_limit=not options.no_rate_limit, request_url=options.request_url)
        serve(options.host, options.port, settings, manifest, _say)
    except (ManifestUnusable, Refusal) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _say(url: str) -> None:
    print(f"Practice workspace: {url}", flush=True)


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


if __name__ == "__main__":
    sys.exit(main())
