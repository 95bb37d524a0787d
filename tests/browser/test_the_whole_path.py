"""The real product from one command, walked in a browser by people who never see a terminal."""

import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import CHROMIUM, PASSWORD, log_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium: apt-get install chromium"),
]
EMAIL = "nouvelle@creance.example"


def last_mail(page: Page, subject: str) -> str:
    """The text of the newcomer's newest mail with that subject, once the relay's next tick has sent it."""
    for _ in range(30):
        page.goto("/demo/courrier")
        found = page.locator("tr").filter(has_text=EMAIL).get_by_role("link", name=re.compile(subject))
        if found.count():
            found.first.click()
            return page.locator("main").inner_text()
        time.sleep(0.5)
    raise AssertionError(f"no mail: {subject}")


def advance(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


@pytest.mark.req("CRE-04", "CRE-08", "CRE-11", "CRE-12", "ATR-11", "ATR-35", "ATR-39", "ATR-40", "IDE-19", "IDE-22")
def test_from_sign_up_to_the_injonction_without_a_terminal(person: Any, tmp_path: Path) -> None:
    creditor, office, post = person(), person(), person()

    creditor.goto("/inscription")
    for name, value in {
        "email": EMAIL, "password": "une phrase bien longue", "confirmation": "une phrase bien longue",
        "last_name": "Moreau", "first_name": "Lucie", "company": "Fleurs Moreau", "siret": "732 829 320 00074",
        "street": "5 rue Mercière", "postcode": "69002", "town": "Lyon",
    }.items():  # fmt: skip
        creditor.fill(f"[name={name}]", value)
    creditor.get_by_role("button", name="S’INSCRIRE").click()
    expect(creditor.locator("main")).to_contain_text("Votre inscription a bien été prise en compte")

    link = re.search(r"http://\S+/activation/\S+", last_mail(post, "Activez votre compte"))
    assert link
    creditor.goto(link[0])
    expect(creditor.locator("main")).to_contain_text("Votre compte a été activé")
    log_in(creditor, EMAIL, "une phrase bien longue")

    expect(creditor.locator("h1")).to_have_text("Complétez votre inscription")
    creditor.fill("[name=signatory_last_name]", "Moreau")
    creditor.fill("[name=signatory_first_name]", "Lucie")
    creditor.fill("[name=iban]", factories.IBAN)
    creditor.locator("[name=iban]").blur()
    expect(creditor.locator("[name=bic]")).to_have_value(re.compile("PSSTFRPP"))
    creditor.check("[name=accept_terms]")
    creditor.get_by_role("button", name="FINALISER MON INSCRIPTION").click()

    creditor.check("[name=channel][value=email]")
    creditor.get_by_role("button", name="RECEVOIR LE CODE").click()
    code = re.search(r"\b\d{6}\b", last_mail(post, "votre code de signature"))
    assert code
    creditor.fill("[name=code]", code[0])
    creditor.get_by_role("button", name="SIGNER LE MANDAT").click()
    expect(creditor.locator("main")).to_contain_text("Votre mandat est signé")

    creditor.goto("/espace/dossiers/creer")
    creditor.fill("[name=creditor_reference]", "CLIENT-77")
    creditor.get_by_role("button", name="SUIVANT").click()
    creditor.check("[name=kind][value=natural]")
    for name, value in {
        "last_name": "Bertin", "first_name": "Alain", "street": "9 rue Garibaldi", "postcode": "69003", "town": "Lyon",
        "email": "alain@bertin.example",
    }.items():  # fmt: skip
        creditor.fill(f"[name={name}]", value)
    creditor.get_by_role("button", name="SUIVANT").click()
    invoice = tmp_path / "facture.pdf"
    invoice.write_bytes(factories.pdf())
    creditor.select_option("[name=kind]", "invoice")
    creditor.fill("[name=number]", "F-77")
    creditor.fill("[name=issued_on]", "2026-08-01")
    creditor.fill("[name=due_on]", "2026-08-31")
    creditor.fill("[name=gross]", "845,50")
    creditor.set_input_files("[name=file]", invoice)
    creditor.get_by_role("button", name="AJOUTER ET POURSUIVRE LA CREATION DU DOSSIER").click()
    creditor.check("[name=is_attested]")
    creditor.get_by_role("button", name="VALIDER").click()
    expect(creditor.locator("h1")).to_have_text("Dossier transmis")
    creditor.get_by_role("link", name="Visualiser dossier").click()
    reference = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", creditor.url)
    assert reference

    log_in(office, "etude@demo.fr", PASSWORD)
    office.goto(f"/etude/dossiers/{reference[0]}/")
    office.get_by_role("link", name="Accepter").click()
    office.get_by_role("button", name="CONFIRMER").click()
    post_letter(office, reference[0], "Demande amiable", "")
    advance(office, "+15 jours")
    advance(office, "+1 jour")
    advance(office, "+1 jour")
    advance(office, "+1 jour")
    post_letter(office, reference[0], "Invitation", "1A 208 123 4567 8")
    advance(office, "+1 mois")
    advance(office, "+1 jour")
    advance(office, "+1 jour")
    advance(office, "+1 jour")
    advance(office, "+1 jour")

    creditor.reload()
    creditor.get_by_role("link", name="Demander l’injonction de payer").click()
    creditor.get_by_role("button", name="CONFIRMER").click()
    expect(creditor.locator(".title-line")).to_contain_text("Injonction de payer demandée")


def post_letter(office: Page, reference: str, letter: str, number: str) -> None:
    """As at the post: once the relay has printed the letter, its deposit is recorded."""
    for _ in range(40):
        office.goto(f"/etude/dossiers/{reference}/")
        form = office.locator("form.panel").filter(has_text=letter)
        if form.count():
            break
        time.sleep(0.5)
    if number:
        form.locator("[name=number]").fill(number)
    form.get_by_role("button", name="Enregistrer le dépôt").click()
    expect(office.locator("main")).to_contain_text("Dépôt enregistré")


def sign_up(page: Page, fields: dict[str, str]) -> None:
    common = {"password": "une phrase bien longue", "confirmation": "une phrase bien longue"}
    for name, value in (common | fields).items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="S’INSCRIRE").click()
    expect(page.locator("main")).to_contain_text("Votre inscription a bien été prise en compte")


@pytest.mark.req("CRE-19", "CRE-27")
def test_a_natural_person_signs_up(person: Any) -> None:
    page = person()
    page.goto("/inscription")
    page.check("[name=kind][value=natural]")
    expect(page.locator("[name=company]")).to_be_hidden()
    expect(page.locator("[name=siret]")).to_be_hidden()
    sign_up(page, {
        "email": "particulier@creance.example", "last_name": "Petit", "first_name": "Louise", "birth_on": "1979-03-02",
        "birth_place": "Brest (29)", "nationality": "française", "occupation": "infirmière", "street": "4 rue de Siam",
        "postcode": "29200", "town": "Brest",
    })  # fmt: skip


@pytest.mark.req("REL-63", "REL-26")
def test_a_company_of_noumea_signs_up_with_its_ridet(person: Any, site: str) -> None:
    page = person()
    page.goto(site.replace("127.0.0.1", "relance-nc.localhost") + "/inscription")
    sign_up(page, {
        "email": "baie@creance.example", "last_name": "Wamytan", "first_name": "Rose", "company": "Garage de la baie",
        "ridet": "1234567001", "street": "8 rue de l’Alma", "postcode": "98800", "town": "Nouméa",
    })  # fmt: skip


def test_a_company_is_completed_from_its_number(person: Any) -> None:
    page = person()
    page.goto("/inscription")
    page.fill("[name=siret]", "900004110")
    page.locator("[name=siret]").blur()
    expect(page.locator("[name=company]")).to_have_value("Fleurs Moreau")
    expect(page.locator("[name=town]")).to_have_value("Lyon")
    expect(page.locator("[name=commune]")).to_have_value("69382")


def test_a_passkey_is_added_and_opens_without_a_password(browser: Any, site: str) -> None:
    context = browser.new_context(base_url=site.replace("127.0.0.1", "localhost"), locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(15_000)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    log_in(page, "libraire@demo.fr", PASSWORD)
    page.goto("/compte/cles")
    page.check("[name=passwordless]")
    page.get_by_role("button", name="UTILISER MA CLÉ").click()
    expect(page.locator("h1")).to_have_text("Mes codes de secours")
    context.clear_cookies()
    page.goto("/connexion")
    page.get_by_role("button", name="UTILISER MA CLÉ").click()
    page.wait_for_url("**/espace/")
    context.close()


def test_without_scripts_one_signs_up_and_logs_in(browser: Any, site: str) -> None:
    context = browser.new_context(base_url=site, locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto("/inscription")
    words = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"]
    asked = re.search(r"Combien font (\w+) plus (\w+)", page.locator("main").inner_text())
    assert asked
    page.fill("[name=captcha]", str(words.index(asked[1]) + words.index(asked[2])))
    sign_up(page, {
        "email": "sans-script@creance.example", "last_name": "Roux", "first_name": "Jean", "company": "Roux et fils",
        "siret": "732 829 320 00074", "street": "1 rue Neuve", "postcode": "69002", "town": "Lyon",
    })  # fmt: skip
    log_in(page, "creancier@demo.fr", PASSWORD)
    expect(page.locator("h1")).to_have_text("Accueil")
    context.close()


def test_the_health_page_answers(site: str) -> None:
    with urllib.request.urlopen(f"{site}/sante", timeout=5) as answer:
        assert answer.status == 200
