"""Collecting the platform's own fees: announced, gathered into a file, released once, and what comes back.

The balance rules everything: a collection is planned from what no live collection takes, so that nothing that is run
again, killed half-way or started twice can collect twice.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Creditor
from core.actors import Actor
from core.calendar import Period, add_period, is_target_day
from core.money import Money
from mandates.models import Mandate, MandateState, Mode
from mandates.services import note_collection
from notifications.models import Channel, Message
from notifications.outbox import queue
from payments import files
from payments.locks import alone_with_creditor, alone_with_files
from payments.models import (
    BankReturn,
    Batch,
    BatchState,
    CardPayment,
    Collection,
    CollectionState,
    Fee,
    Sequence,
    balance_of,
)
from payments.reasons import Next, reason_of
from tenants.models import Brand

MARGIN = timedelta(days=1)  # the mail leaves the day after at the latest
CUT_OFF = timedelta(days=1)  # banks take files until the day before
SPREAD = 3
ATTEMPTS = 2


class CollectionRefused(ValueError):
    """The collection cannot be done so; the message says why."""


def charge(
    creditor: Creditor, *, key: str, label: str, amount: Decimal, due_on: date, now: datetime, net: Decimal | None = None
) -> Fee:  # fmt: skip
    """Write down a fee, once for its cause; `net` is what it is before tax, where that is known."""
    values = {"brand_id": creditor.brand_id, "label": label, "amount": amount, "net": net, "due_on": due_on,
              "created_at": now}  # fmt: skip
    fee, _created = Fee.objects.get_or_create(creditor=creditor, key=key, defaults=values)
    return fee


# --- announcing ----------------------------------------------------------------------------------------------------
@transaction.atomic
def announce(creditor: Creditor, *, now: datetime) -> list[Collection]:
    """Plan what is due and announce it by mail, with its notice; nothing when nothing may be collected now."""
    alone_with_creditor(creditor.pk)
    if creditor.card_payments.opened().exists():  # type: ignore[attr-defined]
        return []  # what a card may be paying is not announced beside it
    mandate = creditor.mandates.select_related("brand", "creditor").valid()
    planned = creditor.collections.filter(state__in=[CollectionState.ANNOUNCED, CollectionState.BATCHED])
    attempt = _attempt(creditor, mandate)
    if mandate is None or not attempt or planned.exists():
        return []
    made = [_plan(mandate, amount, month, attempt, now=now) for month, amount in enumerate(_parts(mandate))]
    if made:
        _announce_by_mail(mandate, made, now=now)
    return made


def _attempt(creditor: Creditor, mandate: Mandate | None) -> int:
    """Which presentation the next one is; 0 while something that came back forbids any."""
    attempt = 1
    for found in creditor.bank_returns.filter(resolved_at=None).select_related("collection"):
        then = reason_of(found.code).then
        signed_since = bool(mandate and mandate.signed_at and mandate.signed_at > found.imported_at)
        if signed_since and then in (Next.RETRY, Next.NEW_ACCOUNT, Next.END_MANDATE):
            continue
        if then != Next.RETRY or found.collection.attempt >= ATTEMPTS:
            return 0
        attempt = max(attempt, found.collection.attempt + 1)
    return attempt


def _parts(mandate: Mandate) -> list[Decimal]:
    """The amounts of the next debits: the whole balance, or what the mandate says for its first ones."""
    balance = balance_of(mandate.creditor)
    if not balance:
        return []
    is_first = not mandate.collections.exclude(state=CollectionState.CANCELLED).exists()
    if mandate.amount is None or not is_first:
        return [balance]
    amount = min(mandate.amount, balance)
    if not mandate.is_spread or amount < SPREAD * Decimal("0.01"):
        return [amount]
    return [part.amount for part in Money(amount, mandate.brand.currency).split(SPREAD)]


def _plan(mandate: Mandate, amount: Decimal, month: int, attempt: int, *, now: datetime) -> Collection:
    today = now.astimezone(mandate.brand.zone).date()
    notice = timedelta(days=mandate.notice_days)
    first = today + notice + MARGIN
    creditor = mandate.creditor
    rank = creditor.collections.count() + 1
    fees = creditor.fees.order_by("-due_on", "-pk")[:20]
    return Collection.objects.create(
        brand=mandate.brand,
        creditor=creditor,
        mandate=mandate,
        end_to_end_id=f"F{creditor.pk:07d}-{rank:05d}",
        sequence=Sequence.ONE_OFF if mandate.mode == Mode.ONE_OFF else Sequence.RECURRENT,
        amount=amount,
        due_on=target_day(add_period(first, Period(months=month))),
        attempt=attempt,
        detail=[{"label": fee.label, "amount": str(fee.amount)} for fee in fees],
        created_at=now,
    )


def target_day(day: date) -> date:
    """That day if euro payments settle on it, else the next on which they do."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day


def _announce_by_mail(mandate: Mandate, made: list[Collection], *, now: datetime) -> None:
    keys, announcement = [one.pk for one in made], f"collection-announced-{made[0].pk}"
    Collection.objects.filter(pk__in=keys).update(announcement=announcement)
    _write(mandate, announcement, "collection_announced", now=now, collections=keys)


def note_announced(announcement: str, *, now: datetime) -> None:
    """The announcement left: the notice runs from here."""
    Collection.objects.filter(announcement=announcement, announced_at=None).update(announced_at=now)


# --- the file ----------------------------------------------------------------------------------------------------
@transaction.atomic
def prepare(brand: Brand, *, until: date, now: datetime) -> Batch | None:
    """Gather what falls due until that day into a file to release; None when there is nothing.

    What was announced too late for its day, or whose mandate ended, is cancelled and planned anew; what somebody is
    paying by card at this moment stays out.
    """
    alone_with_files(brand.pk)
    waiting = Collection.objects.select_for_update(of=("self",)).filter(brand=brand, state=CollectionState.ANNOUNCED)
    paying = CardPayment.objects.under_way().filter(brand=brand).values("creditor")
    found = list(
        waiting.filter(due_on__lte=until)
        .exclude(creditor__in=paying)
        .select_related("mandate", "brand")
        .order_by("due_on", "pk")
    )
    stale = [one.pk for one in found if _is_stale(one, now)]
    ready = [one for one in found if one.pk not in stale and one.announced_at]
    Collection.objects.filter(pk__in=stale).update(state=CollectionState.CANCELLED)
    if not ready:
        return None
    batch = Batch.objects.create(
        brand=brand,
        message_id=f"P{brand.pk}-{now:%Y%m%d}-{Batch.objects.filter(brand=brand).count() + 1:05d}",
        ics=brand.creditor_id_sepa,
        count=len(ready),
        amount=sum((one.amount for one in ready), Decimal(0)),
        created_at=now,
    )
    Collection.objects.filter(pk__in=[one.pk for one in ready]).update(state=CollectionState.BATCHED, batch=batch)
    return batch


def _is_stale(collection: Collection, now: datetime) -> bool:
    """Whether its day can no longer be kept: no mandate, the bank's cut-off passed, or announced too late."""
    zone = collection.brand.zone
    if collection.mandate.state != MandateState.SIGNED or collection.due_on < now.astimezone(zone).date() + CUT_OFF:
        return True
    if collection.announced_at is None:
        return False
    notice = timedelta(days=collection.mandate.notice_days)
    return collection.announced_at.astimezone(zone).date() + notice > collection.due_on


@transaction.atomic
def release(batch: Batch, *, by: Actor, now: datetime) -> bytes:
    """Hand the file over, once: checked against its totals and the schema of ISO 20022 before anything moves.

    Asked again it gives the very same bytes, so that a file lost on its way is sent again and not collected twice.
    """
    alone_with_files(batch.brand_id)
    batch = Batch.objects.select_for_update(of=("self",)).select_related("brand").get(pk=batch.pk)
    if batch.state == BatchState.CANCELLED:
        raise CollectionRefused(_("Cette remise est annulée : préparez-en une autre."))
    content = files.content_of(batch, by=by, now=now)
    if batch.state == BatchState.RELEASED:
        if hashlib.sha256(content).hexdigest() != batch.sha256:
            raise CollectionRefused(_("Les données ont changé depuis la remise : le fichier n’est pas refait."))
        return content
    _check_before_release(batch, now=now)
    batch.state, batch.sha256 = BatchState.RELEASED, hashlib.sha256(content).hexdigest()
    batch.released_at, batch.released_by = now, str(by)
    batch.save(update_fields=["state", "sha256", "released_at", "released_by"])
    for collection in batch.collections.select_related("mandate").order_by("pk"):
        note_collection(collection.mandate, collection.due_on, now=now)
    batch.collections.update(state=CollectionState.RELEASED)
    return content


def _check_before_release(batch: Batch, *, now: datetime) -> None:
    found = list(batch.collections.select_related("mandate", "brand"))
    if (len(found), sum((one.amount for one in found), Decimal(0))) != (batch.count, batch.amount):
        raise CollectionRefused(
            _("Les totaux de contrôle ne correspondent plus : annulez la remise et préparez-la de nouveau.")
        )
    if late := [one.end_to_end_id for one in found if _is_stale(one, now)]:
        raise CollectionRefused(
            _(
                "Échéance passée, préavis trop court ou mandat terminé : %(list)s. Annulez la remise et préparez-la de nouveau."
            )
            % {"list": ", ".join(late)}
        )


@transaction.atomic
def cancel(batch: Batch) -> None:
    """Undo a preparation: its debits wait again. What was released is not undone here."""
    alone_with_files(batch.brand_id)
    held = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if held.state != BatchState.PREPARED:
        raise CollectionRefused(_("Cette remise n’est plus à annuler : elle est remise à la banque, ou annulée déjà."))
    held.collections.update(state=CollectionState.ANNOUNCED, batch=None)
    Batch.objects.filter(pk=held.pk).update(state=BatchState.CANCELLED)


# --- what comes back ---------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Import:
    """What a bank's file did: how many returns are new, how many were known, and what nobody can place."""

    new: int = 0
    known: int = 0
    unplaced: list[str] | None = None


def import_returns(content: bytes, *, now: datetime) -> Import:
    """Take a pain.002 or camt.054; the same file again changes nothing. bank_files.Unreadable for any other."""
    done = Import(unplaced=[])
    for line in files.read(content):
        with transaction.atomic():
            outcome = _take_back(line, now=now)
        if outcome is None:
            done.unplaced = [*(done.unplaced or []), f"{line.end_to_end_id or '?'} {line.code}"]
        elif outcome:
            done.new += 1
        else:
            done.known += 1
    return done


def _take_back(line: files.Returned, *, now: datetime) -> bool | None:
    """True for a new return, False for a known one, None for what is not ours or does not fit."""
    found = Collection.objects.select_for_update(of=("self",)).filter(end_to_end_id=line.end_to_end_id)
    collection = found.select_related("creditor", "mandate", "brand").first()
    if collection is None or line.amount not in (None, collection.amount):
        return None
    if collection.state == CollectionState.RETURNED:
        return False
    if collection.state != CollectionState.RELEASED:
        return None
    made = BankReturn.objects.create(
        brand=collection.brand,
        creditor=collection.creditor,
        collection=collection,
        message_id=line.message_id[:35],
        code=line.code,
        amount=collection.amount,
        booked_on=line.booked_on or now.astimezone(collection.brand.zone).date(),
        imported_at=now,
    )
    Collection.objects.filter(pk=collection.pk).update(state=CollectionState.RETURNED)
    _follow(made, collection, now=now)
    return True


def _follow(made: BankReturn, collection: Collection, *, now: datetime) -> None:
    """What the reason asks for: the mandate ends, the debits still planned on it are cancelled, the creditor is told."""
    then = reason_of(made.code).then
    if then in (Next.END_MANDATE, Next.STOP):
        signed = Mandate.objects.signed().filter(pk=collection.mandate_id)
        signed.update(state=MandateState.REVOKED, ended_at=now)
    if then != Next.RETRY:
        planned = collection.creditor.collections.filter(state=CollectionState.ANNOUNCED)
        planned.update(state=CollectionState.CANCELLED)
    if then != Next.STOP:
        _write(
            collection.mandate, f"collection-returned-{made.pk}", "collection_returned", now=now, bank_return=made.pk
        )


def resolve(found: BankReturn, *, by: Actor, now: datetime) -> None:
    """A person looked at it: collecting may go on."""
    BankReturn.objects.filter(pk=found.pk, resolved_at=None).update(resolved_at=now, resolved_by=str(by))


def to_announce() -> QuerySet[Creditor]:
    """Creditors who owe something and have a mandate in force."""
    signed = Mandate.objects.signed().values("creditor")
    return Creditor.objects.filter(pk__in=signed, fees__isnull=False).distinct().order_by("pk")


def _write(mandate: Mandate, key: str, kind: str, *, now: datetime, **payload: object) -> None:
    """To where the mandate's debits are announced."""
    creditor = mandate.creditor
    queue(
        Message(
            brand_id=creditor.brand_id,
            creditor_id=creditor.pk,
            key=key,
            kind=kind,
            channel=Channel.EMAIL,
            recipient={"name": creditor.name, "email": mandate.notices_to},
            payload=payload,
            created_at=now,
            try_at=now,
        )
    )
