"""A person with two companies and two tabs: what was read for one is never done to the other."""

from typing import Any

import pytest

from accounts.models import BankAccount, Creditor, Membership
from accounts.roles import Role
from mandates.models import Mandate, MandateState
from tests import factories
from tests.accounts.test_sign_up import words
from tests.conftest import AppClient
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/espace/mandat/"
NEW_ACCOUNT = {
    "mode": "one_off", "source": "other", "signatory_civility": "Mme", "signatory_last_name": "Martin",
    "signatory_first_name": "Jeanne", "iban": factories.IBAN, "bic": "PSSTFRPPXXX",
}  # fmt: skip


@pytest.fixture
def other(creditor: Creditor) -> Creditor:
    return factories.creditor(creditor.brand)


@pytest.fixture
def browser(creditor: Creditor, other: Creditor) -> AppClient:
    """The first tab shows the creditor's pages; a second one has just switched to the other company."""
    person = factories.member(creditor)
    Membership.objects.create(user=person, creditor=other, brand=other.brand, role=Role.OWNER)
    made = browser_of(person)
    made.post("/espace/creancier", {"creditor": other.pk})
    return made


@pytest.mark.parametrize("path", ["revocation", "refus", "code", "signature", "choix"])
def test_a_form_of_the_first_tab_does_nothing_to_the_other_company(
    path: str, browser: AppClient, creditor: Creditor, other: Creditor
) -> None:
    before, accounts = (
        list(Mandate.objects.order_by("pk").values()),
        list(BankAccount.objects.values_list("pk", flat=True)),
    )
    fields = NEW_ACCOUNT | {"sure": "on", "channel": "email", "code": "123456", "shown": "x"}
    for said in ({"acting_for": creditor.pk}, {}):
        answer = browser.post(PAGE + path, fields | said, follow=True)
        assert "rien n'a été fait" in words(answer) and other.name in words(answer)
    assert list(Mandate.objects.order_by("pk").values()) == before
    assert list(BankAccount.objects.values_list("pk", flat=True)) == accounts


def test_the_form_of_the_company_on_screen_works(browser: AppClient, other: Creditor) -> None:
    browser.post(PAGE + "revocation", {"sure": "on", "acting_for": other.pk})
    assert Mandate.objects.get(creditor=other).state == MandateState.REVOKED


def test_every_form_of_the_mandate_says_for_whom_it_is(browser: AppClient, other: Creditor) -> None:
    for path in ("", "choix", "revocation"):
        page = browser.get(PAGE + path).content.decode()
        forms = [part.split("</form>")[0] for part in page.split("<form")[1:] if PAGE + "c" in part or "method" in part]
        own = [
            form
            for form in forms
            if "/espace/creancier" not in form and "/langue" not in form and "/deconnexion" not in form
        ]
        assert all(f'name="acting_for" value="{other.pk}"' in form for form in own), path


def test_an_account_that_cannot_be_used_is_not_kept(browser: AppClient, other: Creditor) -> None:
    """What is refused leaves nothing: the account would be proposed for the next mandate."""
    type(other.brand).objects.filter(pk=other.brand_id).update(creditor_id_sepa="")
    count: Any = BankAccount.objects.count()
    answer = browser.post(PAGE + "choix", NEW_ACCOUNT | {"acting_for": other.pk})
    assert answer.status_code == 422 and BankAccount.objects.count() == count
