"""From the cells of a line to a claim, or to what is wrong with each of them. Pure, and nothing is ever guessed.

The rules are the wizard's own (core.identifiers, core.postal, core.phones): a test holds the two together.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.enums import Civility, PersonKind
from core.identifiers import check_siren, check_siret, check_vat
from core.money import PLACES
from core.phones import check_phone
from core.postal import check_line, check_name
from dossiers.enums import ItemKind, Origin
from dossiers.imports.columns import NAMES, NEEDED, PLACE
from dossiers.models import Debtor, Item
from dossiers.places import territory_of
from tenants.places import iso_of

Fault = tuple[str, str]  # the column, the code of what is wrong with it (columns.FAULTS)

SPACE = " \u00a0\u202f'’"
# Grouped by spaces, by dots before a comma, by commas before a dot, or not at all: « 1.234 » alone says two things.
AMOUNT = re.compile(
    rf"(\d{{1,3}}(?:[{SPACE}]\d{{3}})+|\d{{1,10}})(?:[,.](\d{{1,2}}))?|(\d{{1,3}}(?:\.\d{{3}})+),(\d{{1,2}})|(\d{{1,3}}(?:,\d{{3}})+)\.(\d{{1,2}})",
    re.ASCII,
)
UNIT = re.compile(r"\s*(€|EUR|XPF|F CFP)$")
FRENCH_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
CENT = Decimal("0.01")
YEARS = range(1990, 2101)
INVISIBLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
PLAIN_MAIL = re.compile(
    r"[a-z0-9_-]{1,32}(?:\.[a-z0-9_-]{1,32}){0,3}@(?:[a-z0-9]{1,32}(?:-[a-z0-9]{1,20})?\.){1,3}[a-z]{2,12}", re.ASCII
).fullmatch
POSTCODE = re.compile(r"\d{5}", re.ASCII)
YES, NO = {"oui", "o", "yes", "vrai", "1", "x"}, {"non", "n", "no", "faux", "0"}
CIVILITIES = {
    "m": Civility.MONSIEUR, "m.": Civility.MONSIEUR, "monsieur": Civility.MONSIEUR, "mme": Civility.MADAME,
    "madame": Civility.MADAME,
}  # fmt: skip
ORIGINS = {
    "facture": Origin.INVOICE, "cheque": Origin.CHEQUE, "chèque": Origin.CHEQUE, "traite": Origin.DRAFT, "loyer": Origin.RENT,
    "charges": Origin.CHARGES, "contrat": Origin.OTHER_CONTRACT,
}  # fmt: skip
LONGEST = {
    "reference": 60, "societe": 160, "nom": 80, "prenom": 80, "ville": 80, "facture": 60, "police": 40, "sinistre": 40,
    "commentaire": 2_000, "courriel": 254,
}  # fmt: skip
MEASURED = tuple((PLACE[name], name, most) for name, most in LONGEST.items())
REQUIRED = tuple((PLACE[name], name) for name in NEEDED)
DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")


@dataclass(slots=True)
class Claim:
    """A line without a fault: the fields of the draft, its debtor and its invoice, not saved."""

    fields: dict[str, Any]
    debtor: Debtor
    item: Item

    @property
    def reference(self) -> str:
        return str(self.fields["creditor_reference"])


def faults_of(cells: Sequence[str]) -> list[Fault]:
    """What is wrong with the line, empty when it makes a claim."""
    return read(cells)[1]


def claim_of(cells: Sequence[str]) -> Claim:
    """The claim of a line that has no fault; ValueError otherwise."""
    values, faults = read(cells)
    if faults:
        raise ValueError(faults)
    kind = PersonKind.LEGAL if values["societe"] else PersonKind.NATURAL
    debtor = Debtor(
        kind=kind, company=values["societe"], siren=values["siren"], vat_number=values["tva"], civility=values["civilite"],
        last_name=values["nom"], first_name=values["prenom"], is_consumer=values["consommateur"],
        is_commercant=values["commercant"], street=values["adresse"], complement=values["complement"],
        postcode=values["code_postal"], town=values["ville"], territory=territory_of(values["code_postal"]),
        email=values["courriel"], phone=values["telephone"],
    )  # fmt: skip
    item = Item(
        kind=ItemKind.INVOICE, number=values["facture"], issued_on=values["emission"], due_on=values["echeance"],
        gross=values["montant"], net=values["montant_ht"], currency=values["devise"],
    )  # fmt: skip
    fields = {
        "creditor_reference": values["reference"], "currency": values["devise"], "origin": values["origine"],
        "policy_number": values["police"], "claim_reference": values["sinistre"], "comments": values["commentaire"],
    }  # fmt: skip
    return Claim(fields, debtor, item)


def read(cells: Sequence[str]) -> tuple[dict[str, Any], list[Fault]]:
    """Each value as our rows hold it, and the faults; a value at fault keeps its text."""
    values: dict[str, Any] = dict(zip(NAMES, cells, strict=True))
    faults = _plain_faults(cells)
    for name, code, check in CHECKS:
        text = values[name]
        if not text:
            continue
        try:
            values[name] = check(text)
        except (ValueError, ValidationError):
            faults.append((name, code))
    _default(values)
    if not faults:
        faults += _together(values)
    return values, faults


def _plain_faults(cells: Sequence[str]) -> list[Fault]:
    faults = [(name, "needed") for place, name in REQUIRED if not cells[place]]
    faults += [(name, "long") for place, name, most in MEASURED if len(cells[place]) > most]
    if INVISIBLE.search("".join(cells)):
        faults += [(name, "control") for name, cell in zip(NAMES, cells, strict=True) if INVISIBLE.search(cell)]
    return faults


def _default(values: dict[str, Any]) -> None:
    """What an empty cell means, as the template says."""
    values["civilite"] = values["civilite"] or Civility.MONSIEUR
    values["devise"] = values["devise"] or "EUR"
    values["origine"] = values["origine"] or Origin.INVOICE
    values["montant_ht"] = values["montant_ht"] or None
    values["commercant"] = values["commercant"] or False
    if values["consommateur"] == "":
        values["consommateur"] = not (values["societe"] or values["commercant"])


def _together(values: dict[str, Any]) -> list[Fault]:
    """What cells say against each other."""
    faults = []
    if bool(values["societe"]) == bool(values["nom"]):
        faults.append(("societe", "two_names" if values["nom"] else "name"))
    if values["consommateur"] and values["commercant"]:
        faults.append(("consommateur", "consumer"))
    if values["echeance"] < values["emission"]:
        faults.append(("echeance", "order"))
    gross, net = values["montant"], values["montant_ht"]
    if gross <= 0:
        faults.append(("montant", "positive"))
    if net is not None and net > gross:
        faults.append(("montant_ht", "net"))
    if not PLACES[values["devise"]] and any(amount and amount != int(amount) for amount in (gross, net)):
        faults.append(("montant", "places"))
    if values["telephone"]:
        faults += _phone(values)
    return faults


def _phone(values: dict[str, Any]) -> list[Fault]:
    try:
        values["telephone"] = check_phone(values["telephone"], places=[iso_of(territory_of(values["code_postal"]))])
    except ValueError:
        return [("telephone", "phone")]
    return []


# --- one cell ----------------------------------------------------------------------------------------------
def amount(text: str) -> Decimal:
    """« 1 234,56 », « 1.234,56 », « 1234.56 »; ValueError for what could be read in two ways, and for anything else."""
    found = AMOUNT.fullmatch(UNIT.sub("", text))
    if found is None:
        raise ValueError(text)
    whole = re.sub(r"\D", "", found[1] or found[3] or found[5])
    if len(whole) > 10:
        raise ValueError(text)
    return Decimal(f"{whole}.{found[2] or found[4] or found[6] or '00'}").quantize(CENT)


@lru_cache(maxsize=4_096)
def day(text: str) -> date:
    """31/01/2026 or 2026-01-31; ValueError otherwise, a year of two digits included."""
    if found := FRENCH_DAY.fullmatch(text):
        said = date(int(found[3]), int(found[2]), int(found[1]))
    elif found := ISO_DAY.fullmatch(text):
        said = date(int(found[1]), int(found[2]), int(found[3]))
    else:
        raise ValueError(text)
    if said.year not in YEARS:
        raise ValueError(text)
    return said


def siren(text: str) -> str:
    """The SIREN, or that of a SIRET; a check digit that fails goes to the full rule, which has exceptions."""
    digits = re.sub(r"[\s.]", "", text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (9, 14):
        raise ValueError(text)
    if not (_luhn(digits[:9]) and (len(digits) == 9 or _luhn(digits))):
        return check_siret(digits)[:9] if len(digits) == 14 else check_siren(digits)
    return digits[:9]


def _luhn(digits: str) -> bool:
    """Every second digit from the right is doubled; bytes, so that the sum runs in C."""
    backwards = digits[::-1].encode()
    return (sum(backwards[::2]) + sum(backwards[1::2].translate(DOUBLED)) - 48 * len(digits)) % 10 == 0


def yes_no(text: str) -> bool:
    word = text.lower()
    if word not in YES | NO:
        raise ValueError(text)
    return word in YES


def postcode(text: str) -> str:
    if not POSTCODE.fullmatch(text):
        raise ValueError(text)
    return text


def email(text: str) -> str:
    """Plain addresses are known at a glance; whatever else there may be goes to the full rule."""
    if not PLAIN_MAIL(text):
        validate_email(text)
    return text


def _one_of(known: dict[str, Any]) -> Callable[[str], Any]:
    def check(text: str) -> Any:
        try:
            return known[text.lower()]
        except KeyError:
            raise ValueError(text) from None

    return check


CHECKS: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    ("societe", "envelope", check_name), ("siren", "siren", siren), ("tva", "vat", check_vat),
    ("civilite", "civility", _one_of(CIVILITIES)), ("consommateur", "yes_no", yes_no), ("commercant", "yes_no", yes_no),
    ("adresse", "envelope", check_line), ("complement", "envelope", check_line), ("code_postal", "postcode", postcode),
    ("courriel", "email", email), ("emission", "day", day), ("echeance", "day", day), ("montant", "amount", amount),
    ("montant_ht", "amount", amount), ("devise", "currency", _one_of({"eur": "EUR", "xpf": "XPF", "€": "EUR"})),
    ("origine", "origin", _one_of(ORIGINS)),
)  # fmt: skip
