"""From rows to the bank's file and back: nothing of it is kept in clear."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.utils.translation import gettext as _

from core.actors import Actor
from core.identifiers import check_bic, check_iban, check_ics
from mandates.services import reveal_iban
from payments.bank_files import Returned, Unreadable, read
from payments.models import Batch, Collection, CollectionState
from payments.sepa import Amendment, Collector, Debit, FileRefused, Group, Party, pain_008
from tenants.models import Brand

__all__ = ["FileRefused", "Returned", "Unreadable", "collector_of", "content_of", "read"]


def content_of(batch: Batch, *, by: Actor, now: datetime) -> bytes:
    """The batch as pain.008, the same bytes each time; every IBAN that is opened leaves a trace."""
    related = ("mandate__account", "mandate__replaces__account", "creditor", "mandate__brand")
    rows = batch.collections.select_related(*related).order_by("due_on", "sequence", "pk")
    groups = [
        Group(
            f"{due_on:%y%m%d}{sequence}",
            sequence,
            due_on,
            tuple(_debit(row, by=by, batch=batch, now=now) for row in found),
        )
        for (due_on, sequence), found in groupby(rows, key=lambda row: (row.due_on, row.sequence))
    ]
    return pain_008(batch.message_id, collector_of(batch.brand), groups, created_at=batch.created_at)


def collector_of(brand: Brand) -> Collector:
    """Who collects for this brand, from its record and COLLECTION_ACCOUNTS; FileRefused when something is missing."""
    accounts = {slug: (iban, bic) for slug, iban, bic in (entry.split(":") for entry in settings.COLLECTION_ACCOUNTS)}
    try:
        iban, bic = accounts[brand.slug]
        *_lines, street, place = ["", *brand.address_lines]
        postcode, town = place.split(" ", 1)
        return Collector(
            Party(brand.name, street, postcode, town),
            check_ics(brand.creditor_id_sepa),
            check_iban(iban),
            check_bic(bic),
        )
    except (KeyError, ValueError) as error:
        raise FileRefused(
            _(
                "Il manque à la marque %(name)s son compte (COLLECTION_ACCOUNTS), son ICS ou une adresse sur deux lignes."
            )
            % {"name": brand.name}
        ) from error


def _debit(row: Collection, *, by: Actor, batch: Batch, now: datetime) -> Debit:
    creditor, mandate = row.creditor, row.mandate
    if mandate.signed_at is None or row.batch is None:
        raise FileRefused(_("Un prélèvement sans mandat signé ne se remet pas."))
    reason = f"remise {batch.message_id}"
    return Debit(
        end_to_end_id=row.end_to_end_id,
        amount=row.amount,
        rum=mandate.rum,
        signed_on=mandate.signed_at.astimezone(batch.brand.zone).date(),
        debtor=Party(creditor.name, creditor.street, creditor.postcode, creditor.town),
        iban=reveal_iban(mandate.account, by=by, reason=reason, now=now),
        bic=mandate.account.bic,
        remittance=f"{batch.brand.name} frais {row.end_to_end_id}",
        amendment=next(_amendments(row, by=by, reason=reason, now=now), None),
    )


def _amendments(row: Collection, *, by: Actor, reason: str, now: datetime) -> Iterator[Amendment]:
    """The account that changed, told to the bank with the first collection of the version that changed it."""
    before = row.mandate.replaces
    if before is None or before.account_id == row.mandate.account_id:
        return
    started = row.batch.created_at if row.batch else now
    earlier = row.mandate.collections.filter(state=CollectionState.RELEASED, batch__created_at__lt=started)
    if not earlier.exists():
        yield Amendment(reveal_iban(before.account, by=by, reason=reason, now=now))
