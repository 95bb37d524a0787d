from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from core import clock
from core.audit import note
from core.models import AuditEntry, Reading
from dossiers.models import Dossier
from tenants.context import Audience, Context, acting_as

ZONE = ZoneInfo(settings.TIME_ZONE)


def moment(text: str) -> datetime:
    """A day or an instant, in Paris unless it says otherwise."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


class Command(BaseCommand):
    help = (
        "Quels débiteurs cette personne a-t-elle vus, de tel instant à tel autre ? (violation de données : 72 heures)"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="adresse de la personne")
        parser.add_argument("--from", dest="start", type=moment, required=True, help="AAAA-MM-JJ ou AAAA-MM-JJTHH:MM")
        parser.add_argument("--to", dest="end", type=moment, required=True, help="idem, non compris")

    def handle(self, *args: Any, email: str, start: datetime, end: datetime, **options: Any) -> None:
        with acting_as(Context(Audience.SUPPORT)):
            user = User.objects.filter(email=email.strip().lower()).first()
            if user is None:
                raise CommandError(f"Personne n’a l’adresse {email}.")
            readings = list(Reading.objects.filter(reader=f"user:{user.pk}", at__gte=start, at__lt=end).order_by("at"))
            opened = AuditEntry.objects.filter(actor=str(user), at__gte=start, at__lt=end).order_by("at")
            lines = [*_seen(readings), *_opened(opened)]
            subject = f"user:{user.pk}"
            note(
                "lectures demandées",
                subject,
                by="opérateur",
                now=clock.now(),
                reason=f"{start:%d/%m/%Y} – {end:%d/%m/%Y}",
            )
        self.stdout.write(
            "\n".join([f"{user} <{user.email}>, du {start:%d/%m/%Y %H:%M} au {end:%d/%m/%Y %H:%M}", *lines])
        )


def _seen(readings: list[Reading]) -> list[str]:
    """Each debtor once, then each page."""
    found = Dossier.objects.select_related("debtor").in_bulk({key for reading in readings for key in reading.dossiers})
    names = {key: f"{dossier.reference} {dossier.debtor or 'débiteur non saisi'}" for key, dossier in found.items()}
    debtors = {dossier.debtor_id for dossier in found.values()}
    told = [f"{len(debtors)} débiteur(s), {len(found)} dossier(s), {len(readings)} page(s)", *sorted(names.values())]
    for reading in readings:
        which = ", ".join(names.get(key, f"dossier {key}").split(" ")[0] for key in reading.dossiers)
        told.append(f"{reading.at.astimezone(ZONE):%d/%m/%Y %H:%M:%S}  {reading.ip or '–'}  {reading.page}  {which}")
    return told


def _opened(entries: Iterable[AuditEntry]) -> list[str]:
    """What support opened for a reason, and what else the operator's log holds of her."""
    return [
        f"{entry.at.astimezone(ZONE):%d/%m/%Y %H:%M:%S}  {entry.ip or '–'}  {entry.action}  {entry.subject}  {entry.reason}"
        for entry in entries
    ]
