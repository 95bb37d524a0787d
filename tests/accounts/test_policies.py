"""What a brand may ask beyond the ordinary; off by default."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import LoginPolicy, SecretQuestion, User
from accounts.policies import QUESTIONS, plain, question_of
from notifications.models import Message
from tests.accounts.test_log_in import OLD, ask, log_in
from tests.accounts.test_sign_up import errors, words
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
NEW = "une tout autre longue phrase"
CHANGE = {"oldpassword": OLD, "password1": NEW, "password2": NEW}


@pytest.fixture
def strict(brand: Any) -> LoginPolicy:
    return LoginPolicy.objects.create(brand=brand, password_days=90, has_secret_question=True)


def aged(user: User, days: int) -> None:
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now() - timedelta(days=days))


# --- expiry ------------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-04")
def test_a_password_that_is_over_opens_only_the_page_where_it_is_changed(
    person: User, strict: Any, client: AppClient
) -> None:
    aged(person, 91)
    log_in(client)
    for path in ("/espace/", "/espace/dossiers/"):
        assert client.get(path)["Location"] == "/compte/mot-de-passe"
    assert "dépassé sa durée" in words(client.get("/compte/mot-de-passe"))
    same = client.post("/compte/mot-de-passe", CHANGE | {"password1": OLD, "password2": OLD})
    assert "différent" in str(errors(same)), "the same again is no new one"
    assert client.post("/compte/mot-de-passe", CHANGE).status_code == 302
    assert client.get("/espace/").status_code == 200
    fresh = AppClient()
    log_in(fresh, NEW)
    assert fresh.get("/espace/").status_code == 200


@pytest.mark.req("ATR-04")
@pytest.mark.parametrize(("days", "with_policy"), [(89, True), (5000, False)])
def test_a_password_lasts_as_long_as_the_brand_says(
    days: int, with_policy: bool, person: User, client: AppClient, brand: Any
) -> None:
    if with_policy:
        LoginPolicy.objects.create(brand=brand, password_days=90)
    aged(person, days)
    log_in(client)
    assert client.get("/espace/").status_code == 200


# --- secret question ------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-05")
def test_by_default_no_question_is_asked(person: User, client: AppClient) -> None:
    assert ask(client)["Location"] == "/mot_de_passe_oublie/envoye"
    log_in(client)
    assert client.get("/compte/question").status_code == 404
    assert "question secrète" not in words(client.get("/compte/securite"))


@pytest.fixture
def asked(person: User, strict: Any) -> User:
    browser = AppClient()
    log_in(browser)
    assert browser.post("/compte/question", {"question": "school", "answer": "École du  Parc"}).status_code == 302
    return person


@pytest.mark.req("ATR-05", "CRE-40")
@pytest.mark.parametrize(("answer", "mails"), [("ecole du parc", 1), (" ÉCOLE DU PARC ", 1), ("autre école", 0)])
def test_the_right_answer_sends_the_link_and_the_page_never_tells(
    answer: str, mails: int, asked: User, client: AppClient
) -> None:
    assert ask(client)["Location"] == "/mot_de_passe_oublie/question"
    assert str(QUESTIONS["school"]).replace("’", "'") in words(client.get("/mot_de_passe_oublie/question"))
    assert client.post("/mot_de_passe_oublie/question", {"answer": answer})["Location"] == "/mot_de_passe_oublie/envoye"
    assert Message.objects.filter(kind="password_recovery").count() == mails
    assert client.get("/mot_de_passe_oublie/question").status_code == 302, "one answer for one request"


@pytest.mark.attack("A03")
def test_an_address_without_account_is_asked_a_question_too_and_always_the_same(asked: User, client: AppClient) -> None:
    ask(client, "personne@exemple.fr")
    assert question_of("personne@exemple.fr") == question_of("PERSONNE@exemple.fr")
    assert client.post("/mot_de_passe_oublie/question", {"answer": "x"})["Location"] == "/mot_de_passe_oublie/envoye"
    assert len({question_of(f"p{n}@exemple.fr") for n in range(60)}) == len(QUESTIONS)


def test_the_answer_is_not_kept_in_clear(asked: User) -> None:
    kept = SecretQuestion.objects.get()
    assert "parc" not in kept.answer_hash.lower() and plain("École  du Parc") == "ecole du parc"


def test_guessing_answers_is_stopped(asked: User) -> None:
    answers = []
    for n in range(7):
        browser = AppClient()
        ask(browser, REMOTE_ADDR=f"10.9.0.{n}")
        path = "/mot_de_passe_oublie/question"
        answers.append(browser.post(path, {"answer": f"essai {n}"}, REMOTE_ADDR=f"10.9.0.{n}"))
    told = [answer["Location"] if answer.status_code == 302 else answer.status_code for answer in answers]
    assert told[:5] == ["/mot_de_passe_oublie/envoye"] * 5
    assert told[-1] in (429, "/mot_de_passe_oublie"), "no more than five an hour are looked at"
