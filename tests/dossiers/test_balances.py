"""The balance: invoices less credit notes and payments, to the cent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.money import Money
from dossiers.enums import ItemKind
from dossiers.models import Item
from dossiers.models.dossier import balances
from tests import factories

pytestmark = pytest.mark.django_db

CENTS = st.integers(1, 9_999_999).map(lambda cents: Decimal(cents).scaleb(-2))


def test_invoices_raise_it_and_credit_notes_and_payments_lower_it() -> None:
    dossier = factories.dossier(balance="1000.00")
    factories.item(dossier, "234.56")
    factories.item(dossier, "34.50", kind="credit_note")
    factories.item(dossier, "0.06", kind="payment")
    assert dossier.balance() == Money(Decimal("1200.00"), "EUR")


def test_a_dossier_without_items_owes_nothing() -> None:
    dossier = factories.dossier(balance="0")
    assert dossier.balance() == Money(Decimal(0), "EUR")
    assert balances([dossier.pk]) == {}


def test_too_much_was_paid_shows_as_less_than_nothing() -> None:
    dossier = factories.dossier(balance="100.00")
    factories.item(dossier, "100.01", kind="payment")
    assert dossier.balance().amount == Decimal("-0.01")


def test_the_net_amount_is_not_what_is_owed() -> None:
    dossier = factories.dossier(balance="0")
    factories.item(dossier, "120.00", net=Decimal("100.00"))
    assert dossier.balance().amount == Decimal("120.00")


@pytest.mark.req("ATR-77")
def test_the_balance_is_in_the_currency_of_the_dossier() -> None:
    dossier = factories.dossier(balance="12000", currency="XPF")
    assert dossier.balance() == Money(Decimal(12000), "XPF")


def test_the_balances_of_many_dossiers_are_read_at_once_and_not_mixed(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    dossiers = [factories.dossier(balance=f"{n}.00") for n in range(1, 5)]
    for dossier in dossiers[:2]:
        factories.item(dossier, "0.50", kind="payment")
    with django_assert_num_queries(1):
        found = balances(dossier.pk for dossier in dossiers)
    assert [found[d.pk] for d in dossiers] == [Decimal(a) for a in ("0.50", "1.50", "3.00", "4.00")]


@pytest.mark.attack("X10")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(list(ItemKind)), CENTS), min_size=1, max_size=12))
def test_the_balance_is_the_sum_to_the_cent_whatever_the_items(items: list[tuple[str, Decimal]]) -> None:
    dossier = factories.dossier(balance="0")
    for kind, gross in items:
        factories.item(dossier, str(gross), kind=kind)
    expected = sum((gross if kind == "invoice" else -gross for kind, gross in items), Decimal(0))
    assert dossier.balance() == Money(expected, "EUR")
    effects = [item.effect for item in Item.objects.filter(dossier=dossier)]
    assert sum((effect.amount for effect in effects), Decimal(0)) == expected


@pytest.mark.parametrize("gross", ["0.00", "-1.00"])
def test_an_item_is_above_zero_whatever_its_kind(gross: str) -> None:
    with pytest.raises(IntegrityError, match="item_gross_positive"):
        factories.item(factories.dossier(), gross, kind="payment")


@pytest.mark.parametrize("net", ["-0.01", "100.01"])
def test_the_net_amount_lies_within_the_gross_one(net: str) -> None:
    with pytest.raises(IntegrityError, match="item_net_within_gross"):
        factories.item(factories.dossier(), "100.00", net=Decimal(net))


def test_an_item_belongs_to_the_creditor_of_its_dossier() -> None:
    with pytest.raises(IntegrityError, match="same_owner"):
        factories.item(factories.dossier(), creditor_id=factories.creditor().pk)
