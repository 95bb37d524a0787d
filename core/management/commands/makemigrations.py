from typing import Any

from django.core.management.commands.makemigrations import Command as MakeMigrations

from core.roles import as_migrator


class Command(MakeMigrations):
    """Django's makemigrations, as the owner of the tables: the application's login may not read the history."""

    def handle(self, *args: Any, **options: Any) -> None:
        as_migrator()
        super().handle(*args, **options)
