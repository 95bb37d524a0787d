"""Guessing: slowed, then stopped, without shutting the owner out; and the captcha that asks nobody else."""

import hashlib
import statistics
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache

from accounts.models import User
from core import captcha
from tests import factories
from tests.accounts.test_log_in import OLD, ask, log_in
from tests.accounts.test_sign_up import errors, page_of, words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import SIGN_UP

pytestmark = pytest.mark.django_db


def puzzle(page: Any) -> str:
    return str(page_of(page).find("input", attrs={"name": "captcha_token"})["value"])


def by_hand(token: str) -> dict[str, str]:
    return {"captcha": str(sum(captcha.terms_of(token))), "captcha_token": token, "captcha_work": ""}


def by_script(token: str) -> dict[str, str]:
    work = next(str(n) for n in count() if captcha.is_work(token, str(n)))
    return {"captcha": "", "captcha_token": token, "captcha_work": work}


@pytest.fixture
def guarded(settings: Any) -> None:
    settings.CAPTCHA = True


# --- captcha ------------------------------------------------------------------------------------------------------
@pytest.mark.req("IDE-04")
@pytest.mark.parametrize("solve", [by_hand, by_script])
def test_sign_up_passes_the_captcha_with_and_without_a_script(
    solve: Callable[[str], dict[str, str]], brand: Any, client: AppClient, guarded: None
) -> None:
    page = client.get("/inscription")
    assert "Combien font" in words(page)
    assert client.post("/inscription", SIGN_UP | solve(puzzle(page))).status_code == 302
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "spoil",
    [lambda good: {}, lambda good: good | {"captcha": "0"}, lambda good: good | {"captcha_token": "x"},
     lambda good: good | {"captcha": "", "captcha_work": "1" * 20}, lambda good: good | {"captcha": "", "captcha_work": "²"}],
)  # fmt: skip
def test_without_it_nobody_signs_up(spoil: Any, brand: Any, client: AppClient, guarded: None) -> None:
    answer = client.post("/inscription", SIGN_UP | spoil(by_hand(captcha.new_token())))
    assert answer.status_code == 422 and "captcha" in errors(answer)
    assert not User.objects.exists()


def test_a_puzzle_serves_once(brand: Any, client: AppClient, guarded: None) -> None:
    solved = by_hand(captcha.new_token())
    assert client.post("/inscription", SIGN_UP | solved).status_code == 302
    assert "déjà servi" in str(
        errors(client.post("/inscription", SIGN_UP | {"email": "autre@exemple.fr"} | solved))["captcha"]
    )


def test_the_sum_cannot_be_read_from_the_token() -> None:
    tokens = [captcha.new_token() for _ in range(200)]
    sums = {sum(captcha.terms_of(token)) for token in tokens}
    assert len(sums) > 10
    guessed = [hashlib.sha256(token.encode()).digest()[0] % 10 + 1 == captcha.terms_of(token)[0] for token in tokens]
    assert sum(guessed) < 60, "derived with the secret key, not from what the page shows"


# --- log-in ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("IDE-04")
@pytest.mark.attack("A02")
def test_after_three_wrong_passwords_even_the_right_one_needs_the_captcha(person: User, guarded: None) -> None:
    browser = AppClient()
    assert "Combien font" not in words(browser.get("/connexion"))
    for _ in range(3):
        log_in(browser, "faux mot de passe")
    answer = log_in(browser)
    assert answer.status_code == 200 and "captcha" in errors(answer)
    solved = {"login": person.email, "password": OLD} | by_hand(puzzle(answer))
    assert browser.post("/connexion", solved).status_code == 302


@pytest.mark.attack("A02")
def test_one_password_on_a_thousand_accounts_is_stopped_whatever_the_header_says(person: User) -> None:
    answers = [
        AppClient().post("/connexion", {"login": f"p{n}@exemple.fr", "password": OLD}, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}", HTTP_X_REAL_IP=f"10.0.1.{n}", HTTP_FORWARDED=f"for=10.0.2.{n}")
        for n in range(40)
    ]  # fmt: skip
    assert 429 in {answer.status_code for answer in answers}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused["Retry-After"] == "60" and "rien n'est perdu" in words(refused) and "Credicys" in words(refused)


@pytest.mark.attack("A02")
def test_a_stranger_who_guesses_does_not_lock_the_owner_out_of_her_own_browser(person: User) -> None:
    known = AppClient()
    assert log_in(known).status_code == 302
    known.post("/deconnexion")
    for n in range(8):
        AppClient().post("/connexion", {"login": person.email, "password": "faux"}, REMOTE_ADDR=f"10.1.0.{n}")
    stranger = AppClient().post("/connexion", {"login": person.email, "password": OLD}, REMOTE_ADDR="10.2.0.1")
    assert stranger.status_code == 200, "elsewhere, not even the right one for a while"
    assert log_in(known).status_code == 302


def test_a_forged_device_counts_for_nothing(person: User) -> None:
    known = AppClient()
    log_in(known)
    other = factories.user(password=OLD)
    EmailAddress.objects.create(user=other, email=other.email, primary=True, verified=True)
    for n in range(8):
        thief = AppClient()
        thief.cookies["device"] = known.cookies["device"].value if n % 2 else f"x{n}:y"
        thief.post("/connexion", {"login": other.email, "password": "faux"}, REMOTE_ADDR=f"10.3.0.{n}")
    thief = AppClient()
    thief.cookies["device"] = known.cookies["device"].value
    assert thief.post("/connexion", {"login": other.email, "password": OLD}, REMOTE_ADDR="10.4.0.1").status_code == 200


def test_the_wait_ends(person: User) -> None:
    for _ in range(6):
        log_in(AppClient(), "faux")
    assert log_in(AppClient()).status_code == 200
    cache.clear()
    assert log_in(AppClient()).status_code == 302


@pytest.mark.req("ATR-03", "NUM-11", "IDE-04")
@pytest.mark.parametrize("typed", [lambda i: i, lambda i: i.lower(), lambda i: f" {i[:4]}-{i[4:]} "])
def test_the_issued_identifier_opens_like_the_address(typed: Any, person: User, client: AppClient) -> None:
    assert person.identifier and len(person.identifier) == 8
    assert log_in(client, login=typed(person.identifier)).status_code == 302
    assert person.identifier in words(client.get("/compte/securite"))


@pytest.mark.attack("A03")
def test_an_unknown_identifier_reads_like_a_wrong_password(person: User) -> None:
    unknown, wrong = (
        log_in(AppClient(), login="ZZZZZZZZ"),
        log_in(AppClient(), "faux mot de passe", login=str(person.identifier)),
    )
    assert unknown.status_code == wrong.status_code == 200
    assert errors(unknown) == errors(wrong)


@pytest.mark.req("ATR-03")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_language_is_chosen_at_log_in(language: str, person: User, client: AppClient) -> None:
    page = page_of(client.get("/connexion"))
    assert [option["value"] for option in page.find("select", attrs={"name": "language"}).find_all("option")] == [
        "fr",
        "en",
    ]
    client.post("/connexion", {"login": person.email, "password": OLD, "language": language})
    assert client.cookies["django_language"].value == language
    assert client.get("/compte/securite")["Content-Language"] == language


@pytest.mark.attack("A19")
@pytest.mark.parametrize(("login", "password"), [("x" * 10_000, OLD), ("jeanne@martin.example", "x" * 100_000), ("a\x00b", OLD), ("🦆@🦆.fr", "🦆" * 300),
                                                 ("jeanne@martin.example", "a\x00b")])  # fmt: skip
def test_absurd_input_is_refused_at_once(login: str, password: str, person: User) -> None:
    start = time.perf_counter()
    answer = AppClient().post("/connexion", {"login": login, "password": password})
    assert answer.status_code in (200, 400, 422) and time.perf_counter() - start < 0.5


@pytest.mark.attack("A18")
def test_a_log_in_from_another_site_is_refused(person: User) -> None:
    browser = AppClient(enforce_csrf_checks=True)
    assert (
        browser.post(
            "/connexion", {"login": person.email, "password": OLD}, HTTP_ORIGIN="https://pirate.example"
        ).status_code
        == 403
    )


# --- time -----------------------------------------------------------------------------------------------------------
class Slow(PBKDF2PasswordHasher):
    """As slow as it must be for its time to show."""

    iterations = 60_000
    algorithm = "pbkdf2_sha256"


def median_ms(act: Callable[[], Any], times: int = 15) -> float:
    measured = []
    for _ in range(times):
        cache.clear()
        start = time.perf_counter()
        act()
        measured.append((time.perf_counter() - start) * 1000)
    return statistics.median(measured)


@pytest.mark.attack("A03")
def test_a_known_and_an_unknown_address_take_the_same_time(person: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.test_guessing.Slow"]
    person.set_password(OLD)
    person.save()
    known = median_ms(lambda: log_in(AppClient(), "faux mot de passe"))
    unknown = median_ms(lambda: log_in(AppClient(), "faux mot de passe", "personne@exemple.fr"))
    assert abs(known - unknown) < 20, f"{known:.1f} ms against {unknown:.1f} ms"
    assert min(known, unknown) > 15, "otherwise the hash was not computed at all"


@pytest.mark.req("CRE-40")
@pytest.mark.attack("A03")
def test_recovery_takes_the_same_time_for_an_address_without_account(person: User) -> None:
    known = median_ms(lambda: ask(AppClient()))
    unknown = median_ms(lambda: ask(AppClient(), "personne@exemple.fr"))
    assert abs(known - unknown) < 20, f"{known:.1f} ms against {unknown:.1f} ms"
