"""What anybody may write: an appointment, a complaint; with a receipt, a state and an answer."""

import re
from typing import Any

import pytest

from accounts.models import Contact
from notifications.models import Message
from tests import factories
from tests.accounts.test_profile import as_support
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
COMPLAINT = {"name": "Paul Durand", "email": "paul@durand.example", "phone": "", "dossier_reference": "ABCD-EFGH",
             "text": "J’ai déjà payé cette facture."}  # fmt: skip


@pytest.mark.req("REL-62")
def test_a_request_for_an_audit_reaches_support(brand: Any, tmp_path: Any) -> None:
    form = {"name": "Anne Roy", "company": "Roy SARL", "email": "anne@roy.example", "phone": "41 00 20",
            "wished_on": "2026-12-01", "text": "Vingt factures par mois."}  # fmt: skip
    answer = AppClient().post("/rendez-vous", form, follow=True)
    assert answer.status_code == 200 and "Reçue" in answer.content.decode()
    made = Contact.objects.get()
    assert (made.kind, made.company, str(made.wished_on)) == ("audit", "Roy SARL", "2026-12-01")
    assert Message.objects.get(kind="contact_arrived").recipient["email"] == brand.support_email
    assert made.number in as_support().get("/admin/accounts/contact/").content.decode()


@pytest.mark.req("NUM-20")
def test_a_debtor_complains_gets_a_receipt_and_follows_its_state(brand: Any, tmp_path: Any) -> None:
    guest = AppClient()
    assert "/reclamation" in guest.get("/charte").content.decode()
    path = guest.post("/reclamation", COMPLAINT)["Location"]
    mail = factories.sent_mail(tmp_path, kind="contact_received")
    made = Contact.objects.get()
    assert path in mail and made.number in mail
    assert "Reçue" in AppClient().get(path).content.decode(), "the receipt alone is enough"
    browser, decision = as_support(), f"/admin/accounts/contact/{made.pk}/decision/"
    browser.post(decision, {"answer": "refuse"})
    assert "En cours de traitement" in guest.get(path).content.decode()
    assert browser.post(decision, {"answer": "approve", "reason": " "}).status_code == 422
    browser.post(decision, {"answer": "approve", "reason": "Le paiement est retrouvé, le dossier est clos."})
    page = guest.get(path).content.decode()
    assert "Réponse donnée" in page and "Le paiement est retrouvé" in page
    assert Message.objects.get(kind="contact_answered").recipient["email"] == "paul@durand.example"
    assert browser.post(decision, {"answer": "approve", "reason": "encore"}).status_code == 422


def test_without_the_receipt_nothing_is_there(brand: Any) -> None:
    path = AppClient().post("/reclamation", COMPLAINT)["Location"]
    factories.brand("autre")
    assert AppClient().get("/suivi/nimporte").status_code == 404
    assert AppClient().get(path, HTTP_HOST="autre.localhost").status_code == 404
    token = path.rsplit("/", 1)[-1]
    assert token not in str(list(Contact.objects.values())) + str(list(Message.objects.values()))


@pytest.mark.attack("O08")
def test_a_program_and_a_flood_are_stopped_with_a_sentence(brand: Any) -> None:
    assert AppClient().post("/reclamation", COMPLAINT | {"website": "http://x"}).status_code == 422
    statuses = [AppClient().post("/reclamation", COMPLAINT).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [422]
    assert Contact.objects.count() == 5


@pytest.mark.attack("T06")
def test_who_writes_decides_neither_state_nor_answer(brand: Any) -> None:
    AppClient().post("/reclamation", COMPLAINT | {"state": "answered", "answer": "x", "kind": "audit", "brand": "9"})
    made = Contact.objects.get()
    assert (made.state, made.answer, made.kind, made.brand) == ("received", "", "complaint", brand)
    assert re.fullmatch(r"R-[0-9A-Z]{8}", made.number)
