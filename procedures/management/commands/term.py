import json
import re
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.calendar import LOCAL
from procedures.parameters import MissingParameter
from procedures.terms import KINDS, Term, compute


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # a pure computation: it must answer where nothing is installed
    help = "Calcule une échéance de la loi et dit pourquoi : manage.py term psrpc_strict --from 2026-11-23"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", nargs="?", default="", help=", ".join(KINDS))
        parser.add_argument("--from", dest="start", default="", metavar="2026-11-23")
        parser.add_argument("--period", metavar="P1M")
        parser.add_argument("--territory", default="FR", metavar="FR", help=", ".join(sorted(LOCAL)))
        parser.add_argument("--json", action="store_true", dest="as_json")
        # argparse takes -P14D for an option unless it looks like a negative number: to us it is one.
        parser._negative_number_matcher = re.compile(r"^-P?[0-9]", re.IGNORECASE)

    def handle(self, *args: Any, kind: str, start: str, period: str | None, territory: str, **options: Any) -> None:
        if not kind:
            raise CommandError(f"Indiquez un délai : {', '.join(KINDS)}.")
        try:
            term = compute(kind, _day(start), territory=territory.upper(), period=period)
        except (ValueError, MissingParameter) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_json(term) if options["as_json"] else f"{term.due_on}\n{term.derivation}")


def _day(text: str) -> date:
    if not text:
        raise CommandError("Indiquez le jour du fait qui ouvre le délai : --from AAAA-MM-JJ.")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"Date incomprise : {text}. Écrivez AAAA-MM-JJ, par exemple 2026-11-23.") from error


def _json(term: Term) -> str:
    answer = {
        "kind": term.kind,
        "from": term.start_on.isoformat(),
        "period": term.period,
        "territory": term.territory,
        "raw": term.raw_on.isoformat(),
        "due_date": term.due_on.isoformat(),
        "derivation": term.derivation,
    }
    if term.act_by:
        answer["act_by"] = term.act_by.isoformat()
    return json.dumps(answer, ensure_ascii=False)
