from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.actors import Actor, Side
from payments import files, services
from payments.models import Batch
from tenants.context import WORKER, acting_as
from tenants.models import Brand

AHEAD = timedelta(days=5)


class Command(BaseCommand):
    help = "Prélèvements des frais de la plateforme : annoncer, préparer un fichier, le remettre, l’annuler, importer les retours."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        steps.add_parser("announce", help="annonce ce qui est dû, avec le préavis")
        prepare = steps.add_parser("prepare", help="rassemble ce qui échoit dans un fichier à remettre")
        prepare.add_argument("--brand", default=settings.DEFAULT_BRAND)
        prepare.add_argument("--until", type=date.fromisoformat)
        release = steps.add_parser(
            "release", help="contrôle le fichier, l’écrit et le tient pour remis ; redemandé, le même"
        )
        release.add_argument("batch")
        release.add_argument("--output", type=Path, required=True)
        release.add_argument("--by", default="opérateur")
        cancel = steps.add_parser("cancel", help="annule un fichier qui n’est pas remis")
        cancel.add_argument("batch")
        returned = steps.add_parser("import", help="importe un pain.002 ou un camt.054")
        returned.add_argument("file", type=Path)
        steps.add_parser("list", help="montre les dernières remises")

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        try:
            with acting_as(WORKER):
                told = STEPS[step](options)
        except (services.CollectionRefused, files.FileRefused, files.Unreadable, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(told)


def _announce(options: dict[str, Any]) -> str:
    made = [one for creditor in services.to_announce() for one in services.announce(creditor, now=clock.now())]
    return f"{len(made)} prélèvement(s) annoncé(s)."


def _prepare(options: dict[str, Any]) -> str:
    brand = Brand.objects.filter(slug=options["brand"]).first()
    if brand is None:
        raise CommandError(f"Aucune marque « {options['brand']} ».")
    until = options["until"] or clock.today(brand.zone) + AHEAD
    batch = services.prepare(brand, until=until, now=clock.now())
    if batch is None:
        return f"Rien à remettre d’ici le {until:%d/%m/%Y}."
    return f"{batch.message_id} : {batch.count} prélèvement(s), {batch.amount} €. Remettez-le ou annulez-le."


def _release(options: dict[str, Any]) -> str:
    batch, path = _batch(options["batch"]), options["output"]
    content = services.release(batch, by=Actor(Side.SUPPORT, options["by"]), now=clock.now())
    path.touch(mode=0o600)
    path.write_bytes(content)
    return f"{path} : {batch.count} prélèvement(s), {batch.amount} €, conforme à pain.008.001.08. Il contient des IBAN en clair."


def _cancel(options: dict[str, Any]) -> str:
    services.cancel(_batch(options["batch"]))
    return "Remise annulée : ses prélèvements attendent de nouveau."


def _import(options: dict[str, Any]) -> str:
    done = services.import_returns(options["file"].read_bytes(), now=clock.now())
    lines = [f"{done.new} retour(s) nouveau(x), {done.known} déjà connu(s)."]
    lines += [f"À placer à la main : {line}" for line in done.unplaced or []]
    return "\n".join(lines)


def _list(options: dict[str, Any]) -> str:
    rows = Batch.objects.order_by("-created_at")[:20]
    return (
        "\n".join(f"{row.message_id:<36}{row.count:>6}{row.amount:>12} €  {row.get_state_display()}" for row in rows)
        or "Aucune remise."
    )


def _batch(message_id: str) -> Batch:
    found = Batch.objects.filter(message_id=message_id).first()
    if found is None:
        raise CommandError(f"Aucune remise « {message_id} ».")
    return found


STEPS = {
    "announce": _announce,
    "prepare": _prepare,
    "release": _release,
    "cancel": _cancel,
    "import": _import,
    "list": _list,
}
