"""The right to erasure of a person who logs in (RGPD, art. 17), within what the law wants kept.

What goes: name, address, password, factors, numbers, sessions, access, and her address in mails that concern no dossier. What stays
(art. 17-3): what she signed with its proof, the journals and the log of access, until their own terms.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import DailyNews, Membership, OpenSession, SecretQuestion, TrustedPhone, User
from accounts.roles import Role
from core import erasures
from core.audit import note
from core.erasures import Line
from notifications.models import Message, Outcome

NOBODY = "Personne effacée"


class ErasureRefused(ValueError):
    """The person cannot be erased now; the message says why and what to do first."""


def erase(user: User, *, by: str, reason: str, now: datetime) -> None:
    """Erase the person, for good: neither a second time nor a restored backup brings her back."""
    if alone := [str(one.creditor) for one in _owned(user) if not _another_owner(one)]:
        raise ErasureRefused(f"Seule responsable de {', '.join(alone)} : donnez d’abord ce rôle à une autre personne.")
    apply(erasures.announce(f"user:{user.pk}", by=by, reason=reason, now=now), now=now)


@transaction.atomic
def apply(line: Line, *, now: datetime) -> bool:
    """Do what the line says, whether for the first time or after a restore; whether there was anything left."""
    kind, _, key = line.subject.partition(":")
    if kind != "user":
        raise ValueError(f"unknown subject {line.subject!r}")
    user = User.objects.filter(pk=int(key)).first()
    if user:
        _forget(user)
    erasures.record(line)
    note("personne effacée", line.subject, by=line.by, now=now, reason=line.reason)
    return user is not None


def replay(*, now: datetime) -> int:
    """Erase again all that the ledger holds and this base does not know; how many lines."""
    lines = erasures.missing()
    for line in lines:
        apply(line, now=now)
    return len(lines)


def _forget(user: User) -> None:
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    for model in (EmailAddress, Authenticator, TrustedPhone, SecretQuestion, DailyNews, OpenSession, Membership):
        model._default_manager.filter(user=user).delete()
    mails = Message.objects.filter(recipient__email__in=addresses, dossier_id=None)
    mails.filter(outcome="").update(outcome=Outcome.CANCELLED, settled_at=user.date_joined)
    mails.update(recipient={"name": NOBODY, "email": ""}, payload={})
    User.objects.filter(pk=user.pk).update(
        email=f"efface-{user.pk}@invalid", first_name="", last_name=NOBODY, identifier=None, is_active=False,
        is_staff=False, is_superuser=False, password=make_password(None), last_login=None,
    )  # fmt: skip


def _owned(user: User) -> list[Membership]:
    return list(Membership.objects.filter(user=user, role=Role.OWNER).select_related("creditor"))


def _another_owner(held: Membership) -> bool:
    return Membership.objects.filter(creditor=held.creditor_id, role=Role.OWNER).exclude(pk=held.pk).exists()
