from typing import Any

from django.core.management.base import BaseCommand

from accounts.erasure import replay
from core import clock
from core.roles import as_migrator


class Command(BaseCommand):
    help = "Après une restauration : refait les effacements que la sauvegarde ignore. Le service n’ouvre pas avant."

    def handle(self, *args: Any, **options: Any) -> None:
        as_migrator()
        self.stdout.write(f"{replay(now=clock.now())} effacement(s) refait(s).")
