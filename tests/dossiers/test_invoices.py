"""Reading electronic invoices: the samples of a public test suite, and what strangers could put in their place."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest

from core.xml import MAX_BYTES
from dossiers.invoices.content import Unreadable
from dossiers.invoices.reading import NAMES, invoice_of

SAMPLES = Path(__file__).parents[1] / "data" / "invoices"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def cii(**changes: str) -> bytes:
    """The shortest Factur-X of the suite, with pieces replaced."""
    text = sample("factur-x-minimum.xml").decode()
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def swapped(name: str, *pairs: tuple[str, str]) -> bytes:
    text = sample(name).decode()
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def pdf_holding(content: bytes, name: str) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


# --- what is read ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["factur-x-en16931.pdf", "factur-x-basicwl.xml"])
def test_a_factur_x_gives_its_debtor_dates_and_amounts(name: str) -> None:
    invoice = invoice_of(sample(name))
    assert invoice is not None
    assert (invoice.number, invoice.issued_on, invoice.due_on) == ("F20260023", date(2026, 1, 31), date(2026, 3, 2))
    assert (invoice.net, invoice.vat, invoice.gross, invoice.currency) == (
        Decimal("100.00"), Decimal("4.90"), Decimal("104.90"), "EUR",
    )  # fmt: skip
    buyer = invoice.buyer
    assert (buyer.name, buyer.siren, buyer.street, buyer.postcode) == (
        "LE CLIENT", "987654321", "MON ADRESSE LIGNE 1", "06000",
    )  # fmt: skip
    assert invoice.seller.siren == "123456782"
    assert invoice.terms == "PAIEMENT 30 JOURS NET"
    assert not invoice.is_credit


def test_a_ubl_invoice_gives_the_same_fields_and_what_was_paid_before() -> None:
    invoice = invoice_of(sample("ubl-21-en16931.xml"))
    assert invoice is not None
    assert (invoice.number, invoice.gross, invoice.prepaid, invoice.payable) == (
        "F124212", Decimal("308.03"), Decimal("100.00"), Decimal("208.03"),
    )  # fmt: skip
    assert (invoice.buyer.name, invoice.buyer.siren, invoice.buyer.town) == (
        "Ma jolie boutique SARL",
        "787878784",
        "Lyon",
    )
    assert invoice.terms == "30 jours net"


def test_the_shortest_profile_is_read_without_address_nor_term() -> None:
    invoice = invoice_of(sample("factur-x-minimum.xml"))
    assert invoice is not None
    assert invoice.due_on is None
    assert not invoice.buyer.street


@pytest.mark.parametrize("name", [*NAMES, "ZUGFeRD-invoice.xml", "Facture F20260023.xml"])
def test_the_xml_of_a_pdf_is_found_under_every_name_in_use(name: str) -> None:
    invoice = invoice_of(pdf_holding(sample("factur-x-minimum.xml"), name))
    assert invoice is not None
    assert invoice.number == "F20260023"


def test_a_pdf_of_several_unknown_xml_files_is_a_plain_pdf() -> None:
    pdf = pikepdf.open(io.BytesIO(pdf_holding(b"<a/>", "a.xml")))
    pdf.attachments["b.xml"] = pikepdf.AttachedFileSpec(pdf, b"<b/>", filename="b.xml")
    out = io.BytesIO()
    pdf.save(out)
    assert invoice_of(out.getvalue()) is None


@pytest.mark.parametrize(
    "code, is_credit", [("380", False), ("384", False), ("389", False), ("381", True), ("396", True)]
)
def test_the_type_code_tells_a_credit_note(code: str, is_credit: bool) -> None:
    invoice = invoice_of(cii(**{">380<": f">{code}<"}))
    assert invoice is not None
    assert invoice.is_credit is is_credit


def test_a_negative_invoice_is_a_credit_note_of_a_positive_amount() -> None:
    invoice = invoice_of(swapped("ubl-21-en16931.xml", ('"EUR">308.03<', '"EUR">-308.03<')))
    assert invoice is not None
    assert invoice.is_credit
    assert invoice.gross == Decimal("308.03")


def test_the_number_of_another_register_is_no_siren() -> None:
    text = swapped("factur-x-minimum.xml", ('schemeID="0002">987654321', 'schemeID="0088">987654321'))
    invoice = invoice_of(text)
    assert invoice is not None
    assert invoice.buyer.siren == ""


# --- what is refused, with a sentence --------------------------------------------------------------------------
def test_the_abandoned_zugferd_1_is_refused_by_its_name() -> None:
    with pytest.raises(Unreadable, match="ZUGFeRD 1"):
        invoice_of(sample("zugferd-basic.xml"))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e9", "10,50", "10.999", "99999999999999", "١٢"])
@pytest.mark.attack("I05")
def test_an_amount_is_never_guessed(amount: str) -> None:
    with pytest.raises(Unreadable):
        invoice_of(swapped("ubl-21-en16931.xml", ('"EUR">308.03<', f'"EUR">{amount}<')))


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Unreadable, match="date illisible"):
        invoice_of(swapped("ubl-21-en16931.xml", ("<cbc:DueDate>2026-07-16", "<cbc:DueDate>2026-02-30")))


def test_an_invoice_without_number_says_what_it_lacks() -> None:
    with pytest.raises(Unreadable, match="numéro"):
        invoice_of(cii(F20260023=""))


@pytest.mark.attack("U01")
@pytest.mark.parametrize(
    "armed",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://169.254.169.254/a.dtd"><Invoice/>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Invoice n="&b;"/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><Invoice>&x;</Invoice>'.encode("utf-16"),
        b"<Invoice>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</Invoice>",
        b"<Invoice>" + b"<a/>" * 250_000 + b"</Invoice>",
        b"<Invoice>" + b" " * MAX_BYTES + b"</Invoice>",
        b"<Invoice><ID>never closed",
    ],
    ids=["file", "network", "billion-laughs", "utf-16", "deep", "long", "big", "broken"],
)
def test_armed_xml_is_refused_with_a_sentence(armed: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        invoice_of(armed)
    assert "DOCTYPE" in str(refusal.value) or b"DOCTYPE" not in armed.replace(b"\0", b"")


@pytest.mark.attack("U01")
def test_a_bomb_inside_a_pdf_is_unpacked_to_the_limit_only() -> None:
    bomb = pdf_holding(b" " * (MAX_BYTES + 10), "factur-x.xml")
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="volumineux"):
        invoice_of(bomb)


@pytest.mark.attack("U01")
def test_a_packed_stream_that_is_broken_is_a_sentence() -> None:
    pdf = pikepdf.open(io.BytesIO(pdf_holding(b"<a/>", "factur-x.xml")))
    stream = pdf.attachments["factur-x.xml"].get_file().obj
    stream.write(b"not packed at all", filter=pikepdf.Name.FlateDecode)
    out = io.BytesIO()
    pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pytest.raises(Unreadable):
        invoice_of(out.getvalue())
