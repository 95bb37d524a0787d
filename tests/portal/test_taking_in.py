"""Twenty-four hours to take a dossier in charge: counted for the office, promised to the creditor."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier
from procedures import taking_in
from tenants.models import Policy
from tests import factories
from tests.accounts.test_sign_up import words

pytestmark = pytest.mark.django_db


def filed(creditor: Any, office: Any, *, hours: float) -> Dossier:
    made: Dossier = factories.dossier(creditor, phase=Phase.SUBMITTED, office=office)
    journal.note(made, "submit", by="Jeanne", at=clock.now() - timedelta(hours=hours))
    return made


def order(browser: Any) -> list[str]:
    return [row["cells"][0]["text"] for row in browser.get("/etude/").context["to_accept"].rows]


@pytest.mark.req("NUM-27")
def test_the_worklist_counts_the_hours_and_shows_the_late_ones_first_and_marked(
    creditor: Any, office: Any, as_office: Any
) -> None:
    fresh, late, soon = (filed(creditor, office, hours=h) for h in (1.5, 27.5, 21.5))
    room = as_office()
    assert order(room) == [late.reference, soon.reference, fresh.reference]
    told = words(room.get("/etude/"))
    assert "et le créancier le voit" in words(room.get(f"/etude/dossiers/{late.reference}/"))
    assert "1 dossier attend depuis plus longtemps que promis" in told
    assert "en retard de 3 h" in told and "2 h restantes" in told and "22 h restantes" in told
    tones = [row["cells"][3]["badge_tone"] for row in room.get("/etude/").context["to_accept"].rows]
    assert tones == ["danger", "warning", "info"]


@pytest.mark.req("NUM-27")
def test_the_creditor_reads_until_when_and_that_the_promise_is_broken(
    creditor: Any, office: Any, as_creditor: Any
) -> None:
    fresh, late = filed(creditor, office, hours=1), filed(creditor, office, hours=25)
    desk = as_creditor()
    assert "Prise en charge avant le " in words(desk.get(f"/espace/dossiers/{fresh.reference}/"))
    assert "Le délai de prise en charge est dépassé" in words(desk.get(f"/espace/dossiers/{late.reference}/"))


@pytest.mark.req("NUM-27")
def test_the_rule_of_the_day_of_filing_counts_not_a_later_one(brand: Any, creditor: Any, office: Any) -> None:
    now = clock.now()
    rule = {
        "brand": brand, "name": "take_in_hours", "proposed_by": "A", "proposer_key": 1, "proposed_at": now,
        "approved_by": "B", "approver_key": 2, "approved_at": now,
    }  # fmt: skip
    Policy.objects.create(value=48, valid_from=now.date() - timedelta(days=30), **rule)
    Policy.objects.create(value=12, valid_from=now.date() - timedelta(days=2), **rule)
    recent, before = filed(creditor, office, hours=1), filed(creditor, office, hours=24 * 5)
    for dossier, hours in ((recent, 12), (before, 48)):
        at = dossier.events.get(kind="submit").at
        assert taking_in.promised(dossier) == at + timedelta(hours=hours)


def test_a_dossier_that_was_corrected_and_filed_again_starts_anew(creditor: Any, office: Any) -> None:
    dossier = filed(creditor, office, hours=72)
    again = clock.now() - timedelta(hours=2)
    journal.note(dossier, "submit", by="Jeanne", at=again)
    assert taking_in.promised(dossier) == again + timedelta(hours=24)
    assert [row.filed_at for row in taking_in.awaiting(Dossier.objects.all())] == [again]


def test_a_decided_dossier_has_no_promise(creditor: Any, office: Any) -> None:
    assert taking_in.promised(factories.dossier(creditor, phase=Phase.AMIABLE, office=office)) is None


def test_the_worklist_costs_the_same_for_one_dossier_as_for_many(creditor: Any, office: Any, as_office: Any) -> None:
    room = as_office()

    def cost() -> int:
        room.get("/etude/")
        with factories.counted() as found:
            room.get("/etude/")
        return len(found)

    filed(creditor, office, hours=1)
    few = cost()
    for hours in range(6):
        filed(creditor, office, hours=hours + 20)
    assert cost() == few
