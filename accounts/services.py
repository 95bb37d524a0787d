"""Sign-up, activation and the end of registration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.core.cache import cache
from django.db import connection, transaction

from accounts import partners
from accounts.devices import device_of
from accounts.models import BankAccount, BillingParty, CivilStatus, Creditor, Membership, Partner, User
from accounts.models.partner import Step
from accounts.roles import Role
from core import crypto
from notifications.models import Channel, Message
from notifications.outbox import queue
from tenants.context import Audience, Context, acting_as
from tenants.models import Brand, Terms

ACTIVATION_SALT = "accounts.activation"
ACTIVATION_DAYS = 7


class LinkUnusable(ValueError):
    """The activation link is wrong, too old, or was used."""


@dataclass(frozen=True, slots=True)
class SignUp:
    """What the form gives: the person and the creditor she registers."""

    email: str
    password: str
    person: dict[str, Any]  # civility, first_name, last_name
    creditor: dict[str, Any]  # the creditor's own fields
    civil_status: dict[str, Any] | None = None  # of a natural person
    partner: Partner | None = None  # who brought it


@transaction.atomic
def join(
    brand: Brand, user: User, fields: dict[str, Any], civil_status: dict[str, Any] | None, *, now: datetime,
    partner: Partner | None = None,
) -> None:  # fmt: skip
    """Open a creditor's space at one more brand for a person who already has an account; once, however often asked."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not Membership.objects.filter(user=user, brand=brand).exists():
        found_creditor(brand, user, fields, civil_status, partner=partner, now=now)


@transaction.atomic
def sign_up(brand: Brand, form: SignUp, *, now: datetime) -> User:
    """Create person and creditor, not yet active, and write the activation mail.

    An address that has an account changes nothing and gets a mail that says so: the answer on screen is the
    same, so that nobody learns who is a client.
    """
    email = form.email.lower()
    if known := User.objects.filter(email=email).first():
        make_password(form.password)  # the answer takes as long as for a newcomer
        if cache.add(f"account-exists:{brand.pk}:{known.pk}", True, 3600):  # one such mail an hour is enough to know
            _write_to(known, brand, kind="account_exists", now=now)
        return known
    user = User.objects.create_user(email, form.password, **form.person)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    found_creditor(brand, user, form.creditor, form.civil_status, partner=form.partner, now=now)
    send_activation(user, brand, now=now)
    return user


def found_creditor(
    brand: Brand, user: User, fields: dict[str, Any], civil_status: dict[str, Any] | None, *, now: datetime,
    partner: Partner | None = None,
) -> Creditor:  # fmt: skip
    """Register a creditor of the brand, with the person as its owner; its key is among the caller's afterwards."""
    key = _next_creditor_key()
    with acting_as(Context(Audience.PORTAL, brand=brand.pk, creditors=(key,))):
        creditor = Creditor(pk=key, brand=brand, email=user.email, **fields)
        creditor.save(force_insert=True)
        if civil_status:
            CivilStatus.objects.create(creditor=creditor, **civil_status)
        if partner:
            partners.introduce(creditor, partner, now=now)
    Membership.objects.create(user=user, creditor_id=key, brand=brand, role=Role.OWNER)
    return creditor


def _next_creditor_key() -> int:
    """The key is drawn first: the new row is then written by the only audience that may see it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_creditor', 'id'))")
        return int(cursor.fetchone()[0])


def send_activation(user: User, brand: Brand, *, now: datetime) -> None:
    """Write the mail with the link that activates the account."""
    _write_to(user, brand, kind="account_activation", now=now, secret=activation_token(user))


def activation_token(user: User) -> str:
    """A signed link, good for a week and for this address only."""
    return signing.dumps([user.pk, user.email], salt=ACTIVATION_SALT)


def unused_activation(token: str) -> EmailAddress:
    """The address that the link activates; LinkUnusable when it is forged, too old or used."""
    try:
        user_id, email = signing.loads(token, salt=ACTIVATION_SALT, max_age=ACTIVATION_DAYS * 86400)
    except signing.BadSignature as error:
        raise LinkUnusable from error
    address = EmailAddress.objects.filter(user_id=user_id, email=email, verified=False).first()
    if address is None:
        raise LinkUnusable
    return address


def activate(token: str) -> None:
    """Activate once and for ever (CRE-33); of two clicks at the same time, one is refused."""
    address = unused_activation(token)
    if not EmailAddress.objects.filter(pk=address.pk, verified=False).update(verified=True):
        raise LinkUnusable


def write_link(user: User, brand: Brand, *, kind: str, path: str, now: datetime) -> None:
    """Write a mail that carries a link made elsewhere (password recovery), by its path on the brand's host."""
    _write_to(user, brand, kind=kind, now=now, secret=path)


def write_notice(user: User, brand: Brand, *, what: str, now: datetime) -> None:
    """Tell the person by mail that her log-in changed; `what` is one of `messages.CHANGES`."""
    _write_to(user, brand, kind="security_changed", now=now, what=what)


def write_new_device(user: User, brand: Brand, *, agent: str, ip: str | None, now: datetime) -> None:
    """Tell the person that her account was opened in a browser that had never opened it (attack L08)."""
    _write_to(user, brand, kind="new_device", now=now, device=device_of(agent), ip=ip or "", at=now.isoformat())


def _write_to(user: User, brand: Brand, *, kind: str, now: datetime, secret: str = "", **payload: str) -> None:
    """Queue a mail; `secret` opens the account, so that it waits sealed."""
    recipient = {"name": user.get_full_name(), "email": user.email}
    key = f"{kind}-{user.pk}-{now.timestamp()}"
    if secret:
        payload["sealed"] = crypto.encrypt(secret, place=f"message:{key}")
    queue(
        Message(
            brand=brand, key=key, kind=kind, channel=Channel.EMAIL, recipient=recipient, payload=payload,
            created_at=now, try_at=now,
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completion:
    """What the creditor gives at the end of registration."""

    signatory: dict[str, str]  # signatory_civility, signatory_last_name, signatory_first_name
    iban: str
    bic: str
    terms: Terms
    billing: dict[str, str] | None


class AlreadyComplete(ValueError):
    """The registration was finished a moment ago, by a second click or in another window."""


@transaction.atomic
def complete_registration(creditor: Creditor, form: Completion, *, now: datetime) -> BankAccount:
    """Keep bank details, billing party and the accepted version of the terms; the portal then opens.

    Of two clicks at the same time the second one waits, and AlreadyComplete tells it that all is done.
    """
    if Creditor.objects.select_for_update(of=("self",)).get(pk=creditor.pk).is_complete:
        raise AlreadyComplete
    account = BankAccount(creditor=creditor, bic=form.bic, created_at=now, **form.signatory)
    account.seal(form.iban)
    account.save(force_insert=True)
    if form.billing:
        BillingParty.objects.create(creditor=creditor, **form.billing)
    creditor.terms, creditor.terms_accepted_at, creditor.completed_at = form.terms, now, now
    creditor.save(update_fields=["terms", "terms_accepted_at", "completed_at"])
    partners.reached(creditor.pk, Step.COMPLETED, now=now)
    return account
