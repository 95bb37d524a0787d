"""The court of appeal in whose district somebody lives (CPCE R125-1): each département lies in one."""

import re
from collections.abc import Collection

from django.utils.translation import gettext as _

DISTRICTS = {
    "Agen": "32 46 47",
    "Aix-en-Provence": "04 06 13 83",
    "Amiens": "02 60 80",
    "Angers": "49 53 72",
    "Basse-Terre": "971 977 978",
    "Bastia": "2A 2B",
    "Besançon": "25 39 70 90",
    "Bordeaux": "16 24 33",
    "Bourges": "18 36 58",
    "Caen": "14 50 61",
    "Cayenne": "973",
    "Chambéry": "73 74",
    "Colmar": "67 68",
    "Dijon": "21 52 71",
    "Douai": "59 62",
    "Fort-de-France": "972",
    "Grenoble": "05 26 38",
    "Limoges": "19 23 87",
    "Lyon": "01 42 69",
    "Metz": "57",
    "Montpellier": "11 12 34 66",
    "Nancy": "54 55 88",
    "Nîmes": "07 30 48 84",
    "Nouméa": "986 988",
    "Orléans": "37 41 45",
    "Papeete": "987",
    "Paris": "75 77 89 91 93 94",
    "Pau": "40 64 65",
    "Poitiers": "17 79 85 86",
    "Reims": "08 10 51",
    "Rennes": "22 29 35 44 56",
    "Riom": "03 15 43 63",
    "Rouen": "27 76",
    "Saint-Denis de la Réunion": "974 976",
    "Saint-Pierre": "975",
    "Toulouse": "09 31 81 82",
    "Versailles": "28 78 92 95",
}
COURTS = {department: court for court, listed in DISTRICTS.items() for department in listed.split()}


class UnknownPlace(ValueError):
    """No court of appeal is known for that postcode; the message says what to check."""


CODE = re.compile(r"[0-9][0-9AB][0-9]{3}|97[0-9]|98[0-9]|[0-9][0-9AB]")


def department(postcode: str) -> str:
    """The département of a postcode or INSEE code: three digits overseas, 2A or 2B in Corsica."""
    code = re.sub(r"\s", "", postcode).upper()
    if not CODE.fullmatch(code):
        return ""
    if code.startswith(("97", "98")):
        return code[:3]
    if code.startswith("20"):
        return "2A" if code[:3] in ("200", "201") else "2B"
    return code[:2]


def court_of_appeal(postcode: str) -> str:
    """The court of appeal of a postcode, an INSEE code or a département; UnknownPlace otherwise.

    Where a postcode straddles two départements only the commune's INSEE code is sure. The airport grounds
    of Roissy, Le Bourget and Orly follow Paris, those of Aire-sur-l'Adour Pau: no code tells them apart.
    """
    try:
        return COURTS[department(postcode)]
    except KeyError as error:
        sentence = _("Aucune cour d’appel connue pour le code postal %(code)s : vérifiez ses cinq chiffres.")
        raise UnknownPlace(sentence % {"code": postcode}) from error


def is_served(postcode: str, courts: Collection[str]) -> bool:
    """Whether one of these courts of appeal is that of the place; an unknown place has none."""
    return COURTS.get(department(postcode)) in courts


# Grounds of airports that follow another court than their département (COJ, annexe): no code tells them apart.
AIRPORTS = {
    "95": ("Paris", re.compile(r"a[ée]roport|a[ée]rogare|a[ée]rodrome|\bcdg\b|roissy|le bourget|\bterminal\b", re.I)),
    "32": ("Pau", re.compile(r"a[ée]roport|a[ée]rodrome|aire[- ]sur[- ]l.adour", re.I)),
}


def possible_courts(postcode: str, address: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The courts of appeal that the address may belong to, the likeliest first, and what a person must confirm. Pure.

    One court and no doubt nearly everywhere; two where the words of the address point to the grounds of an airport.
    """
    court = court_of_appeal(postcode)
    if (trap := AIRPORTS.get(department(postcode))) and trap[1].search(address):
        told = _(
            "Adresse dans une emprise d’aéroport ? Elle relève alors de la cour d’appel de %(court)s : à confirmer."
        )
        return (trap[0], court), (told % {"court": trap[0]},)
    return (court,), ()
