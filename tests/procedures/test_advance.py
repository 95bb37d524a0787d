"""Moving one dossier: everything commits together, or nothing does."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.actors import Actor, Side
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier, Item
from dossiers.services import Locked
from mandates.models import Mandate
from notifications.models import Message
from procedures import services
from procedures.models import Deadline
from procedures.services import TransitionRefused, advance, declare_payment, refusals, submit
from procedures.transitions import TRANSITIONS
from tests import factories

pytestmark = pytest.mark.django_db

CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
OFFICE = Actor(Side.OFFICE, "Claire Morel")
TERM = date(2026, 3, 17)


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def kinds(dossier: Dossier) -> list[str]:
    return sorted(Message.objects.about(dossier.pk).values_list("kind", flat=True))


def payment(amount: str = "1200.00") -> Item:
    return Item(number="VIR-1", issued_on=date(2026, 3, 2), due_on=date(2026, 3, 2), gross=Decimal(amount))


# --- together or not at all ----------------------------------------------------------------------------------
@pytest.mark.req("CRE-05", "CRE-07")
def test_acceptance_writes_the_event_the_phase_and_the_letters_together(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    event = advance(dossier, "accept", by=OFFICE, now=now)
    moved = fresh(dossier)
    assert (moved.phase, moved.events_count, moved.events_head) == (Phase.AMIABLE, 2, event.hash)
    assert (event.kind, event.phase, event.actor, event.at) == ("accept", Phase.AMIABLE, str(OFFICE), now)
    channels = set(Message.objects.about(dossier.pk).values_list("kind", "channel"))
    assert channels == {
        ("amiable_letter", "letter"),
        ("amiable_email", "email"),
        ("dossier_accepted", "email"),
    }


def test_each_letter_carries_the_key_of_its_cause(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    event = advance(dossier, "accept", by=OFFICE, now=now)
    for message in Message.objects.about(dossier.pk):
        assert message.key == f"{message.kind}:{dossier.pk}:{event.seq}"


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_letter_that_fails_rolls_everything_back(failing: int, now: datetime, monkeypatch: Any) -> None:
    def broken(*args: Any) -> Message:
        raise RuntimeError("no letter")

    written = list(TRANSITIONS["accept"].letters)
    written[failing] = broken
    monkeypatch.setitem(TRANSITIONS, "accept", replace(TRANSITIONS["accept"], letters=tuple(written)))
    dossier = factories.dossier(phase=Phase.SUBMITTED, lapsing_on=TERM)
    with pytest.raises(RuntimeError):
        advance(dossier, "accept", by=OFFICE, now=now)
    assert (fresh(dossier).phase, fresh(dossier).events_count) == (Phase.SUBMITTED, 1)
    assert dossier.events.count() == 1
    assert not kinds(dossier)
    assert Deadline.objects.pending().filter(dossier=dossier).exists()


def test_letters_that_cannot_be_queued_roll_everything_back(now: datetime, monkeypatch: Any) -> None:
    def full(messages: Any) -> None:
        raise RuntimeError("outbox")

    monkeypatch.setattr(services, "queue_all", full)
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    with pytest.raises(RuntimeError):
        advance(dossier, "accept", by=OFFICE, now=now)
    assert (fresh(dossier).phase, dossier.events.count()) == (Phase.SUBMITTED, 1)


def test_a_refused_move_leaves_no_trace(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED, lapsing_on=TERM)
    with pytest.raises(TransitionRefused):
        advance(dossier, "accept", by=CREDITOR, now=now)
    assert (fresh(dossier).phase, dossier.events.count(), kinds(dossier)) == (Phase.SUBMITTED, 1, [])
    assert Deadline.objects.pending().filter(dossier=dossier).exists()


def test_what_counts_is_the_dossier_as_it_is_now_not_as_it_was_read(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    stale = fresh(dossier)
    advance(dossier, "accept", by=OFFICE, now=now)
    with pytest.raises(TransitionRefused):
        advance(stale, "accept", by=OFFICE, now=now)
    assert kinds(dossier).count("amiable_letter") == 1


@pytest.mark.req("CRE-05")
def test_the_reason_of_a_refusal_is_kept_in_the_journal(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    event = advance(dossier, "refuse", by=OFFICE, now=now, reason="Facture illisible")
    assert event.detail == {"reason": "Facture illisible"}
    assert kinds(dossier) == ["dossier_refused"]


def test_a_dossier_that_moves_by_another_way_takes_its_pending_term_with_it(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=TERM)
    advance(dossier, "close", by=OFFICE, now=now, reason="contestation")
    assert [(d.outcome, d.settled_at) for d in Deadline.objects.filter(dossier=dossier)] == [("cancelled", now)]


@pytest.mark.req("CRE-08")
def test_the_office_does_not_shorten_the_fifteen_days(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=TERM)
    with pytest.raises(TransitionRefused, match="court encore"):
        advance(dossier, "open_psrpc", by=OFFICE, now=now)


def test_the_terms_of_other_dossiers_run_on(now: datetime) -> None:
    owner = factories.creditor()
    moving, other = (factories.dossier(owner, phase=Phase.AMIABLE, lapsing_on=TERM) for _ in range(2))
    advance(moving, "close", by=OFFICE, now=now, reason="contestation")
    assert Deadline.objects.pending().get().dossier_id == other.pk


# --- filing --------------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-06", "ATR-39")
def test_a_filed_dossier_goes_to_the_office_of_the_debtors_district(brand: Any, now: datetime) -> None:
    factories.office(brand, court_of_appeal="Paris")
    lyon = factories.office(brand, court_of_appeal="Lyon")
    dossier = factories.dossier()
    submit(dossier, by=CREDITOR, now=now)
    assert (fresh(dossier).phase, fresh(dossier).office) == (Phase.SUBMITTED, lyon)
    [message] = Message.objects.about(dossier.pk)
    assert (message.kind, message.office_id, message.recipient["email"]) == (
        "new_dossier",
        lyon.pk,
        lyon.email,
    )


@pytest.mark.req("CRE-05")
def test_filing_writes_nothing_to_the_debtor(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    submit(dossier, by=CREDITOR, now=now)
    assert kinds(dossier) == ["new_dossier"]


def test_an_office_that_takes_no_new_dossiers_gets_none(brand: Any, now: datetime) -> None:
    factories.office(brand, is_available=False)
    second = factories.office(brand)
    dossier = factories.dossier()
    submit(dossier, by=CREDITOR, now=now)
    assert fresh(dossier).office == second


def test_the_offices_of_another_brand_are_not_asked(brand: Any, now: datetime) -> None:
    factories.office(factories.brand("relance-nc"))
    dossier = factories.dossier()
    with pytest.raises(TransitionRefused, match="Aucune étude compétente"):
        submit(dossier, by=CREDITOR, now=now)


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_kept(brand: Any, now: datetime) -> None:
    factories.office(brand, court_of_appeal="Paris")
    dossier = factories.dossier(is_attested=False, balance="0", debtor={"postcode": "69002"})
    Mandate.objects.all().delete()
    with pytest.raises(TransitionRefused) as refusal:
        submit(dossier, by=CREDITOR, now=now)
    assert len(refusal.value.args) == 4
    assert (fresh(dossier).phase, fresh(dossier).office, dossier.events.count()) == (Phase.DRAFT, None, 1)


def test_a_draft_without_a_debtor_is_not_filed(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    Dossier.objects.update(debtor=None)
    with pytest.raises(TransitionRefused, match="Identifiez le débiteur"):
        submit(dossier, by=CREDITOR, now=now)


@pytest.mark.req("CRE-57")
def test_the_mandate_of_another_creditor_does_not_file_ones_dossier(office: Any, now: datetime) -> None:
    factories.creditor()
    dossier = factories.dossier()
    Mandate.objects.filter(creditor=dossier.creditor).delete()
    with pytest.raises(TransitionRefused, match="Signez le mandat"):
        submit(dossier, by=CREDITOR, now=now)


def test_the_oldest_invoice_decides_whether_the_claim_is_prescribed(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    factories.item(dossier, "100.00", issued_on=date(2020, 1, 1), due_on=date(2020, 2, 1))
    with pytest.raises(TransitionRefused, match="prescrite depuis le 01/02/2025"):
        submit(dossier, by=CREDITOR, now=now)


def test_an_old_invoice_that_was_paid_prescribes_nothing(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    factories.item(dossier, "100.00", issued_on=date(2020, 1, 1), due_on=date(2020, 2, 1))
    factories.item(dossier, "100.00", kind="payment")
    submit(dossier, by=CREDITOR, now=now)
    assert fresh(dossier).phase == Phase.SUBMITTED


def test_a_dossier_that_was_filed_is_not_routed_again(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    submit(dossier, by=CREDITOR, now=now)
    factories.office(office.brand)
    with pytest.raises(TransitionRefused):
        submit(dossier, by=CREDITOR, now=now)
    assert fresh(dossier).office == office
    assert kinds(dossier) == ["new_dossier"]


def test_a_corrected_dossier_is_filed_again_and_tells_the_office_again(office: Any, now: datetime) -> None:
    dossier = factories.dossier()
    submit(dossier, by=CREDITOR, now=now)
    advance(dossier, "refuse", by=OFFICE, now=now, reason="Pièce manquante")
    advance(dossier, "correct", by=CREDITOR, now=now)
    submit(dossier, by=CREDITOR, now=now)
    assert kinds(dossier) == ["dossier_refused", "new_dossier", "new_dossier"]
    assert journal.first_broken(dossier.events.all()) is None


# --- payment -------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-69", "CRE-10")
@pytest.mark.parametrize(
    "phase", [Phase.SUBMITTED, Phase.AMIABLE, Phase.INJONCTION_OFFERED, Phase.INJONCTION_REQUESTED]
)
def test_payment_in_full_stops_the_path_at_once(phase: str, now: datetime) -> None:
    dossier = factories.dossier(phase=phase)
    declare_payment(dossier, payment(), file=None, by=CREDITOR, now=now)
    assert fresh(dossier).phase == Phase.SETTLED
    assert kinds(dossier) == ["dossier_settled"]
    assert list(dossier.events.values_list("kind", flat=True)) == ["opened", "payment_added", "settle"]


def test_payment_in_full_cancels_the_pending_term(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=TERM)
    declare_payment(dossier, payment(), file=None, by=CREDITOR, now=now)
    assert Deadline.objects.get(dossier=dossier).outcome == "cancelled"


@pytest.mark.attack("H13")
def test_payment_of_too_much_is_recorded_whole_and_settles(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    declare_payment(dossier, payment("1300.00"), file=None, by=CREDITOR, now=now)
    assert (fresh(dossier).phase, dossier.balance().amount) == (Phase.SETTLED, Decimal("-100.00"))


def test_payment_in_part_lowers_the_balance_and_closes_nothing(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=TERM)
    declare_payment(dossier, payment("1199.99"), file=None, by=CREDITOR, now=now)
    assert (fresh(dossier).phase, dossier.balance().amount) == (Phase.AMIABLE, Decimal("0.01"))
    assert Deadline.objects.pending().filter(dossier=dossier).exists()
    assert not kinds(dossier)


def test_the_last_of_several_payments_settles(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    for amount, phase in (("700.00", Phase.AMIABLE), ("499.99", Phase.AMIABLE), ("0.01", Phase.SETTLED)):
        declare_payment(dossier, payment(amount), file=None, by=CREDITOR, now=now)
        assert fresh(dossier).phase == phase


def test_what_is_declared_as_a_payment_is_a_payment(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    disguised = payment("200.00")
    disguised.kind = "invoice"
    declare_payment(dossier, disguised, file=None, by=CREDITOR, now=now)
    assert dossier.balance().amount == Decimal("1000.00")


def test_a_settled_dossier_takes_no_further_payment(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    declare_payment(dossier, payment(), file=None, by=CREDITOR, now=now)
    with pytest.raises(Locked):
        declare_payment(dossier, payment(), file=None, by=CREDITOR, now=now)
    assert kinds(dossier) == ["dossier_settled"]


# --- R125-7: between the invitation and its outcome ----------------------------------------------------------
@pytest.mark.req("LEG-07")
def test_a_payment_declared_during_the_procedure_is_recorded_and_closes_nothing(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC, lapsing_on=TERM, transition="record_psrpc_silence")
    declare_payment(dossier, payment(), file=None, by=CREDITOR, now=now)
    assert (fresh(dossier).phase, dossier.balance().amount) == (Phase.PSRPC, Decimal(0))
    assert list(dossier.events.values_list("kind", flat=True)) == ["opened", "payment_added"]
    assert not kinds(dossier)
    assert Deadline.objects.pending().filter(dossier=dossier).exists()


@pytest.mark.req("LEG-07")
@pytest.mark.parametrize("side", [Side.CREDITOR, Side.SYSTEM, Side.SUPPORT])
@pytest.mark.parametrize("name", ["settle", "settle_in_psrpc"])
def test_nobody_but_the_office_finds_the_claim_paid_during_the_procedure(side: Side, name: str, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    factories.item(dossier, "1200.00", kind="payment")
    with pytest.raises(TransitionRefused):
        advance(dossier, name, by=Actor(side, "essai"), now=now)
    assert fresh(dossier).phase == Phase.PSRPC


@pytest.mark.req("LEG-07")
def test_the_office_finds_the_claim_paid_during_the_procedure(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC, lapsing_on=TERM, transition="record_psrpc_silence")
    declare_payment(dossier, payment(), file=None, by=CREDITOR, now=now)
    assert refusals(dossier, "settle", by=OFFICE, now=now) != []
    advance(dossier, "settle_in_psrpc", by=OFFICE, now=now)
    assert (fresh(dossier).phase, kinds(dossier)) == (Phase.SETTLED, ["dossier_settled"])
    assert not Deadline.objects.pending().filter(dossier=dossier).exists()
