"""Prints the product's figures beside the raw baselines, in one run on one machine.

    python -m bench [--dossiers 1000000] [--due 10000,100000] [--rounds 3] [--only sweep,letters,pages,sign,import]

On a shared machine trust the ratios and the CPU column; the database is a throw-away one on the embedded server.
"""

import argparse
import os
import secrets
import sys
import time

# As in production: no query log, no template debugging. Static files keep their plain names.
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "credicys.settings", "DEBUG": "0", "SECRET_KEY": secrets.token_hex(32),
    "FIELD_KEYS": f"bench:{secrets.token_hex(32)}", "ALLOWED_HOSTS": "testserver", "SECURE_SSL_REDIRECT": "0",
}  # fmt: skip

import django  # noqa: E402

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench import data, importing, letters, pages, signing, sweep  # noqa: E402

settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
DATABASE = "bench_product"
PARTS = {"sweep": sweep.measure, "letters": letters.measure, "pages": pages.measure, "sign": signing.measure,
         "import": importing.measure}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--dossiers", type=int, default=1_000_000)
    parser.add_argument("--due", default="10000,100000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    open_database()
    start = time.perf_counter()
    call_command("migrate", verbosity=0, interactive=False)
    data.fill(options.dossiers)
    print(f"{options.dossiers} dossiers in {time.perf_counter() - start:.0f} s\n")
    for name in options.only.split(","):
        PARTS[name](options)
    connection.close()
    drop_database()


def open_database() -> None:
    """A fresh database, reached as the superuser so that filling may skip what it knows to be true."""
    drop_database()
    with psycopg.connect(settings.SERVER.admin_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {DATABASE} OWNER app_migrator")
    login = psycopg.conninfo.conninfo_to_dict(settings.SERVER.admin_url)
    connection.settings_dict |= {"NAME": DATABASE, "USER": login["user"], "PASSWORD": login["password"]}
    connection.settings_dict["OPTIONS"] |= {"application_name": "bench"}
    settings.MIGRATOR = settings.MIGRATOR | {"USER": login["user"], "PASSWORD": login["password"]}


def drop_database() -> None:
    with psycopg.connect(settings.SERVER.admin_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
