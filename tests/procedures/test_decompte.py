"""Where each payment goes, and what remains: no cent is lost, no silent recount."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import CurrencyMismatch, Money
from procedures.decompte import Debt, Part, Payment, decompte, sum_of
from procedures.interest import Rate, accrue


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def debt(key: str = "F1", principal: str = "1000.00", due: date = date(2026, 1, 10), **fields: Any) -> Debt:
    return Debt(key, eur(principal), due, due + timedelta(days=1), fields.pop("rate", Rate("legal")), **fields)


def paid(on: date, amount: str, to: str = "") -> Payment:
    return Payment(on, eur(amount), to)


@pytest.mark.req("LEG-22")
def test_without_a_payment_the_account_is_principal_interest_and_indemnity() -> None:
    found = decompte([debt(indemnity=eur("40"))], [], on=date(2026, 11, 21))
    assert [found.total(part) for part in Part] == [eur("58.23"), eur("40"), eur("1000")]
    assert found.owed == eur("1098.23")


@pytest.mark.req("LEG-23")
def test_a_payment_goes_to_interest_first_then_indemnity_then_principal() -> None:
    day = date(2026, 6, 30)
    found = decompte([debt(indemnity=eur("40"))], [paid(day, "100.00")], on=day)
    assert [(share.part, share.amount) for share in found.shares] == [
        (Part.INTEREST, eur("31.25")), (Part.INDEMNITY, eur("40")), (Part.PRINCIPAL, eur("28.75")),
    ]  # fmt: skip


@pytest.mark.req("LEG-23")
def test_a_payment_below_the_interest_leaves_the_principal_whole() -> None:
    found = decompte([debt()], [paid(date(2026, 6, 30), "20.00")], on=date(2026, 6, 30))
    assert found.total(Part.PRINCIPAL) == eur("1000") and found.total(Part.INTEREST) == eur("11.25")


def test_after_a_payment_interest_runs_on_what_is_left_from_the_next_day() -> None:
    found = decompte([debt()], [paid(date(2026, 6, 30), "531.25")], on=date(2026, 11, 21))
    assert found.total(Part.PRINCIPAL) == eur("500")
    assert found.total(Part.INTEREST) == accrue(eur("500"), date(2026, 7, 1), date(2026, 11, 21), Rate("legal")).total


@pytest.mark.req("LEG-23")
def test_the_debtor_chooses_else_the_dearest_then_the_oldest_debt_is_paid() -> None:
    cheap, dear, old = debt("cheap", rate=None), debt("dear"), debt("old", due=date(2025, 12, 1))

    def order(*payments: Payment) -> list[str]:
        found = decompte([cheap, dear, old], payments, on=date(2026, 3, 1))
        return [share.debt for share in found.shares]

    assert order(paid(date(2026, 3, 1), "500.00")) == ["old", "old"]
    assert set(order(paid(date(2026, 3, 1), "500.00", "cheap"))) == {"cheap"}
    assert order(paid(date(2026, 3, 1), "2200.00"))[-1] == "cheap"


def test_a_debt_not_due_yet_waits_behind_those_that_are() -> None:
    future = debt("future", due=date(2026, 12, 1), rate=Rate("late"))
    found = decompte([future, debt("due", rate=None)], [paid(date(2026, 3, 1), "10.00")], on=date(2026, 3, 1))
    assert [share.debt for share in found.shares] == ["due"]


@pytest.mark.req("LEG-23")
def test_equal_debts_share_in_proportion() -> None:
    found = decompte(
        [debt("a", "300.00", rate=None), debt("b", "100.00", rate=None)],
        [paid(date(2026, 3, 1), "100.00")],
        on=date(2026, 3, 1),
    )
    assert [(share.debt, share.amount) for share in found.shares] == [("a", eur("75")), ("b", eur("25"))]
    assert all("proportion" in share.reason for share in found.shares)


def test_what_is_paid_too_much_is_said_and_not_hidden() -> None:
    found = decompte([debt(rate=None)], [paid(date(2026, 3, 1), "1200.00")], on=date(2026, 3, 1))
    assert (found.owed, found.surplus) == (eur("0"), eur("200"))


def test_a_payment_of_tomorrow_is_not_counted_today() -> None:
    assert not decompte([debt()], [paid(date(2026, 3, 2), "10.00")], on=date(2026, 3, 1)).shares


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(CurrencyMismatch):
        decompte([debt()], [Payment(date(2026, 3, 1), Money(Decimal(10), "XPF"))], on=date(2026, 3, 1))


AMOUNTS = st.decimals("0.01", "3000", places=2)
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 1))


@given(st.lists(st.tuples(AMOUNTS, DAYS), min_size=1, max_size=4), st.lists(st.tuples(AMOUNTS, DAYS), max_size=5))
def test_no_cent_is_lost_whatever_is_owed_and_paid(owed: list[Any], given_: list[Any]) -> None:
    debts = [
        debt(str(number), str(amount), due, indemnity=eur("40") if number % 2 else None)
        for number, (amount, due) in enumerate(owed)
    ]
    payments = [Payment(day, Money(amount, "EUR")) for amount, day in given_]
    found = decompte(debts, payments, on=date(2026, 11, 1))
    shared = sum_of((share.amount for share in found.shares), "EUR")
    assert shared + found.surplus == sum_of((payment.amount for payment in payments), "EUR")
    for account in found.accounts:
        taken = [share for share in found.shares if share.debt == account.debt.key]
        back = sum_of((share.amount for share in taken if share.part == Part.PRINCIPAL), "EUR")
        assert account.remaining[Part.PRINCIPAL] + back == account.debt.principal
        assert all(amount >= eur("0") for amount in account.remaining.values())
