import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import LOCAL, UnknownTerritory, is_working_day
from procedures.terms import KINDS, NONE, UnknownKind, compute

VECTORS = Path(__file__).parents[1] / "data" / "deadline_vectors.csv"
DAYS = st.dates(date(2018, 1, 1), date(2060, 12, 31))
TERRITORIES = st.sampled_from(sorted(LOCAL))


def term(kind, start, **more):
    return compute(kind, date.fromisoformat(start), **more)


def vectors():
    with VECTORS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.req("LEG-12")
@pytest.mark.parametrize(
    "row", vectors(), ids=lambda row: f"{row['kind']}-{row['start_event_date']}-{row['territory']}"
)
def test_published_vectors_hold(row):
    found = term(row["kind"], row["start_event_date"], territory=row["territory"], period=row["period"])
    assert found.due_on.isoformat() == row["expected_due_date"], row["why"]


@given(st.sampled_from(sorted(KINDS)), DAYS, TERRITORIES)
def test_every_kind_ends_on_a_day_its_rule_allows(kind, start, territory):
    found = compute(kind, start, territory=territory)
    assert found.due_on >= found.raw_on
    if KINDS[kind].rule == NONE:
        assert found.due_on == found.raw_on
    else:
        assert is_working_day(found.due_on, territory)
    assert len(found.derivation) <= 500


@given(st.sampled_from(sorted(KINDS)), DAYS, TERRITORIES)
def test_what_is_ours_to_do_is_done_on_a_working_day_and_never_late(kind, start, territory):
    found = compute(kind, start, territory=territory)
    if found.act_by:
        assert is_working_day(found.act_by, territory)
        assert found.act_by <= found.due_on


@pytest.mark.req("LEG-01")
def test_the_invitation_has_a_strict_last_day_and_a_prudent_one():
    assert term("psrpc_strict", "2026-11-26").due_on == date(2026, 12, 26)
    assert term("psrpc_strict", "2026-11-26").act_by == date(2026, 12, 24)
    assert term("psrpc_extended", "2026-11-26").due_on == date(2026, 12, 28)


@pytest.mark.req("LEG-01")
def test_the_derivation_tells_the_fact_the_count_and_the_carrying_over():
    assert term("psrpc_extended", "2026-11-20").derivation == (
        "LRAR déposée le 20/11/2026, un mois (CPCE L125-1 et R125-2) : dimanche 20/12/2026"
        " → lundi 21/12/2026 (CPC 642, par prudence)"
    )


def test_the_derivation_names_the_holiday():
    assert term("cpc", "2026-10-11").derivation == (
        "Acte le 11/10/2026, un mois (CPC 641) : mercredi 11/11/2026 (Armistice de 1918) → jeudi 12/11/2026 (CPC 642)"
    )


@pytest.mark.req("CRE-08")
def test_the_next_phase_opens_after_the_fifteen_days():
    assert term("amiable_wait_15d", "2026-11-20").due_on == date(2026, 12, 7)


@pytest.mark.req("LEG-18")
@pytest.mark.parametrize(("ordered", "period"), [("2026-08-31", "P6M"), ("2026-09-01", "P3M")])
def test_the_time_to_serve_follows_the_day_of_the_order(ordered, period):
    assert term("ip_signification", ordered).period == period


@pytest.mark.req("LEG-19")
@pytest.mark.parametrize(
    ("territory", "period"),
    [
        ("FR", "P1M"),
        ("ALSACE-MOSELLE", "P1M"),
        ("REUNION", "P1M+P1M"),
        ("NC", "P1M+P1M"),
        ("ABROAD", "P1M+P2M"),
    ],
)
def test_distance_lengthens_the_time_to_oppose(territory, period):
    assert term("ip_opposition", "2026-11-16", territory=territory).period == period


@pytest.mark.parametrize(
    ("served", "territory", "due"),
    [
        ("2026-11-16", "FR", "2027-01-18"),  # two months: raw Saturday
        ("2026-11-16", "ABROAD", "2027-01-18"),
        ("2026-07-06", "FR", "2026-08-06"),  # before the reform: the month of opposition
        ("2026-07-06", "ABROAD", "2026-10-06"),
    ],
)
def test_an_order_is_enforced_once_its_regime_allows(served, territory, due):
    assert term("ip_enforceable_after", served, territory=territory).due_on.isoformat() == due


@pytest.mark.req("LEG-25")
@pytest.mark.parametrize(
    ("territory", "due"), [("FR", "2026-12-09"), ("ABROAD", "2027-02-09"), ("MARTINIQUE", "2027-02-09")]
)
def test_a_creditor_outside_metropolitan_france_has_two_more_months(territory, due):
    assert term("rj_declaration", "2026-10-09", territory=territory).due_on.isoformat() == due


def test_a_given_period_wins_over_the_distance():
    assert term("rj_declaration", "2026-10-09", territory="ABROAD", period="P2M").due_on == date(2026, 12, 9)


def test_a_local_holiday_never_lengthens_what_is_ours_to_do():
    own = term("ip_signification", "2026-02-22", territory="MARTINIQUE", period="P3M")
    assert own.due_on == date(2026, 5, 26)  # 22 May, weekend, Whit Monday
    assert own.act_by == date(2026, 5, 21)


def test_a_local_holiday_is_waited_through_before_acting_against_the_debtor():
    assert term("ip_opposition", "2026-04-22", territory="MARTINIQUE", period="P1M").due_on == date(2026, 5, 26)


@pytest.mark.req("LEG-28")
@pytest.mark.parametrize(
    ("start", "period", "earliest"),
    [
        ("2026-11-05", None, "2026-12-15"),  # month extended to Monday 7 December, then eight days
        ("2026-11-05", "P1M", "2026-12-15"),
        ("2026-11-05", "P1M+P8D", "2026-12-15"),
        ("2026-12-07", "P8D", "2026-12-15"),  # counted from the end of that month
        ("2026-12-11", "P8D", "2026-12-21"),  # Saturday is waited through
    ],
)
def test_the_record_of_silence_waits_eight_days_after_the_whole_month(start, period, earliest):
    assert term("l126_pv_earliest", start, period=period).due_on.isoformat() == earliest


@pytest.mark.req("LEG-14")
def test_a_limitation_is_never_extended_and_leaves_a_day_of_margin():
    found = term("prescription_5y", "2021-11-28")
    assert (found.due_on, found.act_by) == (date(2026, 11, 28), date(2026, 11, 27))
    assert found.derivation.endswith("samedi 28/11/2026 ; agir au plus tard le vendredi 27/11/2026")


@pytest.mark.req("LEG-14")
@given(DAYS, st.sampled_from(["prescription_5y", "prescription_2y_consumer", "prescription_1y_telecom"]))
def test_a_limitation_is_interrupted_before_the_eve_of_its_anniversary_is_over(start, kind):
    found = compute(kind, start)
    assert found.due_on == found.raw_on
    assert found.act_by < found.due_on


@pytest.mark.parametrize(
    ("kind", "start", "due"),
    [
        ("payout_cash", "2026-11-07", "2026-11-28"),
        ("payout_other", "2026-11-07", "2026-12-19"),
        ("payout_instalments_other", "2026-11-30", "2027-02-28"),
        ("sepa_mandate_lapse", "2026-02-28", "2029-02-28"),
        ("sepa_refund_8w", "2026-12-05", "2027-01-30"),
        ("sepa_unauthorised_13m", "2026-01-31", "2027-02-28"),
        ("lre_acceptance", "2026-12-11", "2026-12-26"),
        ("lrar_withdrawal", "2026-12-11", "2026-12-26"),
    ],
)
def test_terms_outside_procedure_end_on_their_raw_day_even_on_a_weekend(kind, start, due):
    assert term(kind, start).due_on.isoformat() == due


def test_a_payout_is_made_before_the_weekend_on_which_it_falls_due():
    assert term("payout_cash", "2026-11-07").act_by == date(2026, 11, 27)


@pytest.mark.parametrize("period", [None, "-P14D", "P14D"])
def test_a_prenotification_counts_back_from_the_debit(period):
    assert term("sepa_prenotification_latest", "2026-12-21", period=period).due_on == date(2026, 12, 7)


def test_a_prenotification_due_on_a_sunday_leaves_the_friday_before():
    found = term("sepa_prenotification_latest", "2026-12-20")
    assert (found.due_on, found.act_by) == (date(2026, 12, 6), date(2026, 12, 4))


def test_a_term_never_runs_backwards():
    with pytest.raises(ValueError, match="durée positive"):
        term("cpc", "2026-11-21", period="-P14D")


def test_an_unknown_kind_is_answered_by_the_known_ones():
    with pytest.raises(UnknownKind, match="psrpc_strict"):
        term("psrpc", "2026-11-21")


def test_an_unknown_territory_is_refused_even_where_no_holiday_counts():
    with pytest.raises(UnknownTerritory):
        term("payout_cash", "2026-11-21", territory="MARS")


@given(DAYS, st.integers(0, 400))
def test_a_later_fact_never_ends_earlier(start, days):
    later = start + timedelta(days=days)
    assert compute("cpc", start).due_on <= compute("cpc", later).due_on
