"""What is signed about a dossier: exactly what was read, once, by its own party, while it is still true."""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.actors import Actor, Side
from documents.models import Document
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message
from procedures import access, insolvency
from procedures.models import Insolvency, Paper
from procedures.statements import POWER_FILE
from signatures.models import Challenge, Signature
from signatures.verify import verify
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.journeys.test_sign_up_to_injonction import post_out
from tests.portal.test_answers import text_of

pytestmark = pytest.mark.django_db
OFFICE = Actor(Side.OFFICE, "Claire Morel")


@pytest.fixture
def found(creditor: Any, office: Any) -> Insolvency:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office, debtor={"siren": "552100554"})
    return factories.insolvency(dossier)


def the_code() -> str:
    return factories.code_of(Challenge.objects.latest("pk"))


def wrong_code() -> str:
    return "000000" if the_code() != "000000" else "111111"


def drawn(browser: Any, found: Insolvency) -> str:
    """The page of the power, and its code by mail."""
    page: str = browser.post(f"/espace/dossiers/{found.dossier.reference}/procedure-collective/{found.pk}/pouvoir")[
        "Location"
    ]
    assert browser.post(f"{page}/code", {"channel": "email"})["Location"] == page
    return page


@pytest.mark.req("REL-28", "REL-29")
def test_the_special_power_is_read_and_signed_with_a_code(found: Insolvency, as_creditor: Any) -> None:
    browser = as_creditor()
    page = drawn(browser, found)
    found.refresh_from_db()
    assert found.power_at is None, "the click alone gives no power"
    paper = Paper.objects.get()
    shown = words(browser.get(page))
    assert "donne pouvoir spécial" in shown and "L622-24" in shown and "552100554" in shown
    said = {"shown": paper.document.sha256}
    refused = browser.post(f"{page}/signature", said | {"code": wrong_code()})
    assert refused.status_code == 422 and "Code incorrect" in words(refused) and not Signature.objects.exists()
    assert Challenge.objects.get().tries == 1, "a wrong try stays counted"
    assert browser.post(f"{page}/signature", said | {"code": the_code()}).status_code == 302
    found.refresh_from_db()
    paper.refresh_from_db()
    assert found.power_at and paper.signature
    assert paper.signature.sealed.read().startswith(paper.document.read()), "the bytes that were shown"
    assert browser.post(f"{page}/signature", said | {"code": the_code()}).status_code == 422
    assert Signature.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.update(signature=None)


def test_an_expired_code_gives_no_power(found: Insolvency, as_creditor: Any, monkeypatch: Any) -> None:
    browser = as_creditor()
    page, code = drawn(browser, found), the_code()
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "agrees_with_database", lambda _: True)
    said = {"shown": Paper.objects.get().document.sha256, "code": code}
    refused = browser.post(f"{page}/signature", said)
    assert refused.status_code == 422 and not Signature.objects.exists()
    assert "Lire, puis signer" in words(refused) and "n'est plus valable" in words(refused).replace("’", "'")


def test_a_power_on_a_claim_that_changed_is_refused(found: Insolvency, as_creditor: Any) -> None:
    browser = as_creditor()
    page = drawn(browser, found)
    factories.item(found.dossier, "100.00")
    said = {"shown": Paper.objects.get().document.sha256, "code": the_code()}
    refused = browser.post(f"{page}/signature", said)
    assert refused.status_code == 422 and "plus à jour" in words(refused) and not Signature.objects.exists()
    again = drawn(browser, found)
    assert again != page and "1 300,00" in words(browser.get(again)).replace("\u202f", " ").replace("\u00a0", " ")


def test_what_was_shown_is_what_is_signed(found: Insolvency, as_creditor: Any) -> None:
    browser = as_creditor()
    page = drawn(browser, found)
    refused = browser.post(f"{page}/signature", {"shown": "0" * 64, "code": the_code()})
    assert refused.status_code == 422 and "a changé" in words(refused) and not Signature.objects.exists()


def test_a_paper_opens_by_its_own_dossier_only(found: Insolvency, creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    page = drawn(browser, found)
    other: Dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    key = page.rsplit("/", 1)[1]
    for address in (f"/espace/dossiers/{other.reference}/acte/{key}",):
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}/signature", {"code": the_code(), "shown": "x"}).status_code == 404
    his = factories.paper_to_sign(found.dossier, "acceptance")
    assert browser.get(f"/espace/dossiers/{found.dossier.reference}/acte/{his.pk}").status_code == 404


def test_the_signed_power_is_joined_to_the_declaration(found: Insolvency, as_office: Any) -> None:
    now = clock.now()
    day = found.notice.judgment_on or now.date()
    factories.hold(found.dossier, "insolvency", confirmed=True, effective_on=day)
    insolvency.confirm(found, judgment_on=day, by=OFFICE, now=now)
    factories.give_power(found, by=OFFICE, now=now)
    insolvency.ask_for_declaration(found, by=OFFICE, now=now)
    post_out()
    paper = Message.objects.get(kind="claim_declaration").document
    signed = Paper.objects.get().signature
    assert paper and signed
    pdf = paper.read()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        joined = opened.attachments[POWER_FILE].get_file().read_bytes()
    assert joined == signed.paper.read() and verify(joined).holds
    assert "donne pouvoir spécial" in text_of(pdf)
    desk = as_office()
    assert desk.get(f"/etude/documents/{signed.sealed_id}").status_code == 200
    assert Document.objects.filter(pk=signed.sealed_id, for_debtor=False).exists()


# --- the debtor in his room -------------------------------------------------------------------------------------------
@pytest.fixture
def invited(creditor: Any, office: Any) -> Dossier:
    made: Dossier = factories.dossier(creditor, phase=Phase.PSRPC, office=office)
    factories.month(made, clock.now().date() - timedelta(days=10))
    return made


@pytest.fixture
def room(invited: Dossier) -> AppClient:
    browser = AppClient()
    browser.post("/debiteur/", {"reference": invited.reference, "code": access.code(invited)})
    return browser


def accepted(room: AppClient) -> str:
    """The page of the acceptance, and its code at the address on record."""
    day = (clock.now().date() + timedelta(days=20)).isoformat()
    page: str = room.post("/debiteur/repondre?reponse=accept", {"instalments": 3, "first_on": day})["Location"]
    assert room.post(f"{page}/code", {"channel": "email"})["Location"] == page
    return page


def test_the_debtor_signs_his_acceptance_with_a_code_sent_to_the_address_on_record(
    room: AppClient, invited: Dossier
) -> None:
    page = accepted(room)
    assert not invited.answers.exists(), "nothing is accepted before the signature"
    shown = words(room.get(page))
    assert (
        "accepte de participer" in shown
        and "3 versement" in shown
        and "n’est pas enregistré" in shown.replace("'", "’")
    )
    said = {"shown": Paper.objects.get().document.sha256}
    assert room.post(f"{page}/signature", said | {"code": wrong_code()}).status_code == 422
    assert Challenge.objects.get().tries == 1 and not invited.answers.exists()
    assert room.post(f"{page}/signature", said | {"code": the_code()})["Location"] == "/debiteur/dossier"
    paper, answer, offer = Paper.objects.get(), invited.answers.get(), invited.offers.get()
    assert paper.signature and paper.signed and paper.signature.person == f"debtor:{invited.debtor_id}"
    assert answer.evidence["sha256"] == paper.document.sha256 and offer.debtor_agreed_on and offer.instalments == 3
    assert room.post(f"{page}/signature", said | {"code": the_code()}).status_code == 422
    assert Signature.objects.count() == invited.answers.count() == 1
    post_out()
    mails = Message.objects.filter(kind="paper_signed", outcome="sent")
    assert sorted(mail.recipient["email"] for mail in mails) == sorted(["paul@durand.example", invited.office.email])
    assert room.get(f"/debiteur/documents/{paper.signed_id}").status_code == 200


def test_an_acceptance_of_a_claim_that_changed_is_refused(room: AppClient, invited: Dossier) -> None:
    page = accepted(room)
    factories.item(invited, "100.00", kind="payment")
    refused = room.post(f"{page}/signature", {"shown": Paper.objects.get().document.sha256, "code": the_code()})
    assert refused.status_code == 422 and "plus à jour" in words(refused)
    assert not invited.answers.exists() and not Signature.objects.exists()


def test_an_acceptance_after_the_month_is_refused(room: AppClient, invited: Dossier, monkeypatch: Any) -> None:
    page = accepted(room)
    later = clock.now() + timedelta(days=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "agrees_with_database", lambda _: True)
    refused = room.post(f"{page}/signature", {"shown": Paper.objects.get().document.sha256, "code": the_code()})
    assert refused.status_code == 422 and not invited.answers.exists() and not Signature.objects.exists()


def test_the_code_goes_to_no_address_but_those_on_record(room: AppClient) -> None:
    page = accepted(room)
    for said in ({"channel": "sms"}, {"channel": "sms", "phone": "+33612345678"}, {}):
        assert room.post(f"{page}/code", said).status_code == 422
    assert Message.objects.get(kind="signature_code").recipient["email"] == "paul@durand.example"


def test_a_debtor_sees_only_the_papers_of_his_own_dossier(room: AppClient, invited: Dossier) -> None:
    page = accepted(room)
    other = factories.dossier(invited.creditor, phase=Phase.PSRPC)
    for paper in (factories.paper_to_sign(other, "acceptance"), factories.paper_to_sign(invited, "power")):
        address = f"/debiteur/acte/{paper.pk}"
        assert room.get(address).status_code == 404
        assert room.post(f"{address}/signature", {"code": the_code(), "shown": "x"}).status_code == 404
    assert AppClient().get(page).status_code == 404


def test_both_sides_sign_the_terms_of_the_office(
    room: AppClient, invited: Dossier, as_office: Any, as_creditor: Any
) -> None:
    day = (clock.now() + timedelta(days=15)).date().isoformat()
    as_office().post(f"/etude/dossiers/{invited.reference}/proposition", {"instalments": 4, "first_on": day})
    offer, base = invited.offers.get(), f"/espace/dossiers/{invited.reference}/"
    for browser, door in ((room, f"/debiteur/accord/{offer.pk}"), (as_creditor(), f"{base}accord/{offer.pk}")):
        page = browser.post(door)["Location"]
        assert browser.post(f"{page}/code", {"channel": "email"})["Location"] == page
        said = {"shown": Paper.objects.latest("pk").document.sha256, "code": the_code()}
        assert browser.post(f"{page}/signature", said).status_code == 302
    offer.refresh_from_db()
    assert offer.is_agreed and Signature.objects.count() == 2
