"""Requests and complaints: written by anybody, receipted at once, answered by support, followed by their receipt."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Contact
from accounts.models.contact import ContactKind, ContactState
from core import crypto
from core.audit import note
from core.bulk import insert_all
from notifications.models import Channel, Message
from notifications.outbox import queue
from tenants.context import knowing
from tenants.models import Brand


class ContactRefused(ValueError):
    """It cannot be answered so; the message says why."""


@transaction.atomic
def write(brand: Brand, kind: ContactKind, *, now: datetime, **fields: Any) -> tuple[Contact, str]:
    """Keep what somebody wrote, send the receipt and let support know; the token leads to its state."""
    token = secrets.token_urlsafe(18)
    made = Contact(brand=brand, kind=kind, token_hash=fingerprint(token), created_at=now, **fields)
    insert_all([made])  # who writes may not read: nothing comes back from the base
    sealed = crypto.encrypt(token, place=f"contact:{made.token_hash}")
    payload = {
        "number": made.number,
        "kind": str(ContactKind(kind).label),
        "token": sealed,
        "fingerprint": made.token_hash,
    }
    _mail(brand, "contact_received", made.name, made.email, made.number, payload, now)
    _mail(brand, "contact_arrived", brand.name, brand.support_email, made.number, payload, now)
    return made, token


def fingerprint(token: str) -> str:
    return crypto.fingerprint(token, purpose="contact")


def find(token: str, *, brand: Brand) -> Contact | None:
    """What the receipt stands for."""
    with knowing(fingerprint(token)):
        return Contact.objects.filter(token_hash=fingerprint(token), brand=brand).first()


@transaction.atomic
def take(contact: Contact, *, by: str, now: datetime) -> None:
    """Somebody looks after it: its author reads so."""
    if Contact.objects.filter(pk=contact.pk, state=ContactState.RECEIVED).update(state=ContactState.TAKEN, taken_by=by):
        note("demande prise en charge", f"contact:{contact.pk}", by=by, now=now)


@transaction.atomic
def answer(contact: Contact, *, text: str, by: str, now: datetime) -> None:
    """The answer, once; its author is told by mail and reads it by the receipt."""
    if not text.strip():
        raise ContactRefused("Écrivez la réponse.")
    open_one = Contact.objects.filter(pk=contact.pk).exclude(state=ContactState.ANSWERED)
    done = open_one.update(state=ContactState.ANSWERED, answer=text.strip(), answered_by=by, answered_at=now)
    if not done:
        raise ContactRefused("Une réponse est déjà donnée.")
    _mail(
        contact.brand,
        "contact_answered",
        contact.name,
        contact.email,
        contact.number,
        {"number": contact.number, "answer": text.strip()},
        now,
    )
    note("demande répondue", f"contact:{contact.pk}", by=by, now=now)


def _mail(brand: Brand, kind: str, name: str, email: str, number: str, payload: dict[str, Any], now: datetime) -> None:
    queue(
        Message(
            brand=brand, key=f"{kind}-{number}", kind=kind, channel=Channel.EMAIL, recipient={"name": name, "email": email},
            payload=payload, created_at=now, try_at=now,
        )
    )  # fmt: skip
