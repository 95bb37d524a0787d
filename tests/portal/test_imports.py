"""The pages of an import: the template, the report, the choice, the files to download."""

import csv
import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from dossiers.imports.columns import COLUMNS, NAMES
from dossiers.imports.reading import claim_of
from dossiers.models import ClaimImport, Dossier
from procedures import imports
from tests import factories
from tests.conftest import MONDAY
from tests.dossiers.test_import_reading import cells, csv_of, read
from tests.procedures.test_imports import until_quiet

PAGE = reverse("import-give")


def give(browser: Any, creditor: Any, *rows: list[str], **fields: Any) -> Any:
    file = SimpleUploadedFile("créances.csv", csv_of(*rows).encode())
    return browser.post(PAGE, {"creditor": creditor.pk, "file": file, **fields})


def text_of(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def test_from_the_file_to_the_drafts(creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    answer = give(browser, creditor, cells(), cells(reference="R2", montant="x"))
    report = answer["Location"]
    assert "Lecture en cours" in text_of(browser.get(report))
    batch = until_quiet(ClaimImport.objects.get())
    told = text_of(browser.get(report))
    assert "3 montant x Le montant n’est pas compris" in told and "Écrivez 1234,56." in told
    assert "Créer seulement le dossier de la ligne bonne" in told
    browser.post(reverse("import-decide", args=[batch.pk]), {"choice": "good", "files": "0"})
    assert "0 sur 1" in text_of(browser.get(report))
    until_quiet(batch)
    assert "1 dossier créé. Rien n’est transmis" in text_of(browser.get(report))
    assert Dossier.objects.get().creditor_reference == "CLI-2026-001"


@pytest.mark.attack("I04")
def test_without_an_explicit_choice_nothing_happens(creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    give(browser, creditor, cells(), cells(reference="R2", montant="x"))
    batch = until_quiet(ClaimImport.objects.get())
    page = browser.get(reverse("import", args=[batch.pk]))
    assert not BeautifulSoup(page.content, "html.parser").select("input[name=choice][checked]")
    for sent in ({}, {"choice": "all"}, {"choice": "good", "files": "1"}):
        browser.post(reverse("import-decide", args=[batch.pk]), sent)
        batch.refresh_from_db()
        assert batch.state == "ready"


def test_the_same_file_again_says_that_nothing_changes(creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    factories.dossier(creditor, creditor_reference="CLI-2026-001")
    report = give(browser, creditor, cells())["Location"]
    until_quiet(ClaimImport.objects.get())
    assert "n’apporte rien de nouveau" in text_of(browser.get(report))


@pytest.mark.attack("I04", "X01")
def test_the_lines_to_correct_come_back_as_a_file_in_which_nothing_runs(creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    give(browser, creditor, cells(societe="=HYPERLINK(1)", montant="x"), cells(reference="R2"))
    batch = until_quiet(ClaimImport.objects.get())
    answer = browser.get(reverse("import-faults", args=[batch.pk]))
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [line["ligne"] for line in lines] == ["2"]
    assert lines[0]["societe"] == "'=HYPERLINK(1)" and lines[0]["a_corriger"].startswith("montant : Le montant")


def test_the_templates_are_themselves_good_files(as_creditor: Any) -> None:
    browser = as_creditor()
    for name in ("import-template-csv", "import-template-xlsx"):
        header, line = read(browser.get(reverse(name)).content)
        assert tuple(header) == NAMES
        assert claim_of([*line, *[""] * (len(NAMES) - len(line))]).reference == "CLI-2026-001"


@pytest.mark.attack("X02")
def test_the_workbook_that_we_write_holds_text_and_no_formula(as_creditor: Any) -> None:
    book = load_workbook(io.BytesIO(as_creditor().get(reverse("import-template-xlsx")).content))
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


def test_each_column_is_explained(as_creditor: Any) -> None:
    told = text_of(as_creditor().get(reverse("import-columns")))
    assert all(column.name in told and str(column.help) in told for column in COLUMNS)


@pytest.mark.attack("I08")
def test_only_the_creditors_of_the_person_can_be_chosen(creditor: Any, as_creditor: Any) -> None:
    stranger = factories.creditor(creditor.brand)
    assert give(as_creditor(), stranger, cells()).status_code == 422
    assert not ClaimImport.objects.exists()


def test_a_reader_imports_nothing(creditor: Any, client: Any) -> None:
    client.force_login(
        factories.member(creditor, Role.READER), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert give(client, creditor, cells()).status_code == 403


def test_a_file_that_is_no_spreadsheet_is_refused_on_the_form(creditor: Any, as_creditor: Any) -> None:
    for content in (b"", b"\x00\x01\x02", b"bonjour", b"PK\x03\x04rien"):
        answer = as_creditor().post(PAGE, {"creditor": creditor.pk, "file": SimpleUploadedFile("f.xlsx", content)})
        assert answer.status_code == 422
    assert not ClaimImport.objects.exists()


def test_the_report_costs_the_same_whatever_its_lines(
    creditor: Any, as_creditor: Any, django_assert_max_num_queries: Any
) -> None:
    batch = imports.start(
        creditor,
        SimpleUploadedFile("f.csv", csv_of(*[cells(reference=f"R{n}", montant="x") for n in range(150)]).encode()),
        by="x",
        now=MONDAY,
    )
    until_quiet(batch)
    browser = as_creditor()
    with django_assert_max_num_queries(25):
        page = browser.get(reverse("import", args=[batch.pk]))
    assert len(BeautifulSoup(page.content, "html.parser").select("tbody tr")) == 100
