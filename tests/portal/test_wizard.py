"""The four steps of a dossier: every label, every refusal, and nothing lost on the way."""

import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from documents.models import Document
from dossiers.enums import AttachmentKind, Phase
from dossiers.models import Attachment, Dossier, Item
from dossiers.services import weight
from mandates.models import Mandate
from tests import factories
from tests.accounts.test_sign_up import errors, page_of, words
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
MB = 1024 * 1024
TOO_LARGE = "La taille totale des pièces-jointes ne doit pas dépasser 50 MB."
START = "/espace/dossiers/creer"
DEBTOR = {
    "kind": "natural", "civility": "M", "last_name": "Durand", "first_name": "Paul", "street": "3 place Bellecour",
    "postcode": "69002", "town": "Lyon", "territory": "FR", "email": "paul@durand.example",
}  # fmt: skip
TODAY = clock.now().date()
INVOICE = {
    "kind": "invoice", "number": "F-1", "issued_on": TODAY - timedelta(days=60), "due_on": TODAY - timedelta(days=30),
    "gross": "1234,56", "net": "1028,80", "currency": "EUR", "comment": "Porte d’entrée",
}  # fmt: skip


def upload(size: int = 0, name: str = "facture.pdf", content: bytes = b"") -> SimpleUploadedFile:
    """A true PDF of at least that many bytes."""
    return SimpleUploadedFile(name, content or padded(size))


def padded(size: int) -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        if size:
            made.Root.Padding = made.make_stream(b"\0" * size)
        out = io.BytesIO()
        made.save(out, compress_streams=False)
    return out.getvalue()


@pytest.fixture
def browser(creditor: Any, office: Any, as_creditor: Any) -> AppClient:
    return as_creditor()


@pytest.fixture
def draft(creditor: Any) -> Dossier:
    return factories.dossier(creditor, balance="0")


def base(dossier: Dossier) -> str:
    return f"/espace/dossiers/{dossier.reference}"


def begin(browser: AppClient, creditor: Any, **fields: Any) -> Any:
    return browser.post(START, {"creditor": creditor.pk, "currency": "EUR", "origin": "invoice"} | fields)


def steps(answer: Any) -> list[tuple[str, bool]]:
    items = page_of(answer).find("ol", class_="stepper").find_all("li")
    return [
        (" ".join(item.find(class_="step-text").get_text().split()), "is-active" in item.get("class", []))
        for item in items
    ]


# --- what the pages say ---------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-10", "ATR-11")
def test_the_four_steps_are_named_and_the_present_one_is_marked(browser: AppClient, draft: Dossier) -> None:
    names = [
        "1. CRÉER LE DOSSIER",
        "2. IDENTIFIER LE DÉBITEUR",
        "3. AJOUTER LES ÉLÉMENTS FINANCIERS",
        "4. VÉRIFIER ET VALIDER",
    ]
    paths = [f"{base(draft)}/{step}" for step in ("creer", "debiteur", "elements", "validation")]
    for number, path in enumerate(paths):
        assert steps(browser.get(path)) == [(name, place == number) for place, name in enumerate(names)]
    assert steps(browser.get(START))[0] == (names[0], True)
    assert page_of(browser.get("/espace/")).find("a", href=START).get_text(strip=True) == "Créer un dossier"


@pytest.mark.req("ATR-12", "ATR-13", "ATR-14", "ATR-15", "ATR-16", "ATR-17", "ATR-18", "ATR-19", "ATR-54")
def test_step_one_asks_what_the_manual_says(browser: AppClient, creditor: Any) -> None:
    factories.creditor(creditor.brand, parent=creditor)
    answer = browser.get(START)
    page, text = page_of(answer), words(answer)
    for label in ("créancier", "filiale", "devise", "Votre référence dossier", "commentaires", "Nature des pièces",
                  "numéro de police", "référence sinistre", "RÉINITIALISER", "SUIVANT"):  # fmt: skip
        assert label.lower() in text.lower(), label
    assert page.find("select", attrs={"name": "currency"}).find("option", selected=True)["value"] == "EUR"
    assert page.find("textarea", attrs={"name": "comments"}) and page.find(
        "input", attrs={"name": "files", "type": "file"}
    )
    assert page.find("button", attrs={"type": "reset"}) and page.find(attrs={"data-drop": True})
    kinds = {option["value"] for option in page.find("select", attrs={"name": "file_kind"}).find_all("option")}
    assert kinds == set(AttachmentKind.values)


@pytest.mark.req("ATR-21", "ATR-22")
def test_step_two_has_three_sections_with_their_compulsory_fields(browser: AppClient, draft: Dossier) -> None:
    page = page_of(browser.get(f"{base(draft)}/debiteur"))
    assert [
        legend.get_text(strip=True)[:2]
        for legend in page.find_all("legend")
        if legend.get_text(strip=True)[:1] in "123"
    ] == ["1.", "2.", "3."]
    for name in ("street", "postcode", "town"):
        assert "*" in page.find("label", attrs={"for": f"id_{name}"}).get_text()
    assert "SUIVANT" in page.get_text()


@pytest.mark.req(
    "ATR-23",
    "ATR-24",
    "ATR-25",
    "ATR-26",
    "ATR-27",
    "ATR-28",
    "ATR-29",
    "ATR-30",
    "ATR-31",
    "ATR-32",
    "ATR-33",
    "ATR-34",
    "ATR-35",
)
def test_step_three_asks_what_the_manual_says(browser: AppClient, draft: Dossier) -> None:
    answer = browser.get(f"{base(draft)}/elements")
    page, text = page_of(answer), words(answer)
    options = [option.get_text() for option in page.find("select", attrs={"name": "kind"}).find_all("option")]
    assert options == ["<choisir>", "Facture", "Note de crédit", "Paiement"]
    assert not page.find("select", attrs={"name": "kind"}).find("option", selected=True, value=re.compile("."))
    for button in ("AJOUTER UN NOUVEL ELEMENT FINANCIER", "AJOUTER ET POURSUIVRE LA CREATION DU DOSSIER"):
        assert button in text
    for name in ("kind", "issued_on", "due_on", "gross", "currency"):
        assert "*" in page.find("label", attrs={"for": f"id_{name}"}).get_text(), name
    for name in ("number", "net", "comment", "file"):
        assert page.find(attrs={"name": name})
    assert page.find("select", attrs={"name": "currency"}).find("option", selected=True)["value"] == "EUR"
    assert "Ajouter un élément financier" in text


@pytest.mark.req("ATR-38", "ATR-39")
def test_step_four_recalls_every_element_and_offers_both_ways(browser: AppClient, draft: Dossier) -> None:
    for n, kind in enumerate(("invoice", "credit_note", "payment")):
        factories.item(draft, f"{100 + n}.00", kind=kind, number=f"N-{n}")
    text = words(browser.get(f"{base(draft)}/validation"))
    for told in ("N-0", "N-1", "N-2", "100,00", "101,00", "102,00", "SAUVEGARDER", "VALIDER", "Durand"):
        assert told in text, told
    assert "-103,00" in text.replace("−", "-"), "the balance is invoices less the others"


# --- the way through -----------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-12", "ATR-15", "ATR-39", "ATR-40")
def test_a_draft_is_kept_at_each_step_and_taken_up_again(browser: AppClient, creditor: Any) -> None:
    first = begin(browser, creditor, creditor_reference="CLI-7", comments="À suivre")
    dossier = Dossier.objects.get()
    assert first["Location"] == f"{base(dossier)}/debiteur"
    assert (dossier.creditor_reference, dossier.comments, dossier.phase) == ("CLI-7", "À suivre", Phase.DRAFT)
    assert browser.get(f"{base(dossier)}/")["Location"] == f"{base(dossier)}/debiteur"
    assert browser.post(f"{base(dossier)}/debiteur", DEBTOR)["Location"] == f"{base(dossier)}/elements"
    assert (
        page_of(browser.get(f"{base(dossier)}/debiteur")).find("input", attrs={"name": "last_name"})["value"]
        == "Durand"
    )
    assert browser.get(f"{base(dossier)}/")["Location"] == f"{base(dossier)}/elements"
    assert browser.post(f"{base(dossier)}/elements", INVOICE | {"stay": "1"})["Location"] == f"{base(dossier)}/elements"
    assert (
        browser.post(f"{base(dossier)}/elements", INVOICE | {"number": "F-2", "go_on": "1"})["Location"]
        == f"{base(dossier)}/validation"
    )
    saved = browser.post(f"{base(dossier)}/validation", {"save": "1"}, follow=True)
    assert "Brouillon enregistré" in words(saved) and dossier.reference in words(saved)
    dossier.refresh_from_db()
    assert dossier.phase == Phase.DRAFT and dossier.items.count() == 2
    filed = browser.post(f"{base(dossier)}/validation", {"is_attested": "on", "file": "1"}, follow=True)
    assert "Visualiser dossier" in words(filed) and "Créer nouveau dossier" in words(filed)
    dossier.refresh_from_db()
    assert dossier.phase == Phase.SUBMITTED
    for step in ("creer", "debiteur", "elements", "validation"):
        page = browser.get(f"{base(dossier)}/{step}", follow=True)
        assert page.redirect_chain[-1][0] == f"{base(dossier)}/" and "déjà transmis" in words(page)


@pytest.mark.req("REL-48")
def test_validation_says_all_that_is_missing_and_files_nothing(browser: AppClient, creditor: Any) -> None:
    begin(browser, creditor)
    dossier = Dossier.objects.get()
    Mandate.objects.update(state="revoked")
    shown = words(browser.get(f"{base(dossier)}/validation"))
    told = words(browser.post(f"{base(dossier)}/validation", {"file": "1"}, follow=True))
    for sentence in ("Identifiez le débiteur à l'étape 2.", "La créance est réglée : son solde est nul.",
                     "Attestez que la créance est licite, certaine et actuelle.", "Signez le mandat de prélèvement"):  # fmt: skip
        assert sentence in shown and sentence in told, sentence
    dossier.refresh_from_db()
    assert dossier.phase == Phase.DRAFT


@pytest.mark.req("CRE-06")
def test_a_debtor_without_a_competent_office_is_told_by_court(browser: AppClient, draft: Dossier) -> None:
    browser.post(f"{base(draft)}/debiteur", DEBTOR | {"postcode": "13001", "town": "Marseille"})
    assert "cour d'appel de Aix-en-Provence" in words(browser.get(f"{base(draft)}/validation"))
    browser.post(f"{base(draft)}/debiteur", DEBTOR | {"postcode": "99999"})
    assert browser.get(f"{base(draft)}/validation").status_code == 200


@pytest.mark.req("ATR-15")
def test_ones_own_reference_is_unique_and_may_be_empty_twice(browser: AppClient, creditor: Any) -> None:
    begin(browser, creditor, creditor_reference="CLI-7")
    twice = begin(browser, creditor, creditor_reference="CLI-7")
    assert twice.status_code == 422 and "déjà un dossier avec cette référence" in str(errors(twice))
    assert begin(browser, creditor).status_code == begin(browser, creditor).status_code == 302
    assert Dossier.objects.count() == 3
    other = Dossier.objects.filter(creditor_reference="").first()
    assert other
    again = browser.post(
        f"{base(other)}/creer", {"currency": "EUR", "origin": "invoice", "creditor_reference": "CLI-7"}
    )
    assert again.status_code == 422


@pytest.mark.req("ATR-14", "ATR-77")
def test_the_currency_of_a_dossier_may_be_another(browser: AppClient, creditor: Any) -> None:
    begin(browser, creditor, currency="XPF")
    dossier = Dossier.objects.get()
    assert dossier.currency == "XPF"
    wrong = browser.post(f"{base(dossier)}/elements", INVOICE)
    assert "devise du dossier" in str(errors(wrong)["currency"])
    cents = browser.post(f"{base(dossier)}/elements", INVOICE | {"currency": "XPF", "net": ""})
    assert "trop de décimales" in str(errors(cents)["gross"])
    assert (
        browser.post(
            f"{base(dossier)}/elements", INVOICE | {"currency": "XPF", "gross": "12 345", "net": ""}
        ).status_code
        == 302
    )
    assert dossier.items.get().gross == Decimal(12345)
    shown = words(browser.get(f"{base(dossier)}/elements"))
    assert "12 345 F CFP" in shown and "12 345,00" not in shown


@pytest.mark.req("ATR-14", "ATR-77")
def test_a_draft_with_elements_keeps_its_currency(browser: AppClient, draft: Dossier) -> None:
    """Otherwise elements in euros would be summed up as francs."""
    factories.item(draft, "10.50")
    browser.post(f"{base(draft)}/creer", {"currency": "XPF", "origin": "invoice"})
    assert browser.get(f"{base(draft)}/elements").status_code == 200
    draft.refresh_from_db()
    assert {item.currency for item in draft.items.all()} == {draft.currency}


# --- amounts and days ------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-29", "ATR-30")
@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1234,56", "1234.56"), ("1 234,56", "1234.56"), ("1\u202f234,56", "1234.56"), ("1\u00a0234,5", "1234.50"), ("0,01", "0.01"),
     ("9999999999,99", "9999999999.99"), ("12", "12"), ("1234.56", "1234.56")],
)  # fmt: skip
def test_an_amount_is_understood_as_the_french_write_it(
    typed: str, amount: str, browser: AppClient, draft: Dossier
) -> None:
    answer = browser.post(f"{base(draft)}/elements", INVOICE | {"gross": typed, "net": ""})
    assert answer.status_code == 302, errors(answer)
    assert draft.items.get().gross == Decimal(amount)


WRONG = [
    ({"kind": ""}, "kind"), ({"kind": "prêt"}, "kind"), ({"issued_on": ""}, "issued_on"), ({"due_on": ""}, "due_on"),
    ({"issued_on": "2026-02-30"}, "issued_on"), ({"due_on": "demain"}, "due_on"), ({"issued_on": "0001-01-01", "due_on": "x"}, "due_on"),
    ({"gross": ""}, "gross"), ({"gross": "0"}, "gross"), ({"gross": "-5"}, "gross"), ({"gross": "abc"}, "gross"), ({"gross": "NaN"}, "gross"),
    ({"gross": "Infinity"}, "gross"), ({"gross": "12,345"}, "gross"), ({"gross": "99999999999"}, "gross"),
    ({"net": "-1"}, "net"), ({"net": "2000"}, "net"), ({"net": "1,234"}, "net"), ({"currency": ""}, "currency"), ({"currency": "USD"}, "currency"),
    ({"due_on": INVOICE["issued_on"] - timedelta(days=1)}, "due_on"), ({"number": "x" * 61}, "number"), ({"comment": "x" * 501}, "comment"),
]  # fmt: skip


@pytest.mark.req("ATR-25", "ATR-27", "ATR-28", "ATR-29", "ATR-30", "ATR-31")
@pytest.mark.parametrize(("fields", "name"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_element_is_told_and_not_kept(
    fields: dict[str, Any], name: str, browser: AppClient, draft: Dossier
) -> None:
    answer = browser.post(f"{base(draft)}/elements", INVOICE | fields)
    assert answer.status_code == 422
    assert name in errors(answer) or "__all__" in errors(answer)
    assert not draft.items.exists()


@pytest.mark.req("ATR-34")
def test_an_element_is_taken_out_of_a_draft(browser: AppClient, draft: Dossier) -> None:
    item = factories.item(draft)
    assert browser.get(f"{base(draft)}/elements/{item.pk}/retirer").status_code == 405
    assert browser.post(f"{base(draft)}/elements/{item.pk}/retirer").status_code == 302
    assert not draft.items.exists()
    assert browser.post(f"{base(draft)}/elements/{item.pk}/retirer").status_code == 404, "a second click finds nothing"


# --- the debtor --------------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-21")
@pytest.mark.parametrize(
    ("fields", "name"),
    [({"last_name": ""}, "last_name"), ({"kind": "legal"}, "company"), ({"kind": ""}, "kind"), ({"street": ""}, "street"),
     ({"postcode": ""}, "postcode"), ({"town": ""}, "town"), ({"siren": "123456789"}, "siren"), ({"email": "paul@"}, "email"),
     ({"phone": "12"}, "phone"), ({"territory": "MARS"}, "territory"), ({"is_consumer": "on", "is_commercant": "on"}, "__all__")],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_wrong_debtor_is_told(fields: dict[str, str], name: str, browser: AppClient, draft: Dossier) -> None:
    answer = browser.post(f"{base(draft)}/debiteur", DEBTOR | fields)
    assert answer.status_code == 422 and name in errors(answer)


@pytest.mark.parametrize("vat", ["FR00", "XX123", "12345678901234"])
def test_a_vat_number_that_cannot_be_is_refused(vat: str, browser: AppClient, draft: Dossier) -> None:
    answer = browser.post(f"{base(draft)}/debiteur", DEBTOR | {"vat_number": vat})
    assert answer.status_code == 422 and "vat_number" in errors(answer)


@pytest.mark.req("ATR-21")
def test_a_siren_may_be_written_with_spaces(browser: AppClient, draft: Dossier) -> None:
    assert browser.post(f"{base(draft)}/debiteur", DEBTOR | {"siren": "732 829 320"}).status_code == 302


def test_a_corrected_debtor_stays_one_row(browser: AppClient, draft: Dossier) -> None:
    before = draft.debtor_id
    browser.post(f"{base(draft)}/debiteur", DEBTOR | {"last_name": "Martin"})
    draft.refresh_from_db()
    assert draft.debtor_id == before and draft.debtor and draft.debtor.last_name == "Martin"


# --- pieces ----------------------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-16", "ATR-19")
def test_pieces_are_kept_with_what_they_are(browser: AppClient, creditor: Any) -> None:
    begin(browser, creditor, files=[upload(name="contrat.pdf"), upload(name="cgv.pdf")], file_kind="contract")
    kept = Attachment.objects.values_list("document__name", "kind")
    assert sorted(kept) == [("cgv.pdf", "contract"), ("contrat.pdf", "contract")]


@pytest.mark.req("ATR-20", "ATR-33")
def test_an_element_carries_its_own_paper(browser: AppClient, draft: Dossier) -> None:
    browser.post(f"{base(draft)}/elements", INVOICE | {"file": upload(name="facture 12.pdf")})
    item = draft.items.select_related("document").get()
    assert item.document and item.document.name == "facture 12.pdf" and item.document.dossier_id == draft.pk
    assert browser.get(f"/espace/documents/{item.document_id}").status_code == 200


@pytest.mark.req("ATR-37")
def test_an_empty_file_is_told_and_the_rest_stays(browser: AppClient, creditor: Any) -> None:
    empty = SimpleUploadedFile("vide.pdf", b"")
    answer = browser.post(START, {"creditor": creditor.pk, "currency": "EUR", "origin": "invoice", "files": [empty, upload()],
                                  "comments": "reste"}, follow=True)  # fmt: skip
    assert "vide.pdf : Ce fichier est vide" in words(answer)
    dossier = Dossier.objects.get()
    assert dossier.comments == "reste" and Attachment.objects.count() == 1


@pytest.mark.req("ATR-37")
def test_more_than_fifty_megabytes_in_total_are_refused_and_the_rest_stays(
    browser: AppClient, draft: Dossier, settings: Any
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 60 * MB
    files = [upload(17 * MB, name=f"{n}.pdf") for n in (1, 2, 3)]  # 51 MB
    answer = browser.post(
        f"{base(draft)}/creer",
        {"currency": "EUR", "origin": "invoice", "files": files, "comments": "reste"},
        follow=True,
    )
    assert f"3.pdf : {TOO_LARGE}" in words(answer)
    draft.refresh_from_db()
    assert draft.comments == "reste" and Attachment.objects.count() == 2 and weight(draft) < 50 * MB
    third = browser.post(f"{base(draft)}/elements", INVOICE | {"file": upload(17 * MB)})
    assert third.status_code == 422 and errors(third)["file"] == [TOO_LARGE]
    assert not Item.objects.filter(dossier=draft).exists() and Document.objects.filter(dossier_id=draft.pk).count() == 2


@pytest.mark.req("ATR-37")
def test_fifty_megabytes_exactly_are_taken(browser: AppClient, draft: Dossier, settings: Any) -> None:
    content = padded(1000)
    settings.MAX_DOSSIER_BYTES = len(content)
    browser.post(f"{base(draft)}/creer", {"currency": "EUR", "origin": "invoice", "files": [upload(content=content)]})
    assert weight(draft) == len(content)


def scripted() -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def locked() -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        out = io.BytesIO()
        made.save(out, encryption=pikepdf.Encryption(user="x", owner="y"))
    return out.getvalue()


BAD_FILES = {
    "page": b"<html><script>alert(1)</script>", "page and pdf": b"<html>" + factories.pdf(), "scripted": scripted(),
    "locked": locked(), "broken": b"%PDF-1.7 rien", "program": b"MZ" + b"\0" * 100,
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_could_harm_is_refused_with_its_reason_and_the_form_stays(
    case: str, browser: AppClient, draft: Dossier
) -> None:
    answer = browser.post(
        f"{base(draft)}/elements", INVOICE | {"file": SimpleUploadedFile("facture.pdf", BAD_FILES[case])}
    )
    assert answer.status_code == 422 and errors(answer)["file"]
    assert page_of(answer).find("input", attrs={"name": "number"})["value"] == "F-1"
    assert not draft.items.exists() and not Document.objects.filter(dossier_id=draft.pk).exists()


@pytest.mark.req("ATR-76")
def test_a_piece_is_taken_out_of_a_draft_and_added_to_a_filed_dossier(
    browser: AppClient, draft: Dossier, creditor: Any
) -> None:
    browser.post(f"{base(draft)}/creer", {"currency": "EUR", "origin": "invoice", "files": [upload()]})
    piece = Attachment.objects.get()
    assert (
        browser.post(f"{base(draft)}/pieces/{piece.pk}/retirer").status_code == 302 and not Attachment.objects.exists()
    )
    filed = factories.dossier(creditor, phase=Phase.AMIABLE)
    said = browser.post(
        f"{base(filed)}/pieces",
        {"files": [upload(), SimpleUploadedFile("x.pdf", b"x")], "kind": "contract"},
        follow=True,
    )
    assert "est joint au dossier" in words(said) and "x.pdf : Ce type de fichier" in words(said)
    ended = factories.dossier(creditor, phase=Phase.CLOSED)
    assert "terminé" in words(browser.post(f"{base(ended)}/pieces", {"files": [upload()]}, follow=True))
    assert Attachment.objects.get().kind == "contract"


def test_a_subsidiary_belongs_to_the_creditor_that_is_chosen(browser: AppClient, creditor: Any) -> None:
    """ATR-13: another creditor's subsidiary, though one of ours, is not this one's."""
    other = factories.creditor(creditor.brand)
    daughter = factories.creditor(creditor.brand, parent=other)
    for one in (other, daughter):
        factories.Membership.objects.create(
            user=browser.get("/espace/").context["request"].user, creditor=one, brand=one.brand
        )
    assert begin(browser, creditor, subsidiary=daughter.pk).status_code == 422
