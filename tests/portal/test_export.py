"""The result of a search as a file: the same rows, nothing that runs, nothing of somebody else's."""

import csv
import io
import random
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from core.models import Reading
from documents.models import Document
from dossiers.enums import Phase
from portal import exporting
from reports.tables import csv_of, text_cell
from tests import factories
from tests.conftest import AppClient

EXPORT = reverse("dossiers-export")
ARMED = ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "\u200b=1", "\x00=1"]


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.fixture
def browser(creditor: Any, office: Any, as_creditor: Any) -> AppClient:
    return as_creditor()


# --- the file ---------------------------------------------------------------------------------------------------
@pytest.mark.attack("X01")
@pytest.mark.parametrize("name", ARMED)
def test_no_word_begins_a_formula(name: str) -> None:
    assert text_cell(name).startswith("'")


@pytest.mark.attack("X01")
def test_a_negative_amount_stays_a_number() -> None:
    assert b"\r\n-12,50\r\n" in csv_of(["Solde"], [[Decimal("-12.50")]])


@pytest.mark.attack("X03")
def test_ten_thousand_armed_rows_come_back_as_they_were() -> None:
    chosen = random.Random(5)
    alphabet = "aé;\"\n',= 𝄞"
    rows = [["x" + "".join(chosen.choices(alphabet, k=12)) for _ in range(3)] for _ in range(10_000)]
    back = list(csv.reader(io.StringIO(csv_of(["a", "b", "c"], rows).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert back[1:] == rows


@pytest.mark.attack("X14")
def test_signs_that_turn_the_line_round_are_dropped() -> None:
    assert text_cell("abc\u202ecba") == "abccba"


# --- the page ---------------------------------------------------------------------------------------------------
def test_the_file_has_the_eight_columns_of_the_results(browser: AppClient, creditor: Any) -> None:
    made = factories.dossier(
        creditor, phase=Phase.AMIABLE, claim_reference="SIN-9", creditor_reference="C-77", policy_number="POL-1"
    )
    [row] = read(browser.get(EXPORT).content)
    debtor = made.debtor
    assert row["Référence"] == made.reference
    assert (row["Référence sinistre"], row["Votre référence"], row["Numéro de police"]) == ("SIN-9", "C-77", "POL-1")
    assert (row["Débiteur"], row["Adresse du débiteur"]) == (
        debtor.name, f"{debtor.street}, {debtor.postcode} {debtor.town}",
    )  # fmt: skip
    assert row["Solde du dossier"] == f"{made.balance().amount}".replace(".", ",")
    assert row["Créé le"] == f"{made.created_at:%Y-%m-%d}"


def test_the_file_keeps_the_filters_of_the_list(browser: AppClient, creditor: Any) -> None:
    found = factories.dossier(creditor, phase=Phase.AMIABLE, creditor_reference="AZERTY-1")
    factories.dossier(creditor, phase=Phase.SETTLED, creditor_reference="AZERTY-2")
    factories.dossier(creditor, phase=Phase.AMIABLE, creditor_reference="QSDFGH-3")
    rows = read(browser.get(EXPORT, {"q": "azerty", "phase": Phase.AMIABLE}).content)
    assert [row["Référence"] for row in rows] == [found.reference]


def test_every_page_is_in_the_file(browser: AppClient, creditor: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "BATCH", 3)
    made = {factories.dossier(creditor, creditor_reference=f"LOT-{n}").reference for n in range(8)}
    for query in ({}, {"q": "LOT-"}):
        rows = [row["Référence"] for row in read(browser.get(EXPORT, query).content)]
        assert len(rows) == len(made)
        assert set(rows) == made


def test_too_short_a_search_exports_nothing_rather_than_all(browser: AppClient, creditor: Any) -> None:
    factories.dossier(creditor)
    assert browser.get(EXPORT, {"q": "x"}).status_code == 302


@pytest.mark.attack("T09")
@pytest.mark.parametrize("query", ["status=all", "tenant=", "creditor=2", "all=1", "ids=1,2", "phase=%25", "q=%25%25"])
def test_no_word_of_the_address_widens_the_file(query: str, browser: AppClient, creditor: Any) -> None:
    mine = factories.dossier(creditor)
    factories.dossier(factories.creditor(creditor.brand))
    rows = read(browser.get(f"{EXPORT}?{query}").content)
    assert [row["Référence"] for row in rows] == [mine.reference]


# --- who took what away -------------------------------------------------------------------------------------------
@pytest.mark.attack("X17")
def test_an_export_is_on_record_with_every_dossier_it_holds_and_leaves_no_file_behind(
    browser: AppClient, creditor: Any
) -> None:
    """It is the answer to its own asking: there is no link that somebody else, or a later day, could open."""
    made = [factories.dossier(creditor, phase=Phase.AMIABLE) for _ in range(3)]
    factories.dossier(factories.creditor(creditor.brand), phase=Phase.AMIABLE)
    documents = Document.objects.count()
    answer = browser.get(EXPORT)
    reading = Reading.objects.get()
    assert reading.dossiers == sorted(dossier.pk for dossier in made)
    assert "GET" in reading.page and EXPORT in reading.page
    assert Document.objects.count() == documents
    assert "no-store" in answer["Cache-Control"]
