"""The whole product from one command: broker, database, demo data, web, worker and beat, together."""

import os
import socket
import sys
import time
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
        settings.VAR.mkdir(parents=True, exist_ok=True)
        broker_port, portal_port = broker.free_port(), broker.free_port()
        environment = {
            "DEMO": "1",
            "PUBLIC_PORT": str(port),
            "PORTAL_TWIN_URL": f"http://{HOST}:{portal_port}",
            "CELERY_BROKER_URL": f"redis://{HOST}:{broker_port}/0",
        }
        try:
            with Supervisor(environment, settings.BASE_DIR) as house:
                house.launch(portal_program(portal_port))
                self._open(house, port, broker_port, no_seed)
        except StopAsked:
            self.stdout.write("Tout est arrêté.")

    def _open(self, house: Supervisor, port: int, broker_port: int, no_seed: bool) -> None:
        house.launch(broker_program(broker_port))
        self.stdout.write("Base de données et textes…")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("messages")
        connections.close_all()
        house.launch(web_program(port))
        if not no_seed and "seed_demo" in get_commands():
            self._seed(house)
        house.launch(worker_program())
        house.launch(beat_program())
        self._announce(house, f"http://{HOST}:{port}/")
        house.run(until=Caretaker().look)

    def _seed(self, house: Supervisor) -> None:
        """In a process of its own: the demo's clock and broker are not those of this process."""
        if house.complete((sys.executable, "manage.py", "seed_demo")):
            raise CommandError("Les données de démonstration n’ont pas pu être créées : voyez ci-dessus.")

    def _announce(self, house: Supervisor, url: str) -> None:
        if house.run(until=lambda: answers(f"{url}connexion"), seconds=READY_SECONDS):
            self.stdout.write(f"Prêt : {url} (Ctrl-C arrête tout)")
        else:
            self.stdout.write(f"{url} ne répond pas encore : voyez les lignes ci-dessus.")
        self.stdout.flush()


class Caretaker:
    """Looks after the embedded database while the demo runs: one that was killed comes back."""

    def __init__(self) -> None:
        self._root = settings.VAR / "postgres"
        self._look_at = 0.0

    def look(self) -> bool:
        """Never asks for an end, so that it can stand as the condition of an endless run."""
        if hasattr(settings, "SERVER") and time.monotonic() > self._look_at:
            self._look_at = time.monotonic() + DATABASE_CHECK_SECONDS
            if not is_running(self._root):
                self._bring_back()
        return False

    def _bring_back(self) -> None:
        print("La base s’est arrêtée ; relance.", flush=True)
        try:
            ensure_running(self._root)
        except PostgresUnavailable as error:
            print(error, flush=True)


def refuse_production() -> None:
    """The demo moves the clock and shows passwords: never beside somebody's real data."""
    if os.environ.get("DATABASE_URL") and not settings.DEBUG:
        raise CommandError("La démonstration est refusée sur une base de production (DATABASE_URL sans DEBUG=1).")


def refuse_taken_port(port: int) -> None:
    """A sentence before anything is started, rather than a web server that never answers."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Le port {port} est déjà pris ou interdit : arrêtez le programme qui l’occupe, "
                f"ou choisissez-en un autre (manage.py demo --port {port % 60000 + 1})."
            ) from error


def answers(url: str) -> bool:
    """Whether the page is served."""
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310 - our own address, always http
            return response.status == 200
    except (URLError, OSError):
        return False


def broker_program(port: int) -> Program:
    """The foundation: stopped after those who talk to it."""
    return Program("broker", (sys.executable, "-m", "credicys.broker", "--port", str(port)), rank=0)


def portal_program(port: int) -> Program:
    """Somebody else's portal, by which one may come in."""
    return Program("portal", (sys.executable, "-m", "accounts.portal_twin", "--port", str(port)), rank=0)


def web_program(port: int) -> Program:
    """One worker with threads: the development machine is small."""
    options = ("--worker-class", "gthread", "--workers", "1", "--threads", "4", "--graceful-timeout", "5")
    quiet = ("--no-control-socket", "--log-level", "warning")
    return Program(
        "web",
        (sys.executable, "-m", "gunicorn", "credicys.wsgi", "--bind", f"{HOST}:{port}", *options, *quiet),
    )


def worker_program() -> Program:
    """Two tasks at a time; it need not look for colleagues."""
    calm = ("-W", "ignore:You're running the worker with superuser privileges:RuntimeWarning")
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return Program("worker", (*_celery("worker", *calm), "--concurrency", "2", "--loglevel", "WARNING", *alone))


def beat_program() -> Program:
    """Rings by the timetable."""
    return Program(
        "beat", (*_celery("beat"), "--schedule", str(settings.VAR / "beat-schedule"), "--loglevel", "WARNING")
    )


def _celery(role: str, *python_options: str) -> tuple[str, ...]:
    return (sys.executable, *python_options, "-m", "celery", "--quiet", "-A", "credicys", role)
