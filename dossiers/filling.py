"""From what an invoice says to rows of ours, with what its person should check. No database."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import Creditor
from core.identifiers import check_siren, check_vat
from core.money import PLACES
from core.phones import check_phone
from core.postal import check_line, check_name
from dossiers.enums import ItemKind
from dossiers.invoices.content import Invoice, Party
from dossiers.models import Debtor, Item
from dossiers.places import territory_of
from tenants.models import Currency, Territory
from tenants.places import iso_of

CURRENCIES = frozenset(Currency.values)
# Where a French postcode tells the territory; elsewhere no office is competent.
FRENCH = frozenset({"", "FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM", "NC", "PF", "WF"})
USUAL_TERM = timedelta(days=30)  # C. com. L441-10, I: when the parties said nothing


def fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def house_of(invoice: Invoice, houses: Sequence[Creditor]) -> tuple[Creditor, str]:
    """Which of the creditor's houses sold, and what to check; ValueError when somebody else did."""
    seller = invoice.seller
    numbered = [house for house in houses if house.siret]
    if seller.siren and numbered:
        if same := next((house for house in numbered if house.siret[:9] == seller.siren), None):
            return same, ""
        raise ValueError(
            _(
                "Cette facture est émise par %(name)s (SIREN %(siren)s), qui n’est pas le créancier choisi. Choisissez le bon."
            )
            % {"name": seller.name or "?", "siren": seller.siren}
        )
    if same := next((house for house in houses if _plain(house.name) == _plain(seller.name)), None):
        return same, ""
    note = _("Le vendeur nommé sur la facture est « %(name)s » : vérifiez que c’est bien vous.")
    return houses[0], note % {"name": seller.name or "?"}


def identity(buyer: Party) -> tuple[str, str, str]:
    """Two invoices with the same one have the same debtor."""
    return (buyer.siren, "", "") if buyer.siren else (buyer.vat, _plain(buyer.name), buyer.postcode)


def debtor_of(buyer: Party) -> tuple[Debtor | None, list[str]]:
    """The debtor with each field that could be kept, and a note for each that could not."""
    notes: list[str] = []
    company = _kept(check_name, buyer.name[:160], _("nom"), notes)
    if not company:
        return None, [*notes, _("La facture ne nomme pas le débiteur : identifiez-le à l’étape 2.")]
    territory = territory_of(buyer.postcode) if buyer.country in FRENCH else Territory.ABROAD
    debtor = Debtor(
        company=company,
        siren=_kept(check_siren, buyer.siren, "SIREN", notes),
        vat_number=_kept(check_vat, buyer.vat, _("n° de TVA"), notes) if buyer.vat.startswith("FR") else "",
        street=_kept(check_line, buyer.street, _("adresse"), notes),
        complement=_kept(check_line, buyer.complement, _("complément d’adresse"), notes),
        postcode=buyer.postcode[:10],
        town=buyer.town[:80],
        territory=territory,
        email=_kept(_email, buyer.email, _("courriel"), notes),
        phone=_kept(lambda text: check_phone(text, places=[iso_of(territory)]), buyer.phone, _("téléphone"), notes),
    )
    if not (debtor.street and debtor.postcode and debtor.town):
        notes.append(_("Complétez l’adresse du débiteur."))
    if not debtor.siren:
        notes.append(_("Précisez si le débiteur est une société ou une personne."))
    return debtor, notes


def item_of(invoice: Invoice, *, today: date | None) -> tuple[Item, list[str]]:
    """The invoice or credit note as a financial element; `today` tells whether it is due yet."""
    notes: list[str] = []
    due_on = _due(invoice, notes)
    if today and not invoice.is_credit and due_on >= today:
        notes.append(_("Cette facture n’est pas encore échue (%(day)s).") % {"day": f"{due_on:%d/%m/%Y}"})
    net = invoice.net if invoice.net is not None and 0 <= invoice.net <= invoice.gross else None
    if net is not None and invoice.vat is not None and net + invoice.vat != invoice.gross:
        notes.append(_("Sur la facture, hors taxes et TVA ne font pas le total : vérifiez les montants."))
    if PLACES[invoice.currency] == 0 and invoice.gross != invoice.gross.to_integral_value():
        notes.append(_("Le montant a des décimales que sa devise n’a pas : vérifiez-le."))
    kind = ItemKind.CREDIT_NOTE if invoice.is_credit else ItemKind.INVOICE
    item = Item(
        kind=kind, number=invoice.number[:60], issued_on=invoice.issued_on, due_on=due_on, gross=invoice.gross, net=net,
        currency=invoice.currency, comment=invoice.terms[:500],
    )  # fmt: skip
    return item, notes


def prepaid_of(invoice: Invoice) -> Item:
    """What the invoice says was paid before it; its own day is not said, so the invoice's stands."""
    return Item(
        kind=ItemKind.PAYMENT, number=invoice.number[:60], issued_on=invoice.issued_on, due_on=invoice.issued_on,
        gross=invoice.prepaid, currency=invoice.currency, comment=_("Acompte indiqué sur la facture"),
    )  # fmt: skip


def _due(invoice: Invoice, notes: list[str]) -> date:
    if invoice.is_credit:
        return invoice.issued_on
    if invoice.due_on is None:
        notes.append(
            _("La facture ne dit pas son échéance : trente jours sont supposés (C. com. L441-10), corrigez-la.")
        )
        return invoice.issued_on + USUAL_TERM
    if invoice.due_on < invoice.issued_on:
        notes.append(_("L’échéance de la facture précède sa date : la date est retenue, vérifiez-la."))
        return invoice.issued_on
    return invoice.due_on


def _kept(check: Callable[[str], Any], value: str, label: str, notes: list[str]) -> Any:
    """The checked value; a value that can't be kept is told in a note, never cut in silence."""
    if not value:
        return ""
    try:
        return check(value)
    except (ValueError, ValidationError):
        notes.append(_("À corriger, %(label)s : « %(value)s ».") % {"label": label, "value": value[:80]})
        return ""


def _email(text: str) -> str:
    validate_email(text)
    return text


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]", "", bare)
