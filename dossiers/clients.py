"""A creditor's client base, kept up by a daily feed: each sending adds and corrects, and takes nobody out.

What is sent is checked field by field (REL-30 to REL-33): a number that cannot be right is set aside for its person
to correct, and does not keep the rest of the client from coming in.
"""

import hashlib
import io
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Creditor
from core import crypto
from core.audit import note
from core.identifiers import check_ridet, check_siren
from core.phones import check_phone
from core.postal import check_line
from documents.sniffing import Refused
from dossiers.imports.columns import plain
from dossiers.imports.sheet import lines
from dossiers.models import Client, FeedDelivery, FeedToken
from dossiers.places import territory_of
from tenants.context import knowing
from tenants.places import iso_of

MOST_CLIENTS, TOLD = 100_000, 200
AT_ONCE = 1_000
FIELDS = {
    "reference": 60, "name": 160, "siren": 14, "ridet": 14, "street": 120, "complement": 120, "postcode": 10, "town": 80,
    "postal_address": 300, "email": 254, "phone": 40,
}  # fmt: skip
NAMES = {
    "reference": "reference", "ref": "reference", "nom": "name", "name": "name", "raison_sociale": "name", "societe": "name",
    "siren": "siren", "siret": "siren", "ridet": "ridet", "adresse": "street", "street": "street", "complement": "complement",
    "code_postal": "postcode", "postcode": "postcode", "cp": "postcode", "ville": "town", "town": "town",
    "adresse_correspondance": "postal_address", "postal_address": "postal_address", "courriel": "email", "email": "email",
    "telephone": "phone", "phone": "phone",
}  # fmt: skip
Row = Mapping[str, str]


class KeyTaken(ValueError):
    """This key came with other contents before."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What arrives: the bytes, by which way, and the key under which the same sending may come again."""

    content: bytes
    way: str
    key: str


# --- the token -------------------------------------------------------------------------------------------
@transaction.atomic
def create_token(creditor: Creditor, *, label: str, by: str, now: datetime) -> tuple[FeedToken, str]:
    """A token and its secret, told once and never again."""
    secret = f"flux_{secrets.token_urlsafe(32)}"
    token = FeedToken.objects.create(
        brand=creditor.brand,
        creditor=creditor,
        label=label[:80],
        token_hash=fingerprint(secret),
        created_by=by,
        created_at=now,
    )
    note("jeton de flux créé", f"creditor:{creditor.pk}", by=by, now=now, reason=label)
    return token, secret


@transaction.atomic
def revoke_token(token: FeedToken, *, by: str, now: datetime) -> None:
    """At once and for good."""
    if FeedToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, revoked_by=by[:120]):
        note("jeton de flux révoqué", f"creditor:{token.creditor_id}", by=by, now=now, reason=token.label)


def holder(secret: str, *, brand_id: int, now: datetime) -> FeedToken | None:
    """The living token of that secret at this brand, and the trace that it was used; None for anything else."""
    mark = fingerprint(secret)
    with knowing(mark):
        living = FeedToken.objects.filter(token_hash=mark, brand=brand_id, revoked_at=None)
        living.update(used_at=now)
        return living.first()


def fingerprint(secret: str) -> str:
    return crypto.fingerprint(secret, purpose="feed")


# --- what it brings --------------------------------------------------------------------------------------
@transaction.atomic
def receive(creditor: Creditor, sending: Sending, *, now: datetime) -> tuple[FeedDelivery, bool]:
    """Take the sending in, all or nothing, and whether it is new: the same key answers what it answered before.

    KeyTaken when the key came with other bytes, Refused when it can't be read at all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(5_002, %s)", [creditor.pk % 2**31])
    digest = hashlib.sha256(sending.content).hexdigest()
    if earlier := FeedDelivery.objects.filter(creditor=creditor, key=sending.key).first():
        if earlier.sha256 != digest:
            raise KeyTaken(_("Cette clé a déjà servi pour un autre contenu : changez-en à chaque envoi."))
        return earlier, False
    made = FeedDelivery(creditor=creditor, key=sending.key, sha256=digest, way=sending.way, at=now)
    made.received, made.created, made.changed, made.doubtful, made.refused = _keep(creditor, sending.content, now)
    made.save(force_insert=True)
    return made, True


def _keep(creditor: Creditor, content: bytes, now: datetime) -> tuple[int, int, int, int, list[str]]:
    received = created = changed = doubtful = 0
    refused: list[str] = []
    pending: dict[str, Client] = {}
    for number, row in rows_of(content):
        received += 1
        if received > MOST_CLIENTS:
            raise Refused(_("Un envoi porte 100 000 clients au plus. Divisez-le."))
        client = checked(row)
        if not (client.reference and client.name):
            refused.append(_("Ligne %(line)s : référence ou nom manquant.") % {"line": number})
            continue
        doubtful += bool(client.doubts)
        pending[client.reference] = client
        if len(pending) >= AT_ONCE:
            news = _write(creditor, list(pending.values()), now)
            created, changed, pending = created + news[0], changed + news[1], {}
    news = _write(creditor, list(pending.values()), now)
    return received, created + news[0], changed + news[1], doubtful, refused[:TOLD]


COLUMNS = ("reference", "name", "siren", "ridet", "street", "complement", "postcode", "town", "postal_address", "email",
           "phone", "doubts")  # fmt: skip
KEEP = """
INSERT INTO dossiers_client AS c (creditor_id, watched, changed_at, {names})
SELECT %s, (SELECT coalesce(bool_and(watched), false) FROM dossiers_client WHERE creditor_id = %s), %s, {taken}
FROM unnest({arrays}) AS u ({names})
ON CONFLICT (creditor_id, reference) DO UPDATE SET changed_at = excluded.changed_at, {updates}
WHERE ({old}) IS DISTINCT FROM ({new}) RETURNING xmax = 0
""".format(  # noqa: S608  names of our own columns
    names=", ".join(COLUMNS),
    taken=", ".join(f"u.{name}" for name in COLUMNS),
    arrays=", ".join(f"%s::{'jsonb' if name == 'doubts' else 'text'}[]" for name in COLUMNS),
    updates=", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:]),
    old=", ".join(f"c.{name}" for name in COLUMNS[1:]),
    new=", ".join(f"excluded.{name}" for name in COLUMNS[1:]),
)


def _write(creditor: Creditor, clients: Sequence[Client], now: datetime) -> tuple[int, int]:
    """How many are new and how many changed; what stands as it stood is not touched."""
    if not clients:
        return 0, 0
    values = [[getattr(client, name) for client in clients] for name in COLUMNS[:-1]]
    doubts = [json.dumps(client.doubts, ensure_ascii=False) for client in clients]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [creditor.pk, creditor.pk, now, *values, doubts])
        fresh = [row[0] for row in cursor.fetchall()]
    return sum(fresh), len(fresh) - sum(fresh)


def rows_of(content: bytes) -> Iterator[tuple[int, Row]]:
    """The clients of a JSON list of objects, of a CSV file or of a workbook, with the number of their line."""
    if content.lstrip()[:1] in (b"[", b"{"):
        yield from _json(content)
        return
    with closing(lines(io.BytesIO(content))) as source:
        header = next(source, (0, []))[1]
        names = [NAMES.get(plain(cell), "") for cell in header]
        if not {"reference", "name"} <= set(names):
            raise Refused(_("La première ligne doit nommer au moins les colonnes « reference » et « nom »."))
        for number, cells in source:
            yield number, {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _json(content: bytes) -> Iterator[tuple[int, Row]]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(_("Ce contenu n’est pas un JSON valable.")) from error
    listed = told.get("clients") if isinstance(told, dict) else told
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise Refused(_("Envoyez une liste d’objets, ou un objet dont « clients » est cette liste."))
    for number, row in enumerate(listed, start=1):
        known = {NAMES.get(plain(str(name)), ""): value for name, value in row.items()}
        yield number, {name: str(value).strip() for name, value in known.items() if name and value is not None}


def checked(row: Row) -> Client:
    """The client with each field that can be right; the others among its doubts, as they were sent."""
    values = {name: " ".join(row.get(name, "").replace("\0", "").split()) for name in FIELDS}
    doubts: dict[str, str] = {}
    for name, most in FIELDS.items():
        try:
            values[name] = CHECKS[name](values[name], values) if values[name] and name in CHECKS else values[name]
            if len(values[name]) > most:
                raise ValueError(name)
        except (ValueError, ValidationError):
            doubts[name], values[name] = values[name][:100], ""
    return Client(doubts=doubts, **values)


def _siren(text: str, _row: Row) -> str:
    digits = "".join(text.split())
    return check_siren(digits[:9] if len(digits) == 14 else digits)


def _phone(text: str, row: Row) -> str:
    return check_phone(text, places=[iso_of(territory_of(row["postcode"]))])


def _email(text: str, _row: Row) -> str:
    validate_email(text)
    return text


CHECKS: dict[str, Callable[[str, Row], str]] = {
    "siren": _siren, "ridet": lambda text, _row: check_ridet(text), "phone": _phone, "email": _email,
    "street": lambda text, _row: check_line(text), "complement": lambda text, _row: check_line(text),
}  # fmt: skip


def watched() -> dict[int, list[str]]:
    """The SIRENs of the clients that creditors have watched, by creditor's key."""
    bases: dict[int, list[str]] = {}
    for creditor, siren in Client.objects.filter(watched=True).exclude(siren="").values_list("creditor_id", "siren"):
        bases.setdefault(creditor, []).append(siren)
    return bases


def watch_all(creditor: Creditor, *, on: bool, by: str, now: datetime) -> int:
    """Watch the whole base for insolvency, or stop (REL-25); who comes by a later sending follows."""
    note("surveillance de la base", f"creditor:{creditor.pk}", by=by, now=now, reason="oui" if on else "non")
    return Client.objects.filter(creditor=creditor).exclude(watched=on).update(watched=on)
