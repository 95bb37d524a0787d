"""What both syntaxes share: numbers of registers, and an invoice made of what was found."""

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _

from dossiers.invoices.content import CREDIT_CODES, NOT_INVOICES, Invoice, Unreadable

SIREN_SCHEMES, SIRET_SCHEMES = ("0002",), ("0009",)


def register_number(numbers: Iterable[tuple[str, str]]) -> str:
    """The SIRET or SIREN among (scheme, number) pairs; a bare number counts when it has the length of one."""
    pairs = [(scheme, re.sub(r"[^0-9]", "", number), number) for scheme, number in numbers]
    for schemes, length in (
        (SIRET_SCHEMES, 14),
        (SIREN_SCHEMES, 14),
        (SIREN_SCHEMES, 9),
        (("", "FR:SIRENE"), 14),
        (("", "FR:SIRENE"), 9),
    ):
        for scheme, digits, whole in pairs:
            if scheme in schemes and len(digits) == length and not re.search(r"[A-Za-z]", whole):
                return digits
    return ""


def vat_number(text: str) -> str:
    return re.sub(r"[\s.-]", "", text).upper()


def made(**found: Any) -> Invoice:
    """The invoice, or Unreadable naming what it lacks. A negative invoice is a credit note, and the other way round."""
    names = {
        "number": _("son numéro"),
        "issued_on": _("sa date"),
        "currency": _("sa devise"),
        "gross": _("son montant"),
    }
    missing = [label for name, label in names.items() if found[name] in (None, "")]
    if missing:
        raise Unreadable(_("Cette facture ne dit pas %(what)s.") % {"what": ", ".join(missing)})
    if found["code"] in NOT_INVOICES:
        raise Unreadable(
            _("Ce document n’est pas une facture, mais une commande ou un pro forma : rien n’est encore dû.")
        )
    is_negative = found["gross"] < 0
    is_credit = (found.pop("is_credit", False) or found["code"] in CREDIT_CODES) != is_negative
    for name in ("gross", "net", "vat", "prepaid", "payable"):
        if is_negative and found[name] is not None:
            found[name] = -found[name]
    if found["gross"] == 0:
        raise Unreadable(_("Cette facture est de zéro : il n’y a rien à recouvrer."))
    known = {field.name for field in fields(Invoice)}
    return Invoice(is_credit=is_credit, **{name: value for name, value in found.items() if name in known})
