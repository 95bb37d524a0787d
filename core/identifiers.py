"""Identifiers, checked without asking anybody.

Each check returns the normalised value, or raises ValueError with a sentence that says what to do.
"""

import re
from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret, tva

OUTSIDE_SEPA = {"NC", "PF", "WF"}
SEPA = {
    "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR",
    "GB", "GI", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD",
    "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
}  # fmt: skip
FRENCH_ICS = r"FR[0-9]{2}[0-9A-Z]{3}[0-9A-Z]{6}"
RUM = r"(?!/)(?!.*//)[A-Z0-9+?/:().,'-]{1,35}(?<!/)"
RIB_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


# --- companies and associations --------------------------------------------------------------------------
def check_siren(text: str) -> str:
    """Nine digits with their check digit."""
    return _by_rule(siren.validate, text, _("Ce SIREN n’existe pas : vérifiez ses neuf chiffres."))


def check_siret(text: str) -> str:
    """Fourteen digits with their check digit, or La Poste's own rule."""
    return _by_rule(siret.validate, text, _("Ce SIRET n’existe pas : vérifiez ses quatorze chiffres."))


def check_vat(text: str) -> str:
    """A French VAT number, FR and its key included; New Caledonia and Polynesia have none."""
    sentence = _("Ce numéro de TVA n’existe pas : écrivez FR, deux caractères, puis le SIREN.")
    return "FR" + _by_rule(tva.validate, text, sentence)


def vat_of_siren(text: str) -> str:
    """The VAT number that a French company receives with its SIREN."""
    return f"FR{siren.to_tva(check_siren(text))}"


def check_ridet(text: str) -> str:
    """New Caledonia: seven digits of the company, and three of the establishment when given."""
    return _match(text, r"[0-9]{7}([0-9]{3})?", _("Un RIDET a sept chiffres, dix avec l’établissement."))


def check_tahiti(text: str) -> str:
    """Polynesia: six characters, nine with the establishment."""
    sentence = _("Un numéro TAHITI a six caractères, neuf avec l’établissement.")
    return _match(text, r"[0-9A-Z][0-9]{5}([0-9]{3})?", sentence)


def check_rna(text: str) -> str:
    """An association's number: W and nine characters; Alsace-Moselle has none."""
    return _match(text, r"W[0-9A-Z]{9}", _("Un numéro RNA commence par W, suivi de neuf caractères."))


# --- bank accounts ---------------------------------------------------------------------------------------
def check_iban(text: str) -> str:
    """The IBAN without spaces, in capitals; its check digits are right, its country's own ones too."""
    return _by_rule(
        lambda iban: IBAN(re.sub(r"[\s.-]", "", iban), validate_bban=True), text, _("Format de l'IBAN incorrect")
    )


def check_bic(text: str) -> str:
    """Eight or eleven characters in the form of a bank's code."""
    sentence = _("Ce BIC n’a pas la forme d’un code de banque (8 ou 11 caractères).")
    return _by_rule(lambda bic: BIC(bic.strip()), text, sentence)


def bic_candidates(iban: str) -> list[str]:
    """The BICs known for the bank of a valid IBAN, the likeliest first; empty when the bank is unknown."""
    account = IBAN(iban)
    try:
        known = BIC.candidates_from_bank_code(account.country_code, account.bank_code)
    except SchwiftyException:
        return []
    first = str(account.bic) if account.bic else ""
    return sorted({str(bic) for bic in known}, key=lambda bic: (bic != first, bic))


def is_sepa(iban: str, bic: str = "") -> bool:
    """Whether an account can be debited by SEPA: not those held in the French Pacific, whose IBANs say FR.

    Not every Pacific bank is known by its code: the BIC that the holder gave decides when there is one.
    """
    banks = {known[4:6] for known in ([bic.upper()] if bic else bic_candidates(iban))}
    return IBAN(iban).country_code in SEPA and not banks & OUTSIDE_SEPA


def rib_key(bank: str, branch: str, account: str) -> str:
    """The two digits that end a French account number (clé RIB)."""
    numbers = [int(part.upper().translate(RIB_DIGITS)) for part in (bank, branch, account)]
    return f"{97 - (89 * numbers[0] + 15 * numbers[1] + 3 * numbers[2]) % 97:02d}"


# --- direct debits ---------------------------------------------------------------------------------------
def check_ics(text: str) -> str:
    """A SEPA creditor identifier with its check digits; a French one has thirteen characters."""
    sentence = _("Cet identifiant créancier SEPA est inexact : recopiez-le de la lettre de votre banque.")
    ics = _by_rule(at_02.validate, text.upper(), sentence)
    return _match(ics, FRENCH_ICS if ics.startswith("FR") else r"[A-Z]{2}[0-9]{2}[0-9A-Z]{4,31}", sentence)


def check_rum(text: str) -> str:
    """A mandate's reference, in capitals since banks compare it so: 1 to 35 characters they all carry."""
    value = text.strip().upper()
    if not re.fullmatch(RUM, value):
        raise ValueError(_("Une RUM a 35 caractères au plus, lettres sans accent, chiffres et tirets, sans espace."))
    return value


def make_rum(prefix: str, year: int, number: int, rank: int) -> str:
    """The reference of one mandate, such as « ETU12-2026-000123-01 »; a new contract takes the next rank."""
    return check_rum(f"{prefix}-{year}-{number:06d}-{rank:02d}")


def _by_rule(rule: Callable[[str], str], text: str, sentence: Promise) -> str:
    try:
        return str(rule(text))
    except (ValidationError, SchwiftyException, ValueError) as error:
        raise ValueError(sentence) from error


def _match(text: str, pattern: str, sentence: Promise) -> str:
    value = re.sub(r"[\s.-]", "", text).upper()
    if not re.fullmatch(pattern, value):
        raise ValueError(sentence)
    return value
