"""UN/CEFACT Cross Industry Invoice: Factur-X, ZUGFeRD 2 and XRechnung speak it."""

from decimal import Decimal
from typing import Any

from dossiers.invoices.content import Invoice, Party
from dossiers.invoices.parts import made, register_number, vat_number
from dossiers.invoices.xml import all_at, amount, at, clean, day, text

ROOT = "CrossIndustryInvoice"
SETTLEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement"
AGREEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
TOTALS = f"{SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation"
TERMS = f"{SETTLEMENT}/SpecifiedTradePaymentTerms"
ACCOUNT = f"{SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"


def read(root: Any) -> Invoice:
    """What the invoice says; Unreadable when it lacks what every invoice has."""
    currency = text(root, f"{SETTLEMENT}/InvoiceCurrencyCode")
    return made(
        number=text(root, "ExchangedDocument/ID"),
        code=text(root, "ExchangedDocument/TypeCode"),
        issued_on=day(text(root, "ExchangedDocument/IssueDateTime/DateTimeString")),
        due_on=day(text(root, f"{TERMS}/DueDateDateTime/DateTimeString")),
        currency=currency,
        gross=amount(root, f"{TOTALS}/GrandTotalAmount"),
        net=amount(root, f"{TOTALS}/TaxBasisTotalAmount"),
        vat=_vat(root, currency),
        prepaid=amount(root, f"{TOTALS}/TotalPrepaidAmount") or Decimal(0),
        payable=amount(root, f"{TOTALS}/DuePayableAmount"),
        seller=_party(at(root, f"{AGREEMENT}/SellerTradeParty")),
        buyer=_party(at(root, f"{AGREEMENT}/BuyerTradeParty")),
        preceding=tuple(
            filter(
                None, (text(one, "IssuerAssignedID") for one in all_at(root, f"{SETTLEMENT}/InvoiceReferencedDocument"))
            )
        ),
        terms=text(root, f"{TERMS}/Description"),
        iban=text(root, f"{ACCOUNT}/IBANID", f"{ACCOUNT}/ProprietaryID").replace(" ", ""),
    )


def _vat(root: Any, currency: str) -> Decimal | None:
    """The VAT in the invoice's own currency: a second total may stand in the seller's."""
    for total in all_at(root, f"{TOTALS}/TaxTotalAmount"):
        if total.get("currencyID") in (None, currency):
            return amount([total], "TaxTotalAmount")
    return None


def _party(party: Any) -> Party:
    if party is None:
        return Party()
    legal = [(one.get("schemeID") or "", one.text or "") for one in all_at(party, "SpecifiedLegalOrganization/ID")]
    world = [(one.get("schemeID") or "-", one.text or "") for one in all_at(party, "GlobalID")]
    taxes = [one for one in all_at(party, "SpecifiedTaxRegistration/ID") if one.get("schemeID") in ("VA", None)]
    address = "PostalTradeAddress"
    return Party(
        name=text(party, "Name"),
        register=register_number([*legal, *world]),
        vat=vat_number(clean(taxes[0].text or "")) if taxes else "",
        street=text(party, f"{address}/LineOne"),
        complement=text(party, f"{address}/LineTwo"),
        postcode=text(party, f"{address}/PostcodeCode"),
        town=text(party, f"{address}/CityName"),
        country=text(party, f"{address}/CountryID"),
        email=_email(party),
        phone=text(party, "DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber"),
    )


def _email(party: Any) -> str:
    if found := text(party, "DefinedTradeContact/EmailURIUniversalCommunication/URIID"):
        return found
    addresses = all_at(party, "URIUniversalCommunication/URIID")
    return next((clean(one.text or "") for one in addresses if one.get("schemeID") == "EM"), "")
