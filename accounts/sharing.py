"""Links that let an accountant or a lawyer read, for a while, without an account."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import Creditor, Membership, ShareLink, User
from accounts.roles import PERMISSIONS, Permission
from core import crypto
from core.audit import note
from tenants.context import knowing
from tenants.models import Brand

DAYS = (7, 30, 90)
SHARERS = [role for role, rights in PERMISSIONS.items() if Permission.DOSSIER_SHARE in rights]


class ShareRefused(ValueError):
    """The link cannot be made; the message says why."""


@transaction.atomic
def share(
    creditor: Creditor, *, recipient: str, days: int, dossier_id: int | None, by: User, now: datetime
) -> tuple[ShareLink, str]:
    """A link and its secret, which is told once and never again: only its fingerprint is kept."""
    if days not in DAYS:
        raise ShareRefused(_("Choisissez une durée proposée."))
    token = secrets.token_urlsafe(24)
    link = ShareLink(
        brand=creditor.brand, creditor=creditor, dossier_id=dossier_id, recipient=recipient, token_hash=fingerprint(token),
        author=by, created_by=str(by), created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    link.save(force_insert=True)
    note("partage créé", f"creditor:{creditor.pk}", by=str(by), now=now, reason=f"{recipient}, {days} jours")
    return link, token


def fingerprint(token: str) -> str:
    return crypto.fingerprint(token, purpose="share")


@transaction.atomic
def revoke(link: ShareLink, *, by: str, now: datetime) -> None:
    """Whoever reads by it finds nothing at the next click."""
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        note("partage révoqué", f"creditor:{link.creditor_id}", by=by, now=now, reason=link.recipient)


@transaction.atomic
def revoke_all_of(person: User, creditor: Creditor, *, by: str, now: datetime) -> int:
    """End the links that a person made for that creditor, now that she may share no more; how many there were.

    Links of a former release bear only a name: those that bear hers end too.
    """
    hers = ShareLink.objects.filter(Q(author=person) | Q(author=None, created_by=str(person)), creditor=creditor)
    links = list(hers.living(now))
    for link in links:
        revoke(link, by=by, now=now)
    return len(links)


@transaction.atomic
def open_link(token: str, *, brand: Brand, now: datetime) -> ShareLink | None:
    """The brand's living link of the secret, its opening counted; None when it is wrong, too old or revoked."""
    with knowing(fingerprint(token)):
        link = living(fingerprint(token), brand=brand, now=now)
        if link:
            ShareLink.objects.filter(pk=link.pk).update(opened_count=F("opened_count") + 1, opened_at=now)
    return link


def living(token_hash: str, *, brand: Brand, now: datetime) -> ShareLink | None:
    """The link of that fingerprint, asked again at every page: a revocation holds at once.

    So does the end of its author's right to share, however she lost it.
    """
    still = Membership.objects.filter(
        user=OuterRef("author"), creditor=OuterRef("creditor"), role__in=SHARERS, user__is_active=True
    )
    with knowing(token_hash):
        links = ShareLink.objects.living(now).filter(Q(author=None) | Exists(still))
        return links.select_related("creditor").filter(token_hash=token_hash, brand=brand).first()
