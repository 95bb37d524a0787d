"""From the code of the letter to the title, each at her own door."""

import subprocess
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import clock
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message
from procedures import access
from signatures.models import Challenge
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import post_out

pytestmark = pytest.mark.django_db
ROOM = "/debiteur/dossier"


@pytest.fixture
def dossier(creditor: Any, office: Any) -> Dossier:
    made: Dossier = factories.dossier(creditor, phase=Phase.PSRPC, office=office, debtor={"email": ""})
    factories.month(made, clock.now().date() - timedelta(days=10))
    return made


@pytest.fixture
def room(dossier: Dossier) -> AppClient:
    browser = AppClient()
    browser.post("/debiteur/", {"reference": dossier.reference, "code": access.code(dossier)})
    return browser


def accept(room: AppClient, dossier: Dossier, **fields: Any) -> Any:
    day = clock.now().date() + timedelta(days=20)
    said = {"instalments": 3, "first_on": day.isoformat(), "code": access.code(dossier)} | fields
    return room.post("/debiteur/repondre?reponse=accept", said)


@pytest.mark.req("LEG-04", "LEG-05", "LEG-06")
def test_from_the_code_to_the_title_in_four_screens(
    room: AppClient, dossier: Dossier, as_creditor: Any, as_office: Any
) -> None:
    assert "J’accepte de participer".replace("’", "'") in words(room.get(ROOM)).replace("’", "'")
    assert "vaut date et signature" in words(room.get("/debiteur/repondre?reponse=accept"))
    assert accept(room, dossier)["Location"] == ROOM
    told = words(room.get(ROOM))
    assert "Votre réponse est enregistrée" in told and "réponse attendue" in told

    browser, base = as_creditor(), f"/espace/dossiers/{dossier.reference}/"
    page = words(browser.get(base))
    assert "en 3 versements" in page and "400,00" in page
    offer = dossier.offers.current()
    page = browser.post(f"{base}accord/{offer.pk}")["Location"]
    browser.post(f"{page}/code", {"channel": "email"})
    code = factories.code_of(Challenge.objects.get())
    said = {"code": code, "shown": dossier.papers.get().document.sha256}
    assert browser.post(f"{page}/signature", said)["Location"] == base

    desk = as_office()
    desk.post(f"/etude/dossiers/{dossier.reference}/action/record_agreement")
    dossier.refresh_from_db()
    assert dossier.phase == Phase.TITLE
    post_out()
    kinds = set(Message.objects.about(dossier.pk).filter(document__isnull=False).values_list("kind", flat=True))
    assert kinds == {"answer_receipt", "psrpc_statement", "psrpc_title", "title_copy"}
    assert words(room.get(ROOM)).count("Titre exécutoire") >= 1, "the debtor has the free copy in the room"


def test_an_answer_needs_the_code_again_and_a_wrong_one_sends_nothing(room: AppClient, dossier: Dossier) -> None:
    answer = accept(room, dossier, code="AAAAA-AAAAA")
    assert answer.status_code == 422 and "Le code ne correspond pas" in words(answer)
    assert not dossier.answers.exists()


def test_a_double_click_answers_once(room: AppClient, dossier: Dossier) -> None:
    token = "0b9f3c1e-8f5c-4f4d-9a57-1b2f3c4d5e6f"
    for _ in range(2):
        accept(room, dossier, once=token)
    assert dossier.answers.count() == dossier.offers.count() == 1


def test_without_a_key_nobody_answers(client: AppClient, dossier: Dossier) -> None:
    assert client.get("/debiteur/repondre?reponse=accept")["Location"] == "/debiteur/"
    assert client.post("/debiteur/accord/1").status_code == 404


@pytest.mark.parametrize("kind", ["refuse_terms", "nonsense", ""])
def test_an_answer_that_makes_no_sense_here_is_told(kind: str, room: AppClient) -> None:
    answer = room.get(f"/debiteur/repondre?reponse={kind}", follow=True)
    assert "n’est pas possible à cette étape" in words(answer).replace("'", "’")


def test_the_office_writes_down_what_came_by_post(dossier: Dossier, as_office: Any) -> None:
    desk, page = as_office(), f"/etude/dossiers/{dossier.reference}/"
    today = clock.now().date().isoformat()
    desk.post(f"{page}reponse", {"kind": "accept", "means": "post", "received_on": today})
    told = desk.post(f"{page}reponse", {"kind": "accept", "means": "other", "received_on": today}, follow=True)
    assert "R125-2" in words(told) and dossier.answers.count() == 1
    day = (clock.now() + timedelta(days=15)).date().isoformat()
    assert "Proposition enregistrée" in words(
        desk.post(f"{page}proposition", {"instalments": 4, "first_on": day}, follow=True)
    )
    assert dossier.offers.current().instalments == 4
    told = desk.post(f"{page}proposition", {"instalments": 40, "first_on": day}, follow=True)
    assert "24" in words(told)


def test_the_debtor_agrees_to_the_terms_of_the_office(room: AppClient, dossier: Dossier, as_office: Any) -> None:
    day = (clock.now() + timedelta(days=15)).date().isoformat()
    as_office().post(f"/etude/dossiers/{dossier.reference}/proposition", {"instalments": 4, "first_on": day})
    offer = dossier.offers.current()
    for code in ("", "AAAAA-AAAAA"):
        refused = room.post(f"/debiteur/accord/{offer.pk}", {"code": code}, follow=True)
        assert "Le code ne correspond pas" in words(refused) and not dossier.offers.current().debtor_agreed_on
    answer = room.post(f"/debiteur/accord/{offer.pk}", {"code": access.code(dossier)}, follow=True)
    assert "Votre accord est enregistré" in words(answer)
    assert dossier.offers.current().debtor_agreed_on


def test_nothing_is_answered_once_all_is_settled(creditor: Any, office: Any) -> None:
    ended = factories.dossier(creditor, phase=Phase.SETTLED, office=office)
    browser = AppClient()
    browser.post("/debiteur/", {"reference": ended.reference, "code": access.code(ended)})
    assert "Répondre" not in words(browser.get(ROOM))


def test_a_late_acceptance_is_told_with_the_day(room: AppClient, dossier: Dossier, monkeypatch: Any) -> None:
    later: datetime = clock.now() + timedelta(days=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = accept(room, dossier)
    assert answer.status_code == 422 and "R125-5" in words(answer)


@pytest.mark.attack("L09")
@pytest.mark.parametrize("phase", [Phase.SUBMITTED, Phase.AMIABLE])
def test_the_creditors_copy_of_a_letter_does_not_open_the_debtors_room(
    phase: str, creditor: Any, office: Any, as_creditor: Any, as_office: Any
) -> None:
    dossier = factories.dossier(creditor, phase=phase, office=office)
    move = "accept" if phase == Phase.SUBMITTED else "open_psrpc"
    as_office().post(f"/etude/dossiers/{dossier.reference}/action/{move}")
    post_out()
    letter = Message.objects.get(channel__in=["letter", "registered"], dossier_id=dossier.pk)
    code = access.code(dossier)
    printed = text_of(as_office().get(f"/etude/documents/{letter.document_id}").content)
    assert code in printed and printed.index(code) > printed.index("Votre espace en ligne")
    shown = text_of(as_creditor().get(f"/espace/documents/{letter.document_id}").content)
    assert "Étude Morel" in shown and code not in shown and "Votre espace en ligne" not in shown


def text_of(pdf: bytes) -> str:
    found = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(found.stdout.decode().split())
