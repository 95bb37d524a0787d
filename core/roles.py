"""Which login of the database this process uses."""

from django.conf import settings
from django.db import connection


def as_migrator() -> None:
    """From here on this process is the owner of the tables: for migrations, seeds and the test database only."""
    connection.close()
    login = {key: settings.MIGRATOR[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    connection.settings_dict.update(login)
