"""The lists of dossiers: criteria, order, typing errors, what is kept and what is taken away."""

import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.models import Reading
from dossiers import search
from dossiers.enums import Phase
from dossiers.models import Dossier, SavedSearch
from portal import paging
from tests import factories
from tests.accounts.test_sign_up import page_of, words
from tests.conftest import AppClient
from tests.walls.test_tenancy import references

pytestmark = pytest.mark.django_db
LIST = "/espace/dossiers/"
XLSX = reverse("dossiers-export-xlsx")


@pytest.fixture
def browser(creditor: Any, office: Any, as_creditor: Any) -> AppClient:
    return as_creditor()


def made(creditor: Any, **fields: Any) -> Dossier:
    dossier = factories.dossier(creditor, phase=fields.pop("phase", Phase.AMIABLE), **fields)
    search.index(dossier)
    return dossier


def shown(answer: Any) -> list[str]:
    """The references in the order of the table."""
    return [link.get_text() for link in page_of(answer).select("[data-rows] tbody th a")]


# --- the columns --------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-52")
@pytest.mark.parametrize("side", ["creditor", "office"])
def test_the_eight_columns_of_the_results_are_on_the_page(
    side: str, creditor: Any, office: Any, as_creditor: Any, as_office: Any
) -> None:
    dossier = made(
        creditor, office=office, claim_reference="SIN-9", creditor_reference="C-77", policy_number="POL-1", balance="1234.56",
        debtor={"last_name": "Lefèvre", "street": "3 rue des Lilas", "postcode": "69002", "town": "Lyon"},
    )  # fmt: skip
    browser, path = (as_creditor(), LIST) if side == "creditor" else (as_office(), "/etude/dossiers/")
    page = page_of(browser.get(path))
    heads = [head.get_text().strip("↓↑") for head in page.select("[data-rows] thead th")]
    cells = [cell.get_text() for cell in page.select("[data-rows] tbody tr > *")]
    row = dict(zip(heads, cells, strict=True))
    assert row["Référence"] == dossier.reference and row["Référence sinistre"] == "SIN-9"
    assert row["Votre référence"] == "C-77" and row["Numéro de police"] == "POL-1"
    assert row["Créé le"] == f"{dossier.created_at:%d/%m/%Y}" and "Lefèvre" in row["Débiteur"]
    assert row["Adresse du débiteur"] == "3 rue des Lilas, 69002 Lyon"
    assert row["Solde du dossier"].replace("\u202f", " ").replace("\xa0", " ") == "1 234,56 €"


# --- criteria -----------------------------------------------------------------------------------------------------
@pytest.fixture
def wanted(creditor: Any, office: Any) -> Dossier:
    """One dossier that each criterion can tell from the other one."""
    manager = factories.clerk(office)
    made(
        creditor, phase=Phase.PSRPC, office=office, creditor_reference="AUTRE-1", created_at=datetime(2026, 1, 5, tzinfo=UTC),
        balance="50", debtor={"last_name": "Zidane", "siren": "552100554", "vat_number": "FR40303265045", "town": "Nice", "postcode": "06000"},
    )  # fmt: skip
    dossier = factories.dossier(
        creditor, phase=Phase.AMIABLE, office=office, creditor_reference="CLI-7788", claim_reference="SIN-4455",
        policy_number="POL-9911", created_at=datetime(2026, 2, 5, tzinfo=UTC), balance="700", manager=manager,
        debtor={"last_name": "Lefèvre", "vat_number": "FR83404833048", "siren": "732829320", "postcode": "69200", "town": "Vénissieux",
                "territory": "NC"},
    )  # fmt: skip
    factories.item(dossier, number="FACT-2026-31")
    search.index(dossier)
    return dossier


@pytest.mark.req("ATR-42", "ATR-43", "ATR-44", "ATR-45", "ATR-46", "ATR-47", "ATR-50", "ATR-54")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vref", "cli-77"), ("sinistre", "sin-44"), ("police", "pol-99"), ("debiteur", "lefevre"), ("debiteur", "Lef%re"),
        ("lieu", "venissieux"), ("lieu", "692"), ("siren", "732 829 320"), ("tva", "FR 83 404833048"), ("facture", "2026-31"),
        ("min", "600"), ("du", "2026-02-01"), ("gestionnaire", "morel"), ("pays", "NC"),
    ],
)  # fmt: skip
def test_each_criterion_finds_what_it_names(name: str, value: str, browser: AppClient, wanted: Dossier) -> None:
    assert shown(browser.get(LIST, {name: value})) == [wanted.reference]


@pytest.mark.req("ATR-42")
def test_part_of_a_reference_is_a_criterion_of_its_own(browser: AppClient, wanted: Dossier) -> None:
    assert shown(browser.get(LIST, {"ref": wanted.reference[:6]})) == [wanted.reference]


@pytest.mark.parametrize(("name", "value"), [("max", "100"), ("au", "2026-01-31")])
def test_an_upper_bound_leaves_out_what_is_beyond(name: str, value: str, browser: AppClient, wanted: Dossier) -> None:
    assert len(shown(browser.get(LIST))) == 2
    found = shown(browser.get(LIST, {name: value}))
    assert len(found) == 1 and wanted.reference not in found


def test_a_word_of_another_column_is_not_what_a_criterion_means(browser: AppClient, wanted: Dossier) -> None:
    assert shown(browser.get(LIST, {"facture": "lefevre"})) == []
    assert shown(browser.get(LIST, {"debiteur": "lefevre", "phase": "psrpc"})) == []


@pytest.mark.req("ATR-48")
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ref", "ABC", "au moins 4 caractères"), ("debiteur", "L", "au moins 2 caractères"), ("min", "beaucoup", "nombre"),
        ("du", "hier", "date"), ("pays", "XX", "choix"),
    ],
)  # fmt: skip
def test_a_criterion_that_is_not_understood_is_told_and_finds_nothing(
    name: str, value: str, sentence: str, browser: AppClient, wanted: Dossier
) -> None:
    answer = browser.get(LIST, {name: value})
    assert sentence in words(answer) and "rien n'a été cherché" in words(answer) and not shown(answer)
    assert browser.get(XLSX, {name: value}).status_code == 302


def test_bounds_that_cross_are_told(browser: AppClient, wanted: Dossier) -> None:
    assert "inférieur au montant minimal" in words(browser.get(LIST, {"min": "10", "max": "5"}))
    assert "précède la date de début" in words(browser.get(LIST, {"du": "2026-02-01", "au": "2026-01-01"}))


def test_the_criteria_stand_open_in_the_form_when_they_are_used(browser: AppClient, wanted: Dossier) -> None:
    assert not page_of(browser.get(LIST)).select_one("details.criteria").has_attr("open")
    page = page_of(browser.get(LIST, {"debiteur": "lefevre"}))
    assert page.select_one("details.criteria").has_attr("open")
    assert page.find("input", attrs={"name": "debiteur"})["value"] == "lefevre"


# --- words --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["Lefebre", "lefvre", "Venisieux"])
def test_a_typing_error_shows_what_resembles_it_and_says_so(typed: str, browser: AppClient, wanted: Dossier) -> None:
    answer = browser.get(LIST, {"q": typed})
    assert shown(answer) == [wanted.reference] and f"Résultats proches de « {typed} »" in words(answer)


def test_nothing_like_it_is_an_empty_list_with_what_to_do(browser: AppClient, wanted: Dossier) -> None:
    assert "Aucun dossier ne correspond" in words(browser.get(LIST, {"q": "xyzxyz"}))


def test_words_may_come_in_any_order(browser: AppClient, wanted: Dossier) -> None:
    answer = browser.get(LIST, {"q": "vénissieux lefèvre"})
    assert shown(answer) == [wanted.reference] and "proches" not in words(answer)


def test_a_siren_may_be_written_with_spaces(browser: AppClient, wanted: Dossier) -> None:
    assert shown(browser.get(LIST, {"q": "732 829 320"})) == [wanted.reference]


@pytest.mark.attack("T10")
def test_a_strangers_reference_leads_nowhere_and_resembles_nothing(browser: AppClient, brand: Any) -> None:
    theirs = made(factories.creditor(brand), debtor={"last_name": "Lefèvre"})
    for looked_for in (theirs.reference, "lefevre", "lefebre", "lefevre paul"):
        answer = browser.get(LIST, {"q": looked_for})
        assert answer.status_code == 200 and not shown(answer)
    assert not shown(browser.get(LIST, {"debiteur": "lefevre"}))


# --- order --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["cree", "reference", "sinistre", "vref", "police", "debiteur", "adresse", "solde", "phase"]
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_order_shows_each_dossier_once_page_after_page_and_back(
    name: str, sign: str, browser: AppClient, creditor: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("portal.sorting.SIZE", 2)
    monkeypatch.setattr(paging, "SIZE", 2)
    for n in range(5):  # two of each: equals are told apart
        made(
            creditor, claim_reference=f"S{n // 2}", creditor_reference=f"V{n}", policy_number=f"P{n // 2}", balance=str(100 + n // 2),
            phase=[Phase.AMIABLE, Phase.SETTLED][n % 2], debtor={"last_name": f"Nom{n // 2}", "postcode": f"6900{n // 2}"},
        )  # fmt: skip
    pages, url = [], f"{LIST}?tri={sign}{name}"
    while url:
        answer = browser.get(url)
        pages.append(shown(answer))
        turn = re.search(r'href="(\?[^"]*apres=[^"]+)"', answer.content.decode())
        url = LIST + turn[1].replace("&amp;", "&") if turn else ""
        assert len(pages) < 9
    assert [len(page) for page in pages] == [2, 2, 1] and len(set().union(*pages)) == 5
    back = re.search(r'href="(\?[^"]*avant=[^"]+)"', answer.content.decode())
    assert back and shown(browser.get(LIST + back[1].replace("&amp;", "&"))) == pages[1]


@pytest.mark.parametrize(
    ("order", "field"), [("debiteur", "Débiteur"), ("-debiteur", "Débiteur"), ("solde", "Solde"), ("-solde", "Solde")]
)
def test_the_rows_stand_in_the_order_that_was_asked(order: str, field: str, browser: AppClient, creditor: Any) -> None:
    made(creditor, balance="900", debtor={"last_name": "Émile", "first_name": "", "company": ""})
    made(creditor, balance="20", debtor={"last_name": "Zoé", "first_name": "", "company": ""})
    made(creditor, balance="1000", debtor={"last_name": "albert", "first_name": "", "company": ""})
    page = page_of(browser.get(LIST, {"tri": order}))
    place = 5 if field == "Débiteur" else 8
    cells = [row.find_all(["th", "td"])[place].get_text() for row in page.select("[data-rows] tbody tr")]
    told = [cell.split()[-1] if place == 5 else cell[:-2].replace("\u202f", "") for cell in cells]
    rising = ["albert", "Émile", "Zoé"] if place == 5 else ["20,00", "900,00", "1000,00"]
    assert told == (rising[::-1] if order.startswith("-") else rising)


def test_a_column_that_is_not_there_sorts_as_ever(browser: AppClient, wanted: Dossier) -> None:
    assert len(shown(browser.get(LIST, {"tri": "password"}))) == 2


def test_a_page_of_another_order_is_the_first_page(browser: AppClient, creditor: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("portal.sorting.SIZE", 1)
    for n in range(3):
        made(creditor, creditor_reference=f"V{n}")
    turn = re.search(r"apres=([^\"&]+)", browser.get(f"{LIST}?tri=vref").content.decode())
    assert turn
    assert shown(browser.get(f"{LIST}?tri=police&apres={turn[1]}")) == shown(browser.get(f"{LIST}?tri=police"))


def test_what_is_too_many_to_sort_is_bounded_and_told(browser: AppClient, creditor: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(search, "MOST", 2)
    for n in range(3):
        made(
            creditor, created_at=datetime(2026, 1, 1 + n, tzinfo=UTC), creditor_reference=f"V{n}", balance=str(100 - n)
        )
    answer = browser.get(LIST, {"tri": "solde"})
    assert len(shown(answer)) == 2 and "les 10 000 plus récents" in words(answer)
    assert len(shown(browser.get(LIST, {"tri": "vref"}))) == 3


@pytest.mark.parametrize("path", [f"{LIST}?tri=debiteur", f"{LIST}?debiteur=durand&min=1", f"{LIST}?q=durnd"])
def test_many_rows_ask_no_more_questions_than_one(path: str, browser: AppClient, creditor: Any) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == 200
        return len(asked)

    made(creditor)
    few = questions()
    for _ in range(5):
        made(creditor)
    assert questions() == few


# --- kept searches ------------------------------------------------------------------------------------------------
def test_a_search_is_kept_by_name_shown_over_the_list_and_deleted(browser: AppClient, wanted: Dossier) -> None:
    address = "debiteur=lefevre&phase=amiable&apres=abc&min=&x=1"
    browser.post(reverse("search-save"), {"name": "Lefèvre", "address": address})
    link = page_of(browser.get(LIST)).select_one(".saved-searches a")
    assert link.get_text() == "Lefèvre" and link["href"] == "?phase=amiable&debiteur=lefevre"
    assert shown(browser.get(LIST + link["href"])) == [wanted.reference]
    browser.post(reverse("search-save"), {"name": "Lefèvre", "address": "q=lefevre"})
    [saved] = SavedSearch.objects.all()
    assert saved.query == "q=lefevre"
    browser.post(reverse("search-forget", args=[saved.pk]))
    assert not SavedSearch.objects.exists()


def test_a_search_without_a_name_or_without_a_question_is_not_kept(browser: AppClient) -> None:
    for data in ({"name": "", "address": "q=lefevre"}, {"name": "Tout", "address": "min="}):
        answer = browser.post(reverse("search-save"), data, follow=True)
        assert "Donnez un nom" in words(answer)
    assert not SavedSearch.objects.exists()


@pytest.mark.attack("T04")
def test_a_colleagues_searches_are_neither_shown_nor_deleted(browser: AppClient, creditor: Any) -> None:
    theirs = factories.saved_search(creditor)
    assert "À relancer" not in words(browser.get(LIST))
    assert browser.post(reverse("search-forget", args=[theirs.pk])).status_code == 404
    assert SavedSearch.objects.filter(pk=theirs.pk).exists()


def test_an_office_keeps_its_searches_too(creditor: Any, office: Any, as_office: Any) -> None:
    desk = as_office()
    desk.post(reverse("office-search-save"), {"name": "PSRPC", "address": "phase=psrpc"})
    assert page_of(desk.get("/etude/dossiers/")).select_one(".saved-searches a")["href"] == "?phase=psrpc"


# --- files --------------------------------------------------------------------------------------------------------
def book_of(answer: Any) -> Any:
    return load_workbook(io.BytesIO(answer.content))


@pytest.mark.req("ATR-52")
def test_the_workbook_has_typed_cells_a_frozen_head_and_its_filters(browser: AppClient, wanted: Dossier) -> None:
    answer = browser.get(XLSX, {"debiteur": "lefevre", "phase": "amiable"})
    book = book_of(answer)
    sheet, notes = book.worksheets
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:J2"
    row = dict(zip(*([cell.value for cell in line] for line in sheet.iter_rows(max_row=2)), strict=True))
    assert row["Référence"] == wanted.reference and row["Créé le"] == datetime(2026, 2, 5)
    assert Decimal(str(row["Solde du dossier"])) == wanted.balance().amount and sheet["H2"].data_type == "n"
    assert [tuple(cell.value for cell in line) for line in notes.iter_rows()] == [
        ("Phase", str(Phase.AMIABLE.label)), ("Nom du débiteur", "lefevre"),
    ]  # fmt: skip
    assert "lefevre.xlsx" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]


@pytest.mark.attack("X02")
@pytest.mark.parametrize("name", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("http://x")'])
def test_no_cell_of_a_workbook_is_a_formula(name: str, browser: AppClient, creditor: Any) -> None:
    made(creditor, creditor_reference=name)
    answer = browser.get(XLSX, {"vref": name.strip()[:8]} if name.strip() else {})
    for sheet in book_of(answer).worksheets:
        for cell in (cell for line in sheet.iter_rows() for cell in line):
            assert cell.data_type != "f" and not str(cell.value or "").startswith(("=", "+", "@"))


@pytest.mark.parametrize("query", [{"tri": "debiteur"}, {"q": "durnad"}, {"q": "lyon durand"}, {"q": "durand"}, {}])
def test_the_file_holds_what_the_list_shows(query: dict[str, str], browser: AppClient, creditor: Any) -> None:
    for n in range(3):
        made(creditor, created_at=datetime(2026, 1, 1 + n, tzinfo=UTC))
    rows = [line[0].value for line in book_of(browser.get(XLSX, query)).worksheets[0].iter_rows(min_row=2)]
    assert rows and set(rows) == set(shown(browser.get(LIST, query)))


def test_a_workbook_is_on_record_with_every_dossier_it_holds(creditor: Any, office: Any, as_office: Any) -> None:
    mine = made(creditor, office=office)
    made(creditor, office=factories.office(creditor.brand, name="Autre"))
    desk = as_office()
    answer = desk.get(reverse("office-dossiers-export-xlsx"))
    rows = [line[0].value for line in book_of(answer).worksheets[0].iter_rows(min_row=2)]
    assert rows == [mine.reference]
    assert Reading.objects.get().dossiers == [mine.pk]
    assert desk.get(reverse("office-dossiers-export")).content.decode().count("\r\n") == 2


def test_a_draft_is_nobodys_business_at_the_office(creditor: Any, office: Any, as_office: Any) -> None:
    factories.dossier(creditor, office=office)
    desk = as_office()
    for query in ({}, {"q": "durand"}, {"debiteur": "durand"}, {"tri": "solde"}, {"phase": "draft"}):
        assert not references(desk.get("/etude/dossiers/", query))


def test_a_reader_searches_and_keeps_searches(creditor: Any, office: Any) -> None:
    browser = AppClient()
    browser.force_login(factories.member(creditor, "reader"), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    made(creditor)
    assert browser.post(reverse("search-save"), {"name": "A", "address": "q=durand"}).status_code == 302
    assert SavedSearch.objects.count() == 1
