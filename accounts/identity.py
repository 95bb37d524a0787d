"""Which number identifies a creditor: it follows from where it stands and from what it is. Pure."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import PersonKind
from accounts.legal_forms import DECLARED_ASSOCIATIONS, WITHOUT_NUMBER
from core.identifiers import check_ridet, check_rna, check_siret, check_tahiti
from tenants.models import Territory

FRANCE = "FR"
CHECKS = {"siret": check_siret, "ridet": check_ridet, "tahiti": check_tahiti, "rna": check_rna}
LABELS: dict[str, Any] = {
    "siret": "Siret",
    "ridet": "RIDET",
    "tahiti": gettext_lazy("N° TAHITI"),
    "rna": gettext_lazy("N° RNA"),
}
# INSEE numbers nobody in the Pacific: New Caledonia and Polynesia have their own registers, Wallis-et-Futuna none.
LOCAL = {Territory.NC: "ridet", Territory.PF: "tahiti"}
ELSEWHERE = frozenset({Territory.WF, Territory.ABROAD})


def number_of(territory: str) -> str:
    """The number that an enterprise of the territory is asked for: siret, ridet or tahiti."""
    return LOCAL.get(Territory(territory), "siret")


def needed_numbers(*, kind: str, legal_form: str, is_professional: bool, territory: str) -> tuple[str, ...]:
    """The numbers of which one must be given; none where no register would have given any."""
    if kind == PersonKind.NATURAL and not is_professional:
        return ()
    if territory in ELSEWHERE or (kind == PersonKind.LEGAL and legal_form in WITHOUT_NUMBER):
        return ()
    own = number_of(territory)
    if kind == PersonKind.LEGAL and legal_form in DECLARED_ASSOCIATIONS:
        return (own, "rna")
    return (own,)


def missing_sentence(needed: tuple[str, ...], *, kind: str) -> str:
    """What to do when none of the needed numbers is given."""
    if needed == ("siret",):
        if kind == PersonKind.LEGAL:
            return _("Ce champ est obligatoire pour une personne morale.")
        return _("Qui agit pour les besoins d’une activité professionnelle donne son SIRET.")
    if "rna" in needed:
        return _("Une association donne ce numéro, ou son numéro RNA.")
    if needed == ("ridet",):
        return _("En Nouvelle-Calédonie, donnez votre RIDET.")
    return _("En Polynésie française, donnez votre numéro TAHITI.")
