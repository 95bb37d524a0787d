"""Building a dossier: what may be changed while it is a draft, and what may still be added afterwards."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from documents.models import Document
from documents.sniffing import Refused
from dossiers import journal, services
from dossiers.enums import ENDED, Phase
from dossiers.models import Attachment, Debtor, Dossier, Item
from dossiers.services import Locked, TooLarge
from tests import factories

pytestmark = pytest.mark.django_db

FILED = [phase for phase in Phase if phase != Phase.DRAFT]
ALIVE = [phase for phase in FILED if phase not in ENDED]


def invoice(**fields: Any) -> Item:
    values = {"kind": "invoice", "number": "F-1", "issued_on": date(2026, 1, 1), "due_on": date(2026, 1, 31)}
    return Item(**(values | {"gross": Decimal("100.00"), "currency": "EUR"} | fields))


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("piece.pdf", factories.pdf())


def person() -> Debtor:
    return Debtor(kind="natural", last_name="Petit", street="1 rue X", postcode="69001", town="Lyon")


# --- the draft -----------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-11", "ATR-39")
def test_a_new_draft_belongs_to_its_creditor_and_to_no_office(creditor: Any, now: datetime) -> None:
    dossier = services.open_draft(creditor, by="Jeanne", now=now, creditor_reference="CLI-7")
    fresh = Dossier.objects.get(pk=dossier.pk)
    assert (fresh.phase, fresh.office, fresh.debtor) == (Phase.DRAFT, None, None)
    assert (fresh.creditor, fresh.brand, fresh.creditor_reference) == (creditor, creditor.brand, "CLI-7")
    assert [(e.kind, e.actor, e.at) for e in fresh.events.all()] == [("opened", "Jeanne", now)]


@pytest.mark.req("ATR-15")
def test_a_creditors_own_reference_serves_once_and_may_be_left_empty(creditor: Any, now: datetime) -> None:
    services.open_draft(creditor, by="x", now=now, creditor_reference="CLI-7")
    with pytest.raises(IntegrityError, match="creditor_reference_once"), transaction.atomic():
        services.open_draft(creditor, by="x", now=now, creditor_reference="CLI-7")
    services.open_draft(factories.creditor(), by="x", now=now, creditor_reference="CLI-7")
    for _ in range(2):
        services.open_draft(creditor, by="x", now=now)
    assert Dossier.objects.count() == 4


def test_a_draft_is_corrected_and_only_in_what_is_named(now: datetime) -> None:
    dossier = factories.dossier(comments="avant", policy_number="P-1")
    services.correct_draft(dossier, comments="après")
    fresh = Dossier.objects.get(pk=dossier.pk)
    assert (fresh.comments, fresh.policy_number, fresh.events_count) == ("après", "P-1", 1)


@pytest.mark.req("ATR-21")
def test_the_debtor_of_a_draft_is_named_then_corrected_in_place(creditor: Any, now: datetime) -> None:
    dossier = services.open_draft(creditor, by="x", now=now)
    services.identify_debtor(dossier, person())
    named = Dossier.objects.get(pk=dossier.pk).debtor
    assert named and (named.last_name, named.creditor) == ("Petit", creditor)
    named.last_name = "Legrand"
    services.identify_debtor(dossier, named)
    assert [debtor.last_name for debtor in Debtor.objects.all()] == ["Legrand"]


@pytest.mark.parametrize("phase", FILED)
def test_what_was_filed_is_no_longer_changed(phase: str, now: datetime) -> None:
    dossier = factories.dossier(phase=phase)
    item = dossier.items.get()
    piece = Attachment.objects.create(
        dossier=dossier, creditor=dossier.creditor, added_by="x", added_at=now, document=paper(dossier)
    )
    changes: list[Callable[[], Any]] = [
        lambda: services.correct_draft(dossier, comments="autre"),
        lambda: services.identify_debtor(dossier, person()),
        lambda: services.remove_item(dossier, item),
        lambda: services.detach(dossier, piece),
    ]
    for change in changes:
        with pytest.raises(Locked):
            change()
    fresh = Dossier.objects.get(pk=dossier.pk)
    assert (fresh.comments, fresh.debtor, fresh.items.count(), fresh.attachments.count()) == ("", dossier.debtor, 1, 1)


def paper(dossier: Dossier, size: int = 10) -> Document:
    return Document.objects.create(
        brand=dossier.brand,
        creditor_id=dossier.creditor_id,
        dossier_id=dossier.pk,
        name="p.pdf",
        size=size,
        sha256="0" * 64,
    )


def test_a_stale_draft_does_not_change_what_was_filed_meanwhile(now: datetime) -> None:
    dossier = factories.dossier(office=factories.office())
    stale = Dossier.objects.get(pk=dossier.pk)
    journal.append([journal.Entry(dossier, "submit", Phase.SUBMITTED)], by="x", at=now)
    with pytest.raises(Locked):
        services.correct_draft(stale, comments="autre")


def test_items_and_pieces_are_taken_out_of_a_draft(now: datetime) -> None:
    dossier = factories.dossier()
    piece = services.attach(dossier, pdf(), kind="contract", by="x", now=now)
    services.detach(dossier, piece)
    services.remove_item(dossier, dossier.items.get())
    assert (dossier.items.count(), dossier.attachments.count()) == (0, 0)


# --- items and pieces while it lives -------------------------------------------------------------------------
@pytest.mark.req("ATR-34")
def test_an_item_of_a_draft_is_added_without_a_word_in_the_journal(now: datetime) -> None:
    dossier = factories.dossier(balance="0")
    services.add_item(dossier, invoice(), file=None, by="x", now=now)
    assert (dossier.balance().amount, dossier.events.count()) == (Decimal("100.00"), 1)


@pytest.mark.req("ATR-69", "ATR-70", "ATR-71", "ATR-76")
@pytest.mark.parametrize("phase", ALIVE)
@pytest.mark.parametrize("kind", ["invoice", "credit_note", "payment"])
def test_an_item_of_a_filed_dossier_is_added_and_told(phase: str, kind: str, now: datetime) -> None:
    dossier = factories.dossier(phase=phase)
    services.add_item(dossier, invoice(kind=kind), file=None, by="Jeanne", now=now)
    event = dossier.events.last()
    assert event and (event.kind, event.actor, event.at, event.phase) == (f"{kind}_added", "Jeanne", now, phase)
    assert event.detail == {"number": "F-1", "gross": "100.00", "on": "2026-01-01"}
    assert dossier.balance().amount == Decimal("1300.00" if kind == "invoice" else "1100.00")
    assert journal.first_broken(dossier.events.all()) is None


@pytest.mark.parametrize("phase", ENDED)
def test_nothing_is_added_to_an_ended_dossier(phase: str, now: datetime) -> None:
    dossier = factories.dossier(phase=phase)
    with pytest.raises(Locked):
        services.add_item(dossier, invoice(), file=pdf(), by="x", now=now)
    with pytest.raises(Locked):
        services.attach(dossier, pdf(), kind="other", by="x", now=now)
    assert (dossier.items.count(), Attachment.objects.count(), dossier.events.count()) == (1, 0, 1)


@pytest.mark.attack("T06")
def test_an_item_goes_to_the_dossier_and_the_creditor_it_was_added_to(now: datetime) -> None:
    dossier, other = factories.dossier(), factories.dossier()
    item = services.add_item(dossier, invoice(dossier=other, creditor=other.creditor), file=None, by="x", now=now)
    assert (item.dossier_id, item.creditor_id) == (dossier.pk, dossier.creditor_id)


@pytest.mark.req("ATR-20", "ATR-33")
def test_an_item_keeps_its_own_paper(now: datetime) -> None:
    dossier = factories.dossier()
    item = services.add_item(dossier, invoice(), file=pdf(), by="x", now=now)
    assert item.document and item.document.read().startswith(b"%PDF-")
    assert (item.document.dossier_id, item.document.creditor_id) == (dossier.pk, dossier.creditor_id)
    assert not item.document.for_debtor


def test_an_item_whose_paper_is_refused_is_not_kept(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    with pytest.raises(Refused):
        services.add_item(dossier, invoice(), file=SimpleUploadedFile("f.pdf", b"MZ not a pdf"), by="x", now=now)
    assert (dossier.items.count(), dossier.events.count()) == (1, 1)


@pytest.mark.req("ATR-19", "ATR-76")
def test_a_piece_is_attached_with_its_kind_its_author_and_its_hour(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    services.attach(dossier, pdf(), kind="contract", by="Jeanne", now=now)
    piece = dossier.attachments.get()
    assert (piece.kind, piece.added_by, piece.added_at) == ("contract", "Jeanne", now)
    assert piece.document.dossier_id == dossier.pk


@pytest.mark.req("ATR-37")
@pytest.mark.attack("U08")
def test_pieces_and_papers_together_weigh_no_more_than_the_limit(settings: Any, now: datetime) -> None:
    dossier, other = factories.dossier(), factories.dossier()
    each = len(factories.pdf())
    settings.MAX_DOSSIER_BYTES = 3 * each
    services.attach(dossier, pdf(), kind="other", by="x", now=now)
    services.add_item(dossier, invoice(), file=pdf(), by="x", now=now)
    assert (services.weight(dossier), services.weight(other)) == (2 * each, 0)
    settings.MAX_DOSSIER_BYTES = 3 * each - 1
    with pytest.raises(TooLarge, match="50 MB"):
        services.attach(dossier, pdf(), kind="other", by="x", now=now)
    with pytest.raises(TooLarge, match="50 MB"):
        services.add_item(dossier, invoice(), file=pdf(), by="x", now=now)
    assert (dossier.items.count(), dossier.attachments.count()) == (2, 1)
    settings.MAX_DOSSIER_BYTES = 3 * each
    services.attach(dossier, pdf(), kind="other", by="x", now=now)
    services.attach(other, pdf(), kind="other", by="x", now=now)
