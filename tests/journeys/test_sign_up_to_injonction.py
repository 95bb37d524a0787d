"""The whole story, as the people live it: pages, mails, clicks; nothing else."""

import email
import re
from datetime import timedelta
from email import policy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from dossiers.enums import Phase
from dossiers.models import Dossier
from mandates.models import Mandate
from notifications.models import Message
from notifications.relay import dispatch_next
from procedures.services import advance_overdue
from tests import factories
from tests.conftest import AppClient

SIGN_UP = {
    "email": "Jeanne@Martin.example", "password": "une phrase bien longue", "confirmation": "une phrase bien longue",
    "kind": "legal", "civility": "Mme", "last_name": "Martin", "first_name": "Jeanne", "company": "Menuiserie Martin",
    "legal_form": "5499", "siret": "732 829 320 00074", "street": "12 rue de la République", "complement": "",
    "postcode": "69002", "town": "Lyon",
}  # fmt: skip


def post_out() -> None:
    while dispatch_next(now=clock.now()):
        pass


def mails(settings: Any) -> list[Any]:
    files = sorted(settings.MAIL_DIR.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


def text_of(mail: Any) -> str:
    return mail.get_body(("plain",)).get_content()


@pytest.mark.req(
    "NUM-30",
    "CRE-04",
    "CRE-05",
    "CRE-07",
    "CRE-08",
    "CRE-09",
    "CRE-11",
    "CRE-12",
    "CRE-13",
    "CRE-30",
    "CRE-33",
    "CRE-44",
    "CRE-55",
)
def test_from_sign_up_to_the_injonction(brand: Any, office: Any, as_office: Any, settings: Any) -> None:
    settings.DEMO = True
    browser = AppClient()

    # sign-up, activation, log-in
    distributor = factories.partner(brand)
    assert browser.post("/inscription", SIGN_UP | {"partner": distributor.code}).status_code == 302
    post_out()
    link = re.search(r"https?://\S+(/activation/\S+)", text_of(mails(settings)[-1]))
    assert link
    assert "ACTIVER" in browser.get(link[1]).content.decode()
    assert "Votre compte a été activé" in browser.post(link[1]).content.decode()
    assert browser.post(link[1]).status_code == 410
    login = browser.post("/connexion", {"login": "jeanne@martin.example", "password": SIGN_UP["password"]})
    assert login.status_code == 302, login.content.decode()

    # finalisation, mandate
    assert browser.get("/espace/").url == "/espace/finalisation"
    completion = {
        "signatory_civility": "Mme", "signatory_last_name": "Martin", "signatory_first_name": "Jeanne",
        "iban": factories.IBAN, "bic": "PSSTFRPPXXX", "accept_terms": "on",
    }  # fmt: skip
    answer = browser.post("/espace/finalisation", completion)
    assert (answer.status_code, answer.get("Location")) == (302, "/espace/mandat/"), answer.content.decode()
    assert browser.get("/espace/mandat/").status_code == 200
    assert browser.get("/espace/dossiers/creer").url == "/espace/mandat/"
    assert browser.post("/espace/mandat/code", {"channel": "email"}).status_code == 302
    post_out()
    code = re.search(r"\b\d{6}\b", text_of(mails(settings)[-1]))
    assert code
    shown = Mandate.objects.select_related("unsigned").get().unsigned.sha256
    assert browser.post("/espace/mandat/signature", {"code": code[0], "shown": shown}).status_code == 302
    post_out()
    assert "est signé" in mails(settings)[-1]["Subject"]

    # the four steps
    creditor = browser.get("/espace/dossiers/creer").context["request"].creditor
    start = {"creditor": creditor.pk, "currency": "EUR", "origin": "invoice", "creditor_reference": "CLI-7"}
    step = browser.post("/espace/dossiers/creer", start)
    assert step.status_code == 302, step.content.decode()
    dossier = Dossier.objects.get()
    base = f"/espace/dossiers/{dossier.reference}"
    debtor = {
        "kind": "natural", "civility": "M", "last_name": "Durand", "first_name": "Paul", "street": "3 place Bellecour",
        "postcode": "69002", "town": "Lyon", "territory": "FR", "email": "paul@durand.example",
    }  # fmt: skip
    assert browser.post(f"{base}/debiteur", debtor).url == f"{base}/elements"
    today = clock.now().date()
    invoice = {
        "kind": "invoice", "number": "F-2026-12", "issued_on": today - timedelta(days=60), "due_on": today - timedelta(days=30),
        "gross": "1234,56", "net": "1028,80", "currency": "EUR", "go_on": "1",
        "file": SimpleUploadedFile("facture.pdf", factories.pdf()),
    }  # fmt: skip
    added = browser.post(f"{base}/elements", invoice)
    assert added.status_code == 302, added.content.decode()
    filed = browser.post(f"{base}/validation", {"is_attested": "on", "file": "1"})
    assert filed.url == f"{base}/transmis"
    assert "Visualiser dossier" in browser.get(filed.url).content.decode()
    dossier.refresh_from_db()
    assert (dossier.phase, dossier.office) == (Phase.SUBMITTED, office)
    post_out()

    # the office accepts; the letter and the mail leave; it posts the letter
    desk = as_office()
    assert dossier.reference in desk.get("/etude/").content.decode()
    assert desk.post(f"/etude/dossiers/{dossier.reference}/action/accept").status_code == 302
    post_out()
    letter = Message.objects.get(kind="amiable_letter")
    assert letter.outcome == "sent" and letter.document.read().startswith(b"%PDF-")
    assert Message.objects.get(kind="amiable_email").outcome == "sent"
    posting = {"posted_on": clock.now().date(), "number": ""}
    assert desk.post(f"/etude/courriers/{letter.pk}/depot", posting).status_code == 302

    # fifteen days of silence
    clock.advance(14)
    assert advance_overdue(now=clock.now()) == 0
    clock.advance(5)
    assert advance_overdue(now=clock.now()) == 1
    post_out()
    registered = Message.objects.get(kind="psrpc_letter")
    assert (registered.channel, registered.outcome) == ("registered", "sent")
    assert not Message.objects.filter(kind="psrpc_email").exists(), "the mail never comes before the registered letter"
    assert (
        desk.post(f"/etude/courriers/{registered.pk}/depot", posting | {"posted_on": clock.now().date()}).status_code
        == 302
    )
    assert not dossier.deadlines.pending().exists(), "a registered letter without its number starts nothing"
    proof = {"posted_on": clock.now().date(), "number": "1A 123 456 7890 1"}
    desk.post(f"/etude/courriers/{registered.pk}/depot", proof)
    post_out()
    assert Message.objects.get(kind="psrpc_email").outcome == "sent"

    # a month of silence
    clock.advance(25)
    assert advance_overdue(now=clock.now()) == 0
    clock.advance(10)
    assert advance_overdue(now=clock.now()) == 1
    dossier.refresh_from_db()
    assert dossier.phase == Phase.INJONCTION_OFFERED

    # offered, never automatic
    clock.advance(400)
    assert advance_overdue(now=clock.now()) == 0
    assert browser.post(f"{base}/action/request_injonction").status_code == 302
    dossier.refresh_from_db()
    assert dossier.phase == Phase.INJONCTION_REQUESTED
    post_out()
    assert Message.objects.filter(outcome="sent").count() == Message.objects.count()
    page = browser.get(f"{base}/")
    assert page.status_code == 200 and "Injonction de payer demandée" in page.content.decode()

    # the distributor that brought her was told each step, by the person's own requests
    told = distributor.introductions.get()
    assert told.completed_at and told.mandate_at and told.first_dossier_at and not told.convention_at
