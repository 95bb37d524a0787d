import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.terms import KINDS, Term, compute


class Command(BaseCommand):
    help = "Calcule une échéance de la loi et dit pourquoi : manage.py term psrpc_strict --from 2026-11-23"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=", ".join(KINDS))
        parser.add_argument("--from", dest="start", required=True, metavar="2026-11-23")
        parser.add_argument("--period", metavar="P1M")
        parser.add_argument("--territory", default="FR")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, kind: str, start: str, period: str | None, territory: str, as_json: bool, **options: Any) -> None:
        try:
            term = compute(kind, _day(start), territory=territory.upper(), period=period)
        except (ValueError, OverflowError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_json(term) if as_json else f"{term.due_on}\n{term.derivation}")


def _day(text: str) -> date:
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
