"""One short journey for each kind of person: what she comes for, and what is kept from her."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import CHROMIUM, PASSWORD, enter_code, log_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium: apt-get install chromium"),
]
PHRASE = "une phrase bien longue"


def mail_to(page: Page, email: str, subject: str) -> str:
    """The newest mail to that address, once the relay has sent it."""
    for _ in range(40):
        page.goto("/demo/courrier")
        found = page.locator("tr").filter(has_text=email).get_by_role("link", name=re.compile(subject))
        if found.count():
            found.first.click()
            return page.locator("main").inner_text()
        time.sleep(0.5)
    raise AssertionError(f"no mail: {subject}")


def fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).first.click()


def test_a_natural_person_signs_up_and_signs_the_mandate(person: Any) -> None:
    page, post, email = person(), person(), "odette@particulier.example"
    page.goto("/inscription")
    page.check("[name=kind][value=natural]")
    fill(page, {"email": email, "password": PHRASE, "confirmation": PHRASE, "last_name": "Lambert", "first_name": "Odette",
                "street": "3 rue Sala", "postcode": "69002", "town": "Lyon", "birth_on": "1971-04-02",
                "birth_place": "Vienne (38)", "nationality": "française", "occupation": "retraitée"})  # fmt: skip
    if page.locator("[name=is_professional][type=checkbox]").count():
        page.uncheck("[name=is_professional]")
    press(page, "S’INSCRIRE")
    expect(page.locator("main")).to_contain_text("Votre inscription a bien été prise en compte")
    link = re.search(r"http://\S+/activation/\S+", mail_to(post, email, "Activez votre compte"))
    assert link
    page.goto(link[0])
    expect(page.locator("main")).to_contain_text("Votre compte a été activé")
    log_in(page, email, PHRASE)
    fill(page, {"signatory_last_name": "Lambert", "signatory_first_name": "Odette", "iban": factories.IBAN})
    page.locator("[name=iban]").blur()
    expect(page.locator("[name=bic]")).to_have_value(re.compile("PSSTFRPP"))
    page.check("[name=accept_terms]")
    press(page, "FINALISER MON INSCRIPTION")
    page.check("[name=channel][value=email]")
    press(page, "RECEVOIR LE CODE")
    code = re.search(r"\b\d{6}\b", mail_to(post, email, "votre code de signature"))
    assert code
    page.fill("[name=code]", code[0])
    press(page, "SIGNER LE MANDAT")
    expect(page.locator("main")).to_contain_text("Votre mandat est signé")


def test_an_invited_reader_reads_and_changes_nothing(person: Any) -> None:
    owner, guest, post, email = person(), person(), person(), "lectrice@martin.example"
    log_in(owner, "creancier@demo.fr", PASSWORD)
    owner.goto("/espace/compte/personnes#inviter")
    owner.locator("#inviter [name=email]").fill(email)
    owner.locator("#inviter [name=role]").select_option("reader")
    press(owner, "INVITER")
    expect(owner.locator("main")).to_contain_text(email)
    link = re.search(r"http://\S+/invitation/\S+", mail_to(post, email, "vous invite"))
    assert link
    guest.goto(link[0])
    fill(guest, {"last_name": "Roux", "first_name": "Line", "password": PHRASE, "confirmation": PHRASE})
    press(guest, "ACTIVER MON ESPACE")
    if "/connexion" in guest.url:
        log_in(guest, email, PHRASE)
    guest.goto("/espace/dossiers/")
    expect(guest.locator("table")).to_be_visible()
    expect(guest.get_by_role("link", name="Créer un dossier")).to_have_count(0)
    for closed in ("/espace/dossiers/creer", "/espace/compte/", "/espace/mandat/"):
        answer = guest.goto(closed)
        assert answer and answer.status == 403, closed


def test_a_creditor_of_new_caledonia_counts_in_francs_and_needs_no_sepa_mandate(person: Any, site: str) -> None:
    page = person()
    island = site.replace("127.0.0.1", "relance-nc.localhost")
    page.goto(f"{island}/connexion")
    expect(page.locator(".masthead")).to_contain_text("Relance NC")
    fill(page, {"login": "noumea@demo.fr", "password": PASSWORD})
    press(page, "SE CONNECTER")
    page.goto(f"{island}/espace/dossiers/")
    expect(page.locator("main")).to_contain_text("F CFP")
    expect(page.get_by_role("link", name="Mandat de prélèvement")).to_have_count(0)


def test_an_office_enters_with_its_second_factor_and_sees_its_work(person: Any) -> None:
    page = person()
    page.goto("/connexion")
    fill(page, {"login": "etude.paris@demo.fr", "password": PASSWORD})
    press(page, "SE CONNECTER")
    assert "/second-facteur" in page.url, "a password alone opens nothing"
    page.goto("/etude/")
    assert "/connexion" in page.url
    page.goto("/connexion/second-facteur")
    while "/second-facteur" in page.url:
        enter_code(page)
    expect(page.locator("h1")).to_be_visible()
    assert "/etude/" in page.url
    answer = page.goto("/espace/")
    assert answer and answer.status == 404, "and no creditor's space"


def test_support_reads_for_a_reason_and_sees_as_a_person_without_touching(person: Any) -> None:
    page = person()
    log_in(page, "support@demo.fr", PASSWORD)
    page.goto("/admin/accounts/user/?q=creancier@demo.fr")
    page.locator("#result_list tbody a").first.click()
    page.fill("[name=look_reason]", "Appel du 2 mars, ticket 12")
    press(page, "Ouvrir la fiche")
    page.get_by_role("link", name="Voir comme cette personne").click()
    page.fill("[name=look_reason]", "Appel du 2 mars, ticket 12")
    press(page, "Ouvrir la fiche")
    expect(page.locator("body")).to_contain_text("Menuiserie Martin")
    page.goto("/espace/compte/personnes")
    page.locator("#inviter [name=email]").fill("intrus@exemple.fr")
    press(page, "INVITER")
    expect(page.locator("body")).to_contain_text("rien ne peut y être changé")


def test_a_distributor_switches_between_its_houses_and_takes_its_yearly_plan(person: Any) -> None:
    page = person()
    log_in(page, "groupe@demo.fr", PASSWORD)
    page.locator("details.drop-menu summary").first.click()
    other = page.locator("form[action='/espace/creancier'] button").first
    name = other.inner_text()
    other.click()
    expect(page.locator("main")).to_contain_text(f"Vous agissez maintenant pour {name}")
    page.goto("/espace/compte/convention")
    press(page, "SOUSCRIRE UN AN")
    expect(page.locator("main")).to_contain_text("120,00")
    expect(page.locator("main")).to_contain_text("HT")
