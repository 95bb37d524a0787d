"""One person, several brands: the account is hers, the space is each brand's."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Creditor, Membership, User
from notifications.models import Message
from tests import factories
from tests.accounts.test_log_in import OLD
from tests.accounts.test_sign_up import errors, page_of, words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import SIGN_UP, mails, post_out, text_of
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
OTHER = {"HTTP_HOST": "autre.localhost"}
IDENTITY = {name: value for name, value in SIGN_UP.items() if name not in ("email", "password", "confirmation")}


@pytest.fixture
def other(brand: Any) -> Any:
    return factories.brand("autre", name="Autre")


@pytest.fixture
def person(creditor: Any, other: Any) -> User:
    made = factories.member(creditor)
    made.set_password(OLD)
    made.save()
    EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=True)
    return made


@pytest.mark.req("CRE-59")
def test_a_person_known_at_one_brand_joins_another_with_the_same_account(person: User, other: Any) -> None:
    browser = AppClient()
    answer = browser.post("/connexion", {"login": person.email, "password": OLD, "next": "/espace/"}, **OTHER)
    assert answer["Location"] == "/espace/"
    assert browser.get("/espace/", **OTHER)["Location"] == "/rejoindre"
    assert browser.get("/entree", **OTHER)["Location"] == "/rejoindre"
    page = browser.get("/rejoindre", **OTHER)
    assert page_of(page).find("input", attrs={"name": "last_name"})["value"] == "Martin"
    assert not page_of(page).find("input", attrs={"name": "password"})
    answer = browser.post("/rejoindre", IDENTITY, **OTHER)
    assert answer["Location"] == "/espace/", errors(answer)
    assert browser.get("/espace/", **OTHER)["Location"] == "/espace/finalisation"
    made = Creditor.objects.get(brand=other)
    assert (made.company, made.email) == ("Menuiserie Martin", person.email)
    assert Membership.objects.filter(user=person).count() == 2 and User.objects.filter(email=person.email).count() == 1


def test_joining_twice_joins_once(person: User, other: Any) -> None:
    browser = browser_of(person)
    for _ in range(2):
        assert browser.post("/rejoindre", IDENTITY, **OTHER)["Location"] == "/espace/"
    assert Creditor.objects.filter(brand=other).count() == 1


def test_what_is_wrong_is_told_and_nothing_is_kept(person: User, other: Any) -> None:
    answer = browser_of(person).post("/rejoindre", IDENTITY | {"siret": "1"}, **OTHER)
    assert answer.status_code == 422 and "siret" in errors(answer)
    assert not Creditor.objects.filter(brand=other).exists()


def test_at_home_there_is_nothing_to_join(person: User) -> None:
    assert browser_of(person).get("/rejoindre")["Location"] == "/espace/"


def test_an_office_and_support_keep_to_their_own_doors(office: Any, other: Any) -> None:
    support = factories.user(is_staff=True)
    for user in (factories.clerk(office), support):
        browser = browser_of(user)
        assert browser.get("/rejoindre", **OTHER).status_code == 404
        assert browser.get("/espace/", **OTHER).status_code == 404
    assert AppClient().get("/rejoindre", **OTHER)["Location"].startswith("/connexion")


def test_signing_up_at_the_second_brand_tells_that_the_account_serves_there_too(
    person: User, other: Any, settings: Any
) -> None:
    answer = AppClient().post("/inscription", SIGN_UP | {"email": person.email}, **OTHER)
    assert answer.status_code == 302 and not Creditor.objects.filter(brand=other).exists()
    post_out()
    assert "ce compte sert aussi chez Autre" in text_of(mails(settings)[-1])
    assert Message.objects.get().brand == other


# --- a session that is over ------------------------------------------------------------------------------------------
def test_after_an_expired_form_one_comes_back_to_its_page_and_not_to_an_error(person: User) -> None:
    browser = AppClient()
    page = "http://testserver/espace/dossiers/?q=durand"
    turned = browser.post("/espace/creancier", {"creditor": "1"}, HTTP_REFERER=page)
    assert turned["Location"] == "/connexion?next=/espace/dossiers/%3Fq%3Ddurand"
    answer = browser.post(
        turned["Location"], {"login": person.email, "password": OLD, "next": "/espace/dossiers/?q=durand"}, follow=True
    )
    assert answer.status_code == 200 and "405" not in words(answer)


@pytest.mark.attack("A22")
@pytest.mark.parametrize("page", ["", "https://pirate.example/espace/", "//pirate.example", "javascript:alert(1)"])
def test_without_a_page_of_ours_one_comes_back_to_the_door(page: str, brand: Any) -> None:
    assert AppClient().post("/espace/creancier", HTTP_REFERER=page)["Location"] == "/connexion?next=/espace/"
    assert (
        AppClient().post("/etude/dossiers/AAAA-AAAA/action/accept", HTTP_REFERER=page)["Location"]
        == "/connexion?next=/etude/"
    )


def test_a_piece_of_a_page_sends_the_whole_page_to_log_in(brand: Any) -> None:
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/espace/finalisation"}
    answer = AppClient().post("/espace/finalisation/bic", {"iban": "FR"}, **htmx)
    assert answer["HX-Redirect"] == "/connexion?next=/espace/finalisation"
