"""Papers behind their own doors, and the demo's pages that exist in the demo only."""

from typing import Any

import pytest

from core import clock
from documents.models import Document
from dossiers.enums import Phase
from tests import factories
from tests.accounts.test_seeing import seeing_as
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db


def paper(creditor: Any, media_type: str = "application/pdf", name: str = "facture.pdf", **fields: Any) -> Document:
    return factories.store(
        b"%PDF-1.7", name=name, media_type=media_type, brand=creditor.brand, creditor_id=creditor.pk, **fields
    )


def test_a_paper_is_handed_over_without_a_way_to_act_as_a_page(creditor: Any, as_creditor: Any) -> None:
    answer = as_creditor().get(f"/espace/documents/{paper(creditor).pk}")
    assert answer.content == b"%PDF-1.7" and answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"] and "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    "media_type",
    ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text/html", "image/svg+xml"],
)
def test_what_a_browser_could_run_is_only_downloaded(media_type: str, creditor: Any, as_creditor: Any) -> None:
    document = paper(creditor, media_type, "x.docx")
    assert as_creditor().get(f"/espace/documents/{document.pk}")["Content-Disposition"].startswith("attachment")


def test_a_name_of_any_language_stays_a_name(creditor: Any, as_creditor: Any) -> None:
    document = paper(creditor, name='é"; filename=x.html\r\nX: 1.pdf')
    answer = as_creditor().get(f"/espace/documents/{document.pk}?download=1")
    assert "X" not in answer and answer["Content-Disposition"].startswith("attachment")


def test_each_door_hands_over_its_own_papers_only(creditor: Any, office: Any, as_creditor: Any, as_office: Any) -> None:
    filed = factories.dossier(creditor, phase=Phase.SUBMITTED)
    draft = factories.dossier(creditor)
    of_dossier, of_draft, of_mandate = (
        paper(creditor, dossier_id=filed.pk),
        paper(creditor, dossier_id=draft.pk),
        paper(creditor),
    )
    desk, browser = as_office(), as_creditor()
    assert [browser.get(f"/espace/documents/{d.pk}").status_code for d in (of_dossier, of_draft, of_mandate)] == [
        200,
        200,
        200,
    ]
    assert [desk.get(f"/etude/documents/{d.pk}").status_code for d in (of_dossier, of_draft, of_mandate)] == [
        200,
        404,
        404,
    ]
    assert [desk.get(f"/debiteur/documents/{d.pk}").status_code for d in (of_dossier, of_draft)] == [404, 404]
    assert AppClient().get(f"/espace/documents/{of_dossier.pk}").status_code == 302


def test_a_paper_that_is_gone_from_the_store_is_not_found(creditor: Any, as_creditor: Any) -> None:
    document = paper(creditor)
    document.file.storage.delete(document.file.name)
    assert as_creditor().get(f"/espace/documents/{document.pk}").status_code == 404


@pytest.mark.parametrize("path", ["/demo/horloge", "/demo/courrier", "/demo/courrier/x", "/demo/galerie"])
def test_outside_the_demo_its_pages_do_not_exist(path: str, brand: Any, client: AppClient) -> None:
    assert client.get(path).status_code == client.post(path, {"advance": "1d"}).status_code == 404
    assert "demonstration-2026" not in client.get("/connexion").content.decode()


def test_outside_the_demo_the_clock_does_not_move(settings: Any) -> None:
    with pytest.raises(clock.ClockRefused):
        clock.advance(1)


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True


def test_in_the_demo_clock_and_mailbox_are_a_click_away(demo: None, brand: Any, client: AppClient) -> None:
    before = clock.today(brand.zone)
    assert client.get("/demo/horloge").status_code == 405
    assert client.post("/demo/horloge", {"advance": "15d", "next": "/connexion"})["Location"] == "/connexion"
    assert (clock.today(brand.zone) - before).days == 15
    client.post("/demo/horloge", {"advance": "-1d"})
    assert (clock.today(brand.zone) - before).days == 15
    assert client.get("/demo/courrier").status_code == 200
    assert client.post("/demo/horloge", {"advance": "1d", "next": "https://pirate.example"})["Location"] == "/connexion"
    assert "demonstration-2026" in client.get("/connexion").content.decode()


@pytest.mark.parametrize("key", ["x", "..", "secret-key"])
def test_the_demos_mailbox_opens_mails_only(key: str, demo: None, brand: Any, client: AppClient) -> None:
    assert client.get(f"/demo/courrier/{key}").status_code == 404


def test_the_text_of_a_demo_mail_is_text(demo: None, brand: Any, client: AppClient, settings: Any) -> None:
    settings.MAIL_DIR.mkdir(parents=True)
    mail = "From: a@b.fr\nTo: c@d.fr\nDate: Mon, 02 Mar 2026 09:00:00 +0100\nSubject: <b>x</b>\n\n<script>alert(1)</script> http://x/?a=1\n"
    (settings.MAIL_DIR / "m1.eml").write_text(mail)
    page = client.get("/demo/courrier/m1").content.decode()
    assert "<script>alert" not in page and "<b>x" not in page and "alert(1)" in words(client.get("/demo/courrier/m1"))


@pytest.mark.parametrize(("role", "mandate", "agreement", "letter"), [
    ("owner", 200, 200, 200), ("manager", 404, 200, 200), ("accountant", 404, 200, 200), ("filer", 404, 404, 200), ("reader", 404, 404, 200),
])  # fmt: skip
def test_papers_open_by_role_and_the_iban_in_clear_for_who_signs_only(
    role: str, mandate: int, agreement: int, letter: int, creditor: Any, office: Any
) -> None:
    papers = papers_of(creditor)
    browser = browser_of(factories.member(creditor, role))
    got = [browser.get(f"/espace/documents/{paper.pk}").status_code for paper in papers]
    assert got == [mandate, agreement, letter]


def test_support_that_sees_as_somebody_opens_no_paper_with_an_iban(creditor: Any, office: Any) -> None:
    papers = papers_of(creditor)
    browser = seeing_as(factories.member(creditor))
    assert [browser.get(f"/espace/documents/{paper.pk}").status_code for paper in papers] == [404, 200, 200]


def papers_of(creditor: Any) -> list[Any]:
    """The mandate, the convention, a letter of a dossier."""
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    letter = factories.paper(creditor, dossier_id=dossier.pk)
    convention = factories.convention(creditor)
    convention.unsigned = factories.paper(creditor)
    convention.save(update_fields=["unsigned"])
    return [creditor.mandates.get().unsigned, convention.unsigned, letter]
