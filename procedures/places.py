"""Where the debtor lives, read on the State's own list when it is loaded: its courts, and what a person must confirm."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dossiers.models import Debtor
from procedures.competence import UnknownPlace, department, possible_courts
from procedures.models import Commune

ARRONDISSEMENT = re.compile(r"^(PARIS|LYON|MARSEILLE) (\d{1,2})(E|ER|EME)?( ARRONDISSEMENT)?$")
CEDEX = re.compile(r" CEDEX( \d+)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """The courts of an address: the court of appeal, what is read on the list, and the doubts that remain."""

    court_of_appeal: str
    commune: Commune | None
    doubts: tuple[str, ...]


def name_key(name: str) -> str:
    """A commune's name as two lists agree on it: no accent, no hyphen, SAINT for ST, no CEDEX nor arrondissement."""
    text = unicodedata.normalize("NFD", name.replace("œ", "oe").replace("Œ", "OE")).upper()
    text = re.sub(r"[^A-Z0-9]+", " ", "".join(c for c in text if not unicodedata.combining(c))).strip()
    text = CEDEX.sub("", text)
    text = re.sub(r"\bSTE\b", "SAINTE", re.sub(r"\bST\b", "SAINT", text))
    found = ARRONDISSEMENT.match(text)
    return found[1] if found else text


def locate(debtor: Debtor) -> Place:
    """The courts of the debtor's address, by one query; UnknownPlace when its postcode leads nowhere."""
    courts, doubts = possible_courts(debtor.postcode, debtor.whole_address)
    found = [one for one in Commune.objects.filter(key=name_key(debtor.town))[:50] if _in_reach(one, debtor.postcode)]
    if len(found) == 1:
        return Place(courts[0] if doubts else found[0].court_of_appeal, found[0], (*doubts, *_moved(found[0], courts)))
    if found:
        told = _("Plusieurs communes de ce nom dans ce département : choisissez par le code INSEE.")
    elif Commune.objects.exists():
        told = _(
            "Cette commune n’est pas sur la liste officielle du département de son code postal : vérifiez l’adresse."
        )
    else:
        told = _("La liste officielle des communes n’est pas chargée : la cour est déduite du département.")
    return Place(courts[0], None, (*doubts, told))


def _in_reach(commune: Commune, postcode: str) -> bool:
    """The list goes by INSEE code, the address by postcode: both name the département, but for a few postcodes."""
    return department(commune.insee) == department(postcode)


def _moved(commune: Commune, courts: tuple[str, ...]) -> tuple[str, ...]:
    if commune.court_of_appeal in courts:
        return ()
    told = _(
        "La liste officielle du %(day)s nomme la cour d’appel de %(court)s, le département une autre : à confirmer."
    )
    return (told % {"day": f"{commune.edition_on:%d/%m/%Y}", "court": commune.court_of_appeal},)


def located(debtor: Debtor | None) -> Place | None:
    """As `locate`, or nothing where no court of appeal is known."""
    if debtor is None:
        return None
    try:
        return locate(debtor)
    except UnknownPlace:
        return None
