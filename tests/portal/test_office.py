"""The office's pages: what to decide, what to post, and the term that the posting starts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message
from procedures.models import Deadline
from tests import factories
from tests.accounts.test_sign_up import page_of, words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import mails, post_out, text_of
from tests.walls.test_tenancy import references

pytestmark = pytest.mark.django_db
TODAY = clock.now().date()


@pytest.fixture
def desk(creditor: Any, office: Any, as_office: Any) -> AppClient:
    return as_office()


def base(dossier: Dossier) -> str:
    return f"/etude/dossiers/{dossier.reference}"


def letter_of(desk: AppClient, creditor: Any) -> Message:
    """An amicable letter that is printed and waits for the post."""
    dossier = factories.dossier(creditor, phase=Phase.SUBMITTED)
    desk.post(f"{base(dossier)}/action/accept")
    post_out()
    return Message.objects.get(kind="amiable_letter", dossier_id=dossier.pk)


@pytest.mark.req("CRE-05")
def test_the_worklist_goes_by_the_next_act(desk: AppClient, creditor: Any) -> None:
    submitted = factories.dossier(creditor, phase=Phase.SUBMITTED)
    stuck = factories.dossier(creditor, phase=Phase.AMIABLE)
    asked = factories.dossier(creditor, phase=Phase.INJONCTION_REQUESTED)
    factories.dossier(creditor)
    soon = factories.dossier(creditor, phase=Phase.PSRPC, lapsing_on=TODAY + timedelta(days=3))
    page = page_of(desk.get("/etude/"))
    shown = {
        section.find("h2").get_text(): section.get_text() for section in page.find_all("section", class_="section")
    }
    assert submitted.reference in shown["Dossiers à accepter"] and asked.reference in shown["Injonctions demandées"]
    assert stuck.reference in shown["Suspendus : à décider"] and "essai" in shown["Prochaines échéances"]
    assert soon.reference not in shown["Suspendus : à décider"] and "Tout est posté" in shown["Courriers à poster"]


@pytest.mark.req("CRE-05", "CRE-07")
def test_accepting_writes_to_the_debtor_and_tells_the_creditor(desk: AppClient, creditor: Any, settings: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.SUBMITTED)
    assert "partent aussitôt" in words(desk.get(f"{base(dossier)}/action/accept"))
    assert not Message.objects.exists(), "nothing leaves before"
    desk.post(f"{base(dossier)}/action/accept")
    assert {(m.kind, m.channel) for m in Message.objects.all()} == {
        ("amiable_letter", "letter"), ("amiable_email", "email"), ("dossier_accepted", "email"),
    }  # fmt: skip
    assert "Action déjà effectuée" in words(desk.post(f"{base(dossier)}/action/accept", follow=True))
    assert Message.objects.count() == 3


@pytest.mark.req("CRE-05")
def test_refusing_needs_a_reason_that_the_creditor_reads(
    desk: AppClient, creditor: Any, as_creditor: Any, settings: Any
) -> None:
    dossier = factories.dossier(creditor, phase=Phase.SUBMITTED)
    assert "Indiquez le motif." in words(desk.post(f"{base(dossier)}/action/refuse", {"reason": " "}, follow=True))
    desk.post(f"{base(dossier)}/action/refuse", {"reason": "La facture est illisible."})
    post_out()
    assert "La facture est illisible." in text_of(mails(settings)[-1])
    assert "La facture est illisible." in words(as_creditor().get(f"/espace/dossiers/{dossier.reference}/"))
    assert not Message.objects.filter(kind__startswith="amiable").exists()


@pytest.mark.req("CRE-08")
def test_the_posting_starts_the_term_once(desk: AppClient, creditor: Any) -> None:
    letter = letter_of(desk, creditor)
    assert not Deadline.objects.exists(), "a letter that is only printed starts nothing"
    assert (
        "Courriers à poster" in words(desk.get("/etude/"))
        and letter.document
        and str(letter.document_id) in desk.get("/etude/").content.decode()
    )
    path = f"/etude/courriers/{letter.pk}/depot"
    told = desk.post(path, {"posted_on": TODAY, "number": ""}, follow=True)
    assert "le délai court de cette date" in words(told)
    assert Deadline.objects.get().started_on == TODAY
    assert (
        "déjà enregistré" in words(desk.post(path, {"posted_on": TODAY}, follow=True)) and Deadline.objects.count() == 1
    )


@pytest.mark.parametrize(
    ("posted_on", "sentence"),
    [
        (TODAY + timedelta(days=1), "dans le futur"),
        (TODAY - timedelta(days=2), "précède la lettre"),
        ("", "obligatoire"),
        ("hier", "date"),
    ],
)
def test_a_wrong_posting_is_told_and_starts_nothing(
    posted_on: Any, sentence: str, desk: AppClient, creditor: Any
) -> None:
    letter = letter_of(desk, creditor)
    told = desk.post(f"/etude/courriers/{letter.pk}/depot", {"posted_on": posted_on}, follow=True)
    assert sentence in words(told) and not Deadline.objects.exists()


@pytest.mark.parametrize(
    "name", ["submit", "withdraw", "request_injonction", "renounce", "record_psrpc_silence", "nonsense"]
)
def test_an_office_makes_no_move_but_its_own(name: str, desk: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    assert "impossible à cette étape" in words(
        desk.post(f"{base(dossier)}/action/{name}", {"reason": "x"}, follow=True)
    )
    dossier.refresh_from_db()
    assert dossier.phase == Phase.INJONCTION_OFFERED


def test_a_greyed_move_says_the_law_that_forbids_it(desk: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, balance="5000.01")
    assert "dépasse le plafond de la procédure simplifiée (CPCE R125-1)" in words(desk.get(f"{base(dossier)}/"))
    assert "dépasse le plafond" in words(desk.post(f"{base(dossier)}/action/open_psrpc", follow=True))
    dossier.refresh_from_db()
    assert dossier.phase == Phase.AMIABLE


def test_a_draft_and_a_withdrawn_dossier_are_not_the_offices_business(
    desk: AppClient, creditor: Any, as_creditor: Any
) -> None:
    dossier = factories.dossier(creditor, phase=Phase.SUBMITTED)
    assert dossier.reference in references(desk.get("/etude/dossiers/"))
    as_creditor().post(f"/espace/dossiers/{dossier.reference}/action/withdraw")
    for path in ("/etude/", "/etude/dossiers/", "/etude/dossiers/?q=durand"):
        assert dossier.reference not in desk.get(path).content.decode()
    assert desk.get(f"{base(dossier)}/").status_code == 404


@pytest.mark.parametrize("path", ["/etude/", "/etude/dossiers/", "/etude/dossiers/?q=durand"])
def test_a_worklist_of_many_asks_no_more_questions_than_one_of_few(path: str, desk: AppClient, creditor: Any) -> None:
    phases = (Phase.SUBMITTED, Phase.AMIABLE, Phase.INJONCTION_REQUESTED)

    def add() -> int:
        for phase in phases:
            factories.dossier(creditor, phase=phase)
        factories.dossier(creditor, phase=Phase.PSRPC, lapsing_on=TODAY + timedelta(days=3))
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(path).status_code == 200
        return len(asked)

    few = add()
    assert [add() for _ in range(6)][-1] == few
