"""From the petition to the enforceable order: the facts of the court, and the terms that they start (CPC 1405 to 1422)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.actors import Actor, Side
from dossiers.enums import Phase
from dossiers.models import Dossier
from procedures.models import Deadline
from procedures.services import TransitionRefused, advance, advance_overdue
from tests import factories

pytestmark = pytest.mark.django_db

OFFICE = Actor(Side.OFFICE, "Claire Morel")
CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
NOON = "T12:00:00+00:00"


def at(day: str) -> datetime:
    return datetime.fromisoformat(day + NOON)


def walk(dossier: Dossier, *steps: tuple[str, str], now: str = "2027-12-01") -> Dossier:
    for name, day in steps:
        advance(dossier, name, by=OFFICE, now=at(now), on=day, reason="motif")
    return Dossier.objects.get(pk=dossier.pk)


def requested(**debtor: Any) -> Dossier:
    made: Dossier = factories.dossier(phase=Phase.INJONCTION_REQUESTED, debtor=debtor)
    return made


def running(dossier: Dossier) -> Deadline:
    return Deadline.objects.pending().get(dossier=dossier)


FILED = ("file_petition", "2026-09-10")
ORDERED = ("record_order", "2026-10-05")


@pytest.mark.req("LEG-18")
@pytest.mark.parametrize(
    ("filed", "order", "due"),
    [
        ("2026-07-01", "2026-08-31", date(2027, 3, 1)),  # six months, to Sunday 28 February: carried to Monday
        ("2026-07-01", "2026-09-01", date(2026, 12, 1)),  # three months since the reform
    ],
)
def test_the_order_must_be_served_within_the_time_of_its_own_day(filed: str, order: str, due: date) -> None:
    dossier = walk(requested(), ("file_petition", filed), ("record_order", order))
    term = running(dossier)
    assert (term.kind, term.transition, term.due_on) == ("ip_signification", "record_order_lapsed", due)


@pytest.mark.req("LEG-18")
def test_a_service_after_the_time_is_refused_with_its_derivation() -> None:
    dossier = walk(requested(), FILED, ORDERED)
    with pytest.raises(TransitionRefused, match="CPC 1411"):
        walk(dossier, ("record_service", "2027-01-06"))
    assert walk(dossier, ("record_service", "2027-01-05")).phase == Phase.IP_SERVED


@pytest.mark.req("LEG-19")
@pytest.mark.parametrize(
    ("order", "served", "due"),
    [("2026-08-20", "2026-09-15", date(2026, 10, 15)), ("2026-09-01", "2026-09-15", date(2026, 11, 16))],
)
def test_how_long_an_order_waits_is_the_regime_of_its_own_day_not_of_its_service(
    order: str, served: str, due: date
) -> None:
    dossier = walk(requested(), ("file_petition", "2026-07-01"), ("record_order", order), ("record_service", served))
    assert running(dossier).due_on == due


@pytest.mark.req("LEG-19")
def test_an_order_is_not_enforceable_a_day_before_its_time() -> None:
    dossier = walk(requested(), FILED, ORDERED, ("record_service", "2026-10-12"))
    last = running(dossier).due_on
    with pytest.raises(TransitionRefused, match="court encore"):
        advance(dossier, "record_enforceable", by=OFFICE, now=at(last.isoformat()))
    advance(dossier, "record_enforceable", by=OFFICE, now=at((last + timedelta(days=1)).isoformat()))
    assert Dossier.objects.get(pk=dossier.pk).phase == Phase.ENFORCEABLE


@pytest.mark.req("LEG-19")
def test_the_sweep_decides_nothing_that_only_the_office_can_know() -> None:
    """A service or an opposition may be known and not recorded yet: the machine hands it to a person."""
    ordered = walk(requested(), FILED, ORDERED)
    served = walk(requested(), FILED, ORDERED, ("record_service", "2026-10-12"))
    assert advance_overdue(now=at("2027-06-01")) == 2
    for dossier, phase in ((ordered, Phase.IP_ORDERED), (served, Phase.IP_SERVED)):
        dossier.refresh_from_db()
        assert dossier.phase == phase and dossier.events.last().kind == "refused"
    walk(ordered, ("record_service", "2026-12-30"))
    advance(served, "record_enforceable", by=OFFICE, now=at("2027-06-02"))


@pytest.mark.req("LEG-19")
@pytest.mark.parametrize("enforceable", [False, True])
def test_an_opposition_stops_the_order_even_late(enforceable: bool) -> None:
    """Not served to the person: the debtor may oppose until a month after the first act that reaches him (CPC 1416)."""
    dossier = walk(requested(), FILED, ORDERED, ("record_service", "2026-10-12"))
    if enforceable:
        walk(dossier, ("record_enforceable", ""))
    dossier = walk(dossier, ("record_opposition", "2026-11-03"))
    assert dossier.phase == Phase.IP_OPPOSED and not Deadline.objects.pending().filter(dossier=dossier).exists()


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("", "Indiquez la date"), ("demain", "Indiquez la date"), ("2028-01-01", "futur"), ("2026-09-09", "précède")],
)
def test_a_date_that_cannot_be_is_refused(day: str, sentence: str) -> None:
    dossier = walk(requested(), FILED)
    with pytest.raises(TransitionRefused, match=sentence):
        walk(dossier, ("record_order", day))
    assert dossier.events.last().kind == "file_petition"


@pytest.mark.req("LEG-18")
def test_the_creditor_may_leave_a_partial_order_unserved() -> None:
    dossier = walk(requested(), FILED, ("record_partial_order", "2026-10-05"))
    advance(dossier, "decline_order", by=CREDITOR, now=at("2026-10-20"), reason="Montant accordé trop faible")
    assert Dossier.objects.get(pk=dossier.pk).phase == Phase.CLOSED


@pytest.mark.req("LEG-18")
def test_an_order_that_nobody_served_is_void_and_a_new_petition_stays_possible() -> None:
    dossier = walk(requested(), FILED, ORDERED)
    with pytest.raises(TransitionRefused, match="court encore"):
        advance(dossier, "record_order_lapsed", by=OFFICE, now=at("2027-01-05"), reason="non signifiée")
    dossier = walk(dossier, ("record_order_lapsed", ""))
    assert dossier.phase == Phase.INJONCTION_OFFERED


def test_from_the_request_to_the_end_by_the_pages(as_office: Any, creditor: Any, office: Any) -> None:
    dossier = factories.dossier(creditor, phase=Phase.INJONCTION_REQUESTED, office=office)
    desk, base = as_office(), f"/etude/dossiers/{dossier.reference}/action"
    page = desk.get(f"{base}/file_petition").content.decode()
    assert 'type="date"' in page and "Requête déposée le" in page
    refused = desk.post(f"{base}/file_petition", {"on": ""})
    assert refused["Location"] == f"{base}/file_petition"
    today = datetime.now().date()
    for name in ("file_petition", "record_order", "record_service"):
        assert desk.post(f"{base}/{name}", {"on": today.isoformat()})["Location"].endswith(f"{dossier.reference}/")
    dossier.refresh_from_db()
    assert dossier.phase == Phase.IP_SERVED and running(dossier).kind == "ip_enforceable_after"
