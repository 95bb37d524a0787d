"""The whole product from one command: broker, database, demo data, web, worker and beat, together."""

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from credicys import broker
from credicys.postgres import PostgresUnavailable, ensure_running, is_running
from credicys.supervisor import Program, StopAsked, Supervisor

HOST = "127.0.0.1"
READY_SECONDS = 60
DATABASE_CHECK_SECONDS = 2


class Command(BaseCommand):
    help = "Lance toute la plateforme avec des données de démonstration ; Ctrl-C arrête tout."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-seed", action="store_true", help="sans données de démonstration")

    def handle(self, *args: Any, port: int, no_seed: bool, **options: Any) -> None:
        refuse_production()
        refuse_taken_port(port)
        (settings.BASE_DIR / "var").mkdir(exist_ok=True)
        broker_port = broker.free_port()
        environment = {
            "DEMO": "1",
            "PUBLIC_PORT": str(port),
            "CELERY_BROKER_URL": f"redis://{HOST}:{broker_port}/0",
        }
        try:
            with Supervisor(environment, settings.BASE_DIR) as house:
                self._open(house, environment, port, broker_port, no_seed)
        except StopAsked:
            self.stdout.write("Tout est arrêté.")

    def _open(
        self, house: Supervisor, environment: dict[str, str], port: int, broker_port: int, no_seed: bool
    ) -> None:
        house.launch(broker_program(broker_port))
        self.stdout.write("Base de données et textes…")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("messages")
        connections.close_all()
        house.launch(web_program(port))
        if not no_seed and "seed_demo" in get_commands():
            self._seed(house, environment)
        house.launch(worker_program())
        house.launch(beat_program())
        self._announce(house, f"http://{HOST}:{port}/")
        house.run(until=Caretaker().look)

    def _seed(self, house: Supervisor, environment: dict[str, str]) -> None:
        """In a process of its own: the demo's clock and broker are not those of this process."""
        done = house.complete([sys.executable, "manage.py", "seed_demo"])
        if done:
            raise CommandError("Les données de démonstration n’ont pas pu être créées : voyez ci-dessus.")

    def _announce(self, house: Supervisor, url: str) -> None:
        if house.run(until=lambda: answers(f"{url}connexion"), seconds=READY_SECONDS):
            self.stdout.write(f"Prêt : {url} (Ctrl-C arrête tout)")
        else:
            self.stdout.write(f"{url} ne répond pas encore : voyez les lignes ci-dessus.")
        self.stdout.flush()
