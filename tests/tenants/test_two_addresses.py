"""A public site and an application, each at its address: what knows somebody is served by one of them only."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from tenants.models import Brand
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of
from tests.walls.test_tenancy import ADDRESSES, browser_of

pytestmark = pytest.mark.django_db
SITE, APP = "www.credicys.localhost", "credicys.localhost"


@pytest.fixture
def brand() -> Brand:
    return factories.brand(public_host=SITE)


@pytest.fixture
def site(brand: Brand) -> AppClient:
    return AppClient(headers={"host": SITE})


@pytest.fixture
def app(brand: Brand) -> AppClient:
    return AppClient(headers={"host": APP})


@pytest.mark.req("CRE-01")
def test_the_public_site_shows_its_pages_and_sends_everything_else_to_the_application(site: AppClient) -> None:
    for page in ("/", "/aide/", "/aide/connexion", "/cgu", "/charte", "/robots.txt", "/simulateur"):
        assert site.get(page).status_code == 200, page
    others = [
        a.filled({})
        for a in ADDRESSES
        if not a.converters and not a.route.startswith(("^", "demo/", "sante", "annuaire/"))
    ]
    for path in {*others, "/admin/", "/nulle-part"} - {"/", "/aide/", "/cgu", "/charte", "/robots.txt", "/simulateur"}:
        answer = site.get(f"{path}?q=1")
        assert answer.status_code == 302 and answer["Location"] == f"http://{APP}{path}?q=1", path
        assert site.post(path, {"email": "x"}).status_code == 404, f"{path}: nothing is sent to the public site"


@pytest.mark.req("CRE-01")
@pytest.mark.attack("A10")
def test_only_the_application_has_cookies(site: AppClient, app: AppClient) -> None:
    for page in ("/", "/aide/", "/charte"):
        assert not site.get(page).cookies, page
    assert site.get("/connexion").cookies == {} and "csrftoken" in app.get("/connexion").cookies


def test_the_public_site_knows_nobody_even_by_a_cookie_of_the_application(brand: Brand) -> None:
    person = factories.member(factories.creditor(brand))
    browser = browser_of(person)
    assert str(person) in browser.get("/charte", headers={"host": APP}).content.decode()
    page = browser.get("/charte", headers={"host": SITE}).content.decode()
    assert str(person) not in page and "csrfmiddlewaretoken" not in page
    assert browser.cookies[django_settings.SESSION_COOKIE_NAME].value, "and the session goes on"


@pytest.mark.req("CRE-01")
def test_the_front_page_of_the_application_is_the_public_site(app: AppClient, settings: Any) -> None:
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", "8443"
    answer = app.get("/")
    assert (answer.status_code, answer["Location"]) == (302, f"https://{SITE}:8443/")
    assert app.get("/connexion").status_code == 200


def test_links_of_mails_lead_to_the_application(app: AppClient, brand: Brand, settings: Any) -> None:
    person = factories.member(factories.creditor(brand))
    person.emailaddress_set.create(email=person.email, primary=True, verified=True)
    app.post(reverse("account_reset_password"), {"email": person.email})
    post_out()
    assert f"http://{APP}/mot_de_passe_oublie/" in text_of(mails(settings)[-1])


def test_the_public_site_speaks_english_without_a_cookie(site: AppClient) -> None:
    assert "Charter" in words(site.get("/charte?langue=en"))
    assert site.get("/charte?langue=en")["Content-Language"] == "en" and not site.cookies
    assert site.get("/charte?langue=xx")["Content-Language"] == "fr"


def test_a_brand_with_one_address_has_all_there(site: AppClient, app: AppClient, brand: Brand) -> None:
    Brand.objects.update(public_host="")
    assert app.get("/").status_code == 200 and app.get("/connexion").status_code == 200


def test_the_base_refuses_two_brands_at_one_address_and_one_address_for_both(brand: Brand) -> None:
    for fields in ({"public_host": SITE}, {"public_host": "autre.localhost"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.brand("autre", **fields)
