"""A log-in from a browser that had never opened the account is told to its owner."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import OpenSession, User
from notifications.models import Message
from tests.accounts.test_log_in import OLD
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:141.0) Gecko/20100101 Firefox/141.0"


def log_in(person: User, browser: AppClient | None = None) -> AppClient:
    browser = browser or AppClient(headers={"user-agent": FIREFOX})
    assert browser.post("/connexion", {"login": person.email, "password": OLD}).status_code == 302
    return browser


def notices() -> Any:
    return Message.objects.filter(kind="new_device")


@pytest.fixture
def known(person: User) -> AppClient:
    """The browser in which she logged in first."""
    return log_in(person)


@pytest.mark.attack("L08", "A17")
def test_a_browser_never_seen_is_told_by_mail_and_on_the_page_of_sessions(
    known: AppClient, person: User, settings: Any
) -> None:
    log_in(person)
    assert notices().count() == 1
    post_out()
    [mail] = [mail for mail in mails(settings) if "nouvel appareil" in mail["Subject"]]
    text = text_of(mail)
    assert person.email in mail["To"] and "Firefox, Windows" in text and "/compte/securite#sessions" in text
    page = words(known.get("/compte/securite"))
    assert "Nouvel appareil" in page and OpenSession.objects.filter(is_new_device=True).count() == 1


def test_the_first_log_in_and_those_of_a_known_browser_are_not_told(known: AppClient, person: User) -> None:
    known.post("/deconnexion")
    log_in(person, known)
    assert not notices().exists()


def test_another_persons_browser_is_new_to_her(known: AppClient, creditor: Any) -> None:
    other = User.objects.create_user("luc@petit.example", OLD, first_name="Luc", last_name="Petit")
    other.emailaddress_set.create(email=other.email, primary=True, verified=True)
    User.objects.filter(pk=other.pk).update(last_login=timezone.now())
    known.post("/deconnexion")
    log_in(other, known)
    assert notices().get().recipient["email"] == other.email


def test_a_wrong_password_tells_nothing(known: AppClient, person: User) -> None:
    AppClient().post("/connexion", {"login": person.email, "password": "faux"})
    assert not notices().exists()
