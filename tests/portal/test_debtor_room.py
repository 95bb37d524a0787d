"""The debtor's door: the letter's reference and code open it, nothing else does, and nothing is shown before."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from accounts.middleware import DEBTOR_KEY
from dossiers.enums import Phase
from dossiers.models import Dossier
from portal.views.debtor_room import WRONG
from procedures import access
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import post_out

pytestmark = pytest.mark.django_db
DOOR, ROOM = "/debiteur/", "/debiteur/dossier"


@pytest.fixture
def dossier(creditor: Any, office: Any) -> Dossier:
    return factories.dossier(creditor, phase=Phase.AMIABLE, comments="SECRET DU CRÉANCIER")


def knock(browser: AppClient, dossier: Dossier, code: str = "", **more: Any) -> Any:
    return browser.post(DOOR, {"reference": dossier.reference, "code": code or access.code(dossier)}, **more)


def is_refused(answer: Any) -> bool:
    return answer.status_code == 422 and WRONG.replace("’", "'") in words(answer)


@pytest.mark.req("IDE-05")
def test_reference_and_code_open_the_room_of_that_dossier(dossier: Dossier, client: AppClient) -> None:
    assert knock(client, dossier)["Location"] == ROOM
    text = words(client.get(ROOM))
    for told in ("Menuiserie Martin", "1 200,00", "Étude Morel", dossier.reference, "04 72 00 00 00"):
        assert told in text, told
    assert "SECRET" not in text and "jeanne" not in text.lower() and "CONNEXION" not in text


@pytest.mark.parametrize(
    "spell", [str.lower, lambda t: t.replace("-", " "), lambda t: f" {t} ", lambda t: t.replace("-", "")]
)
def test_the_code_may_be_written_as_one_likes(spell: Any, dossier: Dossier, client: AppClient) -> None:
    assert knock(client, dossier, spell(access.code(dossier))).status_code == 302


def test_before_the_code_nothing_is_shown(dossier: Dossier, client: AppClient) -> None:
    assert client.get(ROOM)["Location"] == DOOR
    door = words(client.get(DOOR))
    assert "Durand" not in door and dossier.reference not in door
    for answer in (
        knock(client, dossier, "AAAAA-AAAAA"),
        client.post(DOOR, {"reference": "ZZZZ-ZZZZ", "code": access.code(dossier)}),
    ):
        assert is_refused(answer)
        assert "Durand" not in words(answer) and "Menuiserie" not in words(answer)
    assert client.get(ROOM).status_code == 302


def test_five_wrong_codes_close_the_door_for_a_quarter_of_an_hour(dossier: Dossier) -> None:
    for _ in range(5):
        assert is_refused(knock(AppClient(), dossier, "AAAAA-AAAAA"))
    assert is_refused(knock(AppClient(), dossier)), "not even the right one"
    cache.clear()  # a quarter of an hour later
    assert knock(AppClient(), dossier).status_code == 302


def test_spelling_the_reference_otherwise_gives_no_more_tries(dossier: Dossier) -> None:
    spellings = [dossier.reference, dossier.reference.lower(), f" {dossier.reference}", dossier.reference.title()]
    for n in range(8):
        AppClient().post(DOOR, {"reference": spellings[n % 4], "code": "AAAAA-AAAAA"})
    assert is_refused(knock(AppClient(), dossier))


def test_trying_many_references_is_stopped_too(dossier: Dossier) -> None:
    browser = AppClient()
    for n in range(31):
        browser.post(DOOR, {"reference": f"ZZZZ-{n:04d}", "code": "AAAAA-AAAAA"})
    assert is_refused(knock(browser, dossier))


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.SUBMITTED, Phase.REFUSED, Phase.CLOSED])
def test_the_door_is_shut_while_nothing_is_asked(phase: str, creditor: Any, office: Any, client: AppClient) -> None:
    assert is_refused(knock(client, factories.dossier(creditor, phase=phase)))


def test_the_code_of_one_dossier_opens_no_other(dossier: Dossier, creditor: Any, client: AppClient) -> None:
    other = factories.dossier(creditor, phase=Phase.AMIABLE)
    assert access.code(other) != access.code(dossier)
    assert is_refused(knock(client, dossier, access.code(other)))


def test_another_brands_host_is_another_house(dossier: Dossier, client: AppClient) -> None:
    factories.brand("autre")
    assert is_refused(knock(client, dossier, HTTP_HOST="autre.localhost"))


def test_a_dossier_that_is_closed_meanwhile_is_shown_no_more(dossier: Dossier, client: AppClient) -> None:
    knock(client, dossier)
    Dossier.objects.filter(pk=dossier.pk).update(phase=Phase.CLOSED)
    assert client.get(ROOM).status_code in (302, 404)


def test_the_session_changes_at_the_door_and_ends_with_the_visit(dossier: Dossier, client: AppClient) -> None:
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    knock(client, dossier)
    assert client.session.session_key != before and client.session[DEBTOR_KEY] == dossier.pk
    assert client.get("/debiteur/sortir").status_code == 405
    client.post("/debiteur/sortir")
    assert client.get(ROOM)["Location"] == DOOR


def test_no_cache_keeps_the_room_nor_its_door(dossier: Dossier, client: AppClient) -> None:
    knock(client, dossier)
    for path in (DOOR, ROOM):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_nothing_asks_for_money_during_the_procedure(creditor: Any, office: Any, client: AppClient) -> None:
    """CPCE R125-7."""
    dossier = factories.dossier(creditor, phase=Phase.PSRPC)
    knock(client, dossier)
    text = words(client.get(ROOM))
    assert "libre d'accepter ou de refuser" in text and "R125-7" in text and "PAYER" not in text and "IBAN" not in text
    assert "Vous pouvez payer" not in text


def test_the_debtor_reads_the_letter_and_no_other_paper(
    dossier: Dossier, creditor: Any, as_office: Any, client: AppClient
) -> None:
    paper = factories.store(b"%PDF-", name="preuve.pdf", media_type="application/pdf", brand=creditor.brand, creditor_id=creditor.pk,
                            dossier_id=dossier.pk)  # fmt: skip
    letter = factories.store(b"%PDF-", name="lettre.pdf", media_type="application/pdf", brand=creditor.brand, creditor_id=creditor.pk,
                             dossier_id=dossier.pk, for_debtor=True)  # fmt: skip
    knock(client, dossier)
    assert "lettre.pdf" in words(client.get(ROOM)) and "preuve.pdf" not in words(client.get(ROOM))
    assert client.get(f"/debiteur/documents/{letter.pk}").status_code == 200
    assert client.get(f"/debiteur/documents/{paper.pk}").status_code == 404
    assert AppClient().get(f"/debiteur/documents/{letter.pk}").status_code in (302, 404)


def test_the_codes_are_spread_and_long(creditor: Any, office: Any) -> None:
    codes = {access.code(factories.dossier(creditor, balance="0")) for _ in range(30)}
    assert len(codes) == 30 and all(len(code) == 11 for code in codes)


@pytest.mark.parametrize("code", ["", "-----", "     ", "%", "x" * 20, "0", "\u0000"])
def test_an_empty_code_opens_nothing(code: str, dossier: Dossier, client: AppClient) -> None:
    assert client.post(DOOR, {"reference": dossier.reference, "code": code}).status_code == 422


def test_a_visit_ends_by_itself(dossier: Dossier, client: AppClient) -> None:
    knock(client, dossier)
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=False):
        assert client.get(ROOM)["Location"] == DOOR


def test_the_code_stands_in_the_letter_and_never_in_a_mail(
    creditor: Any, office: Any, as_office: Any, settings: Any
) -> None:
    """An address that the creditor mistyped must not open a debtor's room."""
    dossier = factories.dossier(creditor, phase=Phase.SUBMITTED)
    as_office().post(f"/etude/dossiers/{dossier.reference}/action/accept")
    post_out()
    sent = [path.read_bytes() for path in settings.MAIL_DIR.glob("*.eml")]
    assert len(sent) == 2 and not [mail for mail in sent if access.code(dossier).encode() in mail]
