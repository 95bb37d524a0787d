"""Before which judge an injonction de payer is asked for (CPC 1405, 1406), and why. Pure.

The place is of public order: where the debtor, or one of the debtors, lives. Which tribunal serves that commune is
read on the Ministry's own list; here stand the kind of judge and the form that goes with it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from dossiers.enums import Origin
from procedures.parameters import value_on
from tenants.models import Territory


class Judge(StrEnum):
    """Who decides."""

    JCP = "jcp"
    TJ = "tj"
    TC = "tc"
    COMMERCIAL_CHAMBER = "chamber"
    MIXED = "mixed"


# Tribunals of economic activities in the place of the commercial court, from 2025 to 2028 (arrêté of 5 July 2024).
ECONOMIC = (
    "Auxerre", "Avignon", "Le Havre", "Le Mans", "Limoges", "Lyon", "Marseille", "Nancy", "Nanterre", "Paris",
    "Saint-Brieuc", "Versailles",
)  # fmt: skip
MIXED_COURTS = frozenset(
    {Territory.GUADELOUPE, Territory.MARTINIQUE, Territory.GUYANE, Territory.REUNION, Territory.MAYOTTE,
     Territory.SAINT_BARTHELEMY, Territory.SAINT_MARTIN}
)  # fmt: skip
LOCAL_LAW = frozenset({Territory.NC, Territory.PF, Territory.WF, Territory.SPM})
CERFA = {Judge.JCP: "cerfa_injonction_jcp", Judge.TJ: "cerfa_injonction_tj", Judge.TC: "cerfa_injonction_tc"}


class NoCourt(ValueError):
    """No judge can be named; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Parties:
    """What decides on the judge."""

    creditor_trades: bool
    debtor_trades: bool
    origin: str
    territory: str
    town: str
    tribunal: str = ""  # the seats, where the official lists give them
    commercial: str = ""
    listed: str = ""  # the lists and their edition


@dataclass(frozen=True, slots=True)
class Court:
    """The judge, the name to write on the petition, the reasons, the form's number, whether the clerk takes a fee."""

    judge: Judge
    name: str
    reasons: tuple[str, ...]
    cerfa: str

    @property
    def takes_a_fee(self) -> bool:
        """The commercial clerk waits for it fifteen days, after which the petition lapses (CPC 1425)."""
        return self.judge in (Judge.TC, Judge.MIXED)


def court_for(parties: Parties, *, on: date) -> Court:
    """The judge of this claim on that day; NoCourt abroad and where the procedure is of local law."""
    if parties.territory == Territory.ABROAD:
        raise NoCourt(_("Le débiteur vit à l’étranger : l’injonction de payer française n’est pas ouverte."))
    if parties.territory in LOCAL_LAW:
        raise NoCourt(_("La procédure de ce territoire est de droit local : l’étude la conduit hors de la plateforme."))
    judge, reason = _judge(parties)
    place = _("lieu où demeure le débiteur : %(town)s (CPC 1406, d’ordre public)") % {"town": parties.town}
    cerfa = value_on(CERFA.get(judge, CERFA[Judge.TC]), on)
    seat = parties.commercial if judge in (Judge.TC, Judge.MIXED) else parties.tribunal
    name = _seated(judge, seat) if seat else _name(judge, parties.town)
    return Court(judge, name, (reason, place, _listed(parties, seat)), cerfa)


def _judge(parties: Parties) -> tuple[Judge, str]:
    if parties.origin == Origin.RENT:
        return Judge.JCP, _("loyer d’habitation : juge des contentieux de la protection (COJ L213-4-4)")
    if not (parties.creditor_trades and parties.debtor_trades):
        return Judge.TJ, _("l’une des parties n’est pas commerçante : tribunal judiciaire (CPC 1406)")
    if parties.territory == Territory.ALSACE_MOSELLE:
        return Judge.COMMERCIAL_CHAMBER, _(
            "entre commerçants en Alsace-Moselle : chambre commerciale du tribunal judiciaire"
        )
    if parties.territory in MIXED_COURTS:
        return Judge.MIXED, _("entre commerçants outre-mer : tribunal mixte de commerce")
    return Judge.TC, _("entre commerçants : tribunal de commerce (C. com. L721-3)")


def _listed(parties: Parties, seat: str) -> str:
    if seat:
        return _("siège lu sur la liste officielle : %(source)s") % {"source": parties.listed}
    return _("siège à confirmer par une personne sur la liste officielle : elle n’est pas chargée pour cette commune")


def _seated(judge: Judge, seat: str) -> str:
    """The court by its seat, as the official list names it."""
    if judge == Judge.TC and name_of(seat) in {name_of(town) for town in ECONOMIC}:
        return _("Tribunal des activités économiques de %(town)s") % {"town": seat}
    names = {
        Judge.JCP: _("Juge des contentieux de la protection, tribunal judiciaire de %(town)s"),
        Judge.TJ: _("Tribunal judiciaire de %(town)s"),
        Judge.TC: _("Tribunal de commerce de %(town)s"),
        Judge.COMMERCIAL_CHAMBER: _("Tribunal judiciaire de %(town)s, chambre commerciale"),
        Judge.MIXED: _("Tribunal mixte de commerce de %(town)s"),
    }
    return names[judge] % {"town": seat}


def name_of(town: str) -> str:
    """A town's name without case nor hyphens."""
    return town.casefold().replace("-", " ").strip()


def _name(judge: Judge, town: str) -> str:
    if judge == Judge.TC and town.split(" ")[0] in ECONOMIC:
        return _("Tribunal des activités économiques de %(town)s") % {"town": town.split(" ")[0]}
    names = {
        Judge.JCP: _("Juge des contentieux de la protection du ressort de %(town)s"),
        Judge.TJ: _("Tribunal judiciaire du ressort de %(town)s"),
        Judge.TC: _("Tribunal de commerce du ressort de %(town)s"),
        Judge.COMMERCIAL_CHAMBER: _("Tribunal judiciaire du ressort de %(town)s, chambre commerciale"),
        Judge.MIXED: _("Tribunal mixte de commerce du ressort de %(town)s"),
    }
    return names[judge] % {"town": town}
