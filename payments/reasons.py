"""What a bank's reason code means and what happens next (ISO external codes as banks use them for SEPA debits)."""

from dataclasses import dataclass
from enum import StrEnum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Next(StrEnum):
    """What follows a return. Only RETRY presents again, and only once."""

    RETRY = auto()
    NEW_ACCOUNT = auto()  # the debtor signs an amendment or a new mandate with another account
    END_MANDATE = auto()  # nothing more under this mandate, a new one is signed
    REVIEW = auto()  # a person at support looks first
    FIX = auto()  # our own file or data are wrong
    STOP = auto()  # nothing more is asked of this person


@dataclass(frozen=True, slots=True)
class Reason:
    meaning: Promise
    then: Next


REASONS = {
    "AC01": Reason(_("numéro de compte inexact"), Next.NEW_ACCOUNT),
    "AC04": Reason(_("compte clos"), Next.END_MANDATE),
    "AC06": Reason(_("compte bloqué"), Next.NEW_ACCOUNT),
    "AC13": Reason(_("le débiteur est un consommateur"), Next.FIX),
    "AG01": Reason(_("prélèvement interdit sur ce compte"), Next.NEW_ACCOUNT),
    "AG02": Reason(_("code d’opération inexact"), Next.FIX),
    "AM04": Reason(_("provision insuffisante"), Next.RETRY),
    "AM05": Reason(_("doublon"), Next.REVIEW),
    "BE05": Reason(_("identifiant créancier inconnu"), Next.FIX),
    "CNOR": Reason(_("banque du créancier absente du registre"), Next.FIX),
    "DNOR": Reason(_("banque du débiteur absente du registre"), Next.NEW_ACCOUNT),
    "FF01": Reason(_("format inexact"), Next.FIX),
    "FF05": Reason(_("instrument inexact"), Next.FIX),
    "MD01": Reason(_("pas de mandat, ou prélèvement contesté comme non autorisé"), Next.END_MANDATE),
    "MD02": Reason(_("données du mandat absentes ou inexactes"), Next.FIX),
    "MD06": Reason(_("remboursement demandé par le débiteur"), Next.REVIEW),
    "MD07": Reason(_("débiteur décédé"), Next.STOP),
    "MS02": Reason(_("refus du débiteur"), Next.REVIEW),
    "MS03": Reason(_("motif non précisé par la banque"), Next.RETRY),
    "RC01": Reason(_("BIC inexact"), Next.FIX),
    "RR01": Reason(_("motif réglementaire"), Next.REVIEW),
    "RR02": Reason(_("motif réglementaire"), Next.REVIEW),
    "RR03": Reason(_("motif réglementaire"), Next.REVIEW),
    "RR04": Reason(_("motif réglementaire"), Next.REVIEW),
    "SL01": Reason(_("service de la banque du débiteur : plafond ou liste noire"), Next.REVIEW),
}
UNKNOWN = Reason(_("motif inconnu"), Next.REVIEW)


def reason_of(code: str) -> Reason:
    """The reason of a code; one that nobody knows goes to a person."""
    return REASONS.get(code, UNKNOWN)
