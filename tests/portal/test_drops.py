"""The page on which invoices are dropped, and the one that says what became of them."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Creditor
from accounts.roles import Role
from dossiers.models import Dossier, InvoiceDrop
from tests import factories
from tests.conftest import AppClient
from tests.dossiers.test_intake import UBL, numbered
from tests.dossiers.test_invoices import sample

PAGE = reverse("invoice-drop")


@pytest.fixture
def seller(brand: Any) -> Creditor:
    return factories.creditor(brand, company="Au bon moulin", siret="99999999800019")


def post(browser: AppClient, creditor: Creditor, *contents: bytes, **fields: Any) -> Any:
    files = [SimpleUploadedFile(f"f{n}.xml", content) for n, content in enumerate(contents)]
    return browser.post(PAGE, {"creditor": creditor.pk, "files": files, **fields})


@pytest.mark.req("ATR-10")
def test_dropped_invoices_lead_to_a_report_and_from_there_to_the_last_step(seller: Creditor, as_creditor: Any) -> None:
    browser = as_creditor(seller)
    answer = post(browser, seller, sample(UBL), together="on")
    assert answer.status_code == 302
    report = browser.get(answer["Location"])
    page = BeautifulSoup(report.content, "html.parser")
    reference = Dossier.objects.get().reference
    link = page.select_one(f'a[href="{reverse("wizard-check", args=[reference])}"]')
    assert link is not None
    assert browser.get(link["href"]).status_code == 200
    assert "1 brouillon prêt sur 1 fichier" in page.get_text()


def test_the_second_click_drops_nothing(seller: Creditor, as_creditor: Any) -> None:
    browser = as_creditor(seller)
    token = "5f2c0cf5-5d2b-4bb4-9e38-5ad7a6a9a1a1"
    first = post(browser, seller, sample(UBL), once=token)
    second = post(browser, seller, sample(UBL), once=token)
    assert first["Location"] == second["Location"]
    assert InvoiceDrop.objects.count() == 1


def test_more_than_twenty_files_are_refused_before_they_are_read(seller: Creditor, as_creditor: Any) -> None:
    answer = post(as_creditor(seller), seller, *[numbered(f"F{n}") for n in range(21)])
    assert answer.status_code == 422
    assert "vingt factures au plus" in answer.content.decode()
    assert not Dossier.objects.exists()


def test_a_reader_drops_nothing(seller: Creditor) -> None:
    browser = AppClient()
    browser.force_login(factories.member(seller, Role.READER), backend=settings.AUTHENTICATION_BACKENDS[0])
    assert browser.get(PAGE).status_code == 403


def test_without_a_mandate_the_way_leads_to_its_signature(brand: Any, as_creditor: Any) -> None:
    unsigned = factories.creditor(brand)
    unsigned.mandates.all().delete()
    answer = as_creditor(unsigned).get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("mandate")


@pytest.mark.attack("I08", "T04")
def test_invoices_are_not_dropped_at_somebody_elses(seller: Creditor, as_creditor: Any) -> None:
    stranger = factories.creditor(seller.brand)
    assert post(as_creditor(stranger), seller, sample(UBL)).status_code == 422
    assert not Dossier.objects.exists()


def test_what_a_file_says_is_shown_as_words(seller: Creditor, as_creditor: Any) -> None:
    browser = as_creditor(seller)
    armed = sample(UBL).replace(b"Ma jolie boutique SARL", b"&lt;script&gt;alert(1)&lt;/script&gt;")
    report = browser.get(post(browser, seller, armed)["Location"]).content.decode()
    assert "<script>alert" not in report
    assert "&lt;script&gt;" in report
