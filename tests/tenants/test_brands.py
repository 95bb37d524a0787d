"""Brands by their host, the clock of requests, and what a stranger's host is answered."""

from typing import Any

import pytest
from django.urls import reverse

from portal.demo.world import BRANDS
from tenants.models import Brand, Office
from tests import factories
from tests.accounts.test_people import browser_of
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db


@pytest.mark.req("CRE-59")
def test_each_host_shows_its_own_brand(brand: Any, client: AppClient) -> None:
    factories.brand("relance-nc", name="Relance NC", accent="#0f6e6a", support_email="contact@relance.example")
    page = client.get("/", HTTP_HOST="relance-nc.localhost").content.decode()
    assert "Relance NC" in page and "#0f6e6a" in page and "contact@relance.example" in page and "Credicys" not in page
    assert "Credicys" in client.get("/", HTTP_HOST="credicys.localhost:8000").content.decode()


@pytest.mark.req("CRE-02", "ATR-79")
def test_every_public_page_shows_the_brand_and_its_support(brand: Any, client: AppClient) -> None:
    for name in ("welcome", "account_login", "account_signup", "account_reset_password", "terms", "debtor-door"):
        page = client.get(reverse(name)).content.decode()
        assert "Credicys" in page and "contact@credicys.example" in page, name


def test_an_unknown_host_gets_the_default_brand_and_none_gets_a_sentence(
    brand: Any, client: AppClient, settings: Any
) -> None:
    assert client.get("/", HTTP_HOST="ailleurs.localhost").status_code == 200
    settings.DEFAULT_BRAND = "aucune"
    answer = client.get("/", HTTP_HOST="ailleurs.localhost")
    assert answer.status_code == 404 and "Aucun service ne répond à cette adresse" in answer.content.decode()


@pytest.mark.attack("W12")
def test_a_host_outside_the_list_is_refused(brand: Any, client: AppClient) -> None:
    assert client.get("/", HTTP_HOST="pirate.example").status_code == 400


def test_the_host_decides_whatever_its_case_and_port() -> None:
    first = factories.brand()
    assert Brand.objects.for_host("CREDICYS.localhost:443", default="x") == first
    assert Brand.objects.for_host("x.localhost", default="credicys") == first
    assert Brand.objects.for_host("x.localhost", default="y") is None


@pytest.mark.req("CRE-51", "CRE-59")
def test_each_brand_has_its_own_terms(brand: Any, client: AppClient) -> None:
    other = factories.brand("autre")
    other.terms.update(text="Conditions de l’autre.")
    assert "Conditions de l'autre." in words(client.get("/cgu", HTTP_HOST="autre.localhost"))
    assert "Conditions de l'autre." not in words(client.get("/cgu"))
    other.terms.all().delete()
    assert client.get("/cgu", HTTP_HOST="autre.localhost").status_code == 404


@pytest.mark.req("CRE-06")
def test_a_dossier_goes_to_an_office_of_the_court_that_takes_files(brand: Any) -> None:
    lyon = factories.office(brand)
    factories.office(brand, court_of_appeal="Paris")
    factories.office(brand, is_available=False)
    factories.office(factories.brand("autre"))
    assert list(Office.objects.competent_for("Lyon", brand=brand)) == [lyon]


def test_health_answers_whatever_the_host(client: AppClient) -> None:
    answer = client.get("/sante")
    assert (answer.status_code, answer.json()) == (200, {"base": "ok"})


@pytest.mark.attack("W16")
def test_a_page_that_does_not_exist_says_so_in_french(brand: Any, client: AppClient, settings: Any) -> None:
    settings.DEBUG = False
    answer = client.get("/nulle-part")
    assert answer.status_code == 404 and "Cette page est introuvable" in words(answer)


def test_security_headers_stand_on_every_page(brand: Any, client: AppClient) -> None:
    for path in ("/", "/connexion", "/inscription", "/debiteur/"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe-inline" not in policy
        assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"


def test_a_nonce_serves_one_page(brand: Any, client: AppClient) -> None:
    first, second = (client.get("/")["Content-Security-Policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("language", ["fr", "en", "xx"])
def test_the_language_can_be_changed_and_comes_back_to_the_page(language: str, brand: Any, client: AppClient) -> None:
    answer = client.post("/langue", {"language": language, "next": "/connexion"})
    assert answer["Location"] == "/connexion" and client.get("/connexion").status_code == 200
    assert (
        client.post("/langue", {"language": language, "next": "https://pirate.example/"})["Location"]
        != "https://pirate.example/"
    )


@pytest.mark.req("REL-63")
@pytest.mark.parametrize(("slug", "postcode"), [("relance-nc", "98800"), ("relance-pf", "98716")])
def test_each_pacific_brand_answers_with_its_own_coordinates_and_currency(slug: str, postcode: str, db: None) -> None:
    fields = BRANDS[slug]
    brand = factories.brand(slug, **fields)
    page = AppClient().get("/", HTTP_HOST=fields["host"]).content.decode()
    assert postcode in page and fields["support_phone"] in page and fields["support_email"] in page
    creditor = factories.creditor(brand, postcode=postcode, town="Nouméa")
    answer = browser_of(factories.member(creditor)).get("/espace/dossiers/creer", HTTP_HOST=fields["host"])
    assert answer.context["form"].initial["currency"] == "XPF"
    assert str(brand.zone) in ("Pacific/Noumea", "Pacific/Tahiti")


def test_the_menu_of_a_brand_outside_sepa_leads_to_no_mandate(brand: Any) -> None:
    island = factories.brand("relance-nc", currency="XPF", territory="NC", time_zone="Pacific/Noumea")
    for at, shown in ((brand, True), (island, False)):
        browser = browser_of(factories.member(factories.creditor(at)))
        page = browser.get("/espace/", HTTP_HOST=at.host).content.decode()
        assert ('href="/espace/mandat/"' in page) == shown
