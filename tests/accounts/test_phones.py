"""A number confirmed beforehand: whoever stole the mailbox and the password cannot sign with his own telephone."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import phones
from accounts.models import TrustedPhone, User
from accounts.roles import Role
from core import clock
from notifications.models import Message
from tests import factories
from tests.accounts.test_log_in import OLD
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of

pytestmark = pytest.mark.django_db
PAGE, STOP = "/compte/telephone", "/compte/telephone/annuler"
NUMBER = "06 12 34 56 78"


@pytest.fixture
def browser(person: User) -> AppClient:
    """Somebody who has just logged in with her password."""
    made = AppClient()
    made.post("/connexion", {"login": person.email, "password": OLD})
    return made


def code_by_sms(settings: Any) -> str:
    post_out()
    newest = max(settings.SMS_DIR.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    found = re.search(r"\b\d{6}\b", json.loads(newest.read_text(encoding="utf-8"))["text"])
    assert found
    return found[0]


def confirm(browser: AppClient, settings: Any, number: str = NUMBER) -> Any:
    assert browser.post(PAGE, {"number": number}).status_code == 302
    return browser.post(PAGE, {"code": code_by_sms(settings)}, follow=True)


@pytest.mark.attack("O10", "A16")
def test_a_number_confirmed_by_its_code_serves_three_days_later_and_everybody_is_told(
    browser: AppClient, person: User, creditor: Any, settings: Any
) -> None:
    other, reader = factories.member(creditor), factories.member(creditor, Role.READER)
    factories.trusted_phone(person, number="+33698765432")
    answer = words(confirm(browser, settings))
    assert "confirmé" in answer and "+336…78" in answer and "12345678" not in answer
    now = clock.now()
    assert str(phones.usable(person, now=now)) == "+33698765432", "the former number still serves"
    assert str(phones.usable(person, now=now + timedelta(hours=73))) == "+33612345678"
    told = Message.objects.filter(kind="phone_changed")
    assert {m.recipient.get("email") or m.recipient["phone"] for m in told} == {
        person.email, other.email, "+33698765432",
    }  # fmt: skip
    assert reader.email not in str(list(told.values("recipient")))
    post_out()
    [mail] = [mail for mail in mails(settings) if "numéro" in mail["Subject"] and person.email in mail["To"]]
    assert "/compte/securite#telephone" in text_of(mail) and "+336…78" in text_of(mail)


def test_the_notice_is_enough_to_stop_a_strangers_number(browser: AppClient, person: User, settings: Any) -> None:
    confirm(browser, settings)
    assert "Annuler ce numéro" in words(browser.get("/compte/securite"))
    assert "est annulé" in words(browser.post(STOP, follow=True))
    assert phones.usable(person, now=clock.now() + timedelta(days=30)) is None


def test_a_wrong_code_confirms_nothing_and_five_close_it(browser: AppClient, person: User, settings: Any) -> None:
    browser.post(PAGE, {"number": NUMBER})
    right = code_by_sms(settings)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert browser.post(PAGE, {"code": wrong}).status_code == 422
    late = browser.post(PAGE, {"code": right})
    assert late.status_code == 422 and "Demandez-en un nouveau" in words(late)
    assert not TrustedPhone.objects.exclude(confirmed_at=None).exists()


@pytest.mark.attack("O08")
def test_codes_are_not_sent_without_end(browser: AppClient) -> None:
    answers = [browser.post(PAGE, {"number": NUMBER}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert "Trop de codes" in words(answers[-1]) and Message.objects.filter(kind="phone_code").count() == 3


@pytest.mark.attack("O12")
def test_the_code_is_nowhere_in_clear(browser: AppClient, settings: Any) -> None:
    browser.post(PAGE, {"number": NUMBER})
    waiting = str(list(Message.objects.values())) + str(list(TrustedPhone.objects.values()))
    code = code_by_sms(settings)
    assert code not in waiting and code not in str(list(Message.objects.values()))


def test_the_page_asks_again_who_has_not_proved_herself_lately(person: User) -> None:
    browser = AppClient()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.get(PAGE)
    assert answer.status_code == 302 and answer["Location"].startswith("/compte/confirmer")


def test_a_number_that_rings_nowhere_is_told(browser: AppClient) -> None:
    answer = browser.post(PAGE, {"number": "12"})
    assert answer.status_code == 422 and "ne sonne nulle part" in words(answer)


def test_the_base_refuses_a_confirmed_number_that_does_not_wait(person: User) -> None:
    now = timezone.now()
    for usable in (None, now):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.trusted_phone(person, confirmed_at=now, usable_at=usable)
