"""Log-in and recovery: one sentence for all that is wrong, and a link that serves once."""

import re
from datetime import timedelta
from typing import Any
from unicodedata import normalize

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.utils import timezone

from accounts.models import User
from notifications.models import Message
from tests.accounts.test_sign_up import errors, page_of, words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import SIGN_UP, mails, post_out, text_of

pytestmark = pytest.mark.django_db

OLD, NEW = "une phrase bien longue", "une autre phrase bien longue"
RENEWED = "Votre mot de passe a été mis à jour. Vous pouvez vous connecter. A très bientôt sur notre plateforme."


def log_in(browser: AppClient, password: str = OLD, login: str = "jeanne@martin.example", **more: Any) -> Any:
    return browser.post("/connexion", {"login": login, "password": password}, **more)


def ask(browser: AppClient, email: str = "jeanne@martin.example", **more: Any) -> Any:
    return browser.post("/mot_de_passe_oublie", {"email": email}, **more)


def recovery_link(settings: Any) -> str:
    post_out()
    found = re.search(r"https?://[^/\s]+(/mot_de_passe_oublie/\S+)", text_of(mails(settings)[-1]))
    assert found
    return found[1]


def renew(browser: AppClient, link: str, password: str = NEW, again: str | None = None) -> Any:
    page = browser.get(link, follow=True)
    address = page.request["PATH_INFO"]
    return browser.post(address, {"password1": password, "password2": again or password}, follow=True)


@pytest.mark.req("CRE-35", "CRE-37")
def test_the_page_asks_address_and_password(brand: Any, client: AppClient) -> None:
    page = page_of(client.get("/connexion"))
    assert page.find("input", attrs={"name": "login", "type": "text"})
    assert page.find("input", attrs={"name": "password", "type": "password"})
    assert "SE CONNECTER" in page.get_text() and page.find("a", href="/mot_de_passe_oublie")


@pytest.mark.req("CRE-37")
@pytest.mark.parametrize("login", ["jeanne@martin.example", "Jeanne@MARTIN.example", " jeanne@martin.example "])
def test_the_right_password_opens_the_portal(login: str, person: User, client: AppClient) -> None:
    assert log_in(client, login=login).status_code == 302
    assert client.get("/entree")["Location"] == "/espace/"
    assert client.get("/espace/").status_code == 200


@pytest.mark.attack("A03")
def test_a_wrong_password_and_an_unknown_address_read_alike(person: User, brand: Any) -> None:
    sentences = []
    for login, password in (("jeanne@martin.example", "faux mot de passe"), ("personne@exemple.fr", OLD)):
        answer = log_in(AppClient(), password, login)
        assert answer.status_code in (200, 422) and "incorrect" in str(errors(answer))
        sentences.append(errors(answer))
    assert sentences[0] == sentences[1]


def test_a_closed_account_does_not_open(person: User, client: AppClient) -> None:
    User.objects.update(is_active=False)
    log_in(client)
    assert client.get("/espace/").status_code == 302


@pytest.mark.attack("A22")
@pytest.mark.parametrize(
    "target", ["https://pirate.example/", "//pirate.example", "javascript:alert(1)", "/\\pirate.example"]
)
def test_after_log_in_one_stays_on_the_site(target: str, person: User, client: AppClient) -> None:
    answer = client.post(f"/connexion?next={target}", {"login": person.email, "password": OLD, "next": target})
    assert answer["Location"].startswith("/") and "pirate" not in answer["Location"]


def test_one_comes_back_to_the_page_that_asked_for_log_in(person: User, client: AppClient) -> None:
    turned_away = client.get("/espace/dossiers/?q=durand")
    assert turned_away["Location"].startswith("/connexion?next=/espace/dossiers/")
    answer = client.post(
        turned_away["Location"], {"login": person.email, "password": OLD, "next": "/espace/dossiers/?q=durand"}
    )
    assert answer["Location"] == "/espace/dossiers/?q=durand"


@pytest.mark.attack("A08", "A09")
def test_the_session_changes_at_log_in_and_ends_at_log_out(person: User, client: AppClient) -> None:
    client.get("/connexion")
    name = django_settings.SESSION_COOKIE_NAME
    before = client.cookies.get(name)
    log_in(client)
    during = client.cookies[name].value
    assert before is None or before.value != during
    assert client.get("/deconnexion").status_code == 405, "an image on another site must not log out"
    client.post("/deconnexion")
    thief = AppClient()
    thief.cookies[name] = during
    assert thief.get("/espace/").status_code == 302


@pytest.mark.attack("A02")
def test_guessing_is_stopped(person: User) -> None:
    browser = AppClient()
    for _ in range(12):
        answer = log_in(browser, "faux mot de passe")
    assert answer.status_code == 429 or "Trop" in words(answer)
    log_in(browser)
    assert browser.get("/espace/").status_code == 302, "not even the right one, for a while"


# --- recovery ---------------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-38", "CRE-39")
def test_the_page_of_the_lost_password(brand: Any, client: AppClient) -> None:
    page = page_of(client.get("/mot_de_passe_oublie"))
    assert page.find("input", attrs={"name": "email"}) and "RECUPÉRER" in page.get_text()


@pytest.mark.req("CRE-40")
@pytest.mark.attack("A03")
def test_only_the_address_of_sign_up_recovers_and_the_answer_is_always_the_same(person: User, settings: Any) -> None:
    answers = []
    for email in ("jeanne@martin.example", "jeanne.privee@exemple.fr", "personne@exemple.fr"):
        answer = ask(AppClient(), email)
        answers.append((answer.status_code, answer["Location"]))
    assert len(set(answers)) == 1
    assert [message.recipient["email"] for message in Message.objects.all()] == ["jeanne@martin.example"]


@pytest.mark.req("CRE-41", "CRE-42", "CRE-43")
def test_the_link_leads_to_a_new_password(person: User, client: AppClient, settings: Any) -> None:
    ask(client)
    link = recovery_link(settings)
    page = page_of(client.get(link, follow=True))
    assert len(page.find_all("input", attrs={"type": "password"})) == 2 and "VALIDER" in page.get_text()
    done = renew(AppClient(), link)
    assert RENEWED in words(done) and page_of(done).find("a", href="/connexion")
    assert not AppClient().get("/espace/").wsgi_request.user.is_authenticated
    assert log_in(AppClient()).status_code in (200, 422), "the old one is dead"
    assert log_in(AppClient(), NEW).status_code == 302


@pytest.mark.req("CRE-41")
@pytest.mark.attack("A06")
def test_the_link_serves_once(person: User, settings: Any) -> None:
    ask(AppClient())
    link = recovery_link(settings)
    renew(AppClient(), link)
    assert "plus valable" in words(AppClient().get(link, follow=True))
    renew_again = renew(AppClient(), link, "encore une autre phrase")
    assert RENEWED not in words(renew_again)
    assert log_in(AppClient(), NEW).status_code == 302


@pytest.mark.attack("A06")
def test_the_link_dies_after_an_hour(person: User, settings: Any) -> None:
    ask(AppClient())
    link = recovery_link(settings)
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        assert "plus valable" in words(AppClient().get(link, follow=True))


@pytest.mark.attack("A06")
def test_a_forged_link_opens_nothing(person: User, client: AppClient) -> None:
    for link in (
        "/mot_de_passe_oublie/1-abc",
        "/mot_de_passe_oublie/zzz-set-password",
        "/mot_de_passe_oublie/1-" + "x" * 500,
    ):
        assert "plus valable" in words(client.get(link, follow=True))


@pytest.mark.attack("A07")
def test_a_forged_host_does_not_reach_the_recovery_mail(person: User, client: AppClient, settings: Any) -> None:
    ask(client, HTTP_HOST="pirate.localhost", HTTP_X_FORWARDED_HOST="pirate.example")
    post_out()
    text = text_of(mails(settings)[-1])
    assert "pirate" not in text and "http://credicys.localhost" in text


@pytest.mark.req("CRE-42")
@pytest.mark.attack("A15")
@pytest.mark.parametrize("password", ["court", "1q2w3e4r5t6y", "jeanne@martin.example", "123456789012"])
def test_the_new_password_obeys_the_same_rules(password: str, person: User, settings: Any) -> None:
    ask(AppClient())
    answer = renew(AppClient(), recovery_link(settings), password)
    assert errors(answer)
    assert log_in(AppClient()).status_code == 302


@pytest.mark.req("CRE-42")
def test_the_two_new_passwords_must_agree(person: User, settings: Any) -> None:
    ask(AppClient())
    assert errors(renew(AppClient(), recovery_link(settings), NEW, "pas la même phrase du tout"))


@pytest.mark.req("CRE-33")
def test_a_new_password_does_not_activate_an_account(person: User, settings: Any) -> None:
    EmailAddress.objects.update(verified=False)
    ask(AppClient())
    post_out()
    found = [mail for mail in mails(settings) if "/mot_de_passe_oublie/" in text_of(mail)]
    if found:
        renew(AppClient(), recovery_link(settings))
    browser = AppClient()
    log_in(browser, NEW)
    log_in(browser, OLD)
    assert browser.get("/espace/").status_code == 302


@pytest.mark.attack("A15")
def test_a_long_phrase_with_spaces_and_accents_is_a_password(person: User, settings: Any) -> None:
    phrase = "  Été à l’étang, où ça ? 🦆 " * 4
    ask(AppClient())
    renew(AppClient(), recovery_link(settings), phrase)
    assert log_in(AppClient(), phrase).status_code == 302


@pytest.mark.attack("A09")
def test_a_new_password_ends_the_other_sessions(person: User, settings: Any) -> None:
    elsewhere = AppClient()
    log_in(elsewhere)
    ask(AppClient())
    renew(AppClient(), recovery_link(settings))
    assert elsewhere.get("/espace/").status_code == 302


@pytest.mark.attack("A10")
def test_cookies_cannot_be_read_by_scripts_nor_sent_from_elsewhere(person: User, client: AppClient) -> None:
    log_in(client)
    for name in (django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME):
        assert client.cookies[name]["httponly"] and client.cookies[name]["samesite"] == "Lax"


def test_a_form_without_its_token_is_refused(person: User) -> None:
    browser = AppClient(enforce_csrf_checks=True)
    assert log_in(browser).status_code == 403
    browser.force_login(person, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert browser.post("/espace/dossiers/creer", {}).status_code == 403


@pytest.mark.attack("A15")
def test_an_accent_is_the_same_however_the_keyboard_makes_it(person: User) -> None:
    phrase = "été à l’étang, où ça"
    person.set_password(normalize("NFD", phrase))
    person.save()
    for form in ("NFC", "NFD", "NFKC"):
        assert log_in(AppClient(), normalize(form, phrase)).status_code == 302


@pytest.mark.attack("A06")
def test_the_link_dies_with_the_address_it_was_sent_to(person: User, settings: Any) -> None:
    ask(AppClient())
    link = recovery_link(settings)
    User.objects.filter(pk=person.pk).update(email="autre@martin.example")
    EmailAddress.objects.filter(user=person).update(email="autre@martin.example")
    assert "plus valable" in words(AppClient().get(link, follow=True))


@pytest.mark.attack("A15")
@pytest.mark.parametrize(
    "password",
    [
        "Jeanne Martin 1",
        "jeanne@martin.example",
        "Menuiserie2026!",
        "motdepasse1234",
        "MotDePasse-2026",
        "Azertyuiop123",
    ],
)
def test_a_password_that_repeats_the_person_or_a_list_is_refused(password: str, brand: Any, client: AppClient) -> None:
    answer = client.post("/inscription", SIGN_UP | {"password": password, "confirmation": password})
    assert answer.status_code == 422 and "password" in errors(answer)


@pytest.mark.attack("W21")
def test_no_address_of_a_person_stands_in_an_address_of_the_site(person: User, client: AppClient) -> None:
    pages = [ask(client), log_in(client), client.get("/espace/"), AppClient().post("/inscription", SIGN_UP)]
    assert not [page["Location"] for page in pages if page.status_code == 302 and "@" in page["Location"]]
