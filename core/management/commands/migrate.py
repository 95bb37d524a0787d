from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from core.roles import as_migrator

ONE_AT_A_TIME = 7_204_811


class Command(Migrate):
    """Django's migrate, as the owner of the tables, one process at a time."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        as_migrator()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        try:
            return super().handle(*args, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
