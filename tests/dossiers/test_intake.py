"""Dropped invoices make drafts, once each, of the right creditor, and file nothing."""

import base64
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Creditor
from dossiers import intake, services
from dossiers.enums import ItemKind, Phase
from dossiers.models import Dossier, InvoiceDrop, Item
from tests import factories
from tests.conftest import MONDAY
from tests.dossiers.test_invoices import pdf_holding, sample, swapped

UBL = "ubl-21-en16931.xml"
BY = "Jeanne Martin"


@pytest.fixture
def seller(brand: Any) -> Creditor:
    """Whoever issued the UBL sample."""
    return factories.creditor(brand, company="Au bon moulin", siret="99999999800019")


def upload(content: bytes, name: str = "facture.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def dropped(creditor: Creditor, *contents: bytes, together: bool = True) -> list[dict[str, Any]]:
    uploads = [upload(content, f"f{n}") for n, content in enumerate(contents)]
    made: InvoiceDrop = intake.drop(creditor, uploads, together=together, by=BY, now=MONDAY)
    return made.outcomes


def numbered(number: str, *pairs: tuple[str, str]) -> bytes:
    return swapped(UBL, (">F124212<", f">{number}<"), *pairs)


def credit_note(number: str, of: str) -> bytes:
    return numbered(
        number, (">380</cbc:Invoice", ">381</cbc:Invoice"), (">F124211<", f">{of}<"), ("PrepaidAmount", "NotPrepaid"),
    )  # fmt: skip


@pytest.mark.req("ATR-20", "ATR-24", "ATR-26", "ATR-29", "ATR-77")
def test_a_valid_invoice_fills_a_draft_with_nothing_to_type(seller: Creditor) -> None:
    [outcome] = dropped(seller, sample(UBL))
    dossier = Dossier.objects.get(reference=outcome["reference"])
    assert outcome["state"] == intake.MADE
    assert dossier.phase == Phase.DRAFT
    debtor = dossier.debtor
    assert debtor is not None
    assert (debtor.company, debtor.siren, debtor.vat_number) == ("Ma jolie boutique SARL", "787878784", "FR19787878784")
    assert debtor.address_lines[1:] == ["La presqu'île", "35 rue de la République", "69001 Lyon"]
    assert str(debtor.phone) == "+33742124212"
    invoice, paid = dossier.items.order_by("kind")
    assert (invoice.number, invoice.issued_on, invoice.due_on) == ("F124212", date(2026, 6, 17), date(2026, 7, 16))
    assert (invoice.gross, invoice.net, invoice.currency) == (Decimal("308.03"), Decimal("273.00"), "EUR")
    assert (paid.kind, paid.gross) == (ItemKind.PAYMENT, Decimal("100.00"))
    assert dossier.balance().amount == Decimal("208.03")


def test_the_paper_of_the_item_is_the_pdf_that_was_dropped(brand: Any) -> None:
    seller = factories.creditor(brand, siret="12345678200077")
    content = sample("factur-x-en16931.pdf")
    [outcome] = dropped(seller, content)
    document = Item.objects.get(dossier__reference=outcome["reference"]).document
    assert document is not None
    assert document.media_type == "application/pdf"
    assert document.read() == content


def test_the_paper_of_an_xml_is_the_pdf_that_travels_in_it(seller: Creditor) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = io.BytesIO()
    pdf.save(out)
    inside = base64.b64encode(out.getvalue()).decode()
    binary = f'<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="f.pdf">{inside}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>'
    code = "<cbc:DocumentTypeCode>130</cbc:DocumentTypeCode>\n  </cac:AdditionalDocumentReference>"
    [outcome] = dropped(seller, swapped(UBL, (code, code.replace("\n  </", f"{binary}</"))))
    document = Item.objects.get(dossier__reference=outcome["reference"], kind=ItemKind.INVOICE).document
    assert document is not None
    assert document.read() == out.getvalue()


@pytest.mark.req("REL-48")
def test_nothing_is_filed_nor_attested_by_a_drop(seller: Creditor) -> None:
    dropped(seller, sample(UBL))
    dossier = Dossier.objects.get()
    assert dossier.is_draft
    assert not dossier.is_attested
    assert [event.kind for event in dossier.events.all()] == ["opened"]


def test_an_invoice_of_somebody_else_is_refused_by_name(creditor: Creditor) -> None:
    [outcome] = dropped(creditor, sample(UBL))
    assert outcome["state"] == intake.REFUSED
    assert "Au bon moulin" in outcome["sentence"]
    assert not Dossier.objects.exists()


@pytest.mark.req("ATR-13")
def test_the_invoice_of_a_subsidiary_is_filed_under_it(creditor: Creditor) -> None:
    child = factories.creditor(creditor.brand, company="Au bon moulin", siret="99999999800019", parent=creditor)
    dropped(creditor, sample(UBL))
    dossier = Dossier.objects.get()
    assert (dossier.creditor, dossier.subsidiary) == (creditor, child)


def test_a_seller_known_by_name_only_is_to_be_checked(creditor: Creditor) -> None:
    nameless = swapped(
        UBL, ("99999999800019", ""), ('schemeID="0002">999999998', '>'), ("FR11999999998", "")
    )  # fmt: skip
    [outcome] = dropped(creditor, nameless)
    assert any("Au bon moulin" in note for note in outcome["notes"])


@pytest.mark.attack("I03")
def test_the_same_invoice_is_taken_once(seller: Creditor) -> None:
    [first] = dropped(seller, sample(UBL))
    again, other = dropped(seller, sample(UBL), numbered("F2"))
    assert (again["state"], again["reference"]) == (intake.KNOWN, first["reference"])
    assert other["state"] == intake.MADE
    assert Item.objects.filter(kind=ItemKind.INVOICE).count() == 2


def test_the_same_invoice_twice_in_one_drop_is_taken_once(seller: Creditor) -> None:
    states = [outcome["state"] for outcome in dropped(seller, sample(UBL), sample(UBL))]
    assert states == [intake.MADE, intake.KNOWN]


def test_the_same_number_with_another_amount_is_told(seller: Creditor) -> None:
    dropped(seller, sample(UBL))
    [outcome] = dropped(seller, swapped(UBL, ('"EUR">308.03<', '"EUR">318.03<')))
    assert outcome["state"] == intake.MADE
    assert any("même numéro" in note for note in outcome["notes"])


@pytest.mark.attack("I03")
@pytest.mark.req("ATR-34")
def test_invoices_of_one_debtor_share_a_draft_when_asked(seller: Creditor) -> None:
    dropped(seller, numbered("F1"), numbered("F2"))
    assert Dossier.objects.get().items.filter(kind=ItemKind.INVOICE).count() == 2


def test_invoices_of_one_debtor_are_apart_when_asked(seller: Creditor) -> None:
    dropped(seller, numbered("F1"), numbered("F2"), together=False)
    assert Dossier.objects.count() == 2


def test_a_credit_note_lowers_the_draft_of_its_invoice_whatever_the_order(seller: Creditor) -> None:
    outcomes = dropped(seller, credit_note("A1", of="F1"), numbered("F1"))
    assert [outcome["state"] for outcome in outcomes] == [intake.JOINED, intake.MADE]
    dossier = Dossier.objects.get()
    assert dossier.items.filter(kind=ItemKind.CREDIT_NOTE).count() == 1
    assert dossier.balance().amount == Decimal("-100.00")


def test_a_credit_note_on_a_filed_dossier_waits_for_a_person(seller: Creditor) -> None:
    filed = factories.dossier(seller, phase=Phase.AMIABLE)
    Item.objects.filter(dossier=filed).update(number="F1", kind=ItemKind.INVOICE)
    before = filed.balance()
    [outcome] = dropped(seller, credit_note("A1", of="F1"))
    assert outcome["reference"] == filed.reference
    assert filed.balance() == before


def test_a_credit_note_alone_makes_no_draft(seller: Creditor) -> None:
    [outcome] = dropped(seller, credit_note("A1", of="F-unknown"))
    assert outcome["state"] == intake.REFUSED
    assert not Dossier.objects.exists()


@pytest.mark.req("ATR-16", "ATR-19")
def test_a_plain_pdf_is_kept_in_a_draft_to_type_once(seller: Creditor) -> None:
    plain = pdf_holding(b"words", "notes.txt")
    [outcome] = dropped(seller, plain)
    assert outcome["state"] == intake.TO_TYPE
    assert Dossier.objects.get().attachments.get().kind == "invoice"
    [again] = dropped(seller, plain)
    assert again["state"] == intake.KNOWN


def test_one_bad_file_spoils_no_other(seller: Creditor) -> None:
    outcomes = dropped(seller, b"MZ\x90\x00", b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", sample(UBL))
    assert [outcome["state"] for outcome in outcomes] == [intake.REFUSED] * 3 + [intake.MADE]
    assert all(outcome["sentence"] for outcome in outcomes)
    assert Dossier.objects.count() == 1


def test_an_invoice_already_paid_or_factored_or_in_another_currency_is_refused(seller: Creditor) -> None:
    paid = swapped(UBL, ('"EUR">100.00</cbc:Prepaid', '"EUR">308.03</cbc:Prepaid'))
    factored = swapped(UBL, (">380</cbc:Invoice", ">393</cbc:Invoice"))
    dollars = swapped(UBL, ("CurrencyCode>EUR", "CurrencyCode>USD"))
    assert {outcome["state"] for outcome in dropped(seller, paid, factored, dollars)} == {intake.REFUSED}
    assert not Dossier.objects.exists()


def test_the_shortest_profile_asks_for_the_address_and_supposes_thirty_days(brand: Any) -> None:
    seller = factories.creditor(brand, siret="12345678200077")
    [outcome] = dropped(seller, sample("factur-x-minimum.xml"))
    item = Item.objects.get()
    assert (item.due_on - item.issued_on).days == 30
    assert not outcome["is_addressed"]
    assert any("adresse" in note for note in outcome["notes"])
    assert any("L441-10" in note for note in outcome["notes"])


def test_what_does_not_fit_an_envelope_is_told_and_left_to_type(seller: Creditor) -> None:
    long = "Résidence des Grands Marronniers, bâtiment C, escalier 12"
    [outcome] = dropped(seller, swapped(UBL, ("35 rue de la République", long)))
    assert any(long in note for note in outcome["notes"])
    assert Dossier.objects.get().debtor.street == ""  # type: ignore[union-attr]


def test_a_debtor_abroad_is_told_so(seller: Creditor) -> None:
    foreign = swapped(
        UBL,
        (
            "Rhône</cbc:CountrySubentity>\n        <cac:Country>\n          <cbc:IdentificationCode>FR",
            "R</cbc:CountrySubentity>\n        <cac:Country>\n          <cbc:IdentificationCode>BE",
        ),
    )
    dropped(seller, foreign)
    assert Dossier.objects.get().debtor.territory == "ABROAD"  # type: ignore[union-attr]


def test_twenty_invoices_and_no_more(seller: Creditor) -> None:
    outcomes = dropped(seller, *[numbered(f"F{n}") for n in range(21)], together=False)
    assert len(outcomes) == 20
    assert Dossier.objects.count() == 20


def test_a_draft_from_an_invoice_is_found_by_its_number(seller: Creditor) -> None:
    dropped(seller, sample(UBL))
    assert services.weight(Dossier.objects.get()) == len(sample(UBL))
