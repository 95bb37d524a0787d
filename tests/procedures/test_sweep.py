"""The sweep: what silence does, and everything that stops it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import clock
from core.actors import Actor, Side
from dossiers import journal
from dossiers.enums import ENDED, Origin, Phase
from dossiers.models import Dossier, Event, Item
from notifications.models import Message
from procedures import tasks
from procedures.models import Deadline, LegalText
from procedures.services import HOLD, advance_overdue, declare_payment
from procedures.transitions import TRANSITIONS
from tests import factories

pytestmark = pytest.mark.django_db

CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
FRIDAY = date(2026, 2, 27)
PARIS = ZoneInfo("Europe/Paris")


def silent(**fields: Any) -> Dossier:
    """A dossier in the amiable phase whose fifteen days ended on Friday."""
    return factories.dossier(**({"phase": Phase.AMIABLE, "lapsing_on": FRIDAY} | fields))


def phase(dossier: Dossier) -> str:
    return Dossier.objects.values_list("phase", flat=True).get(pk=dossier.pk)


def sent(dossier: Dossier) -> set[tuple[str, str]]:
    return set(Message.objects.about(dossier.pk).values_list("kind", "channel"))


def deadline(dossier: Dossier) -> Deadline:
    return Deadline.objects.get(dossier=dossier)


def last_event(dossier: Dossier) -> Event:
    found = dossier.events.last()
    assert found
    return found


def assert_refused(dossier: Dossier, words: str, *, now: datetime) -> None:
    """One sweep takes the deadline, moves nothing, sends nothing, and writes why."""
    before = phase(dossier)
    assert advance_overdue(now=now) == 1
    assert phase(dossier) == before
    assert not sent(dossier)
    event = last_event(dossier)
    assert (event.kind, event.phase) == ("refused", before)
    assert len(event.detail["reasons"]) == 1, event.detail["reasons"]
    assert words in event.detail["reasons"][0]
    assert (deadline(dossier).outcome, deadline(dossier).settled_at) == ("refused", now)


# --- silence -------------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-08", "CRE-09")
def test_silence_opens_the_procedure_simplifiee_with_a_registered_letter_and_a_mail(now: datetime) -> None:
    dossier = silent()
    assert advance_overdue(now=now) == 1
    assert phase(dossier) == Phase.PSRPC
    assert sent(dossier) == {("psrpc_letter", "registered")}
    assert (deadline(dossier).outcome, deadline(dossier).settled_at) == ("moved", now)


def test_the_sweep_signs_what_it_does_in_the_journal(now: datetime) -> None:
    dossier = silent()
    advance_overdue(now=now)
    event = last_event(dossier)
    assert (event.kind, event.actor, event.at) == ("open_psrpc", "échéancier (automate)", now)
    assert journal.first_broken(dossier.events.all()) is None


@pytest.mark.req("CRE-11", "CRE-13", "LEG-01")
def test_a_month_of_silence_makes_the_injonction_available_and_tells_the_creditor_alone(
    now: datetime,
) -> None:
    dossier = silent(phase=Phase.PSRPC, transition="record_psrpc_silence")
    assert advance_overdue(now=now) == 1
    assert phase(dossier) == Phase.INJONCTION_OFFERED
    assert sent(dossier) == {("injonction_offered", "email"), ("psrpc_statement", "file")}
    message = Message.objects.get(kind="injonction_offered")
    assert message.recipient["email"] == dossier.creditor.email


@pytest.mark.req("CRE-12")
def test_the_injonction_is_never_automatic_however_long_the_silence(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.INJONCTION_OFFERED)
    for years in range(1, 6):
        assert advance_overdue(now=now + timedelta(days=366 * years)) == 0
    assert phase(dossier) == Phase.INJONCTION_OFFERED


@pytest.mark.req("CRE-12")
def test_even_a_deadline_that_asks_for_it_does_not_request_the_injonction(now: datetime) -> None:
    dossier = silent(phase=Phase.INJONCTION_OFFERED, transition="request_injonction")
    assert_refused(dossier, "au créancier", now=now)


def test_a_debtor_without_an_address_for_mail_gets_the_letter_only(now: datetime) -> None:
    dossier = silent(debtor={"email": ""})
    advance_overdue(now=now)
    assert sent(dossier) == {("psrpc_letter", "registered")}


def test_nothing_overdue_moves_nothing(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    assert advance_overdue(now=now) == 0
    assert phase(dossier) == Phase.AMIABLE and not sent(dossier)


def test_one_sweep_serves_the_dossiers_of_every_brand(now: datetime) -> None:
    other = factories.brand("relance-nc")
    dossiers = [silent(), silent(of=factories.creditor(other), office=factories.office(other))]
    assert advance_overdue(now=now) == 2
    assert [phase(dossier) for dossier in dossiers] == [Phase.PSRPC] * 2


def test_one_sweep_takes_every_kind_of_term(now: datetime) -> None:
    first, second = silent(), silent(phase=Phase.PSRPC, transition="record_psrpc_silence")
    assert advance_overdue(now=now) == 2
    assert (phase(first), phase(second)) == (Phase.PSRPC, Phase.INJONCTION_OFFERED)
    assert sent(first) == {("psrpc_letter", "registered")}
    assert sent(second) == {("injonction_offered", "email"), ("psrpc_statement", "file")}


def test_each_letter_goes_to_the_debtor_of_its_own_dossier(now: datetime) -> None:
    dossiers = [silent(debtor={"last_name": f"Durand{n}", "email": f"paul{n}@durand.example"}) for n in range(3)]
    advance_overdue(now=now)
    for n, dossier in enumerate(dossiers):
        for message in Message.objects.about(dossier.pk):
            assert message.recipient["name"] == f"Paul Durand{n}"
            assert message.recipient["email"] == f"paul{n}@durand.example"
            assert (message.creditor_id, message.office_id) == (dossier.creditor_id, dossier.office_id)


# --- never early ---------------------------------------------------------------------------------------------
@pytest.mark.attack("D04")
@pytest.mark.req("CRE-08")
def test_the_whole_of_the_last_day_belongs_to_the_debtor() -> None:
    dossier = silent()
    last_instant = datetime(2026, 2, 27, 23, 59, 59, 999_999, PARIS)
    assert advance_overdue(now=last_instant) == 0
    assert phase(dossier) == Phase.AMIABLE
    assert advance_overdue(now=last_instant + timedelta(microseconds=1)) == 1
    assert phase(dossier) == Phase.PSRPC


@pytest.mark.attack("D24")
def test_noumea_lapses_before_paris(office: Any) -> None:
    there = factories.office(office.brand, time_zone="Pacific/Noumea")
    dossiers = [silent(office=office), silent(office=there)]
    midnight = datetime(2026, 2, 28, 0, 0, tzinfo=ZoneInfo("Pacific/Noumea"))
    assert advance_overdue(now=midnight - timedelta(seconds=1)) == 0
    assert advance_overdue(now=midnight) == 1
    assert [phase(dossier) for dossier in dossiers] == [Phase.AMIABLE, Phase.PSRPC]
    assert advance_overdue(now=datetime(2026, 2, 28, 0, 0, tzinfo=PARIS)) == 1


@pytest.mark.attack("D05")
@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_on_the_nights_when_the_clock_changes_a_day_still_ends_at_midnight(day: date) -> None:
    dossier = silent(lapsing_on=day)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), PARIS).astimezone(UTC)
    assert advance_overdue(now=midnight - timedelta(seconds=1)) == 0
    assert advance_overdue(now=midnight) == 1
    assert phase(dossier) == Phase.PSRPC


@pytest.mark.attack("D09")
def test_nothing_moves_while_this_machine_and_the_database_tell_different_times(caplog: Any) -> None:
    dossier = silent(lapsing_on=clock.now().date() + timedelta(days=10))
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        assert tasks.sweep_deadlines() == 0
    assert phase(dossier) == Phase.AMIABLE and deadline(dossier).settled_at is None
    assert "nothing is advanced" in caplog.text


@pytest.mark.attack("D11")
def test_a_clock_set_back_does_nothing_twice(now: datetime) -> None:
    dossier = silent()
    advance_overdue(now=now)
    assert advance_overdue(now=now - timedelta(hours=3)) == 0
    assert last_event(dossier).seq == 2 and len(sent(dossier)) == 1


# --- what stops it -------------------------------------------------------------------------------------------
@pytest.mark.attack("D14")
@pytest.mark.req("CRE-10")
def test_payment_before_the_term_stops_the_path_and_is_recorded(now: datetime) -> None:
    dossier = silent()
    factories.item(dossier, "1200.00", kind="payment")
    assert_refused(dossier, "La créance est réglée", now=now)


def test_a_credit_note_for_the_whole_stops_the_path_as_a_payment_does(now: datetime) -> None:
    dossier = silent()
    factories.item(dossier, "1200.00", kind="credit_note")
    assert_refused(dossier, "La créance est réglée", now=now)


def test_payment_of_a_part_stops_nothing(now: datetime) -> None:
    dossier = silent()
    factories.item(dossier, "1199.99", kind="payment")
    advance_overdue(now=now)
    assert phase(dossier) == Phase.PSRPC


def test_payment_during_the_month_keeps_the_injonction_from_being_offered(now: datetime) -> None:
    dossier = silent(phase=Phase.PSRPC, transition="record_psrpc_silence")
    factories.item(dossier, "1200.00", kind="payment")
    assert_refused(dossier, "La créance est réglée", now=now)


@pytest.mark.req("CRE-10")
def test_a_dossier_that_was_paid_leaves_no_pending_deadline(now: datetime) -> None:
    dossier = silent(lapsing_on=date(2026, 3, 10))
    paid = Item(number="VIR-1", issued_on=now.date(), due_on=now.date(), gross=Decimal("1200.00"))
    declare_payment(dossier, paid, file=None, by=CREDITOR, now=now)
    assert phase(dossier) == Phase.SETTLED
    assert deadline(dossier).outcome == "cancelled"
    assert not Deadline.objects.pending().filter(dossier__phase__in=ENDED).exists()
    assert advance_overdue(now=now + timedelta(days=30)) == 0


@pytest.mark.req("CRE-03", "LEG-03")
@pytest.mark.parametrize(("balance", "reached"), [("5000.00", Phase.PSRPC), ("5000.01", Phase.AMIABLE)])
def test_five_thousand_euros_fit_and_one_cent_more_does_not(balance: str, reached: str, now: datetime) -> None:
    dossier = silent(balance=balance)
    assert advance_overdue(now=now) == 1
    assert phase(dossier) == reached
    assert bool(sent(dossier)) == (reached == Phase.PSRPC)


@pytest.mark.req("CRE-03", "LEG-03")
@pytest.mark.parametrize(
    ("now", "reached"),
    [
        (datetime(2019, 12, 31, 22, 59, tzinfo=UTC), Phase.AMIABLE),
        (datetime(2019, 12, 31, 23, 0, tzinfo=UTC), Phase.PSRPC),  # midnight in Paris
    ],
)
def test_the_ceiling_is_that_of_the_civil_day_of_sending(now: datetime, reached: str) -> None:
    dossier = silent(balance="4500.00", lapsing_on=date(2019, 12, 30))
    LegalText.objects.update(valid_from=date(2016, 6, 1))
    assert advance_overdue(now=now) == 1
    assert phase(dossier) == reached


@pytest.mark.parametrize("place", ["NC", "PF"])
def test_the_procedure_simplifiee_does_not_exist_in_new_caledonia_nor_in_polynesia(
    place: str, brand: Any, now: datetime
) -> None:
    court, postcode = {"NC": ("Nouméa", "98800"), "PF": ("Papeete", "98714")}[place]
    office = factories.office(brand, court_of_appeal=court)
    dossier = silent(office=office, debtor={"territory": place, "postcode": postcode})
    assert_refused(dossier, "n’existe pas dans ce territoire", now=now)


def test_wallis_et_futuna_has_the_procedure_simplifiee(brand: Any, now: datetime) -> None:
    office = factories.office(brand, court_of_appeal="Nouméa", time_zone="Pacific/Wallis")
    dossier = silent(office=office, debtor={"territory": "WF", "postcode": "98600"})
    advance_overdue(now=now)
    assert phase(dossier) == Phase.PSRPC


def test_a_claim_in_pacific_francs_is_refused(now: datetime) -> None:
    assert_refused(silent(currency="XPF"), "en euros", now=now)


@pytest.mark.req("LEG-28")
@pytest.mark.parametrize(
    ("now", "reached"),
    [
        (datetime(2026, 4, 24, 21, 59, tzinfo=UTC), Phase.PSRPC),
        (datetime(2026, 4, 24, 22, 0, tzinfo=UTC), Phase.AMIABLE),  # 25 April in Paris
    ],
)
def test_an_invoice_between_commercants_left_the_procedure_on_25_april_2026(now: datetime, reached: str) -> None:
    dossier = silent(debtor={"company": "Garage Durand", "is_commercant": True})
    assert advance_overdue(now=now) == 1
    assert phase(dossier) == reached
    if reached == Phase.AMIABLE:
        assert "entre commerçants" in last_event(dossier).detail["reasons"][0]


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": Origin.RENT, "debtor": {"is_commercant": True}},
        {"origin": Origin.INVOICE, "debtor": {"is_commercant": False}},
    ],
)
def test_only_invoices_and_only_between_commercants_left_it(fields: dict[str, Any]) -> None:
    dossier = silent(**fields)
    advance_overdue(now=datetime(2026, 4, 27, 8, tzinfo=UTC))
    assert phase(dossier) == Phase.PSRPC


@pytest.mark.req("LEG-04")
def test_a_missing_legal_text_refuses_and_is_named(now: datetime) -> None:
    dossier = silent()
    LegalText.objects.filter(article="C. civ. 2238").delete()
    assert_refused(dossier, "C. civ. 2238", now=now)


def test_a_legal_text_that_is_no_longer_in_force_is_missing(now: datetime) -> None:
    dossier = silent()
    LegalText.objects.filter(article="CPCE L125-1").update(valid_to=now.date() - timedelta(days=1))
    assert_refused(dossier, "CPCE L125-1", now=now)


@pytest.mark.req("CRE-06", "LEG-02")
def test_an_office_of_another_district_refuses(now: datetime) -> None:
    dossier = silent(debtor={"postcode": "75001", "town": "Paris"})
    assert_refused(dossier, "cour d’appel de Paris", now=now)


def test_every_reason_is_written_not_the_first_alone(now: datetime) -> None:
    dossier = silent(balance="6000.00", debtor={"postcode": "75001"})
    advance_overdue(now=now)
    assert len(last_event(dossier).detail["reasons"]) == 2


def test_a_refusal_is_told_once_and_then_waits_for_a_person(now: datetime) -> None:
    dossier = silent(balance="5000.01")
    assert advance_overdue(now=now) == 1
    assert advance_overdue(now=now + timedelta(days=1)) == 0
    assert last_event(dossier).seq == 2


def test_a_deadline_whose_dossier_has_left_the_phase_moves_nothing(now: datetime) -> None:
    assert_refused(silent(phase=Phase.SUBMITTED), "Transmis à l’étude", now=now)


def test_one_refusal_in_a_batch_stops_nobody_else(now: datetime) -> None:
    refused, moving = silent(balance="5000.01"), silent()
    assert advance_overdue(now=now) == 2
    assert (phase(refused), phase(moving)) == (Phase.AMIABLE, Phase.PSRPC)
    assert (deadline(refused).outcome, deadline(moving).outcome) == ("refused", "moved")


# --- poison --------------------------------------------------------------------------------------------------
@pytest.fixture
def poison(monkeypatch: Any) -> Callable[[Dossier], None]:
    """From now on, writing this dossier's registered letter fails."""
    real = TRANSITIONS["open_psrpc"]

    def put_in(dossier: Dossier) -> None:
        def letter(case: Any, cause: str, at: datetime) -> Message | None:
            if case.dossier.pk == dossier.pk:
                raise RuntimeError("poison")
            return real.letters[0](case, cause, at)

        monkeypatch.setitem(TRANSITIONS, "open_psrpc", replace(real, letters=(letter,)))

    return put_in


@pytest.mark.attack("R10")
def test_the_neighbours_of_a_poisoned_dossier_pass(poison: Any, now: datetime) -> None:
    before, poisoned, after = silent(), silent(), silent()
    poison(poisoned)
    advance_overdue(now=now)
    assert [phase(dossier) for dossier in (before, poisoned, after)] == [
        Phase.PSRPC,
        Phase.AMIABLE,
        Phase.PSRPC,
    ]
    assert len(sent(before)) == len(sent(after)) == 1 and not sent(poisoned)


def test_a_poisoned_dossier_keeps_its_term_and_is_held_an_hour(poison: Any, now: datetime, caplog: Any) -> None:
    dossier = silent()
    poison(dossier)
    advance_overdue(now=now)
    held = deadline(dossier)
    assert (held.settled_at, held.outcome) == (None, "")
    assert f"deadline={held.pk} is held for an hour" in caplog.text
    assert last_event(dossier).seq == 1


def test_a_dossier_that_was_healed_goes_after_the_hour_and_not_before(
    poison: Any, now: datetime, monkeypatch: Any
) -> None:
    dossier = silent()
    poison(dossier)
    advance_overdue(now=now)
    monkeypatch.undo()
    assert advance_overdue(now=now + HOLD - timedelta(seconds=1)) == 0
    assert advance_overdue(now=now + HOLD) == 1
    assert phase(dossier) == Phase.PSRPC


def test_a_term_that_names_an_unknown_transition_stops_nobody_else(now: datetime) -> None:
    unknown, moving = silent(transition="no_such_step"), silent()
    advance_overdue(now=now)
    assert (phase(unknown), phase(moving)) == (Phase.AMIABLE, Phase.PSRPC)
    assert deadline(unknown).settled_at is None


def test_a_failed_batch_looks_no_further_than_what_is_due(poison: Any, now: datetime) -> None:
    poisoned = silent()
    poison(poisoned)
    with CaptureQueriesContext(connection) as queries:
        advance_overdue(now=now)
    assert sum("procedures_deadline" in str(q["sql"]) and "FOR UPDATE" in str(q["sql"]) for q in queries) <= 3


# --- many, late, bounded -------------------------------------------------------------------------------------
@pytest.mark.attack("D06", "D07")
def test_after_ten_days_of_outage_each_dossier_takes_exactly_one_step(now: datetime) -> None:
    dossiers = [silent(lapsing_on=FRIDAY + timedelta(days=n)) for n in range(10)]
    late = datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert advance_overdue(now=late) == 10
    assert advance_overdue(now=late) == 0
    for dossier in dossiers:
        assert phase(dossier) == Phase.PSRPC
        assert dossier.events.count() == 2
        assert Message.objects.about(dossier.pk).count() == 1
    assert not Deadline.objects.pending().exists(), "the month runs from the posting, not from a late sweep"


def test_a_sweep_is_bounded_and_takes_the_oldest_first(now: datetime) -> None:
    young, old, middle = (silent(lapsing_on=FRIDAY - timedelta(days=n)) for n in (0, 2, 1))
    assert advance_overdue(now=now, limit=2) == 2
    assert [phase(dossier) for dossier in (old, middle, young)] == [Phase.PSRPC, Phase.PSRPC, Phase.AMIABLE]
    assert advance_overdue(now=now, limit=2) == 1


@pytest.mark.attack("P06")
def test_a_large_batch_asks_no_more_questions_than_a_small_one(now: datetime) -> None:
    def questions(many: int) -> int:
        owner = factories.creditor()
        for _ in range(many):
            silent(of=owner)
        with CaptureQueriesContext(connection) as queries:
            assert advance_overdue(now=now) == many
        return len(queries)

    assert questions(12) == questions(2)


def test_the_task_repeats_until_nothing_is_left(monkeypatch: Any) -> None:
    batches = iter([3, 2, 0, 7])
    monkeypatch.setattr(tasks, "advance_overdue", lambda now: next(batches))
    assert tasks.sweep_deadlines() == 5


def test_the_task_is_bounded_too(monkeypatch: Any) -> None:
    monkeypatch.setattr(tasks, "advance_overdue", lambda now: 1)
    assert tasks.sweep_deadlines(batches=4) == 4
