import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from signatures.verify import Verdict, verify
from tenants.context import WORKER, acting_as


class Command(BaseCommand):
    help = "Dit qui a signé un fichier PDF, quoi et quand, et s’il est resté tel qu’il a été scellé."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="pour les machines")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"Ce fichier ne se lit pas : {error}") from error
        with acting_as(WORKER):  # reads the signatures of everybody
            verdict = verify(content)
        self.stdout.write(_machine(verdict) if options["json"] else _words(verdict))
        if not verdict.holds:
            raise SystemExit(1)


def _machine(verdict: Verdict) -> str:
    names = ("who", "what", "when", "sha256", "sealed_by", "stamped_at", "known_here", "faults", "facts")
    return json.dumps(
        {"holds": verdict.holds} | {name: getattr(verdict, name) for name in names}, ensure_ascii=False, indent=1
    )


def _words(verdict: Verdict) -> str:
    lines = [
        ("Verdict", "le fichier est tel qu’il a été signé" if verdict.holds else "NE PAS S’Y FIER"),
        *(("Défaut", fault) for fault in verdict.faults),
        ("Qui", verdict.who),
        ("Quoi", verdict.what),
        ("Quand", verdict.when),
        ("Horodaté", verdict.stamped_at or "pas encore, ou pas"),
        ("Scellé par", verdict.sealed_by),
        ("Empreinte", verdict.sha256),
        ("Dans cette base", "oui" if verdict.known_here else "non"),
    ]
    return "\n".join(f"{term:<16}{value}" for term, value in lines if value)
