"""The file of the injonction: complete or told what is missing, to the cent, its pieces numbered and stamped."""

import io
import subprocess
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from PIL import Image

from accounts.enums import PersonKind
from accounts.models import CivilStatus
from core import clock
from core.money import Money
from documents.services import store
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message, Outcome
from notifications.relay import dispatch_next
from procedures.claims import account_of
from procedures.decompte import Part
from procedures.petition import build, missing, pieces_of
from tenants.context import Audience, Context, acting_as
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)


def paper(dossier: Dossier, content: bytes | None = None, **fields: Any) -> Any:
    values = {"name": "facture.pdf", "media_type": "application/pdf"} | fields
    return store(
        content or factories.pdf(),
        brand=dossier.brand,
        creditor_id=dossier.creditor_id,
        dossier_id=dossier.pk,
        **values,
    )


def requested(office: Any, owner: Any = None, **fields: Any) -> Dossier:
    made: Dossier = factories.dossier(owner, phase=Phase.INJONCTION_REQUESTED, office=office, **fields)
    made.items.update(document=paper(made))
    return made


def posted(dossier: Dossier, day: date) -> None:
    Message.objects.create(
        brand_id=dossier.brand_id, creditor_id=dossier.creditor_id, office_id=dossier.office_id, dossier_id=dossier.pk,
        key=f"psrpc_letter:{dossier.pk}", kind="psrpc_letter", channel="registered", recipient={}, outcome=Outcome.SENT,
        created_at=factories.LONG_AGO, try_at=factories.LONG_AGO, posted_on=day, posted_by="Claire", posting_number="1A 1",
        document=paper(dossier, letter_of_two_pages(), secret_pages=1, name="Invitation.pdf"),
    )  # fmt: skip


def letter_of_two_pages() -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    for _ in range(2):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.save(out)
    return out.getvalue()


def text_of(pdf: bytes) -> str:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(found.stdout.decode().split())


@pytest.mark.req("LEG-22")
def test_between_professionals_late_penalties_run_without_reminder_with_40_euros(office: Any) -> None:
    dossier = requested(office, debtor={"kind": PersonKind.LEGAL, "company": "Bâti Sud", "last_name": ""})
    dossier.items.update(issued_on=date(2026, 4, 30), due_on=date(2026, 5, 30))
    account = account_of(dossier, on=date(2026, 9, 30))
    assert account.total(Part.INTEREST) == Money(Decimal("49.89"), "EUR")  # law.md 103
    assert account.total(Part.INDEMNITY) == Money(Decimal("40.00"), "EUR")


@pytest.mark.req("LEG-11")
def test_a_consumer_owes_neither_penalties_nor_indemnity_but_legal_interest_from_the_notice(office: Any) -> None:
    dossier = requested(office, debtor={"is_consumer": True})
    assert account_of(dossier, on=DAY).owed == dossier.balance()
    posted(dossier, date(2026, 7, 1))
    account = account_of(dossier, on=date(2026, 7, 31))
    assert account.total(Part.INDEMNITY).amount == 0
    assert account.total(Part.INTEREST) == Money(Decimal("2.80"), "EUR")  # 1200 × 2.75 % × 31 / 365


def test_a_credit_note_lowers_the_claim_from_the_start_and_a_payment_is_allocated(office: Any) -> None:
    dossier = requested(office, debtor={"is_consumer": True})
    factories.item(dossier, "200.00", kind="credit_note")
    factories.item(dossier, "300.00", kind="payment")
    account = account_of(dossier, on=DAY)
    assert account.total(Part.PRINCIPAL) == Money(Decimal("700.00"), "EUR") == dossier.balance()
    assert len(account.shares) == 1


@pytest.mark.req("LEG-17")
def test_what_is_missing_is_listed_with_where_to_find_it(office: Any) -> None:
    private = factories.creditor(office.brand, kind=PersonKind.NATURAL, company="", legal_form="")
    dossier = factories.dossier(private, phase=Phase.INJONCTION_REQUESTED, office=office)
    told = " ".join(missing(dossier, on=DAY))
    assert "naissance" in told and "facture ou le contrat" in told
    assert "saisissez-la avec sa source" in " ".join(
        missing(requested(office, debtor={"kind": PersonKind.LEGAL, "company": "X"}), on=date(2027, 2, 1))
    )


@pytest.mark.req("LEG-17", "LEG-21")
def test_the_file_holds_petition_account_list_and_stamped_pieces(office: Any) -> None:
    dossier = requested(office)
    posted(dossier, date(2026, 7, 1))
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "PNG")
    photo = paper(dossier, out.getvalue(), name="photo.png", media_type="image/png")
    dossier.attachments.create(creditor=dossier.creditor, document=photo, added_by="x", added_at=factories.LONG_AGO)
    sheet = paper(dossier, b"PK", name="relevé.xlsx", media_type="application/vnd.ms-excel")
    dossier.attachments.create(creditor=dossier.creditor, document=sheet, added_by="x", added_at=factories.LONG_AGO)
    pieces = pieces_of(dossier)
    assert [piece.pages for piece in pieces] == [1, 1, 0, 1], "the sheet with the debtor's code is cut off"
    text = text_of(build(dossier, on=DAY))
    for said in (
        "12948*06", "Menuiserie Martin", "Paul Durand", "CPC 1406", "Décompte au 21 novembre 2026", "Bordereau des pièces",
        "séparément", "Pièce n° 1 – 1/1", "Pièce n° 4 – 1/1", "envoi n° 1A 1", "CPC 1408",
    ):  # fmt: skip
        assert said in text, said


def test_one_click_at_the_office_files_the_sealed_pdf(office: Any, as_office: Any) -> None:
    dossier = requested(office)
    desk, page = as_office(), f"/etude/dossiers/{dossier.reference}/"
    assert "ÉTABLIR LE DOSSIER" in desk.get(page).content.decode()
    assert desk.post(f"{page}injonction").status_code == 302
    while dispatch_next(now=clock.now()):
        pass
    message = Message.objects.get(kind="petition")
    assert (message.outcome, message.channel) == (Outcome.SENT, "file")
    assert not message.document.for_debtor, "the file for the judge is not shown in the debtor's room"
    with pikepdf.open(io.BytesIO(message.document.read())) as pdf:
        assert pdf.Root.AcroForm.SigFlags


def test_nothing_is_made_while_something_is_missing(office: Any, as_office: Any, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.INJONCTION_REQUESTED, office=office)
    page = f"/etude/dossiers/{dossier.reference}/"
    answer = as_office().post(f"{page}injonction", follow=True)
    assert "joignez au moins la facture" in answer.content.decode()
    assert not Message.objects.filter(kind="petition").exists()


@pytest.mark.req("LEG-17")
def test_a_natural_persons_civil_status_is_read_by_the_office_that_petitions_only(office: Any, as_office: Any) -> None:
    private = factories.creditor(office.brand, kind=PersonKind.NATURAL, company="", legal_form="")
    dossier = requested(office, owner=private)
    page = f"/etude/dossiers/{dossier.reference}/"
    assert "naissance" in as_office().get(page).content.decode()
    CivilStatus.objects.create(
        creditor=private, birth_on=date(1980, 2, 29), birth_place="Lyon", nationality="française", occupation="ébéniste"
    )
    assert "naissance" not in as_office().get(page).content.decode()
    assert "né(e) le 29 février 1980 à Lyon, de nationalité française, ébéniste" in text_of(build(dossier, on=DAY))
    with acting_as(Context(Audience.OFFICE, brand=office.brand_id, office=office.pk)):
        assert CivilStatus.objects.count() == 1
        Dossier.objects.filter(pk=dossier.pk).update(phase=Phase.AMIABLE)
        assert not CivilStatus.objects.exists()
