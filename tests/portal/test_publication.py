"""The debtor reads his letters and what the office chose to show him; nothing else of his dossier."""

from typing import Any

import pytest

from documents.services import store
from dossiers.enums import Phase
from dossiers.models import Attachment, Dossier
from procedures import access
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(creditor: Any, office: Any) -> Dossier:
    made: Dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    return made


def piece(of: Dossier, name: str) -> Any:
    keys = {"brand": of.brand, "creditor_id": of.creditor_id, "dossier_id": of.pk}
    paper = store(factories.pdf(), name=name, media_type="application/pdf", **keys)
    Attachment.objects.create(
        dossier=of, creditor_id=of.creditor_id, document=paper, added_by="Jeanne", added_at=factories.LONG_AGO
    )
    return paper


def room_of(dossier: Dossier) -> AppClient:
    browser = AppClient()
    browser.post("/debiteur/", {"reference": dossier.reference, "code": access.code(dossier)})
    return browser


@pytest.mark.req("IDE-01")
def test_the_office_chooses_paper_by_paper_what_the_debtor_reads(dossier: Dossier, as_office: Any) -> None:
    shown, kept = piece(dossier, "contrat.pdf"), piece(dossier, "note-interne.pdf")
    desk, room = as_office(), room_of(dossier)
    path = f"/etude/dossiers/{dossier.reference}"
    assert room.get(f"/debiteur/documents/{shown.pk}").status_code == 404, "nothing is shown by default but letters"

    desk.post(f"{path}/publication", {"papers": [str(shown.pk)]})
    assert room.get(f"/debiteur/documents/{shown.pk}").status_code == 200
    assert room.get(f"/debiteur/documents/{kept.pk}").status_code == 404
    told = words(room.get("/debiteur/dossier"))
    assert "contrat.pdf" in told and "note-interne.pdf" not in told
    assert "Pièce montrée au débiteur" in words(desk.get(f"{path}/"))

    desk.post(f"{path}/publication", {})
    assert room.get(f"/debiteur/documents/{shown.pk}").status_code == 404
    assert "contrat.pdf" not in words(room.get("/debiteur/dossier"))
    assert dossier.publications.count() == 1, "what was shown, by whom and until when, stays known"


def test_neither_a_message_nor_a_strangers_paper_can_be_shown(dossier: Dossier, as_office: Any) -> None:
    said = factories.word_with_file(dossier).files.get()
    other = factories.dossier(dossier.creditor, phase=Phase.AMIABLE, office=dossier.office)
    strange = piece(other, "autre.pdf")
    keys = [str(said.document_id), str(strange.pk), "x"]
    as_office().post(f"/etude/dossiers/{dossier.reference}/publication", {"papers": keys})
    assert not dossier.publications.exists()
    assert room_of(dossier).get(f"/debiteur/documents/{strange.pk}").status_code == 404


@pytest.mark.req("REL-01")
def test_the_public_site_says_what_it_is_for(client: Any, brand: Any) -> None:
    told = words(client.get("/"))
    for goal in (
        "Consolidez votre relation commerciale",
        "Optimisez votre trésorerie",
        "Suivez vos comptes clients",
    ):
        assert goal in told
