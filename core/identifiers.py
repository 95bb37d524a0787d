"""Identifiers, checked without asking anybody: each check returns the normalised value, or raises ValueError
with a sentence that says what to do."""

import re

import stdnum.exceptions
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.fr import siren, siret

OUTSIDE_SEPA = {"NC", "PF", "WF"}
SEPA = set(
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT"
    " RO RS SE SI SK SM VA".split()
)


def check_siren(text: str) -> str:
    """Nine digits with their check digit."""
    try:
        return str(siren.validate(text))
    except stdnum.exceptions.ValidationError as error:
        raise ValueError("Ce SIREN n’existe pas : vérifiez ses neuf chiffres.") from error


def check_siret(text: str) -> str:
    """Fourteen digits with their check digit, or La Poste's own rule."""
    try:
        return str(siret.validate(text))
    except stdnum.exceptions.ValidationError as error:
        raise ValueError("Ce SIRET n’existe pas : vérifiez ses quatorze chiffres.") from error


def check_ridet(text: str) -> str:
    """New Caledonia: seven digits of the company, and three of the establishment when given."""
    return _match(text, r"\d{7}(\d{3})?", "Un RIDET a sept chiffres, dix avec l’établissement.")


def check_tahiti(text: str) -> str:
    """Polynesia: six characters, nine with the establishment."""
    return _match(text, r"[0-9A-Z][0-9]{5}([0-9]{3})?", "Un numéro TAHITI a six caractères, neuf avec l’établissement.")


def check_rna(text: str) -> str:
    """An association's number: W and nine characters."""
    return _match(text, r"W[0-9A-Z]{9}", "Un numéro RNA commence par W, suivi de neuf caractères.")


def check_iban(text: str) -> str:
    """The IBAN without spaces, in capitals."""
    try:
        return str(IBAN(text, validate_bban=True))
    except (SchwiftyException, ValueError) as error:
        raise ValueError("Format de l'IBAN incorrect") from error


def check_bic(text: str) -> str:
    """Eight or eleven characters in the form of a bank's code."""
    try:
        return str(BIC(text.strip()))
    except (SchwiftyException, ValueError) as error:
        raise ValueError("Ce BIC n’a pas la forme d’un code de banque (8 ou 11 caractères).") from error


def bic_candidates(iban: str) -> list[str]:
    """The BICs known for the bank of a valid IBAN, the likeliest first; empty when the bank is unknown."""
    account = IBAN(iban)
    try:
        known = [str(bic) for bic in BIC.candidates_from_bank_code(account.country_code, account.bank_code)]
    except SchwiftyException:
        return []
    first = str(account.bic) if account.bic else ""
    return sorted(set(known), key=lambda bic: (bic != first, bic))


def is_sepa(iban: str) -> bool:
    """Whether an account can be debited by SEPA: not those held in the French Pacific, whose IBANs say FR."""
    account = IBAN(iban)
    banks = {bic[4:6] for bic in bic_candidates(iban)}
    return account.country_code in SEPA and not banks & OUTSIDE_SEPA


def _match(text: str, pattern: str, sentence: str) -> str:
    value = re.sub(r"[\s.-]", "", text).upper()
    if not re.fullmatch(pattern, value):
        raise ValueError(sentence)
    return value
