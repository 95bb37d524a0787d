"""The creditor's own pages: home, list, one dossier, what comes next and why."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from dossiers.enums import Phase
from dossiers.models import Dossier
from procedures.models import Deadline
from procedures.transitions import TURN
from tests import factories
from tests.accounts.test_sign_up import page_of, words
from tests.conftest import AppClient
from tests.walls.test_tenancy import references

pytestmark = pytest.mark.django_db
TODAY = clock.now().date()


@pytest.fixture
def browser(creditor: Any, office: Any, as_creditor: Any) -> AppClient:
    return as_creditor()


def base(dossier: Dossier) -> str:
    return f"/espace/dossiers/{dossier.reference}"


def waiting(creditor: Any, days: int = 10, **fields: Any) -> Dossier:
    """A dossier of the amiable phase whose fifteen days end in so many days."""
    return factories.dossier(creditor, phase=Phase.AMIABLE, lapsing_on=TODAY + timedelta(days=days), **fields)


# --- home and list -----------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-01", "ATR-06", "ATR-07")
def test_home_leads_everywhere_and_shows_what_waits_for_us(browser: AppClient, creditor: Any) -> None:
    assert "Aucun dossier pour l'instant" in words(browser.get("/espace/"))
    offered = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    page = browser.get("/espace/")
    assert offered.reference in words(page) and "À vous d'agir" in words(page)
    menu = page_of(page).find("nav", attrs={"aria-label": "Menu principal"})
    assert {link["href"] for link in menu.find_all("a")} >= {
        "/espace/",
        "/espace/dossiers/creer",
        "/espace/dossiers/",
        "/espace/mandat/",
    }


@pytest.mark.req(
    "ATR-41", "ATR-42", "ATR-43", "ATR-44", "ATR-45", "ATR-46", "ATR-47", "ATR-50", "ATR-51", "ATR-53", "ATR-54"
)
def test_a_dossier_is_found_by_each_of_its_references(browser: AppClient, creditor: Any) -> None:
    mine = factories.dossier(
        creditor, creditor_reference="CLI-7788", claim_reference="SIN-4455", policy_number="POL-9911",
        debtor={"last_name": "Lefèvre", "vat_number": "FR40303265045", "siren": "303265045"},
    )  # fmt: skip
    other = factories.dossier(creditor)
    factories.item(mine, number="FACT-2026-31")
    factories.search.index(mine)
    for whole in (mine.reference, mine.reference.lower(), mine.reference.replace("-", " ")):
        assert browser.get("/espace/dossiers/", {"q": whole})["Location"] == f"{base(mine)}/"
    for looked_for in (mine.reference[:6], "SIN-4455", "CLI-7788", "lefevre", "LEFÈVRE", "FR40303265045", "303265045",
                       "FACT-2026-31", "POL-9911", "Lef%re"):  # fmt: skip
        answer = browser.get("/espace/dossiers/", {"q": looked_for})
        assert references(answer) == {mine.reference}, looked_for
    page = page_of(answer)
    assert "RECHERCHER" in page.get_text() and page.find("a", href=f"{base(mine)}/")
    assert references(browser.get("/espace/dossiers/")) == {mine.reference, other.reference}


@pytest.mark.req("ATR-48")
def test_one_letter_is_too_short_and_says_so(browser: AppClient, creditor: Any) -> None:
    factories.dossier(creditor)
    assert "au moins 2 caractères" in words(browser.get("/espace/dossiers/", {"q": "D"}))


def test_a_list_is_filtered_by_phase_and_read_page_by_page(browser: AppClient, creditor: Any) -> None:
    for _ in range(30):
        factories.dossier(creditor, balance="0")
    ended = factories.dossier(creditor, phase=Phase.SETTLED)
    assert references(browser.get("/espace/dossiers/?phase=settled")) == {ended.reference}
    assert browser.get("/espace/dossiers/?phase=nonsense").status_code == 200
    first = browser.get("/espace/dossiers/")
    found = re.search(r'href="(\?apres=[^"]+)"', first.content.decode())
    assert found
    second = browser.get("/espace/dossiers/" + found[1].replace("&amp;", "&"))
    assert len(references(first)) == 25 and len(references(second)) == 6 and not references(first) & references(second)
    back = re.search(r'href="(\?avant=[^"]+)"', second.content.decode())
    assert back and references(browser.get("/espace/dossiers/" + back[1].replace("&amp;", "&"))) == references(first)


@pytest.mark.parametrize("path", ["/espace/", "/espace/dossiers/", "/espace/dossiers/?q=durand"])
def test_a_list_of_many_asks_no_more_questions_than_a_list_of_one(path: str, browser: AppClient, creditor: Any) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == 200
        return len(asked)

    factories.dossier(creditor, phase=Phase.AMIABLE)
    factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    few = questions()
    for phase in (Phase.AMIABLE, Phase.INJONCTION_OFFERED) * 12:
        factories.dossier(creditor, phase=phase)
    assert questions() == few


# --- one dossier ---------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-66")
@pytest.mark.parametrize("phase", [phase for phase in Phase if phase != Phase.DRAFT])
def test_every_phase_says_what_comes_next_and_whose_turn_it_is(phase: str, browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=phase)
    text = words(browser.get(f"{base(dossier)}/"))
    assert "Et maintenant ?" in text and Phase(phase).label.replace("’", "'") in text and "Durand" in text
    if TURN[Phase(phase)] == "créancier":
        assert "À vous" in text


@pytest.mark.req("CRE-08")
def test_what_comes_next_is_told_with_its_day_and_its_reason(browser: AppClient, creditor: Any) -> None:
    dossier = waiting(creditor)
    Deadline.objects.update(derivation="Lettre déposée le 06/11/2026, quinze jours (CRE-08) : samedi → lundi")
    text = words(browser.get(f"{base(dossier)}/"))
    assert "dans 10 jours" in text and "Pourquoi ?" in text and "samedi → lundi" in text and "CPCE L125-1" in text


@pytest.mark.req("ATR-67", "ATR-72", "ATR-73", "ATR-74")
def test_a_date_with_content_opens_and_one_without_does_not(browser: AppClient, creditor: Any, as_office: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.SUBMITTED)
    as_office().post(f"/etude/dossiers/{dossier.reference}/action/refuse", {"reason": "La facture est illisible."})
    page = page_of(browser.get(f"{base(dossier)}/"))
    refused = next(
        li for li in page.find_all("li") if "Dossier refusé par l’étude" in li.get_text() and li.find("details")
    )
    opened = next(li for li in page.find_all("li") if li.find(class_="event-label", string="Dossier créé"))
    assert "La facture est illisible." in refused.find("details").get_text() and refused.find("summary").find("time")
    assert not opened.find("details") and opened.find("time")


@pytest.mark.req("ATR-69", "ATR-76", "CRE-10")
def test_a_declared_payment_lowers_the_balance_and_the_last_one_settles(browser: AppClient, creditor: Any) -> None:
    dossier = waiting(creditor, balance="1200.00")
    part = {"issued_on": TODAY, "gross": "200,00", "number": "VIR-1", "comment": "Acompte"}
    told = browser.post(f"{base(dossier)}/paiement", part, follow=True)
    assert "Paiement enregistré" in words(told) and "1 000,00" in words(told) and "Acompte" in words(told)
    dossier.refresh_from_db()
    assert dossier.phase == Phase.AMIABLE
    told = browser.post(f"{base(dossier)}/paiement", part | {"gross": "1000,00"}, follow=True)
    dossier.refresh_from_db()
    assert dossier.phase == Phase.SETTLED and not dossier.deadlines.pending().exists() and "Réglé" in words(told)
    again = browser.post(f"{base(dossier)}/paiement", part, follow=True)
    assert "terminé" in words(again) and dossier.items.count() == 3


@pytest.mark.req("ATR-69", "LEG-07")
def test_a_payment_declared_during_the_procedure_closes_nothing(browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.PSRPC, balance="100.00")
    told = browser.post(f"{base(dossier)}/paiement", {"issued_on": TODAY, "gross": "100,00"}, follow=True)
    dossier.refresh_from_db()
    assert dossier.phase == Phase.PSRPC and "R125-7" in words(told)


@pytest.mark.req("ATR-69")
@pytest.mark.parametrize(
    "fields", [{"gross": ""}, {"gross": "-5"}, {"gross": "0"}, {"gross": "x"}, {"issued_on": ""}, {"issued_on": "hier"}]
)
def test_a_wrong_payment_is_told_on_the_dossiers_page(
    fields: dict[str, str], browser: AppClient, creditor: Any
) -> None:
    dossier = waiting(creditor)
    answer = browser.post(f"{base(dossier)}/paiement", {"issued_on": TODAY, "gross": "5"} | fields)
    assert answer.status_code == 422 and answer.context["payment"].errors and dossier.items.count() == 1


@pytest.mark.req("ATR-69")
def test_a_payment_of_tomorrow_is_not_received_yet(browser: AppClient, creditor: Any) -> None:
    dossier = waiting(creditor)
    answer = browser.post(f"{base(dossier)}/paiement", {"issued_on": TODAY + timedelta(days=2), "gross": "5"})
    assert answer.status_code == 422


def test_francs_have_no_cents_in_a_payment_either(browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, currency="XPF", balance="12000")
    answer = browser.post(f"{base(dossier)}/paiement", {"issued_on": TODAY, "gross": "10,50"})
    assert answer.status_code == 422
    assert browser.get(f"{base(dossier)}/").status_code == 200


def test_a_refused_file_keeps_the_payment_out_too(browser: AppClient, creditor: Any) -> None:
    dossier = waiting(creditor)
    file = SimpleUploadedFile("preuve.pdf", b"<html>")
    told = browser.post(f"{base(dossier)}/paiement", {"issued_on": TODAY, "gross": "5", "file": file}, follow=True)
    assert "pas accepté" in words(told) and dossier.items.count() == 1


@pytest.mark.req("CRE-12")
def test_a_move_is_explained_then_confirmed_then_done_once(browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    path = f"{base(dossier)}/action/request_injonction"
    assert "Les frais vous seront annoncés" in words(browser.get(path)) and "CONFIRMER" in words(browser.get(path))
    assert browser.post(path).status_code == 302
    assert "Action déjà effectuée" in words(browser.post(path, follow=True))
    dossier.refresh_from_db()
    assert dossier.phase == Phase.INJONCTION_REQUESTED and dossier.events.filter(kind="request_injonction").count() == 1


@pytest.mark.parametrize("reason", ["", "   "])
def test_renouncing_needs_a_reason(reason: str, browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.INJONCTION_OFFERED)
    told = browser.post(f"{base(dossier)}/action/renounce", {"reason": reason}, follow=True)
    dossier.refresh_from_db()
    assert "Indiquez le motif." in words(told) and dossier.phase == Phase.INJONCTION_OFFERED


@pytest.mark.parametrize(
    "name", ["accept", "open_psrpc", "record_psrpc_silence", "submit", "settle_in_psrpc", "nonsense"]
)
def test_a_creditor_makes_no_move_but_her_own(name: str, browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    for answer in (
        browser.get(f"{base(dossier)}/action/{name}", follow=True),
        browser.post(f"{base(dossier)}/action/{name}", follow=True),
    ):
        assert "impossible à cette étape" in words(answer)
    dossier.refresh_from_db()
    assert dossier.phase == Phase.AMIABLE


def test_markup_in_names_is_shown_as_text(browser: AppClient, creditor: Any) -> None:
    evil = '<img src=x onerror="alert(1)">'
    dossier = factories.dossier(
        creditor, phase=Phase.AMIABLE, debtor={"last_name": evil}, comments=evil, creditor_reference=evil
    )
    factories.item(dossier, comment=evil, number=evil)
    factories.search.index(dossier)
    for path in ("/espace/", "/espace/dossiers/", f"/espace/dossiers/?q={evil}", f"{base(dossier)}/"):
        page = browser.get(path).content.decode()
        assert "<img src=x" not in page, path
