from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from core.calendar import parse_period
from procedures.parameters import FOR_NOW, PARAMETERS, MissingParameter, value_on

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("psrpc_ceiling", date(2019, 12, 31), Decimal("4000.00")),
        ("psrpc_ceiling", TODAY, Decimal("5000.00")),
        ("psrpc_excludes_commercants", date(2026, 4, 24), False),
        ("psrpc_excludes_commercants", date(2026, 4, 25), True),
        ("psrpc_month", TODAY, "P1M"),
        ("amiable_wait", TODAY, "P15D"),
        ("ip_service", date(2026, 8, 31), "P6M"),
        ("ip_service", date(2026, 9, 1), "P3M"),
        ("ip_enforceable", date(2026, 8, 31), "P1M"),
        ("ip_enforceable", date(2026, 9, 1), "P2M"),
        ("legal_rate_individual", date(2026, 6, 30), Decimal("6.67")),
        ("legal_rate_individual", date(2026, 7, 1), Decimal("6.84")),
        ("legal_rate_other", TODAY, Decimal("2.75")),
        ("ecb_refinancing_rate", TODAY, Decimal("2.40")),
        ("late_payment_rate", TODAY, Decimal("12.40")),
        ("max_dossier_megabytes", TODAY, 50),
        ("cerfa_injonction_tj", TODAY, "12948*06"),
        ("cerfa_injonction_notice", TODAY, "51156#10"),
    ],
)
def test_a_value_holds_on_its_days(name, day, value):
    assert value_on(name, day) == value


@pytest.mark.parametrize(
    ("name", "day"),
    [
        (
            "legal_rate_other",
            date(2027, 1, 1),
        ),  # the half-year is not known: nothing is carried on in silence
        ("late_payment_rate", date(2017, 12, 31)),
        ("psrpc_ceiling", date(2016, 5, 31)),
        ("nothing_of_the_kind", TODAY),
    ],
)
def test_a_missing_value_stops_the_computation_with_a_sentence(name, day):
    with pytest.raises(MissingParameter, match=f"« {name} » n’est connue au {day:%d/%m/%Y} : saisissez-la"):
        value_on(name, day)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_value_has_its_source_and_its_days_in_order(name):
    rows = PARAMETERS[name]
    assert all(row.source and row.valid_from <= row.valid_to for row in rows)
    assert [row.valid_from for row in rows] == sorted({row.valid_from for row in rows})


@pytest.mark.parametrize("name", [name for name in PARAMETERS if "rate" in name])
def test_rates_follow_each_other_without_a_hole(name):
    rows = PARAMETERS[name]
    assert rows[0].valid_from == date(2018, 1, 1) and rows[-1].valid_to == date(2026, 12, 31) < FOR_NOW
    assert all(one.valid_to + timedelta(days=1) == two.valid_from for one, two in zip(rows, rows[1:], strict=False))


@pytest.mark.parametrize("row", PARAMETERS["late_payment_rate"], ids=lambda row: str(row.valid_from))
def test_the_rate_between_professionals_is_the_banks_plus_ten_points(row):
    assert row.value == value_on("ecb_refinancing_rate", row.valid_from) + 10


@pytest.mark.parametrize("name", ["amiable_wait", "psrpc_month", "ip_service", "ip_enforceable"])
def test_every_period_can_be_read(name):
    assert all(parse_period(row.value) for row in PARAMETERS[name])


@pytest.mark.req("LEG-22")
@pytest.mark.parametrize(
    ("amount", "name", "first", "last", "interest"),
    [
        ("1000", "legal_rate_individual", "2026-01-11", "2026-11-21", "58.23"),
        ("1000", "legal_rate_other", "2026-01-11", "2026-11-21", "23.12"),
        ("4200", "legal_rate_other", "2024-02-01", "2025-03-31", "230.16"),
        ("800", "legal_rate_individual", "2019-12-16", "2020-07-15", "14.69"),
        ("1200", "late_payment_rate", "2026-05-31", "2026-09-30", "49.89"),
    ],
)
def test_the_rates_give_the_worked_examples_of_interest(amount, name, first, last, interest):
    day, due = date.fromisoformat(first), Decimal(0)
    while day <= date.fromisoformat(last):
        year = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
        due += Decimal(amount) * value_on(name, day) / 100 / year
        day += timedelta(days=1)
    assert due.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(interest)
