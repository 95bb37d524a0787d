"""The person's own number for codes of signature: confirmed beforehand, so that a stolen mailbox cannot sign.

Whoever holds the mailbox can renew the password and confirm a number of his own. That number waits three days, and
its owner, her former number and the other people responsible for the account are told: there is time to stop it.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Membership, TrustedPhone, User
from accounts.roles import Role
from core import crypto
from core.audit import note
from notifications.models import Channel, Message
from notifications.outbox import queue
from signatures import throttle
from signatures.codes import LIFE, TRIES
from tenants.models import Brand

WAIT = timedelta(hours=72)
PLACE = "trusted-phone"


class PhoneRefused(ValueError):
    """The number is not confirmed; the message says why and what to do."""


def usable(user: User, *, now: datetime) -> TrustedPhone | None:
    """The number that may receive a code of signature now."""
    mine = TrustedPhone.objects.filter(user=user, withdrawn_at=None, usable_at__lte=now)
    return mine.order_by("-usable_at", "-pk").first()


def awaited(user: User, *, now: datetime) -> TrustedPhone | None:
    """The number that is confirmed and waits for its three days."""
    mine = TrustedPhone.objects.filter(user=user, withdrawn_at=None, usable_at__gt=now)
    return mine.order_by("-pk").first()


def asked(user: User, *, now: datetime) -> TrustedPhone | None:
    """The number whose code is being waited for."""
    return TrustedPhone.objects.filter(user=user, confirmed_at=None, withdrawn_at=None, expires_at__gt=now).last()


@transaction.atomic
def propose(user: User, number: str, *, brand: Brand, now: datetime) -> TrustedPhone:
    """Send a code to the number, and forget one that was asked for before; throttle.TooMany when too many were."""
    throttle.count(brand.pk, f"user:{user.pk}", number, now=now)
    TrustedPhone.objects.filter(user=user, confirmed_at=None, withdrawn_at=None).update(withdrawn_at=now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    phone = TrustedPhone(
        user=user, number=number, code_hash=_hash(user, number, code), asked_at=now, expires_at=now + LIFE
    )
    phone.save(force_insert=True)
    sealed = crypto.encrypt(code, place=f"{PLACE}:{phone.pk}")
    _queue(brand, "phone_code", Channel.SMS, {"phone": number}, f"phone-code-{phone.pk}", now,
           phone=phone.pk, code=sealed)  # fmt: skip
    return phone


def confirm(user: User, code: str, *, brand: Brand, now: datetime) -> TrustedPhone:
    """The number is hers: it serves in three days, and whoever must know is told. Of two right codes one counts.

    A try is paid before it is looked at; the caller answers PhoneRefused and commits.
    """
    open_ones = TrustedPhone.objects.filter(
        user=user, confirmed_at=None, withdrawn_at=None, expires_at__gt=now, tries__lt=TRIES
    )
    phone = open_ones.order_by("-pk").first()
    if phone is None or not open_ones.filter(pk=phone.pk).update(tries=F("tries") + 1):
        raise PhoneRefused(_("Ce code n’est plus valable. Demandez-en un nouveau."))
    if not hmac.compare_digest(phone.code_hash, _hash(user, str(phone.number), code.strip())):
        raise PhoneRefused(_("Code incorrect. Vérifiez le SMS, ou demandez un nouveau code."))
    with transaction.atomic():
        unconfirmed = TrustedPhone.objects.filter(pk=phone.pk, confirmed_at=None, withdrawn_at=None)
        if not unconfirmed.update(confirmed_at=now, usable_at=now + WAIT):
            raise PhoneRefused(_("Ce code n’est plus valable. Demandez-en un nouveau."))
        waiting = TrustedPhone.objects.filter(user=user, withdrawn_at=None, usable_at__gt=now).exclude(pk=phone.pk)
        waiting.update(withdrawn_at=now)
        phone.refresh_from_db()
        note("téléphone confirmé", f"user:{user.pk}", by=str(user), now=now, reason=phone.masked)
        _tell(user, phone, brand=brand, now=now)
    return phone


def withdraw(user: User, *, now: datetime) -> bool:
    """Stop the number that waits: the former one goes on serving."""
    stopped = TrustedPhone.objects.filter(user=user, withdrawn_at=None, usable_at__gt=now).update(withdrawn_at=now)
    if stopped:
        note("téléphone annulé", f"user:{user.pk}", by=str(user), now=now)
    return bool(stopped)


def _tell(user: User, phone: TrustedPhone, *, brand: Brand, now: datetime) -> None:
    """Her address, the number that served so far, and those who answer for the same creditors."""
    facts = {"who": str(user), "number": phone.masked, "usable_at": phone.usable_at.isoformat()}  # type: ignore[union-attr]
    for person in (user, *_colleagues(user, brand)):
        recipient = {"name": person.get_full_name(), "email": person.email}
        _queue(brand, "phone_changed", Channel.EMAIL, recipient, f"phone-changed-{phone.pk}-{person.pk}", now, **facts)
    if former := usable(user, now=now):
        recipient = {"name": str(user), "phone": str(former.number)}
        _queue(brand, "phone_changed", Channel.SMS, recipient, f"phone-changed-{phone.pk}-sms", now, **facts)


def _colleagues(user: User, brand: Brand) -> list[User]:
    houses = Membership.objects.filter(user=user, brand=brand).values("creditor")
    owners = Membership.objects.filter(creditor__in=houses, role=Role.OWNER).exclude(user=user)
    return list(User.objects.filter(pk__in=owners.values("user"), is_active=True).order_by("pk"))


def _queue(
    brand: Brand, kind: str, channel: str, recipient: dict[str, str], key: str, now: datetime, **payload: object
) -> None:
    queue(
        Message(
            brand=brand, key=key, kind=kind, channel=channel, recipient=recipient, payload=payload, created_at=now,
            try_at=now,
        )
    )  # fmt: skip


def _hash(user: User, number: str, code: str) -> str:
    return crypto.fingerprint(f"{user.pk}:{number}:{code}", purpose="phone-code")
