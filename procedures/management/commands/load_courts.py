from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.lists import INFOGREFFE, JUSTICE, ListRefused, communes, read
from procedures.models import Commune
from tenants.context import WORKER, acting_as

JUSTICE_SOURCE = "Ministère de la Justice, data.gouv.fr, Licence Ouverte 2.0"


class Command(BaseCommand):
    help = (
        "Charge les juridictions des communes : la liste du ministère de la Justice (CSV), et celle d’Infogreffe pour les "
        "greffes des tribunaux de commerce. L’édition chargée remplace la précédente, tout entière ou pas du tout."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--justice", type=Path, help="liste des juridictions compétentes pour les communes")
        parser.add_argument("--infogreffe", type=Path, help="référentiel communes-greffes")
        parser.add_argument("--edition", required=True, help="jour de l’édition, AAAA-MM-JJ")
        parser.add_argument("--column", action="append", default=[], help="nom=« En-tête », où il n’est pas reconnu")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition = date.fromisoformat(options["edition"])
            named = dict(one.split("=", 1) for one in options["column"])
        except ValueError as error:
            raise CommandError("L’édition s’écrit AAAA-MM-JJ, une colonne nom=En-tête.") from error
        try:
            with acting_as(WORKER):
                if options["justice"]:
                    self._justice(options["justice"], edition, named)
                if options["infogreffe"]:
                    self._infogreffe(options["infogreffe"], named)
        except (ListRefused, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error

    def _justice(self, path: Path, edition: date, named: dict[str, str]) -> None:
        made, told = communes(read(path, JUSTICE, named), edition=edition, source=f"{JUSTICE_SOURCE} ({path.name})")
        if not made:
            raise ListRefused("Aucune commune lisible : rien n’est changé.")
        before = dict(Commune.objects.exclude(commercial="").values_list("insee", "commercial"))
        for one in made:
            one.commercial = before.get(one.insee, "")
        Commune.objects.all().delete()
        Commune.objects.bulk_create(made, batch_size=2000)
        self.stdout.write(f"Communes chargées : {told.kept}. Laissées de côté : {len(told.refused)}.")
        for line in told.refused[:20]:
            self.stdout.write(f"  laissée : {line}")
        for line in told.differing[:50]:
            self.stdout.write(f"  autre cour que son département, à relire : {line}")

    def _infogreffe(self, path: Path, named: dict[str, str]) -> None:
        seats = {row["insee"]: row["commercial"][:80] for row in read(path, INFOGREFFE, named) if row["commercial"]}
        known = list(Commune.objects.filter(insee__in=seats))
        for one in known:
            one.commercial = seats[one.insee]
        Commune.objects.bulk_update(known, ["commercial"], batch_size=2000)
        self.stdout.write(f"Greffes de commerce : {len(known)} communes. Hors liste : {len(seats) - len(known)}.")
