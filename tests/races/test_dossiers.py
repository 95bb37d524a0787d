"""Two at once: people, sweeps and payments that meet over one dossier, each on a connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from core.actors import Actor, Side
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Debtor, Dossier, Item
from dossiers.services import identify_debtor, lock
from notifications.models import Message, Outcome
from notifications.relay import dispatch_next
from notifications.services import PostingRefused, record_posting
from procedures.models import Deadline
from procedures.services import TransitionRefused, advance, advance_overdue, declare_payment, submit
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

OFFICE = Actor(Side.OFFICE, "Claire Morel")
CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
FRIDAY = date(2026, 2, 27)
ROUNDS = 6


def at_once(*functions: Callable[[], Any]) -> list[Any]:
    """Start all at the same instant, each on its own connection; what each returned, or the exception it raised."""
    barrier = threading.Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            return function()
        except Exception as error:  # noqa: BLE001  what went wrong is the answer
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, function) for function in functions]]


class Meanwhile:
    """A function that runs on another connection while the test's own transaction holds something."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.pool, self.process = ThreadPoolExecutor(1), 0
        self.future = self.pool.submit(self._alone, function)

    def _alone(self, function: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            self.process = connection.connection.info.backend_pid
            return function()
        except Exception as error:  # noqa: BLE001  what went wrong is the answer
            return error
        finally:
            connection.close()

    def is_made_to_wait(self) -> bool:
        """Whether it stands before a lock; False when it came through without one."""
        limit = time.monotonic() + 10
        while time.monotonic() < limit and not self.future.done():
            with connection.cursor() as cursor:
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [self.process])
                if cursor.fetchone()[0]:
                    return True
        return False

    def outcome(self) -> Any:
        answer = self.future.result(timeout=30)
        self.pool.shutdown()
        return answer


def kinds(dossier: Dossier) -> list[str]:
    return sorted(Message.objects.about(dossier.pk).values_list("kind", flat=True))


def refused(answers: Sequence[Any]) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, Exception)]


def payment(amount: str = "1200.00") -> Item:
    return Item(number="VIR-1", issued_on=FRIDAY, due_on=FRIDAY, gross=Decimal(amount))


def assert_whole(dossier: Dossier) -> None:
    """Events in order, one chain, and a dossier that stands where its last event left it."""
    fresh = Dossier.objects.get(pk=dossier.pk)
    last = fresh.events.last()
    assert last and last.phase == fresh.phase
    assert journal.holds(fresh)


# --- people --------------------------------------------------------------------------------------------------
@pytest.mark.attack("R20")
def test_a_double_click_on_accept_sends_one_letter(now: datetime) -> None:
    for _ in range(ROUNDS):
        dossier = factories.dossier(phase=Phase.SUBMITTED)
        answers = at_once(*[lambda d=dossier: advance(d, "accept", by=OFFICE, now=now)] * 3)
        assert [type(error) for error in refused(answers)] == [TransitionRefused] * 2
        assert kinds(dossier) == ["amiable_email", "amiable_letter", "dossier_accepted"]
        assert_whole(dossier)


def test_the_second_of_two_waits_and_sees_what_the_first_has_done(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    with transaction.atomic():
        advance(dossier, "accept", by=OFFICE, now=now)
        second = Meanwhile(lambda: advance(dossier, "accept", by=OFFICE, now=now))
        assert second.is_made_to_wait()
    assert isinstance(second.outcome(), TransitionRefused)
    assert len(kinds(dossier)) == 3
    assert_whole(dossier)


def test_when_the_first_of_two_fails_the_second_goes_on(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    with transaction.atomic():
        advance(dossier, "accept", by=OFFICE, now=now)
        second = Meanwhile(lambda: advance(dossier, "refuse", by=OFFICE, now=now, reason="motif"))
        assert second.is_made_to_wait()
        transaction.set_rollback(True)
    assert second.outcome().kind == "refuse"
    assert kinds(dossier) == ["dossier_refused"]
    assert_whole(dossier)


def test_of_accept_refuse_and_withdraw_at_once_one_wins(now: datetime) -> None:
    moves = {"accept": OFFICE, "refuse": OFFICE, "withdraw": CREDITOR}
    for _ in range(ROUNDS):
        dossier = factories.dossier(phase=Phase.SUBMITTED)
        answers = at_once(
            *[lambda d=dossier, n=n, by=by: advance(d, n, by=by, now=now, reason="motif") for n, by in moves.items()]
        )
        assert len(refused(answers)) == 2
        assert dossier.events.count() == 2
        assert_whole(dossier)


def test_a_double_click_on_submit_files_once_and_tells_the_office_once(office: Any, now: datetime) -> None:
    for _ in range(ROUNDS):
        dossier = factories.dossier()
        answers = at_once(*[lambda d=dossier: submit(d, by=CREDITOR, now=now)] * 2)
        assert [type(error) for error in refused(answers)] == [TransitionRefused]
        assert kinds(dossier) == ["new_dossier"]
        assert_whole(dossier)


def test_a_filing_that_waits_for_a_correction_goes_where_the_debtor_lives_now(office: Any, now: datetime) -> None:
    paris = factories.office(office.brand, court_of_appeal="Paris")
    dossier = factories.dossier()
    with transaction.atomic():
        moved = Debtor.objects.get(pk=dossier.debtor_id)
        moved.postcode, moved.town = "75002", "Paris"
        identify_debtor(dossier, moved)
        filing = Meanwhile(lambda: submit(dossier, by=CREDITOR, now=now))
        assert filing.is_made_to_wait()
    assert not refused([filing.outcome()]), filing.outcome()
    assert Dossier.objects.get(pk=dossier.pk).office == paris
    assert_whole(dossier)


def test_a_decision_that_waits_for_the_filing_sees_the_office_it_went_to(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    with transaction.atomic():
        submit(dossier, by=CREDITOR, now=now)
        decision = Meanwhile(lambda: advance(dossier, "accept", by=OFFICE, now=now))
        assert decision.is_made_to_wait()
    assert not refused([decision.outcome()]), decision.outcome()
    assert kinds(dossier) == ["amiable_email", "amiable_letter", "dossier_accepted", "new_dossier"]
    assert_whole(dossier)


def test_notes_of_many_writers_make_one_chain(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    answers = at_once(*[lambda n=n: journal.note(dossier, f"note_{n}", by="x", at=now) for n in range(6)])
    assert not refused(answers)
    assert list(dossier.events.values_list("seq", flat=True)) == list(range(1, 8))
    assert_whole(dossier)


@pytest.mark.attack("H08", "H13")
def test_two_payments_of_the_whole_at_once_are_settled_once(now: datetime) -> None:
    for _ in range(ROUNDS):
        dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY)
        at_once(*[lambda d=dossier: declare_payment(d, payment(), file=None, by=CREDITOR, now=now)] * 2)
        assert Dossier.objects.get(pk=dossier.pk).phase == Phase.SETTLED
        assert kinds(dossier) == ["dossier_settled"]
        assert_whole(dossier)


def test_two_halves_paid_at_once_settle_the_claim(now: datetime) -> None:
    for _ in range(ROUNDS):
        dossier = factories.dossier(phase=Phase.AMIABLE)
        answers = at_once(
            *[lambda d=dossier: declare_payment(d, payment("600.00"), file=None, by=CREDITOR, now=now)] * 2
        )
        assert not refused(answers)
        assert Dossier.objects.get(pk=dossier.pk).phase == Phase.SETTLED
        assert_whole(dossier)


def test_a_letter_whose_posting_is_recorded_twice_at_once_starts_one_term(now: datetime) -> None:
    for n in range(ROUNDS):
        dossier = factories.dossier(phase=Phase.AMIABLE)
        letter = Message.objects.create(
            brand_id=dossier.brand_id, creditor_id=dossier.creditor_id, office_id=dossier.office_id,
            dossier_id=dossier.pk, key=f"amiable_letter:{n}", kind="amiable_letter", channel="letter", recipient={},
            outcome=Outcome.SENT, created_at=factories.LONG_AGO, try_at=factories.LONG_AGO,
        )  # fmt: skip

        def post(message: Message = letter) -> None:
            record_posting(message, posted_on=FRIDAY, number="", by=OFFICE, now=now, today=now.date())

        assert [type(error) for error in refused(at_once(post, post))] == [PostingRefused]
        assert dossier.events.filter(kind="letter_posted").count() == 1
        assert Deadline.objects.filter(dossier=dossier).count() == 1


# --- the sweep -----------------------------------------------------------------------------------------------
@pytest.mark.attack("R06")
def test_two_workers_that_sweep_at_once_advance_each_dossier_once(now: datetime) -> None:
    owner = factories.creditor()
    for _ in range(ROUNDS):
        dossiers = [factories.dossier(owner, phase=Phase.AMIABLE, lapsing_on=FRIDAY) for _ in range(3)]
        answers = at_once(*[lambda: advance_overdue(now=now, limit=2)] * 4)
        assert not refused(answers)
        advance_overdue(now=now)  # whatever was held while the others looked
        for dossier in dossiers:
            assert kinds(dossier) == ["psrpc_letter"]
            assert dossier.events.count() == 2
            assert_whole(dossier)


def test_of_two_workers_over_one_deadline_one_advances(now: datetime) -> None:
    for _ in range(ROUNDS):
        dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY)
        assert sorted(at_once(*[lambda: advance_overdue(now=now)] * 2)) == [0, 1]
        assert kinds(dossier) == ["psrpc_letter"]
        assert_whole(dossier)


def test_the_sweep_passes_by_a_dossier_that_somebody_holds(now: datetime, in_thread: Any) -> None:
    held, free = (factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY) for _ in range(2))
    with transaction.atomic():
        lock(held)
        started = time.monotonic()
        assert in_thread(advance_overdue, now=now) == 1
        assert time.monotonic() - started < 4, "it waited"
    assert [Dossier.objects.get(pk=d.pk).phase for d in (held, free)] == [Phase.AMIABLE, Phase.PSRPC]
    assert advance_overdue(now=now) == 1


def test_the_sweep_passes_by_a_deadline_that_another_sweep_holds(now: datetime, in_thread: Any) -> None:
    factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY)
    with transaction.atomic():
        list(Deadline.objects.select_for_update(of=("self",)))
        assert in_thread(advance_overdue, now=now) == 0


def test_a_person_waits_for_the_sweep_and_is_then_refused(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY)
    with transaction.atomic():
        assert advance_overdue(now=now) == 1
        person = Meanwhile(lambda: advance(dossier, "open_psrpc", by=OFFICE, now=now))
        assert person.is_made_to_wait()
    assert isinstance(person.outcome(), TransitionRefused)
    assert kinds(dossier) == ["psrpc_letter"]
    assert_whole(dossier)


@pytest.mark.attack("D14")
@pytest.mark.req("CRE-10")
def test_a_payment_and_the_sweep_at_once_stop_the_path_or_step_but_never_both(now: datetime) -> None:
    for _ in range(4 * ROUNDS):
        dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY)
        paid, swept = at_once(
            lambda d=dossier: declare_payment(d, payment(), file=None, by=CREDITOR, now=now),
            lambda: advance_overdue(now=now),
        )
        assert not refused([paid, swept])
        advance_overdue(now=now)
        phase = Dossier.objects.get(pk=dossier.pk).phase
        assert (phase, kinds(dossier)) in [
            (Phase.SETTLED, ["dossier_settled"]),
            (Phase.PSRPC, ["psrpc_letter"]),
        ]
        assert not Deadline.objects.pending().filter(dossier=dossier).exists()
        assert_whole(dossier)


@pytest.mark.req("LEG-07")
def test_a_payment_that_waits_for_the_sweep_keeps_its_letters_from_leaving(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY)
    with transaction.atomic():
        advance_overdue(now=now)
        paying = Meanwhile(lambda: declare_payment(dossier, payment(), file=None, by=CREDITOR, now=now))
        assert paying.is_made_to_wait()
    assert isinstance(paying.outcome(), Item)
    while dispatch_next(now=now):
        pass
    assert Dossier.objects.get(pk=dossier.pk).phase == Phase.PSRPC
    assert set(Message.objects.about(dossier.pk).values_list("outcome", flat=True)) == {Outcome.CANCELLED}


def test_the_sweep_does_not_judge_a_balance_that_is_changing(now: datetime, in_thread: Any) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=FRIDAY)
    with transaction.atomic():
        declare_payment(dossier, payment("300.00"), file=None, by=CREDITOR, now=now)
        assert in_thread(advance_overdue, now=now) == 0
    assert in_thread(advance_overdue, now=now + timedelta(minutes=1)) == 1
