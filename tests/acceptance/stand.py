"""Everything that the acceptance test plays on: the services as real processes, and the three people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.cli.demo import demo_environment
from bot.cli.processes import Service, free_port
from bot.customer import Customer
from escalation.practice.player import Play

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Stand:
    """Running services, by address."""

    bot: str
    practice: str
    labeling: str
    services: dict[str, Service]
    http: httpx.Client
    home: Path
    environment: Mapping[str, str]

    def customer(self) -> Customer:
        return Customer(self.http, self.bot)

    def agent(self, who: str) -> Play:
        return Play(self.practice, who)

    def trainer(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = self.http.request(method, f"{self.labeling}/api/{path}", json=body)
        response.raise_for_status()
        return response.json()

    def restart(self, name: str) -> None:
        """Starts a service anew, on its old port, after it has died."""
        command = self.services[name].command
        self.services[name] = Service(command, self.home / "logs" / f"{name}-again.log", self.environment)
        self.services[name].wait_until_ready()


@contextmanager
def stand(home: Path, database_url: str, project: Path = REPOSITORY) -> Iterator[Stand]:
    """Starts the services on free ports, the desk first: they find each other in any order."""
    ports = {name: free_port(0) for name in ("practice", "bot", "labeling")}
    environment = {
        **demo_environment(home, ports["practice"]),
        "DATABASE_URL": database_url,
        "HANDRAISE_HOME": str(home / "handraise"),
    }
    here = ("--project", str(project))
    commands = {
        "practice": ("practice", "--port", str(ports["practice"]), "--no-rate-limit"),
        "desk": ("desk", *here),
        "bot": ("bot", *here, "--port", str(ports["bot"])),
        "labeling": ("labeling", *here, "--port", str(ports["labeling"])),
    }
    address = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    with ExitStack() as ending:
        http = ending.enter_context(httpx.Client(timeout=60, trust_env=False))
        services: dict[str, Service] = {}
        ending.callback(lambda: [service.stop() for service in services.values()])
        for name, command in commands.items():
            services[name] = Service(command, home / "logs" / f"{name}.log", environment)
            if name == "practice":
                services[name].wait_until_ready()
        for service in services.values():
            service.wait_until_ready()
        yield Stand(address["bot"], address["practice"], address["labeling"], services, http, home, environment)
