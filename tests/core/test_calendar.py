from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays as independent
import pytest
from dateutil.easter import easter as reference_easter
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar import (
    LOCAL,
    Period,
    UnknownTerritory,
    add_period,
    day_off,
    easter,
    holidays,
    is_target_day,
    is_working_day,
    lapses_at,
    local_holidays,
    national_holidays,
    next_working_day,
    parse_period,
    previous_working_day,
    target_closing_days,
)

ONE_DAY = timedelta(days=1)
# From 2005 to 2007 the independent calendar leaves out Whit Monday, which was worked but stayed a holiday.
DAYS = st.dates(date(2008, 1, 1), date(2079, 12, 31))


@cache
def holidays_by_someone_else(year):
    return frozenset(independent.country_holidays("FR", years=year))


def slow_term(start, months, days):
    """Articles 641 and 642 walked day by day on another calendar: no month arithmetic in it."""
    target, day = start, start.replace(day=1)
    for _ in range(months):
        day = first_of_next_month(day)
    last = first_of_next_month(day) - ONE_DAY
    target = day
    while target.day != start.day and target != last:
        target += ONE_DAY
    for _ in range(days):
        target += ONE_DAY
    while target.isoweekday() > 5 or target in holidays_by_someone_else(target.year):
        target += ONE_DAY
    return target


def first_of_next_month(day):
    month = day.month
    while day.month == month:
        day += ONE_DAY
    return day


@pytest.mark.req("LEG-12")
@pytest.mark.attack("D01")
@settings(max_examples=10_000, deadline=None)
@given(DAYS, st.integers(0, 14), st.integers(0, 40))
def test_terms_agree_with_a_slow_independent_calendar(start, months, days):
    assert next_working_day(add_period(start, Period(months, days))) == slow_term(start, months, days)


def test_every_holiday_of_fifty_years_agrees_with_an_independent_calendar():
    for year in range(2008, 2059):
        assert set(national_holidays(year)) == holidays_by_someone_else(year)


@given(st.integers(1600, 4000))
def test_easter_agrees_with_another_computation(year):
    assert easter(year) == reference_easter(year)


@pytest.mark.parametrize(
    "day", ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21"]
)
def test_easter_falls_where_the_almanac_says(day):
    assert easter(int(day[:4])).isoformat() == day


@pytest.mark.req("LEG-12")
@pytest.mark.parametrize(
    ("start", "period", "territory", "due"),
    [
        ("2026-12-31", "P1M", "FR", "2027-02-01"),
        ("2027-01-31", "P1M", "FR", "2027-03-01"),
        ("2028-01-31", "P1M", "FR", "2028-02-29"),
        ("2027-02-28", "P1M", "FR", "2027-03-30"),
        ("2026-11-25", "P1M", "FR", "2026-12-28"),
        ("2027-02-26", "P1M", "FR", "2027-03-26"),
        ("2027-02-26", "P1M", "ALSACE-MOSELLE", "2027-03-30"),
        ("2026-01-30", "P1M10D", "FR", "2026-03-10"),
        ("2026-04-22", "P1M", "MARTINIQUE", "2026-05-26"),
        ("2026-12-31", "P1M+P1M", "GUADELOUPE", "2027-03-01"),
    ],
)
def test_worked_examples_of_the_law_hold(start, period, territory, due):
    raw = add_period(date.fromisoformat(start), parse_period(period))
    assert next_working_day(raw, territory).isoformat() == due


@pytest.mark.attack("D01")
@pytest.mark.parametrize(
    ("start", "period", "last"),
    [
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2026-03-31", "P1M", "2026-04-30"),
        ("2027-02-28", "P1M", "2027-03-28"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2026-01-31", "P1M+P1M", "2026-03-31"),
        ("2026-12-31", "P2M", "2027-02-28"),
        ("2028-01-29", "P1M", "2028-02-29"),
        ("2028-01-30", "P1M", "2028-02-29"),
        ("2028-01-31", "P1M", "2028-02-29"),
        ("2026-08-31", "P1M", "2026-09-30"),
        ("2100-01-29", "P1M", "2100-02-28"),  # divisible by four and no leap year
        ("2026-03-31", "-P1M", "2026-02-28"),
        ("2026-01-15", "-P14D", "2026-01-01"),
        ("2026-11-10", "P3W", "2026-12-01"),
        ("2026-12-15", "P36M", "2029-12-15"),
    ],
)
def test_months_end_on_the_same_day_or_on_the_last_one(start, period, last):
    assert add_period(date.fromisoformat(start), parse_period(period)).isoformat() == last


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_months_run_as_one_period_never_in_two_steps(start, one, other):
    merged = parse_period(f"P{one}M+P{other}M")
    assert merged == Period(months=one + other)
    assert add_period(start, merged) >= add_period(add_period(start, Period(one)), Period(other))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "1M",
        "P1X",
        "PM",
        "P1.5M",
        "P1M+",
        "+P1M",
        "P1D1M",
        "PT1H",
        "--P1D",
        "P-1D",
        "P999999D",
        "P١D",
    ],
)
def test_a_period_that_is_not_one_is_answered_by_a_sentence(text):
    with pytest.raises(ValueError, match="Écrivez par exemple P15D, P1M"):
        parse_period(text)


@pytest.mark.parametrize("period", [Period(months=12 * 9000), Period(days=-800_000), Period(days=10**8)])
def test_a_period_that_leaves_the_calendar_is_answered_by_a_sentence(period):
    with pytest.raises(ValueError, match="sort du calendrier"):
        add_period(date(2026, 11, 21), period)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(1), "un mois"),
        (Period(3), "3 mois"),
        (Period(60), "5 ans"),
        (Period(12), "un an"),
        (Period(1, 10), "un mois et 10 jours"),
        (Period(0, 15), "15 jours"),
        (Period(0, 21), "3 semaines"),
        (Period(0, 14), "14 jours"),
        (Period(0, -14), "14 jours"),
        (Period(0, 1), "un jour"),
    ],
)
def test_a_period_is_said_as_people_say_it(period, words):
    assert period.in_words() == words


LOCAL_DAYS = {
    "FR": [],
    "ABROAD": [],
    "SPM": [],
    "ALSACE-MOSELLE": ["2026-04-03", "2026-12-26"],
    "GUADELOUPE": ["2026-05-27"],
    "MARTINIQUE": ["2026-05-22"],
    "GUYANE": ["2026-06-10"],
    "REUNION": ["2026-12-20"],
    "MAYOTTE": ["2026-04-27"],
    "SAINT-BARTHELEMY": ["2026-10-09"],
    "SAINT-MARTIN": ["2026-05-27", "2026-05-28"],
    "NC": ["2026-09-24"],
    "PF": ["2026-03-05", "2026-04-03", "2026-11-20"],
    "WF": ["2026-04-28", "2026-07-29"],
}


@pytest.mark.req("LEG-12")
@pytest.mark.parametrize("territory", LOCAL)
def test_each_territory_has_its_own_days_beside_the_national_ones(territory):
    assert sorted(day.isoformat() for day in local_holidays(territory, 2026)) == LOCAL_DAYS[territory]
    assert set(holidays(territory, 2026)) == set(local_holidays(territory, 2026)) | set(national_holidays(2026))


def test_polynesia_changed_its_day_in_2026():
    assert date(2025, 6, 29) in holidays("PF", 2025) and date(2025, 11, 20) not in holidays("PF", 2025)
    assert date(2026, 6, 29) not in holidays("PF", 2026) and date(2026, 11, 20) in holidays("PF", 2026)


def test_every_closed_day_says_its_name():
    assert day_off(date(2026, 11, 11), "FR") == "Armistice de 1918"
    assert day_off(date(2027, 3, 29), "FR") == "Lundi de Pâques"
    assert day_off(date(2026, 11, 21), "FR") == "samedi"
    assert day_off(date(2026, 11, 23), "FR") == ""


def test_a_day_that_is_both_national_and_local_keeps_its_national_name():
    assert holidays("GUYANE", 2030)[date(2030, 6, 10)] == "Lundi de Pentecôte"


def test_nobody_can_spoil_the_calendar_of_the_others():
    with pytest.raises(TypeError):
        holidays("FR", 2026)[date(2026, 1, 2)] = "Pont"


def test_an_unknown_territory_is_answered_by_the_known_ones():
    with pytest.raises(UnknownTerritory, match="ALSACE-MOSELLE"):
        holidays("CORSE", 2026)


@pytest.mark.attack("D02")
@given(DAYS, st.sampled_from(sorted(LOCAL)))
def test_a_term_is_carried_to_the_nearest_working_day(day, territory):
    after, before = next_working_day(day, territory), previous_working_day(day, territory)
    assert before <= day <= after
    assert is_working_day(after, territory) and is_working_day(before, territory)
    assert (after == day) == (before == day) == is_working_day(day, territory)
    between = (day + ONE_DAY * n for n in range((after - day).days))
    assert not any(is_working_day(other, territory) for other in between)


def test_banks_settle_on_days_of_their_own():
    assert sorted(day.isoformat() for day in target_closing_days(2026)) == [
        "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2026-12-26",
    ]  # fmt: skip
    assert is_target_day(date(2026, 11, 11)) and not is_target_day(date(2026, 11, 21))
    assert not is_target_day(date(2026, 4, 3)) and is_working_day(date(2026, 4, 3))


@pytest.mark.req("LEG-12")
@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Europe/Paris", datetime(2026, 12, 23, 23, 0, tzinfo=UTC)),
        ("Pacific/Noumea", datetime(2026, 12, 23, 13, 0, tzinfo=UTC)),
        ("Pacific/Tahiti", datetime(2026, 12, 24, 10, 0, tzinfo=UTC)),
    ],
)
def test_the_last_day_ends_at_midnight_where_the_office_is(zone, instant):
    lapsed = lapses_at(date(2026, 12, 23), ZoneInfo(zone))
    assert lapsed == instant and lapsed.utcoffset() is not None


def test_midnight_follows_summer_time():
    paris = ZoneInfo("Europe/Paris")
    assert lapses_at(date(2026, 3, 29), paris) - lapses_at(date(2026, 3, 28), paris) == ONE_DAY
    assert lapses_at(date(2026, 3, 29), paris).astimezone(UTC).hour == 22
