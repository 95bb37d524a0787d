"""A credit note or an invoice on a filed dossier: effect first, then the office is told."""

from decimal import Decimal
from typing import Any

import pytest

from core.money import Money
from dossiers.enums import Phase
from dossiers.models import Dossier, Item, ThreadMessage
from tests import factories
from tests.accounts.test_sign_up import page_of, words
from tests.conftest import AppClient

pytestmark = pytest.mark.django_db
GIVEN = {"number": "AV-1", "issued_on": "2026-01-05", "due_on": "2026-01-05", "gross": "200"}


@pytest.fixture
def browser(creditor: Any, office: Any, as_creditor: Any) -> AppClient:
    return as_creditor()


def path(dossier: Dossier, kind: str) -> str:
    return f"/espace/dossiers/{dossier.reference}/ajouter/{kind}"


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        pytest.param("avoir", "1000", marks=pytest.mark.req("ATR-70", "ATR-76")),
        pytest.param("facture", "1400", marks=pytest.mark.req("ATR-71", "ATR-76")),
    ],
)
def test_the_effect_is_shown_before_anything_is_kept_and_then_the_office_is_told(
    kind: str, after: str, browser: AppClient, creditor: Any
) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    shown = words(browser.post(path(dossier, kind), GIVEN))
    assert Money(Decimal(after), "EUR").format_fr().split(",")[0][-3:] in shown and "après l'ajout" in shown
    assert Item.objects.count() == 1 and not ThreadMessage.objects.exists()
    assert browser.post(path(dossier, kind), GIVEN | {"confirm": "1"}).status_code == 302
    assert dossier.balance() == Money(Decimal(after), "EUR")
    assert "AV-1" in ThreadMessage.objects.get(dossier=dossier).text


@pytest.mark.req("ATR-71")
def test_an_invoice_is_another_claim_once_the_procedure_fixed_the_amount(browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.PSRPC)
    answer = browser.post(path(dossier, "facture"), GIVEN | {"confirm": "1"}, follow=True)
    assert "créez un nouveau dossier" in words(answer) and Item.objects.count() == 1


@pytest.mark.req("ATR-70")
def test_a_credit_note_above_the_balance_is_refused_and_one_of_all_of_it_settles(
    browser: AppClient, creditor: Any
) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE)
    answer = browser.post(path(dossier, "avoir"), GIVEN | {"gross": "1200.01", "confirm": "1"})
    assert answer.status_code == 422 and "dépasse le solde" in words(answer) and Item.objects.count() == 1
    browser.post(path(dossier, "avoir"), GIVEN | {"gross": "1200", "confirm": "1"})
    dossier.refresh_from_db()
    assert dossier.phase == Phase.SETTLED


@pytest.mark.attack("U20")
@pytest.mark.parametrize("phase", [Phase.SETTLED, Phase.CLOSED])
def test_nothing_is_added_to_what_has_ended(phase: str, browser: AppClient, creditor: Any) -> None:
    dossier = factories.dossier(creditor, phase=phase)
    answer = browser.post(path(dossier, "avoir"), GIVEN | {"confirm": "1"}, follow=True)
    assert "terminé" in words(answer) and Item.objects.count() == 1


@pytest.mark.req("ATR-36")
@pytest.mark.parametrize(("has_items", "next_step"), [(True, "validation"), (False, "debiteur")])
def test_the_addition_in_the_wizard_is_left_without_adding(
    has_items: bool, next_step: str, browser: AppClient, creditor: Any
) -> None:
    draft = factories.dossier(creditor, balance="1200" if has_items else "0")
    page = page_of(browser.get(f"/espace/dossiers/{draft.reference}/elements"))
    link = page.find("a", string="Revenir sans ajouter")
    assert link["href"] == f"/espace/dossiers/{draft.reference}/{next_step}"
    assert browser.get(link["href"]).status_code == 200
    assert draft.items.count() == has_items


@pytest.mark.req("ATR-75")
def test_the_creditor_reads_the_name_of_whoever_follows_the_dossier(
    browser: AppClient, creditor: Any, office: Any, as_office: Any
) -> None:
    dossier = factories.dossier(creditor, phase=Phase.AMIABLE, office=office)
    page = f"/espace/dossiers/{dossier.reference}/"
    assert "Claire Morel" not in words(browser.get(page))
    manager = factories.clerk(office)
    as_office().post(f"/etude/dossiers/{dossier.reference}/gestionnaire", {"manager": manager.pk})
    assert "Votre interlocuteur : Claire Morel" in words(browser.get(page))
