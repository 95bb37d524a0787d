"""What sets a dossier aside: what each hold stops, what becomes of each clock, and the way back."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.actors import Actor, Side
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message, Outcome
from notifications.relay import dispatch_next
from procedures import answers, holds
from procedures.answers import AnswerRefused, Reply
from procedures.claims import account_of, claimed
from procedures.decompte import Part
from procedures.effects import CLOCKS, EFFECTS, Stop, clock, kinds_that_stop, stopped_by
from procedures.enums import HoldKind, HoldState
from procedures.holds import Ground, HoldRefused
from procedures.models import Deadline, Hold
from procedures.petition import missing
from procedures.services import TransitionRefused, advance, advance_overdue
from procedures.transitions import TRANSITIONS
from tests import factories

pytestmark = pytest.mark.django_db

OFFICE = Actor(Side.OFFICE, "Claire Morel")
CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
DAY = timedelta(days=1)
KINDS = list(HoldKind)


@pytest.fixture
def dossier(now: datetime) -> Dossier:
    """In the amiable phase, ten of its fifteen days still to run."""
    made: Dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=(now + 10 * DAY).date())
    return made


def place(dossier: Dossier, now: datetime, kind: str = HoldKind.DISPUTE, **fields: object) -> Hold:
    return holds.place(dossier, Ground(kind, proof="lettre du 2 mars", **fields), by=OFFICE, now=now)  # type: ignore[arg-type]


def lift(hold: Hold, now: datetime) -> Hold:
    return holds.lift(hold, reason="Contestation écartée", by=OFFICE, now=now)


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def everything_leaves(now: datetime) -> None:
    while dispatch_next(now=now):
        pass


# --- the table -------------------------------------------------------------------------------------------------
def test_every_kind_of_hold_says_what_it_stops_by_which_text_and_how_it_ends() -> None:
    assert set(EFFECTS) == set(HoldKind)
    for effect in EFFECTS.values():
        assert (
            effect.article and effect.back and set(effect.stops) >= {Stop.LETTERS, Stop.MACHINE, Stop.ACTS, Stop.DEBIT}
        )


def test_interest_stops_for_insolvency_and_surendettement_only() -> None:
    assert set(kinds_that_stop(Stop.INTEREST)) == {HoldKind.INSOLVENCY, HoldKind.OVERINDEBTEDNESS}


def test_no_agreement_is_made_with_whoever_may_not_pay_or_cannot_consent() -> None:
    assert set(kinds_that_stop(Stop.AGREEMENT)) == {
        HoldKind.INSOLVENCY, HoldKind.OVERINDEBTEDNESS, HoldKind.DEATH, HoldKind.VULNERABILITY, HoldKind.CLOSURE,
    }  # fmt: skip


def test_our_own_wait_is_the_only_clock_that_pauses() -> None:
    assert [term for term, row in CLOCKS.items() if row.pauses] == ["amiable_wait_15d"]
    assert not clock("rj_declaration").pauses and not clock("prescription_5y").pauses


def test_nothing_is_stopped_where_nothing_stands() -> None:
    assert all(stopped_by([], stop) == [] for stop in Stop)


# --- sweep, relay and guards ask the same question ---------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("confirmed", [True, False])
def test_the_sweep_passes_by_whatever_is_held_and_nothing_is_lost(
    kind: str, confirmed: bool, dossier: Dossier, now: datetime
) -> None:
    factories.hold(dossier, kind, confirmed=confirmed)
    late = now + 30 * DAY
    assert advance_overdue(now=late) == 0
    assert fresh(dossier).phase == Phase.AMIABLE
    assert Deadline.objects.pending().filter(dossier=dossier).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_that_waits_in_the_outbox_is_checked_again_at_the_moment_of_leaving(kind: str, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    place(dossier, now, kind)
    everything_leaves(now)
    letters = Message.objects.about(dossier.pk).filter(kind__in=["amiable_letter", "amiable_email"])
    assert {letter.outcome for letter in letters} == {Outcome.CANCELLED}
    assert all("Dossier suspendu" in letter.detail for letter in letters)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["accept", "open_psrpc", "offer_injonction", "request_injonction"])
def test_no_act_against_the_debtor_while_a_hold_stands(kind: str, name: str, now: datetime) -> None:
    move = TRANSITIONS[name]
    dossier = factories.dossier(phase=move.sources[0])
    factories.hold(dossier, kind)
    by = Actor(move.by[-1], "essai")
    with pytest.raises(TransitionRefused, match="Dossier suspendu"):
        advance(dossier, name, by=by, now=now, reason="motif")
    assert fresh(dossier).phase == move.sources[0]


@pytest.mark.parametrize("kind", kinds_that_stop(Stop.AGREEMENT))
def test_no_agreement_and_no_title_while_such_a_hold_stands(kind: str, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    factories.month(dossier, now.date() - 5 * DAY)
    factories.agreement(dossier)
    factories.hold(dossier, kind)
    with pytest.raises(TransitionRefused, match="Dossier suspendu"):
        advance(dossier, "record_agreement", by=OFFICE, now=now)
    with pytest.raises(AnswerRefused, match="Dossier suspendu"):
        answers.propose(dossier, instalments=2, first_on=now.date() + 20 * DAY, by=OFFICE, now=now)


def test_the_petition_is_not_made_while_a_hold_stands(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.INJONCTION_REQUESTED)
    factories.hold(dossier, HoldKind.INSOLVENCY)
    assert "Dossier suspendu" in missing(dossier, on=now.date())[0]


def test_facts_of_the_court_are_still_recorded(now: datetime) -> None:
    """What happened happened: a hold stops acts, not the truth."""
    dossier = factories.dossier(phase=Phase.IP_FILED)
    factories.hold(dossier, HoldKind.DISPUTE)
    advance(dossier, "record_order", by=OFFICE, now=now, on=now.date().isoformat())
    assert fresh(dossier).phase == Phase.IP_ORDERED


# --- clocks ------------------------------------------------------------------------------------------------------
def test_the_days_of_our_own_wait_that_were_left_are_given_back_at_the_lifting(dossier: Dossier, now: datetime) -> None:
    hold = place(dossier, now)
    assert not Deadline.objects.pending().filter(dossier=dossier).exists()
    later = now + 40 * DAY
    lift(hold, later)
    [term] = Deadline.objects.pending().filter(dossier=dossier)
    assert term.strict_on == later.date() + 10 * DAY
    assert "10 j restants" in term.derivation
    assert advance_overdue(now=later + 9 * DAY) == 0
    assert advance_overdue(now=later + 14 * DAY) == 1
    assert fresh(dossier).phase == Phase.PSRPC


def test_a_wait_that_was_over_gives_the_debtor_one_day_more(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, lapsing_on=(now - DAY).date())
    lift(place(dossier, now), now)
    [term] = Deadline.objects.pending().filter(dossier=dossier)
    assert term.due_on > now.date()


def test_the_month_of_the_procedure_runs_on_and_its_silence_waits_for_the_lifting(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    month = factories.month(dossier, now.date())
    hold = place(dossier, now)
    assert Deadline.objects.get(pk=month.pk).settled_at is None
    after = now + 60 * DAY
    assert advance_overdue(now=after) == 0
    lift(hold, after)
    assert advance_overdue(now=after) == 1
    assert fresh(dossier).phase == Phase.INJONCTION_OFFERED


def test_two_holds_and_one_lifted_nothing_resumes(dossier: Dossier, now: datetime) -> None:
    first = place(dossier, now)
    place(dossier, now, HoldKind.VULNERABILITY)
    lift(first, now)
    assert not Deadline.objects.pending().filter(dossier=dossier).exists()
    assert advance_overdue(now=now + 90 * DAY) == 0


def test_a_letter_posted_before_anybody_could_stop_it_starts_a_wait_that_is_paused(now: datetime) -> None:
    from notifications.services import record_posting  # noqa: PLC0415

    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    everything_leaves(now)
    place(dossier, now)
    letter = Message.objects.get(kind="amiable_letter")
    record_posting(letter, posted_on=now.date(), number="", by=OFFICE, now=now, today=now.date())
    assert Deadline.objects.get(dossier=dossier).outcome == "paused"


def test_letters_that_a_hold_stopped_are_written_anew_once_and_only_once(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    hold = place(dossier, now)
    everything_leaves(now)
    lift(hold, now)
    everything_leaves(now)
    about = Message.objects.about(dossier.pk)
    for kind in ("amiable_letter", "amiable_email"):
        assert sorted(about.filter(kind=kind).values_list("outcome", flat=True)) == [Outcome.CANCELLED, Outcome.SENT]
    lift(place(dossier, now), now)
    assert about.filter(kind="amiable_letter").count() == 2, "what left is not sent again"


# --- interest ----------------------------------------------------------------------------------------------------
def test_interest_stops_at_the_judgment_at_midnight(now: datetime) -> None:
    dossier = factories.dossier(debtor={"kind": "legal", "company": "Boulangerie du Parc"}, phase=Phase.AMIABLE)
    eve = account_of(dossier, on=date(2026, 2, 9)).total(Part.INTEREST)
    factories.hold(dossier, HoldKind.INSOLVENCY, confirmed=True, effective_on=date(2026, 2, 10))
    assert account_of(dossier, on=date(2026, 3, 2)).total(Part.INTEREST) == eve
    assert account_of(dossier, on=date(2026, 2, 5)).total(Part.INTEREST) < eve


def test_a_notice_that_nobody_confirmed_stops_no_interest(now: datetime) -> None:
    dossier = factories.dossier(debtor={"kind": "legal", "company": "Boulangerie du Parc"}, phase=Phase.AMIABLE)
    whole = account_of(dossier, on=date(2026, 3, 2)).total(Part.INTEREST)
    factories.hold(dossier, HoldKind.INSOLVENCY, effective_on=date(2026, 2, 10))
    assert account_of(dossier, on=date(2026, 3, 2)).total(Part.INTEREST) == whole


# --- disputes of one item ------------------------------------------------------------------------------------------
def test_a_disputed_item_leaves_what_is_asked_for_and_stays_in_the_figures(dossier: Dossier, now: datetime) -> None:
    item = factories.item(dossier, "300.00")
    place(dossier, now, item=item, code="defective")
    assert dossier.balance().amount == Decimal("1500.00")
    assert claimed(dossier).amount == Decimal("1200.00")
    assert str(item) not in [account.debt.key for account in account_of(dossier, on=now.date()).accounts]
    assert Deadline.objects.pending().filter(dossier=dossier).exists(), "the rest goes on"
    assert advance_overdue(now=now + 20 * DAY) == 1
    assert fresh(dossier).phase == Phase.PSRPC


def test_when_every_item_is_disputed_nothing_is_asked_for(dossier: Dossier, now: datetime) -> None:
    place(dossier, now, item=dossier.items.get())
    with pytest.raises(TransitionRefused, match="Tout ce qui reste dû est contesté"):
        advance(dossier, "offer_injonction", by=OFFICE, now=now, reason="motif")


def test_the_ceiling_of_the_procedure_is_met_by_what_is_not_disputed(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE, balance="5000.00")
    place(dossier, now, item=factories.item(dossier, "900.00"))
    advance(dossier, "open_psrpc", by=OFFICE, now=now)
    assert fresh(dossier).phase == Phase.PSRPC


def test_only_items_of_the_dossier_itself_are_disputed(dossier: Dossier, now: datetime) -> None:
    other = factories.item(factories.dossier(dossier.creditor, phase=Phase.AMIABLE))
    with pytest.raises(HoldRefused, match="Seul un élément de ce dossier"):
        place(dossier, now, item=other)
    with pytest.raises(HoldRefused, match="Seul un élément"):
        place(dossier, now, HoldKind.DEATH, item=dossier.items.get())


# --- proof, decisions, way back --------------------------------------------------------------------------------------
def test_a_hold_of_the_office_has_its_proof(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(HoldRefused, match="Indiquez la preuve"):
        holds.place(dossier, Ground(HoldKind.DEATH), by=OFFICE, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.hold(dossier, state="confirmed", decided_at=now, decided_by="x")


def test_what_was_declared_is_confirmed_with_a_proof_or_refused_with_a_reason(dossier: Dossier, now: datetime) -> None:
    declared = holds.declare(dossier, Ground(HoldKind.OVERINDEBTEDNESS), by="le débiteur, en ligne", now=now)
    assert declared.state == HoldState.TO_VERIFY
    with pytest.raises(HoldRefused, match="preuve"):
        holds.confirm(declared, proof=" ", by=OFFICE, now=now)
    confirmed = holds.confirm(declared, proof="recevabilité n° 12", effective_on=date(2026, 2, 1), by=OFFICE, now=now)
    assert (confirmed.state, confirmed.decided_by) == (HoldState.CONFIRMED, str(OFFICE))
    other = holds.declare(dossier, Ground(HoldKind.PAID), by="le débiteur, en ligne", now=now)
    assert lift(other, now).state == HoldState.REFUSED
    assert lift(confirmed, now).state == HoldState.LIFTED
    assert journal.holds(fresh(dossier))


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_lifted_without_a_reason(reason: str, dossier: Dossier, now: datetime) -> None:
    hold = place(dossier, now)
    with pytest.raises(HoldRefused, match="motif"):
        holds.lift(hold, reason=reason, by=OFFICE, now=now)


def test_the_same_hold_twice_is_one_and_lifting_twice_is_refused(dossier: Dossier, now: datetime) -> None:
    hold = holds.declare(dossier, Ground(HoldKind.TIME), by="x", now=now)
    assert holds.declare(dossier, Ground(HoldKind.TIME), by="x", now=now) == hold
    with pytest.raises(HoldRefused, match="existe déjà"):
        place(dossier, now, HoldKind.TIME)
    lift(hold, now)
    with pytest.raises(HoldRefused, match="déjà levée"):
        lift(hold, now)


def test_a_fact_of_tomorrow_is_no_fact(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(HoldRefused, match="futur"):
        place(dossier, now, HoldKind.INSOLVENCY, effective_on=now.date() + DAY)


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.REFUSED, Phase.CLOSED, Phase.SETTLED])
def test_nothing_is_set_aside_where_nothing_runs(phase: str, now: datetime) -> None:
    with pytest.raises(HoldRefused, match="pas en cours"):
        place(factories.dossier(phase=phase), now)


# --- the debtor's own words ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("contest", {}, HoldKind.DISPUTE),
        ("paid", {}, HoldKind.PAID),
        ("time", {}, HoldKind.TIME),
        ("deceased", {"effective_on": date(2026, 1, 3)}, HoldKind.DEATH),
        ("difficulty", {"situation": "insolvency"}, HoldKind.INSOLVENCY),
        ("difficulty", {"situation": "overindebtedness"}, HoldKind.OVERINDEBTEDNESS),
        ("difficulty", {}, HoldKind.OVERINDEBTEDNESS),
    ],
)
def test_what_the_debtor_declares_sets_the_dossier_aside_until_it_is_verified(
    kind: str, fields: dict[str, object], expected: str, dossier: Dossier, now: datetime
) -> None:
    answers.record(dossier, Reply(kind, "online", now.date(), "Voici.", **fields), by="le débiteur", now=now)  # type: ignore[arg-type]
    hold = Hold.objects.get(dossier=dossier)
    assert (hold.kind, hold.state, hold.effective_on) == (expected, HoldState.TO_VERIFY, fields.get("effective_on"))
    assert advance_overdue(now=now + 90 * DAY) == 0


def test_an_acceptance_or_a_refusal_sets_nothing_aside(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    factories.month(dossier, now.date())
    answers.record(dossier, Reply("refuse", "online", now.date()), by="le débiteur", now=now)
    assert not Hold.objects.filter(dossier=dossier).exists()


def test_the_debtor_contests_one_invoice_and_the_rest_goes_on(dossier: Dossier, now: datetime) -> None:
    item = factories.item(dossier, "300.00")
    said = Reply("contest", "online", now.date(), "Non livré.", item=item, code="not_delivered")
    answers.record(dossier, said, by="le débiteur", now=now)
    hold = Hold.objects.get(dossier=dossier)
    assert (hold.item, hold.code) == (item, "not_delivered")
    assert Deadline.objects.pending().filter(dossier=dossier).exists()


# --- the creditor's request for closure --------------------------------------------------------------------------------
@pytest.mark.req("ATR-68")
def test_a_request_for_closure_stops_everything_and_the_office_accepts_it(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(TransitionRefused, match="ne demande pas la clôture"):
        advance(dossier, "accept_closure", by=OFFICE, now=now, reason="accord")
    holds.ask_closure(dossier, Ground(HoldKind.CLOSURE, "Le client revient."), by=CREDITOR, now=now)
    assert Message.objects.filter(kind="hold_to_verify", dossier_id=dossier.pk).count() == 1
    assert advance_overdue(now=now + 90 * DAY) == 0
    advance(dossier, "accept_closure", by=OFFICE, now=now, reason="accord")
    assert fresh(dossier).phase == Phase.CLOSED


@pytest.mark.req("ATR-68")
def test_a_creditor_takes_back_her_own_request_and_nothing_else(dossier: Dossier, now: datetime) -> None:
    asked = holds.ask_closure(dossier, Ground(HoldKind.CLOSURE, "motif"), by=CREDITOR, now=now)
    assert holds.lift(asked, reason="retirée", by=CREDITOR, now=now).state == HoldState.LIFTED
    assert Deadline.objects.pending().filter(dossier=dossier).exists()
    with pytest.raises(HoldRefused, match="Seule l’étude"):
        holds.lift(place(dossier, now), reason="x", by=CREDITOR, now=now)


def test_what_was_sent_remains_after_the_closure(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    everything_leaves(now)
    holds.ask_closure(dossier, Ground(HoldKind.CLOSURE, "motif"), by=CREDITOR, now=now)
    advance(dossier, "accept_closure", by=OFFICE, now=now, reason="accord")
    letter = Message.objects.get(kind="amiable_letter", dossier_id=dossier.pk)
    assert letter.outcome == Outcome.SENT and letter.document is not None
