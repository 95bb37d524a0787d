"""The second factor: a stolen password opens nothing of an office, of support, or of whoever asked for one."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.utils import timezone

from accounts.models import OfficeMembership, OpenSession, User
from accounts.tasks import forget_sessions
from core import clock, crypto
from notifications.models import Message
from tests import factories
from tests.accounts.test_log_in import OLD
from tests.accounts.test_sign_up import errors, page_of, words
from tests.conftest import AppClient
from tests.walls.test_tenancy import ADDRESSES, browser_of

pytestmark = pytest.mark.django_db
ASKED = "/connexion/second-facteur"


def code(secret: str = factories.TOTP_SECRET, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30 + ahead))


def person(**fields: Any) -> User:
    made = factories.user(password=OLD, **fields)
    EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=True)
    return made


@pytest.fixture
def clerk(office: Any) -> User:
    made = person(email="claire@morel.example")
    OfficeMembership.objects.create(user=made, office=office, brand=office.brand)
    return made


@pytest.fixture
def support(brand: Any) -> User:
    return person(email="adrien@support.example", is_staff=True, is_superuser=True)


def first_step(user: User) -> AppClient:
    browser = AppClient()
    answer = browser.post("/connexion", {"login": user.email, "password": OLD})
    assert answer.status_code == 302, errors(answer)
    return browser


def both_steps(user: User) -> AppClient:
    browser = first_step(user)
    answer = browser.post(ASKED, {"code": code()})
    assert answer.status_code == 302, words(answer)
    return browser


# --- at log-in ----------------------------------------------------------------------------------------------------
@pytest.mark.attack("A11", "S12")
def test_a_password_alone_opens_no_door(clerk: User) -> None:
    factories.second_factor(clerk)
    browser = first_step(clerk)
    for address in ADDRESSES:
        if address.converters or address.door not in ("espace", "etude", "compte"):
            continue
        for answer in (
            browser.get(address.filled({})),
            browser.post(address.filled({})),
            browser.get(address.filled({}), HTTP_HX_REQUEST="true"),
        ):
            if "HX-Redirect" in answer:
                assert answer["HX-Redirect"].startswith("/connexion"), address.route
                continue
            assert answer.status_code in (302, 403, 405), address.route
            assert answer.status_code != 302 or answer["Location"].startswith(("/connexion", "/compte/confirmer")), (
                address.route
            )
    assert browser.get("/admin/").status_code == 302
    assert "second facteur" in words(browser.get(ASKED)).lower()


@pytest.mark.attack("A08")
def test_the_code_opens_and_the_session_gets_a_new_key(clerk: User) -> None:
    factories.second_factor(clerk)
    browser = first_step(clerk)
    before = browser.cookies["sessionid"].value
    assert browser.post(ASKED, {"code": code()}).status_code == 302
    assert browser.cookies["sessionid"].value != before
    assert browser.get("/etude/").status_code == 200


@pytest.mark.parametrize("wrong", ["000000", "", "abcdef", "0" * 500])
def test_a_wrong_code_opens_nothing(wrong: str, clerk: User) -> None:
    factories.second_factor(clerk)
    browser = first_step(clerk)
    answer = browser.post(ASKED, {"code": wrong})
    assert answer.status_code == 200 and answer.context["form"].errors
    assert browser.get("/etude/").status_code == 302


def test_a_code_serves_once(clerk: User) -> None:
    factories.second_factor(clerk)
    both_steps(clerk)
    again = first_step(clerk)
    assert again.post(ASKED, {"code": code()}).status_code == 200
    assert again.get("/etude/").status_code == 302


@pytest.mark.attack("A13", "A14")
def test_five_guesses_then_even_the_right_code_waits(clerk: User) -> None:
    factories.second_factor(clerk)
    browser = first_step(clerk)
    for _ in range(5):
        browser.post(ASKED, {"code": "000000"})
    assert browser.post(ASKED, {"code": code()}).status_code == 200
    assert browser.get("/etude/").status_code == 302
    cache.clear()  # the wait is over: nobody is locked out for good
    assert browser.post(ASKED, {"code": code()}).status_code == 302


# --- compulsory ----------------------------------------------------------------------------------------------------
@pytest.mark.attack("S12", "A11")
def test_an_office_without_a_factor_sees_only_where_to_add_one(clerk: User) -> None:
    browser = first_step(clerk)
    for path in ("/etude/", "/etude/dossiers/"):
        assert browser.get(path)["Location"] == "/compte/securite"
    page = browser.get("/compte/securite")
    assert page.status_code == 200 and page_of(page).find("a", href="/compte/application")


@pytest.mark.attack("S12")
def test_support_without_a_factor_sees_nothing_of_the_admin(support: User) -> None:
    browser = first_step(support)
    for path in ("/admin/", "/admin/accounts/user/"):
        assert browser.get(path)["Location"] == "/compte/securite"


@pytest.mark.attack("S12")
def test_the_admin_has_no_log_in_of_its_own(support: User) -> None:
    factories.second_factor(support)
    browser = AppClient()
    for answer in (browser.get("/admin/", follow=True), browser.get("/admin/login/", follow=True)):
        assert answer.request["PATH_INFO"] == "/connexion"
    answer = browser.post("/admin/login/", {"username": support.email, "password": OLD})
    assert answer.status_code == 302 and answer["Location"].startswith("/connexion")
    assert browser.get("/admin/", follow=True).request["PATH_INFO"] == "/connexion"
    assert both_steps(support).get("/admin/").status_code == 200


def test_a_creditor_may_do_without(creditor: Any) -> None:
    assert browser_of(factories.member(creditor)).get("/espace/").status_code == 200


# --- adding and removing ------------------------------------------------------------------------------------------
def activate(browser: AppClient) -> Any:
    page = browser.get("/compte/application")
    assert page.status_code == 200
    secret = page.context["form"].secret
    return browser.post("/compte/application", {"code": code(secret)})


def test_an_application_is_added_and_recovery_codes_come_with_it(clerk: User) -> None:
    elsewhere = first_step(clerk)
    browser = first_step(clerk)
    answer = activate(browser)
    assert answer["Location"] == "/compte/codes"
    assert len(re.findall(r"<code>\d{8}</code>", browser.get("/compte/codes").content.decode())) == 10
    assert browser.get("/etude/").status_code == 200
    assert elsewhere.get("/compte/securite").status_code == 302, "sessions of before are over"
    [notice] = Message.objects.filter(kind="security_changed")
    assert (notice.recipient["email"], notice.payload) == (clerk.email, {"what": "factor_added"})


@pytest.mark.attack("A13")
def test_a_recovery_code_opens_once(clerk: User) -> None:
    factories.second_factor(clerk)
    [first, *_] = RecoveryCodes.activate(clerk).get_unused_codes()
    browser = first_step(clerk)
    assert browser.post(ASKED, {"code": first}).status_code == 302
    again = first_step(clerk)
    assert again.post(ASKED, {"code": first}).status_code == 200
    assert again.get("/etude/").status_code == 302


@pytest.mark.attack("A13")
def test_secrets_of_factors_cannot_be_read_in_the_database(clerk: User) -> None:
    factories.second_factor(clerk)
    codes = RecoveryCodes.activate(clerk).get_unused_codes()
    kept = " ".join(str(one.data) for one in Authenticator.objects.all())
    assert factories.TOTP_SECRET not in kept and not any(code in kept for code in codes)
    assert (
        crypto.decrypt(Authenticator.objects.get(type="totp").data["secret"], place="second-factor")
        == factories.TOTP_SECRET
    )


def test_the_last_factor_of_an_office_stays(clerk: User) -> None:
    factories.second_factor(clerk)
    browser = both_steps(clerk)
    answer = browser.post("/compte/application/retirer")
    assert answer.status_code == 200 and Authenticator.objects.filter(type="totp").exists()


@pytest.mark.attack("A09")
def test_a_creditor_removes_hers_and_her_other_sessions_end(creditor: Any) -> None:
    user = person()
    factories.second_factor(user)
    here = both_steps(user)
    cache.clear()
    elsewhere = both_steps(user)
    assert here.post("/compte/application/retirer").status_code == 302
    assert not Authenticator.objects.exists()
    assert here.get("/compte/securite").status_code == 200
    assert elsewhere.get("/compte/securite").status_code == 302


@pytest.mark.attack("A16")
def test_what_touches_security_asks_again_after_five_minutes(clerk: User) -> None:
    factories.second_factor(clerk)
    browser = both_steps(clerk)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        for path in ("/compte/codes", "/compte/cles", "/compte/application/retirer"):
            assert browser.get(path)["Location"].startswith("/compte/confirmer"), path
        page = browser.get("/compte/confirmer?next=/compte/cles")
        assert page.status_code == 200
        answer = browser.post("/compte/confirmer?next=/compte/cles", {"password": OLD, "next": "/compte/cles"})
        assert answer["Location"] == "/compte/cles"
        assert browser.get("/compte/cles").status_code == 200


def test_somebody_elses_key_is_not_removed(clerk: User, creditor: Any) -> None:
    theirs = Authenticator.objects.create(user=factories.member(creditor), type="webauthn", data={"name": "clé"})
    browser = first_step(clerk)
    for number in (theirs.pk, "x", "", 10**30):
        assert browser.post("/compte/cles/retirer", {"key": number}).status_code in (404, 400), number
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_new_codes_kill_the_old_ones(clerk: User) -> None:
    factories.second_factor(clerk)
    RecoveryCodes.activate(clerk)
    browser = both_steps(clerk)
    old = browser.get("/compte/codes/telecharger").content.decode().split()[-10:]
    assert len(old) == 10 and browser.post("/compte/codes/nouveaux").status_code == 302
    new = browser.get("/compte/codes/telecharger").content.decode().split()[-10:]
    assert not set(old) & set(new)


# --- the demo -------------------------------------------------------------------------------------------------------
def test_the_demo_shows_the_telephone_of_its_own_people_and_no_bypass(clerk: User, settings: Any) -> None:
    factories.second_factor(clerk)
    browser = first_step(clerk)
    assert "Démonstration" not in words(browser.get(ASKED))
    settings.DEMO = True
    shown = re.search(r"affiche en ce moment : (\d{6})", words(browser.get(ASKED)))
    assert shown and browser.post(ASKED, {"code": shown[1]}).status_code == 302, "it goes through the same door"
    assert clock.machine_now().tzinfo


# --- sessions -------------------------------------------------------------------------------------------------------
@pytest.mark.attack("A20")
def test_the_table_of_sessions_opens_nothing(clerk: User) -> None:
    factories.second_factor(clerk)
    browser = both_steps(clerk)
    key = browser.cookies["sessionid"].value
    assert not OpenSession.objects.filter(session_key=key).exists()
    for row in OpenSession.objects.all():
        assert key not in f"{row.session_key} {row.session_data}"
        thief = AppClient()
        thief.cookies["sessionid"] = row.session_key
        assert thief.get("/etude/").status_code == 302


@pytest.mark.attack("A17")
def test_one_lists_ones_sessions_and_ends_a_foreign_one(clerk: User) -> None:
    factories.second_factor(clerk)
    first = first_step(clerk)
    first.post(ASKED, {"code": code()}, HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
    cache.clear()
    browser = both_steps(clerk)
    page = words(browser.get("/compte/securite"))
    assert "Firefox, Windows" in page and "Cette session" in page and "127.0.0.1" in page
    [foreign] = OpenSession.objects.filter(user=clerk, agent__contains="Firefox")
    assert browser.post("/compte/sessions/fermer", {"session": foreign.pk}).status_code == 302
    assert first.get("/etude/").status_code == 302 and browser.get("/etude/").status_code == 200


def test_nobody_ends_a_strangers_session(clerk: User, creditor: Any, as_creditor: Any) -> None:
    stranger = as_creditor()
    [row] = OpenSession.objects.all()
    assert first_step(clerk).post("/compte/sessions/fermer", {"session": row.pk}).status_code == 404
    assert stranger.get("/espace/").status_code == 200


def test_one_ends_all_the_others_at_once(creditor: Any) -> None:
    user = factories.member(creditor)
    first, second, here = browser_of(user), browser_of(user), browser_of(user)
    assert here.post("/compte/sessions/fermer").status_code == 302
    assert [browser.get("/espace/").status_code for browser in (first, second, here)] == [302, 302, 200]
    assert OpenSession.objects.filter(user=user).count() == 1


@pytest.mark.attack("A09", "A16")
def test_a_changed_password_ends_the_other_sessions_and_tells_the_owner(creditor: Any) -> None:
    user = person()
    here, elsewhere = first_step(user), first_step(user)
    form = {"oldpassword": OLD, "password1": "encore une longue phrase", "password2": "encore une longue phrase"}
    assert here.post("/compte/mot-de-passe", form | {"oldpassword": "faux"}).status_code == 200
    assert here.post("/compte/mot-de-passe", form)["Location"] == "/compte/securite"
    assert here.get("/compte/securite").status_code == 200 and elsewhere.get("/compte/securite").status_code == 302
    assert Message.objects.get(kind="security_changed").payload == {"what": "password"}


@pytest.mark.attack("S14")
@pytest.mark.parametrize(("minutes", "lasts"), [(29, True), (31, False)])
def test_support_is_logged_out_after_half_an_hour_without_a_page(minutes: int, lasts: bool, support: User) -> None:
    factories.second_factor(support)
    browser = both_steps(support)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        assert (browser.get("/admin/").status_code == 200) is lasts


@pytest.mark.attack("S14")
def test_using_it_keeps_a_session_alive_and_twelve_hours_end_it(support: User) -> None:
    factories.second_factor(support)
    browser = both_steps(support)
    start = timezone.now()
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert browser.get("/admin/").status_code == 200, minutes
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        assert browser.get("/admin/").status_code == 302


@pytest.mark.attack("S15")
def test_a_closed_account_is_out_at_its_next_page_and_its_links_are_void(support: User) -> None:
    factories.second_factor(support)
    browser = both_steps(support)
    User.objects.filter(pk=support.pk).update(is_active=False)
    assert browser.get("/admin/").status_code == 302
    AppClient().post("/mot_de_passe_oublie", {"email": support.email})
    assert not Message.objects.filter(kind="password_recovery").exists()


def test_sessions_that_are_over_leave_the_table(creditor: Any, as_creditor: Any) -> None:
    as_creditor()
    assert forget_sessions() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=False):
        assert forget_sessions() == 1
    assert not OpenSession.objects.exists()
