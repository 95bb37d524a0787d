"""One-time codes under fire: no more than five guesses are looked at, and a right one serves once."""

import hmac
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from mandates.models import Mandate, MandateState
from mandates.services import Choice, MandateRefused, prepare
from mandates.services import sign as sign_mandate
from notifications.contents import CONTENTS
from notifications.models import Message
from signatures import codes, services
from signatures.codes import LIFE, TRIES, CodeRefused, Way, send_code
from signatures.codes import check_code as check
from signatures.models import Challenge, Signature, SigningEvent
from signatures.throttle import TooMany
from tests import factories
from tests.conftest import MONDAY

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

SESSION = "session-1"


@pytest.fixture
def mandate(monkeypatch: Any) -> Mandate:
    """A mandate that waits for its signature; its pages are not what is tested here."""
    monkeypatch.setattr(services, "_sealed", lambda deed, challenge, facts: b"%PDF-")
    owner = factories.creditor(completed_at=None)
    return prepare(owner, Choice(factories.bank_account(owner)), now=MONDAY)


@pytest.fixture
def user(mandate: Mandate) -> User:
    return factories.member(mandate.creditor)


def check_code(document: Any, *, user: User, session: str, code: str, now: datetime) -> Challenge:
    return check(document, factories.signer(user, session=session), code=code, now=now)


def sign(mandate: Mandate, *, user: User, code: str, now: datetime) -> Mandate:
    signer, shown = factories.signer(user, session=SESSION), mandate.unsigned.sha256
    return sign_mandate(mandate, signer, user=user, code=code, shown=shown, now=now)


@pytest.fixture
def code(mandate: Mandate, user: User, now: datetime) -> str:
    """The code as the mail tells it."""
    with transaction.atomic():
        send_code(mandate.unsigned, factories.signer(user, session=SESSION), Way("email", user.email), now=now)
    content = CONTENTS["signature_code"](Message.objects.select_related("brand").get(kind="signature_code"))
    told = re.search(r"\b\d{6}\b", content.text)
    assert told
    return told[0]


def wrong(code: str, n: int = 1) -> str:
    return f"{(int(code) + n) % 1_000_000:06d}"


def at_once(*functions: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(15)
            with transaction.atomic():  # as a request does, which answers a refusal and commits
                try:
                    return function()
                except CodeRefused as refusal:
                    return refusal
        except MandateRefused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, function) for function in functions]]


def looked_at(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if not isinstance(answer, CodeRefused) or "incorrect" in str(answer)]


@pytest.mark.attack("O02", "A14")
def test_of_forty_guesses_at_once_five_are_looked_at(mandate: Mandate, user: User, code: str, now: datetime) -> None:
    answers = at_once(
        *[
            lambda n=n: check_code(mandate.unsigned, user=user, session=SESSION, code=wrong(code, n), now=now)
            for n in range(1, 21)
        ]
        * 2
    )
    assert len(looked_at(answers)) == TRIES == 5
    assert Challenge.objects.get().tries == TRIES
    assert SigningEvent.objects.filter(kind="wrong").count() == TRIES
    with pytest.raises(CodeRefused, match="n’est plus valable"):
        check_code(mandate.unsigned, user=user, session=SESSION, code=code, now=now)


@pytest.mark.attack("O03")
def test_the_right_code_given_twice_at_once_serves_once(mandate: Mandate, user: User, code: str, now: datetime) -> None:
    answers = at_once(*[lambda: check_code(mandate.unsigned, user=user, session=SESSION, code=code, now=now)] * 4)
    assert len([answer for answer in answers if isinstance(answer, Challenge)]) == 1
    assert Challenge.objects.get().used_at == now


@pytest.mark.attack("O03")
def test_a_code_that_two_have_found_right_at_the_same_instant_serves_one_of_them(
    mandate: Mandate, user: User, code: str, now: datetime, monkeypatch: Any
) -> None:
    both_found_it_right, compare = threading.Barrier(2), hmac.compare_digest

    def compare_together(*texts: Any) -> bool:
        both_found_it_right.wait(15)
        return compare(*texts)

    def check_alone() -> Any:
        try:
            return check_code(mandate.unsigned, user=user, session=SESSION, code=code, now=now)
        except CodeRefused as refusal:
            return refusal
        finally:
            connection.close()

    monkeypatch.setattr(codes.hmac, "compare_digest", compare_together)
    with ThreadPoolExecutor(2) as pool:  # without a transaction around it: each statement stands alone
        answers = [future.result(timeout=30) for future in [pool.submit(check_alone) for _ in range(2)]]
    assert sorted(type(answer).__name__ for answer in answers) == ["Challenge", "CodeRefused"]


@pytest.mark.attack("O03")
def test_a_mandate_that_is_signed_fifty_times_at_once_is_signed_once(
    mandate: Mandate, user: User, code: str, now: datetime
) -> None:
    answers = at_once(*[lambda: sign(mandate, user=user, code=code, now=now)] * 50)
    assert len([answer for answer in answers if isinstance(answer, Mandate)]) == 1
    assert Mandate.objects.get().state == MandateState.SIGNED and Signature.objects.count() == 1
    assert Message.objects.filter(kind="mandate_signed").count() == 1


@pytest.mark.attack("O02", "A14")
def test_wrong_codes_typed_into_the_signature_stay_counted(
    mandate: Mandate, user: User, code: str, now: datetime
) -> None:
    for n in range(1, TRIES + 1):
        [answer] = at_once(lambda n=n: sign(mandate, user=user, code=wrong(code, n), now=now))
        assert (f"{TRIES - n} essai" if n < TRIES else "plus aucun essai") in str(answer)
    [answer] = at_once(lambda: sign(mandate, user=user, code=code, now=now))
    assert "n’est plus valable" in str(answer)
    assert Mandate.objects.get().state == MandateState.DRAFT


@pytest.mark.attack("O02", "A14")
def test_of_twenty_signatures_with_guesses_at_once_five_are_looked_at(
    mandate: Mandate, user: User, code: str, now: datetime
) -> None:
    answers = at_once(*[lambda n=n: sign(mandate, user=user, code=wrong(code, n), now=now) for n in range(1, 21)])
    assert len(looked_at(answers)) == TRIES


def test_the_fifth_try_may_still_be_the_right_one(mandate: Mandate, user: User, code: str, now: datetime) -> None:
    for n in range(1, TRIES):
        with pytest.raises(CodeRefused, match="incorrect"):
            check_code(mandate.unsigned, user=user, session=SESSION, code=wrong(code, n), now=now)
    assert check_code(mandate.unsigned, user=user, session=SESSION, code=f" {code} ", now=now).used_at == now


@pytest.mark.attack("O06")
def test_a_code_lives_ten_minutes(mandate: Mandate, user: User, code: str, now: datetime) -> None:
    with pytest.raises(CodeRefused):
        check_code(mandate.unsigned, user=user, session=SESSION, code=code, now=now + LIFE)
    last = now + LIFE - timedelta(seconds=1)
    assert check_code(mandate.unsigned, user=user, session=SESSION, code=code, now=last)


@pytest.mark.attack("O07")
@pytest.mark.parametrize("what", ["session", "user", "document"])
def test_a_code_signs_nothing_else_for_nobody_else_and_from_nowhere_else(
    what: str, mandate: Mandate, user: User, code: str, now: datetime
) -> None:
    here = {"user": user, "session": SESSION, "document": mandate.unsigned}
    others = {
        "session": "session-2",
        "user": factories.user(),
        "document": factories.creditor().mandates.get().unsigned,
    }
    given = here | {what: others[what]}
    with pytest.raises(CodeRefused):
        check_code(given["document"], user=given["user"], session=given["session"], code=code, now=now)
    assert check_code(mandate.unsigned, user=user, session=SESSION, code=code, now=now)


@pytest.mark.attack("O08")
def test_of_thirty_demands_at_once_three_codes_leave(mandate: Mandate, user: User, now: datetime) -> None:
    """Each with a session of its own: it is the person and the address that are counted."""

    def ask(n: int) -> Any:
        signer = factories.signer(user, session=f"session-{n}")
        try:
            return send_code(mandate.unsigned, signer, Way("email", user.email), now=now)
        except TooMany as refusal:
            return refusal

    answers = at_once(*[lambda n=n: ask(n) for n in range(30)])
    assert len([answer for answer in answers if isinstance(answer, Challenge)]) == 3
    assert Message.objects.filter(kind="signature_code").count() == 3
