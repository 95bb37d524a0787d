from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.erasure import ErasureRefused, erase
from accounts.models import User
from core import clock
from core.roles import as_migrator


class Command(BaseCommand):
    help = "Efface une personne qui l’a demandé (RGPD, art. 17) ; ce qu’elle a signé et les journaux restent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--by", required=True, help="qui a vérifié son identité")
        parser.add_argument("--reason", default="demande de la personne")

    def handle(self, *args: Any, **options: Any) -> None:
        as_migrator()
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("Personne n’a cette adresse : rien n’a été effacé.")
        try:
            erase(user, by=options["by"], reason=options["reason"], now=clock.now())
        except ErasureRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Personne {user.pk} effacée. La ligne du registre des effacements est écrite.")
