"""A file of a hundred thousand claims: read and judged, then made into drafts, beside hand validators with COPY."""

import csv
import io
import random
import re
from argparse import Namespace
from datetime import UTC, date, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import Creditor
from bench.measure import memory_mib, rounds, table
from dossiers.imports.columns import NAMES
from dossiers.models import ClaimImport
from procedures import imports

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LINES, DRAFTS = 100_000, 5_000
BASE = "csv + hand validators + COPY"
DATE, AMOUNT = re.compile(r"(\d\d)/(\d\d)/(\d{4})").fullmatch, re.compile(r"(\d{1,12}),(\d\d)").fullmatch
MAIL, NINE = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+").fullmatch, re.compile(r"\d{9}").fullmatch
DOUBLED = str.maketrans("0123456789", "0246813579")
RAW = "reference, societe, siren, adresse, code_postal, ville, courriel, facture, emission, echeance, cents"


def measure(options: Namespace) -> None:
    content = written(LINES)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE raw.claim (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reference text UNIQUE, societe text,"
            " siren text, adresse text, code_postal text, ville text, courriel text, facture text, emission date,"
            " echeance date, cents bigint); CREATE INDEX ON raw.claim (siren); CREATE INDEX ON raw.claim (facture)"
        )
    first = memory_mib()
    found = rounds(
        {BASE: lambda: by_hand(content), "product, dry run": lambda: dry_run(content)}, options.rounds, before=emptied
    )
    table(f"Import of {LINES} claims", found, BASE, "lines")
    print(f"memory: {first:.0f} → {memory_mib():.0f} MiB (the file itself is {len(content) / 2**20:.0f} MiB)\n")
    found = rounds(
        {BASE: lambda: by_hand(content), f"product, {DRAFTS} drafts made": lambda: drafts(written(DRAFTS))},
        2,
        before=emptied,
    )
    table("The same, confirmed: debtor, dossier, item, sealed event, search", found, BASE, "lines")


def written(count: int) -> bytes:
    """Good lines, but for one in five hundred."""
    draw, out = random.Random(5), io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(NAMES)
    for n in range(count):
        body = f"{draw.randrange(10**8):08d}"
        siren = body + str((-luhn(body + "0") + (n % 500 == 499)) % 10)
        row = {
            "reference": f"B{n:07d}", "societe": f"Société Lefèvre n° {n}", "siren": siren, "adresse": f"{n % 99} rue Neuve",
            "code_postal": "69002", "ville": "Lyon", "courriel": f"client{n}@example.test", "facture": f"F{n:07d}",
            "emission": f"{1 + n % 28:02d}/{1 + n % 12:02d}/2025", "echeance": f"{1 + n % 28:02d}/{1 + n % 12:02d}/2026",
            "montant": f"{50 + n % 9000},{n % 100:02d}",
        }  # fmt: skip
        writer.writerow([row.get(name, "") for name in NAMES])
    return out.getvalue().encode()


def luhn(number: str) -> int:
    return sum(map(int, number[::-1][::2])) + sum(map(int, number[::-1][1::2].translate(DOUBLED)))


def by_hand(content: bytes) -> int:
    reader = csv.DictReader(io.StringIO(content.decode()), delimiter=";")
    made = 0
    with connection.cursor() as cursor, cursor.connection.cursor().copy(f"COPY raw.claim ({RAW}) FROM STDIN") as copy:
        for row in reader:
            made += 1
            amount, issued, due = AMOUNT(row["montant"]), DATE(row["emission"]), DATE(row["echeance"])
            if not (
                NINE(row["siren"])
                and luhn(row["siren"]) % 10 == 0
                and amount
                and issued
                and due
                and MAIL(row["courriel"])
            ):
                continue
            days = [date(int(day[3]), int(day[2]), int(day[1])) for day in (issued, due)]
            if days[1] < days[0]:
                continue
            copy.write_row(
                (row["reference"], row["societe"], row["siren"], row["adresse"], row["code_postal"], row["ville"],
                 row["courriel"], row["facture"], *days, int(amount[1]) * 100 + int(amount[2]))
            )  # fmt: skip
    return made


def dry_run(content: bytes) -> int:
    batch = imports.start(Creditor.objects.get(pk=2), SimpleUploadedFile("b.csv", content), by="mesure", now=NOW)
    while imports.work(now=NOW):
        pass
    batch.refresh_from_db()
    assert (batch.state, batch.lines) == ("ready", content.count(b"\n") - 1), (
        batch.state,
        batch.lines,
        batch.complaint,
    )
    return batch.lines


def drafts(content: bytes) -> int:
    lines = dry_run(content)
    batch = ClaimImport.objects.latest("pk")
    imports.decide(batch, goes_on=True, files=False, by="mesure", now=NOW)
    while imports.work(now=NOW):
        pass
    batch.refresh_from_db()
    assert batch.state == "done"
    return lines


EMPTY = """
SET session_replication_role = replica;
TRUNCATE raw.claim;
DELETE FROM dossiers_importrow;
DELETE FROM dossiers_claimimport;
DELETE FROM dossiers_search WHERE creditor_id = 2 AND dossier_id IN (SELECT id FROM dossiers_dossier WHERE creditor_reference LIKE 'B%');
DELETE FROM dossiers_event WHERE dossier_id IN (SELECT id FROM dossiers_dossier WHERE creditor_reference LIKE 'B%');
DELETE FROM dossiers_item WHERE number LIKE 'F0%';
DELETE FROM dossiers_dossier WHERE creditor_reference LIKE 'B%';
SET session_replication_role = origin;
"""


def emptied(_name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
        cursor.execute("VACUUM dossiers_importrow")
