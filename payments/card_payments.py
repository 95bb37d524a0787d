"""Paying fees by card: asked for here, paid at the provider's, settled by what the provider says and nothing else.

No outside service is awaited inside a transaction: a payment is written, then its page is asked for under the payment's
own reference, so that a second click, a crash or a retry finds the same page.
"""

import logging
from collections.abc import Callable
from collections.abc import Collection as Several
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.messages import site_url
from accounts.models import Creditor
from core.money import Money
from payments import card_settling, cards
from payments.cards.port import Asked, PageRefused, PageUnreachable, Told
from payments.locks import alone_with_creditor, beside_files
from payments.models import CardLine, CardPayment, CardState
from payments.statement import dues
from tenants import policies
from tenants.context import WORKER, acting_as
from tenants.models import Brand, PolicyName

logger = logging.getLogger(__name__)
HOLD = timedelta(hours=1)
SHORTEST = timedelta(minutes=31)  # the provider keeps a page for half an hour at least
PATIENCE = timedelta(minutes=2)  # before the provider is asked what became of a page
AT_ONCE = 50


class CardRefused(ValueError):
    """It cannot be paid so; the message says why and what to do."""


def is_open(brand: Brand, *, now: datetime) -> bool:
    """Whether the brand lets its fees be paid by card (CRE-56 says direct debit alone), and somebody keeps the pages."""
    rule = policies.in_force(brand, PolicyName.FEES_BY_CARD, on=now.astimezone(brand.zone).date())
    return rule is True and cards.pages() is not None


@transaction.atomic
def open_payment(creditor: Creditor, fees: Several[int], *, by: str, email: str, now: datetime) -> CardPayment:
    """A payment of what is left of these fees. A creditor has one at a time: asked twice, it is the same one."""
    if not is_open(creditor.brand, now=now):
        raise CardRefused(_("Le paiement par carte n’est pas ouvert ici."))
    alone_with_creditor(creditor.pk)
    found = {due.fee.pk: due for due in dues(creditor) if due.fee.pk in fees}
    if waiting := creditor.card_payments.opened().first():  # type: ignore[attr-defined]
        if {line.fee_id for line in waiting.lines.all()} == set(fees):
            return CardPayment.objects.get(pk=waiting.pk)
        raise CardRefused(_("Un paiement est déjà en cours : terminez-le ou abandonnez-le d’abord."))
    if not fees or set(found) != set(fees):
        raise CardRefused(_("Ces frais ne sont plus à payer par carte : la liste a été mise à jour."))
    payment = CardPayment.objects.create(
        brand=creditor.brand, creditor=creditor, amount=sum((due.left for due in found.values()), Decimal(0)),
        currency=creditor.brand.currency, asked_by=by, email=email, created_at=now, expires_at=now + HOLD,
    )  # fmt: skip
    lines = [CardLine(payment=payment, creditor=creditor, fee=due.fee, amount=due.left) for due in found.values()]
    CardLine.objects.bulk_create(lines)
    return payment


def page_of(key: int, *, now: datetime) -> str:
    """Where to pay; never called inside a transaction. CardRefused with a sentence when there is nothing to pay there."""
    with acting_as(WORKER):
        payment = _started(key, now=now)
    if payment is None:
        raise CardRefused(_("Ce paiement n’est plus à faire : ces frais ont changé, ou le délai est passé."))
    if payment.page_url:
        return payment.page_url
    pages = cards.pages()
    if pages is None:
        raise CardRefused(_("Le paiement par carte n’est pas ouvert ici."))
    try:
        page = pages.open(_asked(payment))
    except PageRefused as refusal:
        logger.error("the provider refuses the page of %s: %s", payment, refusal)
        raise CardRefused(_("Le prestataire refuse ce paiement. Abandonnez-le, puis recommencez.")) from refusal
    except PageUnreachable as absence:
        raise CardRefused(
            _("Le prestataire ne répond pas. Rien n’a été payé : réessayez dans un instant.")
        ) from absence
    with acting_as(WORKER):
        CardPayment.objects.filter(pk=key, session="").update(session=page.session, page_url=page.url)
    return page.url


def _started(key: int, *, now: datetime) -> CardPayment | None:
    """The payment, from now on kept apart from collections; nothing, and the payment over, when it must not be paid."""
    payment = CardPayment.objects.select_related("creditor__brand").get(pk=key)
    beside_files(payment.brand_id)
    alone_with_creditor(payment.creditor_id)
    payment = CardPayment.objects.select_for_update(of=("self",)).select_related("creditor", "brand").get(pk=key)
    if payment.state != CardState.OPENED or payment.expires_at <= now:
        return None
    if payment.session:
        return payment
    left = {due.fee.pk: due.left for due in dues(payment.creditor)}
    is_as_asked = all(left.get(line.fee_id) == line.amount for line in payment.lines.all())
    if not is_as_asked or (payment.started_at is None and payment.expires_at < now + SHORTEST):
        CardPayment.objects.filter(pk=key).update(state=CardState.EXPIRED)
        return None
    card_settling.take_out_of_files(payment.creditor)
    CardPayment.objects.filter(pk=key, started_at=None).update(started_at=now)
    return payment


def _asked(payment: CardPayment) -> Asked:
    return Asked(
        reference=str(payment.reference),
        money=Money(payment.amount, payment.currency),
        label=f"{payment.brand.name}, {payment}",
        email=payment.email,
        back_url=site_url(payment.brand, f"/espace/compte/paiements/{payment.pk}/"),
        expires_at=payment.expires_at,
        language=payment.brand.language,
    )


def abandon(key: int, *, now: datetime) -> None:
    """Give up; never called inside a transaction. Whoever paid in the meantime has paid: the provider says which."""
    with acting_as(WORKER):
        CardPayment.objects.opened().filter(pk=key, started_at=None).update(state=CardState.EXPIRED)
        payment = CardPayment.objects.opened().filter(pk=key).first()
    pages = cards.pages()
    if payment is None or pages is None:
        return
    try:
        # A page that was asked for and perhaps made, without our knowing: asked again it is the same one.
        session = payment.session or pages.open(_asked(_with_brand(key))).session
        notice = pages.close(session)
    except PageRefused as refusal:
        logger.error("the provider refuses to close the page of %s: %s", payment, refusal)
        return
    except PageUnreachable as absence:
        raise CardRefused(_("Le prestataire ne répond pas : réessayez dans un instant.")) from absence
    with acting_as(WORKER):
        card_settling.settle(notice, now=now, session=session)


def _with_brand(key: int) -> CardPayment:
    with acting_as(WORKER):
        return CardPayment.objects.select_related("brand").get(pk=key)


def ask_refund(payment: CardPayment, *, by: str, now: datetime) -> bool:
    """Support decides that what was paid in excess goes back; the worker sends it, once."""
    due = CardPayment.objects.filter(pk=payment.pk, refund_asked_at=None, state=CardState.PAID, excess__gt=0)
    return bool(due.update(refund_asked_at=now, refund_asked_by=by))


# --- the worker's part ------------------------------------------------------------------------------------------------
def follow(*, now: datetime) -> int:
    """Ask the provider what became of the pages that nobody told us about, and send refunds; how many moved."""
    with acting_as(WORKER):
        CardPayment.objects.opened().filter(started_at=None, expires_at__lte=now).update(state=CardState.EXPIRED)
        silent = list(CardPayment.objects.under_way().filter(started_at__lte=now - PATIENCE).order_by("pk")[:AT_ONCE])
        asked = CardPayment.objects.filter(refund_asked_at__isnull=False, refund_sent_at=None)
        refunds = list(asked.order_by("pk")[:AT_ONCE])
    return sum(_one(_read, one, now) for one in silent) + sum(_one(_refund, one, now) for one in refunds)


def _one(step: Callable[[CardPayment, datetime], bool], payment: CardPayment, now: datetime) -> bool:
    """A payment that fails is told and stops no other."""
    try:
        return step(payment, now)
    except (PageRefused, PageUnreachable) as error:
        logger.warning("payment=%s: %s", payment.pk, error)
    except Exception:
        logger.exception("payment=%s could not be followed", payment.pk)
    return False


def _read(payment: CardPayment, now: datetime) -> bool:
    pages = cards.pages()
    if pages is None:
        return False
    if not payment.session:  # the page was asked for and its answer lost
        abandon(payment.pk, now=now)
        return True
    notice = pages.read(payment.session)
    if notice.told == Told.OPEN:
        return False
    with acting_as(WORKER):
        card_settling.settle(notice, now=now)
    return True


def _refund(payment: CardPayment, now: datetime) -> bool:
    pages = cards.pages()
    if pages is None:
        return False
    pages.refund(payment.session, Money(payment.excess, payment.currency), key=f"refund-{payment.reference}")
    notice = pages.read(payment.session)
    with acting_as(WORKER):
        CardPayment.objects.filter(pk=payment.pk).update(refund_sent_at=now)
        card_settling.settle(notice, now=now)
    return True
