"""The pages on which a dossier is set aside and taken up again."""

from typing import Any

import pytest

from dossiers.enums import Phase
from dossiers.models import Dossier
from procedures import access
from procedures.enums import HoldKind, HoldState
from procedures.models import Hold
from tests import factories
from tests.conftest import AppClient
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(creditor: Any, office: Any) -> Dossier:
    made: Dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    return made


def office_page(dossier: Dossier) -> str:
    return f"/etude/dossiers/{dossier.reference}/"


def test_the_office_sets_aside_with_a_proof_confirms_and_lifts(dossier: Dossier, office: Any) -> None:
    browser = browser_of(factories.clerk(office))
    form = {
        "hold-kind": "overindebtedness",
        "hold-proof": "décision de recevabilité du 3 février",
        "hold-text": "reçue par la poste",
    }
    answer = browser.post(f"{office_page(dossier)}suspension", form, follow=True)
    page = answer.content.decode()
    assert "rien ne part avant que l’étude lève la suspension" in page
    assert "Surendettement" in page and "décision de recevabilité" in page and "L722-2" in page
    hold = Hold.objects.get(dossier=dossier)
    browser.post(f"{office_page(dossier)}suspension/{hold.pk}/lever", {"reason": "irrecevable"})
    hold.refresh_from_db()
    assert (hold.state, hold.end_reason) == (HoldState.LIFTED, "irrecevable")


def test_without_proof_a_sentence_says_so_and_nothing_is_kept(dossier: Dossier, office: Any) -> None:
    browser = browser_of(factories.clerk(office))
    answer = browser.post(f"{office_page(dossier)}suspension", {"hold-kind": "death"}, follow=True)
    assert "Indiquez la preuve" in answer.content.decode()
    assert not Hold.objects.exists()


def test_what_waits_for_a_decision_stands_on_the_worklist(dossier: Dossier, office: Any) -> None:
    factories.hold(dossier, HoldKind.PAID)
    page = browser_of(factories.clerk(office)).get("/etude/").content.decode()
    assert "Suspensions à vérifier" in page and dossier.reference in page


def test_the_creditor_sees_the_consequence_but_not_the_words_nor_the_proof(dossier: Dossier) -> None:
    factories.hold(dossier, HoldKind.VULNERABILITY, confirmed=True, text="confidence faite à l’étude")
    page = browser_of(factories.member(dossier.creditor)).get(f"/espace/dossiers/{dossier.reference}/").content.decode()
    assert "Situation à ménager" in page and "relances au débiteur" in page
    assert "confidence" not in page and "pièce n° 1" not in page and "Personne à ménager" not in page


@pytest.mark.req("ATR-68")
def test_the_consequences_of_a_closure_are_stated_before_it_is_asked_for(dossier: Dossier) -> None:
    browser = browser_of(factories.member(dossier.creditor))
    path = f"/espace/dossiers/{dossier.reference}/cloture"
    page = browser.get(path).content.decode()
    assert "restent partis" in page and "prescription court toujours" in page
    assert browser.post(path, {"reason": " "}).status_code == 422
    browser.post(path, {"reason": "Le client revient."})
    hold = Hold.objects.get(dossier=dossier)
    assert (hold.kind, hold.text) == (HoldKind.CLOSURE, "Le client revient.")
    browser.post(f"{path}/{hold.pk}/retirer")
    hold.refresh_from_db()
    assert hold.state == HoldState.LIFTED


def test_the_debtor_says_that_he_is_in_difficulty_and_reads_what_it_changes(
    dossier: Dossier, client: AppClient
) -> None:
    code = access.code(dossier)
    client.post("/debiteur/", {"reference": dossier.reference, "code": code})
    form = {"situation": "insolvency", "effective_on": "2026-01-20", "text": "Jugement à Lyon.", "code": code}
    client.post("/debiteur/repondre?reponse=difficulty", form)
    hold = Hold.objects.get(dossier=dossier)
    assert (hold.kind, hold.state) == (HoldKind.INSOLVENCY, HoldState.TO_VERIFY)
    page = client.get("/debiteur/dossier").content.decode()
    assert "rien ne vous est demandé" in page and "Procédure collective" in page


def test_the_debtor_contests_one_invoice_with_its_reason(dossier: Dossier, client: AppClient) -> None:
    code, item = access.code(dossier), dossier.items.get()
    client.post("/debiteur/", {"reference": dossier.reference, "code": code})
    assert str(item) in client.get("/debiteur/repondre?reponse=contest").content.decode()
    client.post(
        "/debiteur/repondre?reponse=contest", {"item": item.pk, "reason": "defective", "text": "Cassé.", "code": code}
    )
    hold = Hold.objects.get(dossier=dossier)
    assert (hold.item, hold.code) == (item, "defective")
