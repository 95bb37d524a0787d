"""The judge of an injonction: by who the parties are, what the claim is, and where the debtor lives."""

from datetime import date
from typing import Any

import pytest

from procedures.courts import Judge, NoCourt, Parties, court_for

DAY = date(2026, 11, 21)


def court(**facts: Any) -> Any:
    known = {"creditor_trades": True, "debtor_trades": True, "origin": "contract", "territory": "FR", "town": "Dijon"}
    return court_for(Parties(**(known | facts)), on=DAY)


@pytest.mark.req("LEG-16", "LEG-21")
@pytest.mark.parametrize(
    ("facts", "judge", "form"),
    [
        ({}, Judge.TC, "12946*02"),
        ({"debtor_trades": False}, Judge.TJ, "12948*06"),
        ({"creditor_trades": False}, Judge.TJ, "12948*06"),
        ({"origin": "rent"}, Judge.JCP, "16040*01"),
        ({"territory": "ALSACE-MOSELLE", "town": "Colmar"}, Judge.COMMERCIAL_CHAMBER, "12946*02"),
        ({"territory": "REUNION", "town": "Saint-Denis"}, Judge.MIXED, "12946*02"),
    ],
)
def test_the_judge_follows_the_parties_and_the_claim(facts: dict[str, Any], judge: Judge, form: str) -> None:
    found = court(**facts)
    assert (found.judge, found.cerfa) == (judge, form)
    assert any("1406" in reason for reason in found.reasons), "the place is of public order"


@pytest.mark.req("LEG-16")
def test_twelve_towns_have_a_tribunal_of_economic_activities() -> None:
    assert "activités économiques de Lyon" in court(town="Lyon 03").name
    assert court(town="Dijon").name == "Tribunal de commerce du ressort de Dijon"


@pytest.mark.req("LEG-16")
@pytest.mark.parametrize("territory", ["NC", "PF", "WF", "SPM", "ABROAD"])
def test_where_french_procedure_does_not_reach_no_judge_is_named(territory: str) -> None:
    with pytest.raises(NoCourt):
        court(territory=territory)


def test_only_the_commercial_clerk_takes_a_fee() -> None:
    assert court().takes_a_fee and not court(debtor_trades=False).takes_a_fee
