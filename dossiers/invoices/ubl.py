"""OASIS UBL 2: Invoice and CreditNote, as Peppol, XRechnung and the French reform use them."""

import base64
import binascii
from decimal import Decimal
from typing import Any

from core.xml import name_of
from dossiers.invoices.content import Invoice, Party
from dossiers.invoices.parts import made, register_number, vat_number
from dossiers.invoices.xml import all_at, amount, at, clean, day, text

ROOTS = ("Invoice", "CreditNote")
PDF = "application/pdf"


def read(root: Any) -> Invoice:
    """What the invoice says; Unreadable when it lacks what every invoice has."""
    is_credit = name_of(root) == "CreditNote"
    currency = text(root, "DocumentCurrencyCode")
    total = "LegalMonetaryTotal"
    return made(
        is_credit=is_credit,
        number=text(root, "ID"),
        code=text(root, "InvoiceTypeCode", "CreditNoteTypeCode"),
        issued_on=day(text(root, "IssueDate")),
        due_on=day(text(root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate")),
        currency=currency,
        gross=amount(root, f"{total}/TaxInclusiveAmount"),
        net=amount(root, f"{total}/TaxExclusiveAmount"),
        vat=_vat(root, currency),
        prepaid=amount(root, f"{total}/PrepaidAmount") or Decimal(0),
        payable=amount(root, f"{total}/PayableAmount"),
        seller=_party(at(root, "AccountingSupplierParty/Party")),
        buyer=_party(at(root, "AccountingCustomerParty/Party")),
        preceding=tuple(
            filter(None, (text(one, "ID") for one in all_at(root, "BillingReference/InvoiceDocumentReference")))
        ),
        terms=text(root, "PaymentTerms/Note"),
        iban=text(root, "PaymentMeans/PayeeFinancialAccount/ID").replace(" ", ""),
        readable=_readable(root),
    )


def _vat(root: Any, currency: str) -> Decimal | None:
    for total in all_at(root, "TaxTotal/TaxAmount"):
        if total.get("currencyID") in (None, currency):
            return amount([total], "TaxAmount")
    return None


def _readable(root: Any) -> bytes:
    """The first PDF that travels inside, if any; whether it opens is for whoever keeps it to see."""
    for piece in all_at(root, "AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject"):
        if piece.get("mimeCode") == PDF:
            try:
                return base64.b64decode("".join((piece.text or "").split()), validate=True)
            except binascii.Error:
                return b""
    return b""


def _party(party: Any) -> Party:
    if party is None:
        return Party()
    legal = [(one.get("schemeID") or "", one.text or "") for one in all_at(party, "PartyLegalEntity/CompanyID")]
    world = [(one.get("schemeID") or "-", one.text or "") for one in all_at(party, "PartyIdentification/ID")]
    address = "PostalAddress"
    return Party(
        name=text(party, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        register=register_number([*legal, *world]),
        vat=_vat_number(party),
        street=text(party, f"{address}/StreetName", f"{address}/AddressLine/Line"),
        complement=text(party, f"{address}/AdditionalStreetName"),
        postcode=text(party, f"{address}/PostalZone"),
        town=text(party, f"{address}/CityName"),
        country=text(party, f"{address}/Country/IdentificationCode"),
        email=text(party, "Contact/ElectronicMail") or _email(party),
        phone=text(party, "Contact/Telephone"),
    )


def _vat_number(party: Any) -> str:
    for scheme in all_at(party, "PartyTaxScheme"):
        if text(scheme, "TaxScheme/ID") in ("VAT", ""):
            return vat_number(text(scheme, "CompanyID"))
    return ""


def _email(party: Any) -> str:
    return next((clean(one.text or "") for one in all_at(party, "EndpointID") if one.get("schemeID") == "EM"), "")
