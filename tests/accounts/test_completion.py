"""The end of registration: bank details, billing, terms; nothing of the portal opens before."""

import re
from typing import Any

import pytest
from django.db import connection

from accounts.models import BankAccount, BillingParty, Creditor
from core import crypto
from mandates.models import Mandate
from tests import factories
from tests.accounts.test_sign_up import errors, page_of, words
from tests.conftest import AppClient
from tests.walls.test_tenancy import ADDRESSES, browser_of

pytestmark = pytest.mark.django_db
COMPLETION = {
    "signatory_civility": "Mme", "signatory_last_name": "Martin", "signatory_first_name": "Jeanne",
    "iban": factories.IBAN, "bic": "PSSTFRPPXXX", "accept_terms": "on",
}  # fmt: skip
BILLING = {
    "other_billing": "on", "billing-name": "Comptabilité Dupont", "billing-street": "8 rue Neuve", "billing-postcode": "69003",
    "billing-town": "Lyon", "billing-email": "compta@dupont.example",
}  # fmt: skip
PAGE = "/espace/finalisation"


@pytest.fixture
def newcomer(brand: Any) -> Creditor:
    """A creditor whose registration is not finished."""
    return factories.creditor(brand, completed_at=None)


@pytest.fixture
def browser(newcomer: Creditor) -> AppClient:
    return browser_of(factories.member(newcomer))


@pytest.mark.req("CRE-44", "CRE-53")
def test_nothing_of_the_portal_opens_before(browser: AppClient) -> None:
    """Every address under /espace/ leads to the end of registration, but that page itself."""
    doors = [
        address
        for address in ADDRESSES
        if address.door == "espace" and not address.route.startswith("espace/finalisation")
    ]
    assert len(doors) > 15
    samples = {"reference": "AAAA-AAAA", "name": "settle"} | {
        name: "1" for a in doors for name, _ in a.converters if name not in ("reference", "name")
    }
    uuid = "00000000-0000-4000-8000-000000000000"
    for address in doors:
        path = address.filled(samples | ({"key": uuid} if ("key", "uuid") in address.converters else {}))
        for answer in (browser.get(path), browser.post(path)):
            assert (answer.status_code, answer["Location"]) == (302, PAGE), path


@pytest.mark.req("CRE-44", "CRE-45", "CRE-46", "CRE-47", "CRE-48", "CRE-49", "CRE-50", "CRE-51", "CRE-52", "CRE-54")
def test_the_page_says_and_asks_what_the_manual_says(browser: AppClient) -> None:
    page, text = page_of(browser.get(PAGE)), words(browser.get(PAGE))
    for sentence in (
        "Complétez votre inscription",
        "Vos coordonnées bancaires",
        "Afin de vous permettre de signer le mandat de prélèvement, merci de renseigner le nom de la personne autorisant le prélèvement.",
        "Souhaitez-vous que les factures soient adressées à une personne autre que le créancier ?",
        "J'accepte sans réserve les Conditions Générales d'Utilisation du site petitescreances.fr",
        "FINALISER MON INSCRIPTION",
        "indiquez le compte de votre société ou de la société que vous représentez",
        "Conditions générales.",
    ):
        assert sentence in text, sentence
    for name in (*COMPLETION, *BILLING):
        assert page.find(attrs={"name": name}), name
    assert page.find("select", attrs={"name": "signatory_civility"}).find("option").get_text() == "Monsieur"
    for name in ("iban", "bic"):
        assert "*" in page.find("label", attrs={"for": f"id_{name}"}).get_text(), (
            f"{name} is compulsory and does not say so"
        )


@pytest.mark.req("CRE-51")
def test_the_terms_are_readable_by_anybody(brand: Any, client: AppClient) -> None:
    text = words(client.get("/cgu"))
    assert "Conditions générales." in text and "1.0" in text


@pytest.mark.req("CRE-44", "CRE-46", "CRE-52", "CRE-55")
def test_what_is_given_is_kept_and_the_mandate_comes_next(browser: AppClient, newcomer: Creditor) -> None:
    answer = browser.post(PAGE, COMPLETION)
    assert (answer.status_code, answer["Location"]) == (302, "/espace/mandat/")
    newcomer.refresh_from_db()
    account = BankAccount.objects.get()
    assert newcomer.is_complete and newcomer.terms and newcomer.terms.version == "1.0"
    assert newcomer.terms_accepted_at == newcomer.completed_at is not None
    assert (account.iban(), account.bic, account.signatory) == (factories.IBAN, "PSSTFRPPXXX", "Madame Jeanne Martin")
    assert Mandate.objects.get().state == "draft" and not BillingParty.objects.exists()
    assert browser.get(PAGE)["Location"] == "/espace/", "it is done once"
    assert browser.post(PAGE, COMPLETION).status_code == 302 and BankAccount.objects.count() == 1


@pytest.mark.req("CRE-52")
def test_the_newest_terms_are_those_accepted(browser: AppClient, newcomer: Creditor) -> None:
    newcomer.brand.terms.create(version="2.0", published_on="2026-06-01", text="Conditions nouvelles.")
    assert "Conditions nouvelles." in words(browser.get(PAGE))
    browser.post(PAGE, COMPLETION)
    newcomer.refresh_from_db()
    assert newcomer.terms and newcomer.terms.version == "2.0"


@pytest.mark.req("CRE-49", "CRE-50")
def test_another_party_may_receive_the_invoices(browser: AppClient, newcomer: Creditor) -> None:
    assert browser.post(PAGE, COMPLETION | BILLING).status_code == 302
    party = newcomer.billing_party
    assert (party.name, party.town, party.email) == ("Comptabilité Dupont", "Lyon", "compta@dupont.example")


@pytest.mark.req("CRE-50")
@pytest.mark.parametrize("name", ["name", "street", "postcode", "town", "email"])
def test_the_billing_party_is_complete_or_refused(name: str, browser: AppClient, newcomer: Creditor) -> None:
    answer = browser.post(PAGE, COMPLETION | BILLING | {f"billing-{name}": ""})
    assert answer.status_code == 422 and "other_billing" in errors(answer)
    newcomer.refresh_from_db()
    assert not newcomer.is_complete and not BankAccount.objects.exists()


@pytest.mark.req("CRE-49")
def test_billing_fields_are_ignored_while_the_box_is_empty(browser: AppClient) -> None:
    assert browser.post(PAGE, COMPLETION | BILLING | {"other_billing": ""}).status_code == 302
    assert not BillingParty.objects.exists()


@pytest.mark.req("CRE-46", "IDE-10")
@pytest.mark.parametrize(
    "iban",
    ["FR1420041010050500013M02607", "FR14", "XX1420041010050500013M02606", "FR1420041010050500013M026061", "IBAN",
     "FR76 3000 6000 0112 3456 7890 188", "FR14 2004 1010 0505 0001 3M02 60\u200b7"],
)  # fmt: skip
def test_a_wrong_iban_is_told_in_the_given_words(iban: str, browser: AppClient, newcomer: Creditor) -> None:
    answer = browser.post(PAGE, COMPLETION | {"iban": iban})
    assert answer.status_code == 422 and errors(answer)["iban"] == ["Format de l'IBAN incorrect"]
    assert not BankAccount.objects.exists()


@pytest.mark.req("CRE-46")
@pytest.mark.parametrize(
    "iban", ["fr14 2004 1010 0505 0001 3m02 606", " FR1420041010050500013M02606 ", "FR14-2004-1010-0505-0001-3M02-606"]
)
def test_an_iban_is_understood_as_people_write_it(iban: str, browser: AppClient) -> None:
    assert browser.post(PAGE, COMPLETION | {"iban": iban}).status_code == 302
    assert BankAccount.objects.get().iban() == factories.IBAN


@pytest.mark.req("IDE-09")
def test_the_bic_is_proposed_and_the_person_has_the_last_word(browser: AppClient) -> None:
    answer = browser.post(PAGE, COMPLETION | {"bic": ""})
    assert answer.status_code == 422 and "Vérifiez le BIC" in str(errors(answer)["bic"])
    proposed = page_of(answer).find("input", attrs={"name": "bic"})["value"]
    assert proposed.startswith("PSST")
    assert browser.post(PAGE, COMPLETION | {"bic": "bnpafrpp"}).status_code == 302
    assert BankAccount.objects.get().bic == "BNPAFRPP"


@pytest.mark.req("IDE-09", "IDE-10")
def test_the_bic_appears_as_soon_as_the_iban_is_typed(browser: AppClient) -> None:
    piece = browser.post(f"{PAGE}/bic", {"iban": factories.IBAN}, HTTP_HX_REQUEST="true")
    assert page_of(piece).find("input", attrs={"name": "bic"})["value"].startswith("PSST")
    kept = browser.post(f"{PAGE}/bic", {"iban": factories.IBAN, "bic": "BNPAFRPP"})
    assert page_of(kept).find("input", attrs={"name": "bic"})["value"] == "BNPAFRPP"
    wrong = browser.post(f"{PAGE}/bic", {"iban": "FR14"})
    assert wrong.status_code == 200 and "Format de l'IBAN incorrect" in words(wrong)
    assert browser.get(f"{PAGE}/bic").status_code == 405
    evil = browser.post(f"{PAGE}/bic", {"iban": "FR14", "bic": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>" not in evil


@pytest.mark.req("CRE-46")
@pytest.mark.parametrize("bic", ["XX", "PSSTFRPPXX", "12345678", "PSST FR"])
def test_a_bic_that_cannot_be_is_refused(bic: str, browser: AppClient) -> None:
    answer = browser.post(PAGE, COMPLETION | {"bic": bic})
    assert answer.status_code == 422 and "bic" in errors(answer)


@pytest.mark.req("CRE-52", "CRE-53")
@pytest.mark.parametrize(
    "name", ["accept_terms", "iban", "signatory_last_name", "signatory_first_name", "signatory_civility"]
)
def test_nothing_goes_on_without_all(name: str, browser: AppClient, newcomer: Creditor) -> None:
    answer = browser.post(PAGE, COMPLETION | {name: ""})
    assert answer.status_code == 422 and name in errors(answer)
    newcomer.refresh_from_db()
    assert not newcomer.is_complete and not Mandate.objects.exists()
    assert browser.get("/espace/")["Location"] == PAGE


@pytest.mark.req("CRE-56")
def test_outside_the_sepa_area_no_mandate_is_asked(db: None) -> None:
    pacific = factories.brand(currency="XPF")
    browser = browser_of(factories.member(factories.creditor(pacific, completed_at=None)))
    assert browser.post(PAGE, COMPLETION)["Location"] == "/espace/"
    assert not Mandate.objects.exists() and browser.get("/espace/dossiers/creer").status_code == 200


# --- the secret ---------------------------------------------------------------------------------------------------
def dump() -> str:
    """Every row of every table, as one text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            found.append(cursor.fetchone()[0])
    return " ".join(found)


def test_the_iban_stands_nowhere_in_the_database_nor_on_a_page(browser: AppClient) -> None:
    browser.post(PAGE, COMPLETION)
    pieces = (factories.IBAN, factories.IBAN[4:], factories.IBAN[4:20])
    kept = dump()
    page = browser.get("/espace/mandat/").content.decode()
    for piece in pieces:
        assert piece not in kept and piece not in re.sub(r"\s", "", page)
    assert "•••• 2606" in page


def test_a_sealed_iban_does_not_open_for_another_creditor(browser: AppClient, newcomer: Creditor) -> None:
    browser.post(PAGE, COMPLETION)
    account = BankAccount.objects.get()
    moved = BankAccount(creditor=factories.creditor(newcomer.brand), iban_sealed=account.iban_sealed)
    with pytest.raises(crypto.Unreadable):
        moved.iban()


def test_a_refused_page_gives_the_iban_back_to_nobody_but_its_owner(browser: AppClient) -> None:
    """The form shows what was typed, on a page that no cache keeps."""
    answer = browser.post(PAGE, COMPLETION | {"accept_terms": ""})
    assert answer.status_code == 422
    assert "no-store" in answer["Cache-Control"] or "private" in answer["Cache-Control"]
