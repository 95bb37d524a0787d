"""What an invoice says, whatever the syntax that said it (semantic model of EN 16931)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Credit notes of UNTDID 1001 as EN 16931 lists them; every other code of the list claims money.
CREDIT_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
# 393 and 501 are factored: the claim belongs to the factor.
FACTORED_CODES = frozenset({"393", "396", "501", "502"})
# Documents with an amount that nobody owes yet: a pro forma, an order.
NOT_INVOICES = frozenset({"220", "230", "231", "310", "325"})


class Unreadable(ValueError):
    """The file can't be taken as an invoice; the message tells its sender what to do."""


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer as the invoice names them; a field that it leaves out is empty."""

    name: str = ""
    register: str = ""  # SIREN or SIRET, digits only
    vat: str = ""
    street: str = ""
    complement: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""

    @property
    def siren(self) -> str:
        """Nine digits from the register's number, else from a French VAT number; empty for others."""
        if self.register:
            return self.register[:9]
        return self.vat[4:] if self.vat.startswith("FR") and len(self.vat) == 13 else ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice or credit note. Amounts are positive, in `currency`; `gross` is net and VAT together."""

    number: str
    code: str
    issued_on: date
    due_on: date | None
    currency: str
    gross: Decimal
    net: Decimal | None
    vat: Decimal | None
    prepaid: Decimal
    payable: Decimal | None
    seller: Party
    buyer: Party
    preceding: tuple[str, ...] = ()
    terms: str = ""
    iban: str = ""
    is_credit: bool = False
    readable: bytes = b""  # a PDF that travels inside the XML

    @property
    def is_factored(self) -> bool:
        return self.code in FACTORED_CODES
