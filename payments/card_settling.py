"""What the provider's word does to a payment: counted once, in whatever order it comes, checked to the cent."""

import logging
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum

from accounts.models import Creditor
from core import clock
from core.money import Money
from notifications.models import Channel, Message
from notifications.outbox import queue
from payments.cards.port import Notice, Told
from payments.locks import alone_with_creditor, beside_files
from payments.models import (
    Batch,
    BatchState,
    CardPayment,
    CardState,
    Collection,
    CollectionState,
    owing,
)

logger = logging.getLogger(__name__)
# What is said later wins only if it is stronger: the order in which notices come does not matter.
STRENGTH = {
    CardState.OPENED: 0, CardState.FAILED: 1, CardState.EXPIRED: 2, CardState.PAID: 3, CardState.REFUNDED: 4,
}  # fmt: skip
STATES = {
    Told.FAILED: CardState.FAILED,
    Told.EXPIRED: CardState.EXPIRED,
    Told.PAID: CardState.PAID,
    Told.REFUNDED: CardState.REFUNDED,
}
EVENTS_KEPT = 100


def settle(notice: Notice, *, now: datetime, session: str = "") -> bool:
    """Take the provider's word, once; whether it changed anything. What is not ours is left alone."""
    payment = _held(notice.reference)
    if payment is None:
        logger.warning("a notice for no payment of ours: %s", notice.event)
        return False
    if notice.event in payment.events or notice.told not in STATES:
        return False
    payment.events = [*payment.events, notice.event][-EVENTS_KEPT:]
    payment.session = payment.session or session
    changed = not _mistaken(payment, notice) and _move(payment, notice, now=now)
    payment.save(
        update_fields=[
            "events",
            "session",
            "state",
            "paid_at",
            "charge",
            "refunded",
            "problem",
            "excess",
            "refund_sent_at",
        ]
    )
    return changed


def _held(reference: str) -> CardPayment | None:
    try:
        found = CardPayment.objects.filter(reference=reference).first()
    except (ValueError, ValidationError):
        return None
    if found is None:
        return None
    beside_files(found.brand_id)
    alone_with_creditor(found.creditor_id)
    related = CardPayment.objects.select_for_update(of=("self",)).select_related("creditor", "brand")
    return related.get(pk=found.pk)


def _mistaken(payment: CardPayment, notice: Notice) -> bool:
    """Another amount or currency than was asked for settles nothing: support looks at it."""
    asked, told = Money(payment.amount, payment.currency), notice.money
    is_right = told.currency == asked.currency and (
        told == asked if notice.told == Told.PAID else told.amount <= asked.amount
    )
    if is_right or notice.told in (Told.FAILED, Told.EXPIRED):
        return False
    payment.problem = f"{notice.told} : {told} pour {asked} demandés"
    logger.error("payment=%s: the provider told of another amount", payment.pk)
    _write(payment, "card_flagged", payment.brand.support_email, now=clock.now())
    return True


def _move(payment: CardPayment, notice: Notice, *, now: datetime) -> bool:
    state = STATES[notice.told]
    if state == CardState.REFUNDED and notice.money.amount > payment.refunded:
        return _refunded(payment, notice, now=now)
    if STRENGTH[state] <= STRENGTH[CardState(payment.state)]:
        return False
    payment.state = state
    if state == CardState.PAID:
        payment.paid_at, payment.charge = now, notice.charge
        payment.save(update_fields=["state", "paid_at", "charge"])
        _paid(payment, now=now)
    return True


def _refunded(payment: CardPayment, notice: Notice, *, now: datetime) -> bool:
    """What went back, in all; a payment that was refunded was paid, even if nobody told us before."""
    payment.refunded, payment.charge = notice.money.amount, payment.charge or notice.charge
    payment.paid_at = payment.paid_at or now
    payment.state = CardState.REFUNDED
    payment.excess = max(payment.excess - notice.money.amount, Decimal(0))
    payment.save(update_fields=["state", "paid_at", "refunded", "excess"])
    _write(payment, "card_refunded", payment.email, now=now)
    return True


def _paid(payment: CardPayment, *, now: datetime) -> None:
    creditor = payment.creditor
    take_out_of_files(creditor)
    cancelled = _cancel_planned(creditor)
    too_much = -owing(creditor, collections=Collection.objects.filter(state=CollectionState.RELEASED))
    payment.excess = min(max(too_much, Decimal(0)), payment.amount)
    _write(payment, "card_receipt", payment.email, now=now, cancelled=[one.pk for one in cancelled])
    if payment.excess:
        _write(payment, "card_flagged", payment.brand.support_email, now=now)


def take_out_of_files(creditor: Creditor) -> None:
    """Debits of the creditor that lie in a file not yet handed to the bank wait again; the file counts without them.

    Whoever calls holds the files still (payments.locks).
    """
    batched = Collection.objects.filter(creditor=creditor, state=CollectionState.BATCHED)
    batches = list(Batch.objects.filter(pk__in=batched.values("batch"), state=BatchState.PREPARED))
    batched.filter(batch__in=batches).update(state=CollectionState.ANNOUNCED, batch=None)
    for batch in batches:
        left = batch.collections.aggregate(amount=Sum("amount"))["amount"]
        if left is None:
            Batch.objects.filter(pk=batch.pk).update(state=BatchState.CANCELLED)
        else:
            Batch.objects.filter(pk=batch.pk).update(amount=left, count=batch.collections.count())


def _cancel_planned(creditor: Creditor) -> list[Collection]:
    """Announced debits for which nothing is left to take, the last first; the rest of what is due is announced anew."""
    owed = owing(creditor, collections=Collection.objects.filter(state=CollectionState.RELEASED))
    planned = list(creditor.collections.filter(state=CollectionState.ANNOUNCED).order_by("-due_on"))
    total = sum((one.amount for one in planned), Decimal(0))
    cancelled = []
    for one in planned:
        if total <= owed:
            break
        total -= one.amount
        cancelled.append(one)
    Collection.objects.filter(pk__in=[one.pk for one in cancelled]).update(state=CollectionState.CANCELLED)
    return cancelled


def _write(payment: CardPayment, kind: str, email: str, *, now: datetime, **payload: object) -> None:
    name = payment.brand.name if kind == "card_flagged" else payment.creditor.name
    suffix = "" if kind == "card_receipt" else f"-{len(payment.events)}"
    queue(
        Message(
            brand_id=payment.brand_id,
            creditor_id=payment.creditor_id,
            key=f"{kind.replace('_', '-')}-{payment.pk}{suffix}",
            kind=kind,
            channel=Channel.EMAIL,
            recipient={"name": name, "email": email},
            payload={"payment": payment.pk} | payload,
            created_at=now,
            try_at=now,
        )
    )
