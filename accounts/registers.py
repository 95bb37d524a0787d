"""Public registers, asked while a form is filled in: companies by number, addresses by their beginning.

Each is a port with two adapters of the same promise: the public service, asked within a time limit, and a local twin
that works offline. A register that is not set, slow or broken answers nothing: the form is filled in by hand.
"""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
from django.conf import settings

from core.identifiers import check_siren, check_siret

logger = logging.getLogger(__name__)
TIME_LIMIT = httpx.Timeout(2.0, connect=1.0)
MOST_PLACES = 5
SHORTEST_QUESTION = 5
TWIN = "local"  # SIRENE_URL=local, BAN_URL=local
TWIN_DATA = Path(__file__).parent / "data" / "registers.json"
HIDDEN = "[NON-DIFFUSIBLE]"  # a person who asked INSEE to be left out


@dataclass(frozen=True, slots=True)
class Place:
    """An address in the parts of a form."""

    street: str
    postcode: str
    town: str
    commune: str  # INSEE code

    @property
    def label(self) -> str:
        return f"{self.street}, {self.postcode} {self.town}"


@dataclass(frozen=True, slots=True)
class Company:
    """A company as its register knows it."""

    siret: str  # of its head office
    name: str
    legal_form: str
    is_open: bool
    place: Place


class Companies(Protocol):
    def find(self, number: str) -> Company | None:
        """The company of a SIREN or SIRET; nothing when nobody has it or the register does not answer."""


class Addresses(Protocol):
    def complete(self, text: str) -> list[Place]:
        """Addresses that begin like the text, the likeliest first; none when the register does not answer."""


# --- the public services ---------------------------------------------------------------------------------------
def _ask(url: str, **query: str | int) -> Any:
    try:
        answer = httpx.get(url, params=query, timeout=TIME_LIMIT, follow_redirects=False)
        answer.raise_for_status()
        return answer.json()
    except (httpx.HTTPError, ValueError) as error:
        logger.warning("register without answer: %s (%s)", url, type(error).__name__)
        return {}


class PublicCompanies:
    """The « Recherche d’entreprises » service of the State."""

    def __init__(self, url: str) -> None:
        self.url = f"{url.rstrip('/')}/search"

    def find(self, number: str) -> Company | None:
        found = _ask(self.url, q=number[:9], page=1, per_page=1).get("results") or []
        try:
            return self._read(found[0], number) if found and found[0]["siren"] == number[:9] else None
        except (KeyError, TypeError, AttributeError):
            logger.warning("register answered in another form: %s", self.url)
            return None

    @staticmethod
    def _read(row: dict[str, Any], number: str) -> Company:
        seat = row["siege"]
        way = " ".join(
            _known(seat.get(part)) for part in ("numero_voie", "indice_repetition", "type_voie", "libelle_voie")
        )
        place = Place(
            " ".join(way.split()), _known(seat.get("code_postal")), _known(seat.get("libelle_commune")), _known(seat.get("commune"))
        )  # fmt: skip
        siret = number if len(number) == 14 else str(seat["siret"])
        return Company(
            siret, _known(row.get("nom_raison_sociale") or row.get("nom_complet")), str(row.get("nature_juridique") or ""),
            row.get("etat_administratif") == "A", place,
        )  # fmt: skip


class PublicAddresses:
    """The national address base (BAN)."""

    def __init__(self, url: str) -> None:
        self.url = f"{url.rstrip('/')}/search/"

    def complete(self, text: str) -> list[Place]:
        features = _ask(self.url, q=text[:200], limit=MOST_PLACES, autocomplete=1).get("features") or []
        try:
            return [self._read(feature["properties"]) for feature in features[:MOST_PLACES]]
        except (KeyError, TypeError):
            logger.warning("register answered in another form: %s", self.url)
            return []

    @staticmethod
    def _read(found: dict[str, Any]) -> Place:
        return Place(str(found["name"]), str(found["postcode"]), str(found["city"]), str(found["citycode"]))


def _known(value: Any) -> str:
    return "" if value in (None, HIDDEN) else str(value)


# --- their twin --------------------------------------------------------------------------------------------------
class Twin:
    """Both registers from a file of made-up companies: for demos and for work without a network."""

    def __init__(self, path: Path = TWIN_DATA) -> None:
        rows = json.loads(path.read_text(encoding="utf-8"))
        self.companies = [Company(**row | {"place": Place(**row["place"])}) for row in rows]

    def find(self, number: str) -> Company | None:
        return next((one for one in self.companies if one.siret.startswith(number)), None)

    def complete(self, text: str) -> list[Place]:
        begun = text.casefold()
        return [one.place for one in self.companies if one.place.label.casefold().startswith(begun)][:MOST_PLACES]


def companies() -> Companies | None:
    """The register of companies of this installation, if any."""
    if settings.SIRENE_URL == TWIN:
        return Twin()
    return PublicCompanies(settings.SIRENE_URL) if settings.SIRENE_URL else None


def addresses() -> Addresses | None:
    """The register of addresses of this installation, if any."""
    if settings.BAN_URL == TWIN:
        return Twin()
    return PublicAddresses(settings.BAN_URL) if settings.BAN_URL else None


# --- what a form asks -------------------------------------------------------------------------------------------
def company_of(typed: str) -> dict[str, Any] | None:
    """The company of a typed SIREN or SIRET, as the form's fields; nothing for a number that can't exist."""
    register = companies()
    digits = "".join(sign for sign in typed if sign.isdigit())
    try:
        number = check_siren(digits) if len(digits) == 9 else check_siret(digits)
    except ValueError:
        return None
    found = register.find(number) if register else None
    return asdict(found) if found else None


def places_like(typed: str) -> list[dict[str, Any]]:
    """Addresses that begin as typed, as the form's fields; none before there is something to look for."""
    text, register = " ".join(typed.split()), addresses()
    if register is None or len(text) < SHORTEST_QUESTION:
        return []
    return [asdict(place) | {"label": place.label} for place in register.complete(text)]
