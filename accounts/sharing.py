"""Links that let an accountant or a lawyer read, for a while, without an account."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Creditor, ShareLink
from core import crypto
from core.audit import note
from tenants.context import knowing
from tenants.models import Brand

DAYS = (7, 30, 90)


class ShareRefused(ValueError):
    """The link cannot be made; the message says why."""


@transaction.atomic
def share(
    creditor: Creditor, *, recipient: str, days: int, dossier_id: int | None, by: str, now: datetime
) -> tuple[ShareLink, str]:
    """A link and its secret, which is told once and never again: only its fingerprint is kept."""
    if days not in DAYS:
        raise ShareRefused(_("Choisissez une durée proposée."))
    token = secrets.token_urlsafe(24)
    link = ShareLink(
        brand=creditor.brand, creditor=creditor, dossier_id=dossier_id, recipient=recipient, token_hash=fingerprint(token),
        created_by=by, created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    link.save(force_insert=True)
    note("partage créé", f"creditor:{creditor.pk}", by=by, now=now, reason=f"{recipient}, {days} jours")
    return link, token


def fingerprint(token: str) -> str:
    return crypto.fingerprint(token, purpose="share")


@transaction.atomic
def revoke(link: ShareLink, *, by: str, now: datetime) -> None:
    """Whoever reads by it finds nothing at the next click."""
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        note("partage révoqué", f"creditor:{link.creditor_id}", by=by, now=now, reason=link.recipient)


@transaction.atomic
def open_link(token: str, *, brand: Brand, now: datetime) -> ShareLink | None:
    """The brand's living link of the secret, its opening counted; None when it is wrong, too old or revoked."""
    with knowing(fingerprint(token)):
        link = living(fingerprint(token), brand=brand, now=now)
        if link:
            ShareLink.objects.filter(pk=link.pk).update(opened_count=F("opened_count") + 1, opened_at=now)
    return link


def living(token_hash: str, *, brand: Brand, now: datetime) -> ShareLink | None:
    """The link of that fingerprint, asked again at every page: a revocation holds at once."""
    with knowing(token_hash):
        return (
            ShareLink.objects.living(now).select_related("creditor").filter(token_hash=token_hash, brand=brand).first()
        )
