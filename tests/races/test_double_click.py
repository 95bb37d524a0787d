"""A form that creates counts once, however often its button is pressed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import BankAccount
from dossiers.models import Dossier, Item
from mandates.models import Mandate
from tests import factories

START = {"currency": "EUR", "origin": "invoice"}


@pytest.mark.req("ATR-10")
def test_two_presses_open_one_draft(creditor: Any, as_creditor: Any) -> None:
    browser, form = as_creditor(), START | {"creditor": creditor.pk, "once": str(uuid4())}
    first, second = (browser.post("/espace/dossiers/creer", form) for _ in range(2))
    assert Dossier.objects.count() == 1
    assert first["Location"] == second["Location"]


@pytest.mark.attack("H08")
def test_two_presses_record_one_payment(creditor: Any, as_creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase="amiable")
    form = {"issued_on": "2026-02-01", "gross": "100", "once": str(uuid4())}
    for _ in range(2):
        as_creditor().post(f"/espace/dossiers/{dossier.reference}/paiement", form)
    assert Item.objects.filter(kind="payment").count() == 1


def test_a_form_that_came_back_with_errors_may_be_sent_again(creditor: Any, as_creditor: Any) -> None:
    browser, form = as_creditor(), START | {"creditor": creditor.pk, "once": str(uuid4())}
    assert browser.post("/espace/dossiers/creer", form | {"currency": "USD"}).status_code == 422
    assert browser.post("/espace/dossiers/creer", form).status_code == 302
    assert Dossier.objects.count() == 1


@pytest.mark.req("CRE-54")
@pytest.mark.django_db(transaction=True, available_apps=list(settings.INSTALLED_APPS))
def test_two_clicks_at_once_finish_a_registration_once() -> None:
    creditor = factories.creditor(completed_at=None)
    user = factories.member(creditor)
    form = {"signatory_civility": "Mme", "signatory_last_name": "Martin", "signatory_first_name": "Jeanne",
            "iban": factories.IBAN, "bic": "PSSTFRPPXXX", "accept_terms": "on"}  # fmt: skip

    def click() -> str:
        try:
            browser = Client()
            browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            barrier.wait()
            return str(browser.post("/espace/finalisation", form)["Location"])
        finally:
            connection.close()

    barrier = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        answers = [clicked.result(timeout=30) for clicked in [pool.submit(click) for _ in range(4)]]
    assert set(answers) <= {"/espace/mandat/", "/espace/"}
    assert BankAccount.objects.count() == 1 and Mandate.objects.count() == 1


def test_two_forms_open_two_drafts(creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    for _ in range(2):
        browser.post("/espace/dossiers/creer", START | {"creditor": creditor.pk, "once": str(uuid4())})
    assert Dossier.objects.count() == 2
