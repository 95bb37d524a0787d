"""The page « Paiement en ligne »: from the menu to the receipt, through a page where the card is typed elsewhere."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.urls import reverse

from accounts.models import Creditor
from payments.models import CardPayment, CardState
from tenants.models import Policy
from tests import factories
from tests.conftest import AppClient
from tests.factories import counted

pytestmark = [
    pytest.mark.django_db(transaction=True, available_apps=list(django_settings.INSTALLED_APPS)),
]


@pytest.fixture(autouse=True)
def in_demo(settings: Any, tmp_path: Path, brand: Any) -> None:
    factories.rule(brand, "fees_by_card", True)
    settings.DEMO, settings.CARD_URL, settings.CARD_DIR = True, "local", tmp_path / "cards"
    settings.CARD_NOTICE_SECRETS = ["whsec-essai"]


@pytest.fixture
def debtor(brand: Any) -> Creditor:
    made = factories.creditor(brand)
    factories.fee(made, "144.00", net=Decimal("120.00"), label="Abonnement")
    factories.fee(made, "36.00")
    return made


def browser_of(creditor: Creditor, role: str = "owner") -> AppClient:
    browser = AppClient()
    browser.force_login(factories.member(creditor, role), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return browser


def choose(browser: AppClient, *fees: Any) -> Any:
    return browser.post(reverse("fees-choose"), {"fee": [fee.pk for fee in fees]})


def to_the_page(browser: AppClient, address: str) -> str:
    ticket = browser.post(f"{address}payer")
    there = browser.get(ticket["Location"])
    assert there.status_code == 302
    return str(there["Location"])


@pytest.mark.req("IDE-03", "IDE-07")
def test_from_the_menu_of_the_account_to_the_receipt(debtor: Creditor) -> None:
    browser = browser_of(debtor)
    assert f'href="{reverse("fees")}"' in browser.get(reverse("profile")).content.decode()
    shown = browser.get(reverse("fees")).content.decode()
    for told in ("Paiement en ligne", "Abonnement", "120,00", "24,00", "144,00", "180,00"):
        assert told in shown, told
    [plan, opening] = debtor.fees.order_by("pk")
    address = choose(browser, plan)["Location"]
    assert "144,00" in browser.get(address).content.decode()
    page = to_the_page(browser, address)
    assert "144,00" in browser.get(page).content.decode()
    back = browser.post(page, {"answer": "pay"})
    assert back["Location"].endswith(address)
    after = browser.get(address).content.decode()
    assert "Paiement reçu" in after
    receipt = browser.get(f"{address}recu")
    assert receipt.content.startswith(b"%PDF") and "attachment" in receipt["Content-Disposition"]
    left = browser.get(reverse("fees")).content.decode()
    assert f'value="{plan.pk}"' not in left and f'value="{opening.pk}"' in left


def test_coming_back_settles_nothing(debtor: Creditor) -> None:
    """Anybody can type the address to which the provider sends back."""
    browser = browser_of(debtor)
    address = choose(browser, *debtor.fees.all())["Location"]
    to_the_page(browser, address)
    shown = browser.get(f"{address}?session_id=x&redirect_status=succeeded&paid=1").content.decode()
    assert "En attente du prestataire" in shown and CardPayment.objects.get().state == CardState.OPENED
    assert browser.get(f"{address}recu").status_code == 404


@pytest.mark.parametrize(("answer", "state"), [("refuse", CardState.FAILED), ("leave", CardState.EXPIRED)])
def test_what_was_not_paid_may_be_begun_again(debtor: Creditor, answer: str, state: str) -> None:
    browser = browser_of(debtor)
    address = choose(browser, *debtor.fees.all())["Location"]
    browser.post(to_the_page(browser, address), {"answer": answer})
    assert CardPayment.objects.get().state == state
    assert (
        "Rien n’a été" in browser.get(address).content.decode()
        or "rien n’a été" in browser.get(address).content.decode()
    )
    assert choose(browser, *debtor.fees.all())["Location"] != address


def test_given_up_the_page_is_closed(debtor: Creditor) -> None:
    browser = browser_of(debtor)
    address = choose(browser, *debtor.fees.all())["Location"]
    page = to_the_page(browser, address)
    browser.get(browser.post(f"{address}abandonner")["Location"])
    assert CardPayment.objects.get().state == CardState.EXPIRED
    browser.post(page, {"answer": "pay"})
    assert CardPayment.objects.get().state == CardState.EXPIRED, "nobody can pay on a page that is closed"


def test_a_ticket_is_of_this_platform_and_of_this_moment(debtor: Creditor, client: AppClient, monkeypatch: Any) -> None:
    browser = browser_of(debtor)
    address = choose(browser, *debtor.fees.all())["Location"]
    ticket = browser.post(f"{address}payer")["Location"]
    forged = signing.dumps({"card": CardPayment.objects.get().pk, "what": "pay"}, salt="autre", key="autre")
    assert client.get(f"/carte/{forged}")["Location"] == reverse("fees")
    monkeypatch.setattr("portal.views.cards.TICKET_SECONDS", -1)
    assert client.get(ticket)["Location"] == reverse("fees")
    assert not CardPayment.objects.get().started_at


def test_who_may_only_read_sees_and_pays_nothing(debtor: Creditor) -> None:
    browser = browser_of(debtor, "manager")
    shown = browser.get(reverse("fees")).content.decode()
    assert "Votre rôle ne permet pas de payer" in shown and 'name="fee"' not in shown
    assert choose(browser, *debtor.fees.all()).status_code == 403
    assert browser_of(debtor, "reader").get(reverse("fees")).status_code == 403


def test_a_strangers_fee_cannot_be_chosen(debtor: Creditor, brand: Any) -> None:
    strange = factories.fee(factories.creditor(brand))
    assert choose(browser_of(debtor), strange)["Location"] == reverse("fees")
    assert not CardPayment.objects.exists()


def test_nothing_to_pay_says_so_and_nothing_chosen_too(brand: Any) -> None:
    browser = browser_of(factories.creditor(brand))
    assert "Rien à payer" in browser.get(reverse("fees")).content.decode()
    assert "Cochez au moins" in browser.post(reverse("fees-choose"), follow=True).content.decode()


def test_without_a_provider_fees_are_only_shown(debtor: Creditor, settings: Any) -> None:
    settings.CARD_URL = ""
    assert "le paiement par carte n’est pas ouvert ici" in browser_of(debtor).get(reverse("fees")).content.decode()


@pytest.mark.req("CRE-56")
def test_direct_debit_is_the_only_means_unless_the_brand_decided_otherwise(debtor: Creditor) -> None:
    Policy.objects.all().delete()
    browser = browser_of(debtor)
    shown = browser.get(reverse("fees")).content.decode()
    assert "Ces frais sont réglés par prélèvement" in shown and 'name="fee"' not in shown
    assert choose(browser, *debtor.fees.all())["Location"] == reverse("fees") and not CardPayment.objects.exists()


def test_a_notice_without_a_right_signature_is_refused_and_leaves_no_trace(client: AppClient, debtor: Creditor) -> None:
    assert client.post("/carte/avis", b"{}", content_type="application/json").status_code == 400
    assert client.get("/carte/avis").status_code == 405


def test_the_page_asks_as_much_whatever_is_due(debtor: Creditor) -> None:
    browser = browser_of(debtor)
    browser.get(reverse("fees"))
    with counted() as few:
        browser.get(reverse("fees"))
    for _ in range(20):
        factories.fee(debtor)
    with counted() as many:
        browser.get(reverse("fees"))
    assert len(many) == len(few)


def test_the_form_may_lead_to_the_provider_and_nowhere_else(debtor: Creditor) -> None:
    browser = browser_of(debtor)
    address = choose(browser, *debtor.fees.all())["Location"]
    policy = browser.get(address)["Content-Security-Policy"]
    assert "form-action 'self' https://checkout.stripe.com" in policy
    assert "stripe" not in browser.get(reverse("fees"))["Content-Security-Policy"]
