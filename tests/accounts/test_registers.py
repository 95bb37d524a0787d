"""Public registers: the same promise from the service and from its twin; and no form that depends on them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts import registers
from accounts.registers import Company, Place, PublicAddresses, PublicCompanies, Twin
from tests.accounts.test_sign_up import page_of, sign_up
from tests.conftest import AppClient

KNOWN = Twin().companies[0]


def as_published(one: Company) -> dict[str, Any]:
    """In the form of the « Recherche d’entreprises » service."""
    number, way = one.place.street.split(" ", 1)
    kind, name = way.split(" ", 1)
    seat = {"siret": one.siret, "numero_voie": number, "indice_repetition": None, "type_voie": kind, "libelle_voie": name,
            "code_postal": one.place.postcode, "libelle_commune": one.place.town, "commune": one.place.commune}  # fmt: skip
    return {"siren": one.siret[:9], "nom_complet": one.name.upper(), "nom_raison_sociale": one.name, "nature_juridique": one.legal_form,
            "etat_administratif": "A" if one.is_open else "C", "siege": seat}  # fmt: skip


def as_feature(place: Place) -> dict[str, Any]:
    """In the form of the national address base."""
    found = {"label": place.label, "name": place.street, "postcode": place.postcode, "city": place.town, "citycode": place.commune,
             "type": "housenumber", "score": 0.9}  # fmt: skip
    return {"type": "Feature", "properties": found}


class Service(BaseHTTPRequestHandler):
    """The two public services, answering from the twin's file; `mood` makes them fail."""

    mood = ""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)["q"][0]
        if self.mood == "slow":
            time.sleep(1.5)
        if self.mood == "broken":
            self.send_error(500)
            return
        twin = Twin()
        if parts.path == "/search":
            found = [as_published(one) for one in twin.companies if one.siret.startswith(asked)]
            body: Any = {"results": found, "total_results": len(found)}
        else:
            body = {"type": "FeatureCollection", "features": [as_feature(place) for place in twin.complete(asked)]}
        text = {"html": "<html>", "other": json.dumps({"results": [{"siren": asked}], "features": [{}]})}.get(
            self.mood, json.dumps(body)
        )
        self.send_response(200)
        self.end_headers()
        with suppress(BrokenPipeError):  # whoever asked went away
            self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(running: str) -> str:
    Service.mood = ""
    return running


@pytest.fixture(params=["service", "twin"])
def companies(request: Any, service: str) -> Any:
    return PublicCompanies(service) if request.param == "service" else Twin()


@pytest.fixture(params=["service", "twin"])
def addresses(request: Any, service: str) -> Any:
    return PublicAddresses(f"{service}/ban") if request.param == "service" else Twin()


# --- the promise that both keep ---------------------------------------------------------------------------------
def test_a_company_is_found_by_siren_and_by_siret(companies: Any) -> None:
    assert companies.find(KNOWN.siret) == companies.find(KNOWN.siret[:9]) == KNOWN


def test_a_company_that_nobody_has_is_not_found(companies: Any) -> None:
    assert companies.find("732829320") is None


def test_a_company_that_has_ceased_says_so(companies: Any) -> None:
    ceased = next(one for one in Twin().companies if not one.is_open)
    assert companies.find(ceased.siret[:9]).is_open is False


def test_an_address_is_completed_in_its_parts(addresses: Any) -> None:
    assert addresses.complete("5 rue Merc") == [KNOWN.place]
    assert addresses.complete("99 rue de nulle part") == []


# --- the service when it fails ----------------------------------------------------------------------------------
@pytest.mark.parametrize("mood", ["slow", "broken", "html", "other"])
def test_a_service_that_fails_answers_nothing_within_the_time_limit(mood: str, service: str, monkeypatch: Any) -> None:
    assert registers.TIME_LIMIT.read == 2.0
    monkeypatch.setattr(registers, "TIME_LIMIT", 0.3)
    Service.mood = mood
    start = time.perf_counter()
    assert PublicCompanies(service).find(KNOWN.siret) is None
    assert PublicAddresses(f"{service}/ban").complete("5 rue Merc") == []
    assert time.perf_counter() - start < 1.2


def test_nobody_at_the_address_is_no_error() -> None:
    assert PublicCompanies("http://127.0.0.1:9").find(KNOWN.siret) is None


def test_what_insee_hides_is_left_empty(service: str, monkeypatch: Any) -> None:
    hidden = as_published(KNOWN) | {"nom_raison_sociale": registers.HIDDEN}
    monkeypatch.setattr(registers, "_ask", lambda url, **query: {"results": [hidden]})
    found = PublicCompanies(service).find(KNOWN.siret)
    assert found and found.name == ""


# --- what the form does with them --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_form_is_completed_through_us(settings: Any) -> None:
    settings.SIRENE_URL = settings.BAN_URL = "local"
    found = (
        AppClient().post("/annuaire/entreprise", {"number": f"{KNOWN.siret[:3]} {KNOWN.siret[3:9]}"}).json()["company"]
    )
    assert (found["name"], found["legal_form"], found["place"]["commune"]) == ("Fleurs Moreau", "5499", "69382")
    [place] = AppClient().post("/annuaire/adresse", {"text": "5 rue Merc"}).json()["places"]
    assert place["label"] == "5 rue Mercière, 69002 Lyon"


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "123", "732829321", "x" * 5000, "' OR 1=1"])
def test_a_number_that_cannot_be_is_not_even_asked(number: str, settings: Any, monkeypatch: Any) -> None:
    settings.SIRENE_URL = "http://127.0.0.1:9"
    monkeypatch.setattr(registers, "_ask", lambda *args, **kwargs: pytest.fail("asked"))
    assert AppClient().post("/annuaire/entreprise", {"number": number}).json() == {"company": None}


@pytest.mark.django_db
def test_the_registers_are_asked_with_no_transaction_open(settings: Any, django_assert_num_queries: Any) -> None:
    settings.SIRENE_URL = "local"
    with django_assert_num_queries(0):
        assert Client().post("/annuaire/entreprise", {"number": KNOWN.siret}).status_code == 200


@pytest.mark.django_db
def test_nobody_uses_us_as_an_open_door(settings: Any) -> None:
    settings.SIRENE_URL = "local"
    browser = AppClient(enforce_csrf_checks=True)
    assert browser.post("/annuaire/entreprise", {"number": KNOWN.siret}).status_code == 403
    assert browser.get("/annuaire/entreprise").status_code == 405
    answers = {AppClient().post("/annuaire/entreprise", {"number": KNOWN.siret}).status_code for _ in range(70)}
    assert answers == {200, 429}


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["", "local", "http://127.0.0.1:9"])
def test_the_form_works_as_well_without(url: str, brand: Any, client: AppClient, settings: Any) -> None:
    settings.SIRENE_URL = settings.BAN_URL = url
    form = page_of(client.get("/inscription")).find("form", attrs={"class": "stack"})
    assert form.has_attr("data-company-url") is bool(url)
    assert sign_up(client).status_code == 302
