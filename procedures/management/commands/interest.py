import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.money import PLACES, Money
from procedures.interest import BadInterest, Interest, Line, accrue, rate_named
from procedures.parameters import MissingParameter


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # a pure computation: it must answer where nothing is installed
    help = (
        "Calcule des intérêts ligne par ligne : "
        "manage.py interest --principal 1000.00 --from 2026-01-11 --to 2026-11-21 --rate legal"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--principal", default="", metavar="1000.00")
        parser.add_argument("--from", dest="start", default="", metavar="2026-01-11", help="premier jour compris")
        parser.add_argument("--to", dest="end", default="", metavar="2026-11-21", help="dernier jour compris")
        parser.add_argument("--rate", default="legal", metavar="legal", help="legal, legal_person, late ou un taux")
        parser.add_argument("--increased-from", default="", metavar="2026-09-01", help="5 points de plus, CMF L313-3")
        parser.add_argument("--capitalised", action="store_true", help="C. civ. 1343-2")
        parser.add_argument("--currency", default="EUR", choices=sorted(PLACES))
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, principal: str, start: str, end: str, rate: str, **options: Any) -> None:
        try:
            first, last = _day(start, "--from"), _day(end, "--to")
            if last < first:
                raise BadInterest("La fin précède le début : --to doit suivre --from.")
            named = rate_named(rate)
            if options["increased_from"]:
                named = type(named)(named.kind, named.percent, _day(options["increased_from"], "--increased-from"))
            interest = accrue(
                _sum(principal, options["currency"]), first, last, named, capitalised=options["capitalised"]
            )
        except (BadInterest, MissingParameter, OverflowError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_json(interest) if options["as_json"] else _text(interest))


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"Date incomprise : {text or option}. Écrivez AAAA-MM-JJ, par exemple 2026-11-21."
        ) from error


def _sum(text: str, currency: str) -> Money:
    try:
        return Money(Decimal(text.replace(",", ".").replace(" ", "")), currency)
    except (InvalidOperation, ValueError) as error:
        raise CommandError(f"Montant incompris : {text or '--principal'}. Écrivez par exemple 1000.00.") from error


def _text(interest: Interest) -> str:
    return "\n".join([str(interest.total.amount), *(_sentence(line, interest.currency) for line in interest.lines)])


def _sentence(line: Line, currency: str) -> str:
    amount = Money.rounded(line.amount, currency)
    return (
        f"{line.start_on:%d/%m/%Y} – {line.end_on:%d/%m/%Y} : {line.base.normalize():f} × {line.percent} % × "
        f"{line.days} / {line.year_days} = {amount.amount} ({line.source})"
    )


def _json(interest: Interest) -> str:
    lines = [
        {
            "from": line.start_on.isoformat(),
            "to": line.end_on.isoformat(),
            "days": line.days,
            "year_days": line.year_days,
            "principal": str(line.base),
            "rate": str(line.percent),
            "interest": str(Money.rounded(line.amount, interest.currency).amount),
            "exact": f"{line.amount:.6f}",
            "source": line.source,
        }
        for line in interest.lines
    ]
    answer = {"total": str(interest.total.amount), "currency": interest.currency, "lines": lines}
    return json.dumps(answer, ensure_ascii=False)
