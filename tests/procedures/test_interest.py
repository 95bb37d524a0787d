"""Interest to the cent: the published values, the half-years, the leap years, the increase, the year that is whole."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from procedures.interest import BadInterest, Rate, accrue, rate_named
from procedures.parameters import MissingParameter, value_on

LATE = Rate("late")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.req("LEG-22")
@pytest.mark.parametrize(
    ("principal", "start", "end", "rate", "total"),
    [
        ("1000", "2026-01-11", "2026-11-21", "legal", "58.23"),
        ("1000", "2026-01-11", "2026-11-21", "legal_person", "23.12"),
        ("4200", "2024-02-01", "2025-03-31", "legal_person", "230.16"),
        ("800", "2019-12-16", "2020-07-15", "legal", "14.69"),
        ("1200", "2026-05-31", "2026-09-30", "late", "49.89"),
    ],
)
def test_the_published_values_are_met_to_the_cent(principal: str, start: str, end: str, rate: str, total: str) -> None:
    found = accrue(eur(principal), date.fromisoformat(start), date.fromisoformat(end), rate_named(rate))
    assert found.total == eur(total)


@given(
    st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    st.integers(0, 800),
    st.sampled_from(["legal", "legal_person", "late"]),
)
def test_lines_agree_with_a_count_day_by_day(start: date, length: int, kind: str) -> None:
    end = min(start + timedelta(days=length), date(2026, 12, 31))
    slow = Decimal(0)
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        days = 366 if date(day.year, 12, 31).timetuple().tm_yday == 366 else 365
        name = {"legal": "legal_rate_individual", "legal_person": "legal_rate_other", "late": "late_payment_rate"}[kind]
        slow += Decimal("3210.55") * value_on(name, day) / (100 * days)
    interest = accrue(eur("3210.55"), start, end, Rate(kind))
    assert abs(sum(line.amount for line in interest.lines) - slow) < Decimal("0.000001")
    assert sum(line.days for line in interest.lines) == (end - start).days + 1


@pytest.mark.parametrize("day", ["2017-12-31", "2027-01-01"])
def test_a_half_year_that_nobody_entered_stops_the_count_with_a_sentence(day: str) -> None:
    with pytest.raises(MissingParameter, match="saisissez-la avec sa source"):
        accrue(eur("100"), date.fromisoformat(day), date.fromisoformat(day), LATE)


def test_a_rate_of_the_contract_needs_no_table_but_counts_leap_years() -> None:
    interest = accrue(eur("1000"), date(2031, 7, 1), date(2032, 2, 29), rate_named("9,5"))
    assert [(line.days, line.year_days) for line in interest.lines] == [(184, 365), (60, 366)]
    assert interest.total == eur("63.46")


@pytest.mark.req("LEG-22")
def test_five_points_more_run_from_their_own_day() -> None:
    rate = Rate("legal_person", increased_from=date(2026, 3, 1))
    first, second = accrue(eur("1000"), date(2026, 2, 1), date(2026, 3, 31), rate).lines
    assert (first.end_on, first.percent) == (date(2026, 2, 28), Decimal("2.62"))
    assert (second.start_on, second.percent) == (date(2026, 3, 1), Decimal("7.62"))
    assert "L313-3" in second.source


@pytest.mark.req("LEG-23")
def test_only_interest_of_a_whole_year_bears_interest() -> None:
    year = accrue(eur("1000"), date(2024, 3, 1), date(2025, 2, 28), rate_named("10"), capitalised=True)
    assert year.total == accrue(eur("1000"), date(2024, 3, 1), date(2025, 2, 28), rate_named("10")).total
    longer = accrue(eur("1000"), date(2024, 3, 1), date(2025, 3, 1), rate_named("10"), capitalised=True)
    assert longer.lines[-1].base == Decimal(1000) + sum(line.amount for line in longer.lines[:-1])


def test_a_claim_born_on_a_29_february_has_its_year_on_1_march() -> None:
    interest = accrue(eur("1000"), date(2024, 2, 29), date(2025, 3, 1), rate_named("10"), capitalised=True)
    assert interest.lines[-1].start_on == date(2025, 3, 1) and interest.lines[-1].base > 1000


def test_francs_are_rounded_to_the_franc() -> None:
    interest = accrue(Money(Decimal(150_000), "XPF"), date(2026, 1, 1), date(2026, 1, 31), Rate("legal_person"))
    assert interest.total == Money(Decimal(334), "XPF")


def test_a_count_of_no_day_is_nothing_and_a_negative_sum_is_refused() -> None:
    assert accrue(eur("100"), date(2026, 2, 2), date(2026, 2, 1), LATE).total == eur("0")
    with pytest.raises(BadInterest):
        accrue(eur("-1"), date(2026, 1, 1), date(2026, 1, 2), LATE)


@pytest.mark.parametrize("rate", ["usure", "-1", "101", "NaN", ""])
def test_a_rate_that_is_none_is_refused_with_a_sentence(rate: str) -> None:
    with pytest.raises(BadInterest):
        rate_named(rate)


# --- the command ---------------------------------------------------------------------------------------------
def answer(*words: str) -> str:
    out = StringIO()
    call_command("interest", *words, stdout=out)
    return out.getvalue()


COUNT = ("--principal", "1000.00", "--from", "2026-01-11", "--to", "2026-11-21")


def test_the_command_prints_the_sum_then_its_lines() -> None:
    total, *lines = answer(*COUNT, "--rate", "legal").splitlines()
    assert total == "58.23" and len(lines) == 2
    assert "171 / 365" in lines[0] and "6.67 %" in lines[0]


def test_the_command_answers_machines_too() -> None:
    found = json.loads(answer(*COUNT, "--rate", "late", "--json"))
    assert (found["total"], found["currency"]) == ("105.84", "EUR")
    assert [line["days"] for line in found["lines"]] == [171, 144]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--principal", "douze", *COUNT[2:]), "Montant incompris"),
        ((*COUNT[:2], "--from", "11/01/2026", "--to", "2026-11-21"), "Date incomprise"),
        ((*COUNT[:2], "--from", "2026-11-22", "--to", "2026-11-21"), "précède"),
        ((*COUNT, "--rate", "legale"), "Taux incompris"),
        ((*COUNT[:5], "2027-02-01"), "Aucune valeur"),
    ],
)
def test_the_command_refuses_what_it_cannot_count(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        answer(*words)
