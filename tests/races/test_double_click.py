"""A form that creates counts once, however often its button is pressed."""

from typing import Any
from uuid import uuid4

import pytest

from dossiers.models import Dossier, Item
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


def test_two_forms_open_two_drafts(creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    for _ in range(2):
        browser.post("/espace/dossiers/creer", START | {"creditor": creditor.pk, "once": str(uuid4())})
    assert Dossier.objects.count() == 2
