"""The map of the path: every pair of a phase and a move, who may make it, and whose turn it is."""

from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from core.actors import Actor, Side
from dossiers.enums import ENDED, Phase
from dossiers.models import Dossier
from notifications.models import Message
from procedures import guards
from procedures.services import TransitionRefused, advance, offered, refusals
from procedures.transitions import TRANSITIONS, TURN
from tests import factories

CREDITOR, OFFICE, SYSTEM = Side.CREDITOR, Side.OFFICE, Side.SYSTEM
# What the law and the contract allow, written down a second time: name: (from, to, by).
LAW: dict[str, tuple[set[Phase], Phase, set[Side]]] = {
    "submit": ({Phase.DRAFT}, Phase.SUBMITTED, {CREDITOR}),
    "withdraw": ({Phase.SUBMITTED}, Phase.DRAFT, {CREDITOR}),
    "accept": ({Phase.SUBMITTED}, Phase.AMIABLE, {OFFICE}),
    "refuse": ({Phase.SUBMITTED}, Phase.REFUSED, {OFFICE}),
    "ask_correction": ({Phase.SUBMITTED}, Phase.TO_CORRECT, {OFFICE}),
    "correct": ({Phase.REFUSED, Phase.TO_CORRECT}, Phase.DRAFT, {CREDITOR}),
    "open_psrpc": ({Phase.AMIABLE}, Phase.PSRPC, {SYSTEM, OFFICE}),
    "offer_injonction": ({Phase.AMIABLE}, Phase.INJONCTION_OFFERED, {OFFICE}),
    "resume_amiable": ({Phase.PSRPC}, Phase.AMIABLE, {OFFICE}),
    "record_psrpc_refusal": ({Phase.PSRPC}, Phase.INJONCTION_OFFERED, {OFFICE}),
    "record_terms_refusal": ({Phase.PSRPC}, Phase.INJONCTION_OFFERED, {OFFICE}),
    "record_agreement": ({Phase.PSRPC}, Phase.TITLE, {OFFICE}),
    "close": ({Phase.AMIABLE, Phase.PSRPC}, Phase.CLOSED, {OFFICE}),
    "accept_closure": (
        {
            Phase.SUBMITTED,
            Phase.AMIABLE,
            Phase.PSRPC,
            Phase.TITLE,
            Phase.INJONCTION_OFFERED,
            Phase.INJONCTION_REQUESTED,
            Phase.IP_FILED,
            Phase.IP_ORDERED,
            Phase.IP_SERVED,
            Phase.IP_OPPOSED,
            Phase.ENFORCEABLE,
            Phase.L126_REQUESTED,
            Phase.L126_SERVED,
            Phase.L126_UNCONTESTED,
            Phase.L126_TITLE,
            Phase.L126_ENFORCEABLE,
        },
        Phase.CLOSED,
        {OFFICE},
    ),
    "certify": (
        {Phase.AMIABLE, Phase.TITLE, Phase.INJONCTION_OFFERED, Phase.ENFORCEABLE, Phase.L126_ENFORCEABLE},
        Phase.CLOSED,
        {OFFICE},
    ),
    "record_psrpc_silence": ({Phase.PSRPC}, Phase.INJONCTION_OFFERED, {SYSTEM}),
    "request_injonction": ({Phase.INJONCTION_OFFERED}, Phase.INJONCTION_REQUESTED, {CREDITOR}),
    "renounce": ({Phase.INJONCTION_OFFERED, Phase.REFUSED, Phase.TO_CORRECT}, Phase.CLOSED, {CREDITOR}),
    "settle": (
        {
            Phase.SUBMITTED,
            Phase.AMIABLE,
            Phase.TITLE,
            Phase.INJONCTION_OFFERED,
            Phase.INJONCTION_REQUESTED,
            Phase.IP_FILED,
            Phase.IP_ORDERED,
            Phase.IP_SERVED,
            Phase.IP_OPPOSED,
            Phase.ENFORCEABLE,
            Phase.L126_REQUESTED,
            Phase.L126_SERVED,
            Phase.L126_UNCONTESTED,
            Phase.L126_TITLE,
            Phase.L126_ENFORCEABLE,
        },
        Phase.SETTLED,
        {CREDITOR, OFFICE, SYSTEM},
    ),
    "settle_in_psrpc": ({Phase.PSRPC}, Phase.SETTLED, {OFFICE}),
    "file_petition": ({Phase.INJONCTION_REQUESTED}, Phase.IP_FILED, {OFFICE}),
    "record_order": ({Phase.IP_FILED}, Phase.IP_ORDERED, {OFFICE}),
    "record_partial_order": ({Phase.IP_FILED}, Phase.IP_ORDERED, {OFFICE}),
    "record_rejection": ({Phase.IP_FILED}, Phase.CLOSED, {OFFICE}),
    "decline_order": ({Phase.IP_ORDERED}, Phase.CLOSED, {CREDITOR}),
    "record_service": ({Phase.IP_ORDERED}, Phase.IP_SERVED, {OFFICE}),
    "record_order_lapsed": ({Phase.IP_ORDERED}, Phase.INJONCTION_OFFERED, {OFFICE}),
    "record_opposition": ({Phase.IP_SERVED, Phase.ENFORCEABLE}, Phase.IP_OPPOSED, {OFFICE}),
    "record_enforceable": ({Phase.IP_SERVED}, Phase.ENFORCEABLE, {OFFICE}),
    "record_judgment": ({Phase.IP_OPPOSED}, Phase.CLOSED, {OFFICE}),
    "request_commandement": ({Phase.INJONCTION_OFFERED}, Phase.L126_REQUESTED, {CREDITOR}),
    "record_commandement": ({Phase.L126_REQUESTED}, Phase.L126_SERVED, {OFFICE}),
    "record_mandate_lapsed": ({Phase.L126_REQUESTED}, Phase.INJONCTION_OFFERED, {OFFICE}),
    "record_contestation": ({Phase.L126_SERVED, Phase.L126_UNCONTESTED}, Phase.INJONCTION_OFFERED, {OFFICE, SYSTEM}),
    "record_non_contestation": ({Phase.L126_SERVED}, Phase.L126_UNCONTESTED, {OFFICE}),
    "record_clerk_title": ({Phase.L126_UNCONTESTED}, Phase.L126_TITLE, {OFFICE}),
    "record_title_service": ({Phase.L126_TITLE}, Phase.L126_ENFORCEABLE, {OFFICE}),
    "record_title_lapsed": ({Phase.L126_TITLE}, Phase.INJONCTION_OFFERED, {OFFICE}),
}
LETTERS = {
    "submit": {"new_dossier"},
    "accept": {"amiable_letter", "amiable_email", "dossier_accepted"},
    "refuse": {"dossier_refused"},
    "ask_correction": {"correction_asked"},
    "open_psrpc": {"psrpc_letter"},
    "offer_injonction": {"injonction_offered"},
    "record_psrpc_silence": {"psrpc_statement", "injonction_offered"},
    "record_psrpc_refusal": {"psrpc_statement", "injonction_offered"},
    "record_terms_refusal": {"psrpc_statement", "injonction_offered"},
    "record_agreement": {"psrpc_statement", "psrpc_title", "title_issued"},
    "close": {"dossier_closed"},
    "certify": {"irrecoverability", "certificate_made"},
    "accept_closure": {"dossier_closed"},
    "request_injonction": {"injonction_requested"},
    "settle": {"dossier_settled"},
    "settle_in_psrpc": {"dossier_settled"},
    "file_petition": {"petition_filed"},
    "record_order": {"order_made"},
    "record_partial_order": {"order_made"},
    "record_rejection": {"dossier_closed"},
    "record_service": {"order_served"},
    "record_order_lapsed": {"injonction_offered"},
    "record_opposition": {"order_opposed"},
    "record_enforceable": {"order_enforceable"},
    "record_judgment": {"dossier_closed"},
    "request_commandement": {"commandement_requested"},
    "record_commandement": {"commandement_served"},
    "record_mandate_lapsed": {"injonction_offered"},
    "record_contestation": {"commandement_contested"},
    "record_non_contestation": {"l126_record"},
    "record_clerk_title": {"clerk_title_issued"},
    "record_title_lapsed": {"injonction_offered"},
}
PAIRS = list(product(Phase, LAW))
LEGAL = [(phase, name) for phase, name in PAIRS if phase in LAW[name][0]]
ILLEGAL = [(phase, name) for phase, name in PAIRS if phase not in LAW[name][0]]
REASON = {"reason": "motif", "on": factories.LONG_AGO.date().isoformat()}


def standing_in(phase: str, name: str) -> Dossier:
    """A dossier in that phase of which everything but the phase and the side allows the move."""
    owner = factories.creditor()
    office = factories.office(owner.brand)
    fields = factories.l126_open() if name in ("request_commandement", "record_commandement") else {}
    made: Dossier = factories.dossier(owner, phase=phase, office=office, **fields)
    if name in ("record_agreement", "record_terms_refusal"):
        factories.month(made)
        factories.agreement(made)
    if name == "certify":
        factories.hold(made, "address_lost", confirmed=True)
    if name == "accept_closure":
        factories.hold(made, "closure")
    if LAW[name][1] == Phase.SETTLED:
        factories.item(made, "1200.00", kind="payment")
    return made


def actor(name: str) -> Actor:
    return Actor(sorted(LAW[name][2])[0], "essai")


def assert_untouched(dossier: Dossier) -> None:
    fresh = Dossier.objects.get(pk=dossier.pk)
    assert (fresh.phase, fresh.events_count) == (dossier.phase, 1)
    assert not Message.objects.about(dossier.pk).exists()


# --- every pair ----------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.req("CRE-04")
@pytest.mark.parametrize(("phase", "name"), LEGAL)
def test_a_move_is_legal_from_its_sources(phase: Phase, name: str, now: datetime) -> None:
    dossier = standing_in(phase, name)
    event = advance(dossier, name, by=actor(name), now=now, **REASON)
    assert (event.kind, event.phase) == (name, LAW[name][1])
    assert Dossier.objects.get(pk=dossier.pk).phase == LAW[name][1]
    assert set(Message.objects.about(dossier.pk).values_list("kind", flat=True)) == LETTERS.get(name, set())


@pytest.mark.django_db
@pytest.mark.req("CRE-04")
@pytest.mark.parametrize(("phase", "name"), ILLEGAL)
def test_a_move_is_refused_from_every_other_phase(phase: Phase, name: str, now: datetime) -> None:
    dossier = standing_in(phase, name)
    with pytest.raises(TransitionRefused) as refusal:
        advance(dossier, name, by=actor(name), now=now, **REASON)
    assert refusal.value.args == (f"Le dossier est en « {phase.label} ».",)
    assert_untouched(dossier)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "side"), [(name, side) for name in LAW for side in Side if side not in LAW[name][2]])
def test_each_side_makes_only_its_own_moves(name: str, side: Side, now: datetime) -> None:
    dossier = standing_in(next(iter(LAW[name][0])), name)
    with pytest.raises(TransitionRefused, match="Cette action revient"):
        advance(dossier, name, by=Actor(side, "essai"), now=now, **REASON)
    assert_untouched(dossier)


@pytest.mark.parametrize(("phase", "name"), PAIRS)
def test_what_is_offered_is_what_the_phase_and_the_side_allow(phase: Phase, name: str) -> None:
    dossier = Dossier(phase=phase)
    for side in Side:
        allowed = phase in LAW[name][0] and side in LAW[name][2]
        assert offered(TRANSITIONS[name], dossier, Actor(side, "essai")) == allowed


@pytest.mark.django_db
@pytest.mark.parametrize("name", LAW)
def test_what_would_be_answered_is_said_without_doing_anything(name: str, now: datetime) -> None:
    phase = next(iter(LAW[name][0]))
    dossier = standing_in(phase, name)
    assert refusals(dossier, name, by=actor(name), now=now) == []
    assert refusals(dossier, name, by=Actor(Side.SUPPORT, "essai"), now=now) != []
    assert_untouched(dossier)


# --- the map itself ------------------------------------------------------------------------------------------
def test_the_path_has_these_moves_and_no_other() -> None:
    assert set(TRANSITIONS) == set(LAW)


def test_in_each_phase_it_is_somebodys_turn() -> None:
    assert set(TURN) == set(Phase)


def test_whoevers_turn_it_is_has_a_move_to_make() -> None:
    sides = {"créancier": CREDITOR, "étude": OFFICE, "débiteur": SYSTEM}
    for phase in Phase:
        moves = [move for move in TRANSITIONS.values() if phase in move.sources]
        if TURN[phase] == "personne":
            assert not moves
        elif TURN[phase] == "débiteur":  # his silence moves the path
            assert any(SYSTEM in move.by for move in moves)
        else:
            assert any(sides[TURN[phase]] in move.by for move in moves)


def test_nothing_leaves_an_ended_dossier() -> None:
    assert not [name for name, move in TRANSITIONS.items() if set(ENDED) & set(move.sources)]


def test_every_phase_is_reached_from_the_draft() -> None:
    reached = {Phase.DRAFT}
    for _ in Phase:
        reached |= {move.target for move in TRANSITIONS.values() if reached & set(move.sources)}
    assert reached == set(Phase)


def test_each_side_that_may_move_has_its_name_in_the_refusal() -> None:
    assert {side for move in TRANSITIONS.values() for side in move.by} <= set(guards.SIDES)


@pytest.mark.req("CRE-12")
def test_only_the_creditor_requests_the_injonction() -> None:
    asking = [move for move in TRANSITIONS.values() if move.target == Phase.INJONCTION_REQUESTED]
    assert [move.by for move in asking] == [(CREDITOR,)]


@pytest.mark.req("CRE-05")
def test_nothing_is_written_to_the_debtor_before_the_office_has_accepted() -> None:
    for name, move in TRANSITIONS.items():
        if set(move.sources) & {Phase.DRAFT, Phase.SUBMITTED, Phase.REFUSED, Phase.TO_CORRECT} and name != "accept":
            assert not [letter for letter in move.letters if letter.__name__.startswith(("amiable", "psrpc"))]


@pytest.mark.req("CRE-05")
def test_whoever_refuses_or_gives_up_says_why() -> None:
    assert {name for name, move in TRANSITIONS.items() if move.needs_reason} == {
        "refuse", "ask_correction", "offer_injonction", "renounce", "resume_amiable", "record_psrpc_refusal", "record_terms_refusal", "close",
        "accept_closure", "certify",
        "record_partial_order", "record_rejection", "decline_order", "record_order_lapsed", "record_judgment",
        "record_mandate_lapsed", "record_contestation", "record_title_lapsed",
    }  # fmt: skip


@pytest.mark.req("CRE-10")
def test_nothing_is_asked_of_a_debtor_who_owes_nothing() -> None:
    for name, move in TRANSITIONS.items():
        if any(letter.__name__.startswith(("amiable", "psrpc", "injonction", "request")) for letter in move.letters):
            assert guards.is_unpaid in move.guards, name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name in LAW if guards.is_unpaid in TRANSITIONS[name].guards))
def test_a_paid_claim_goes_no_further(name: str, now: datetime) -> None:
    dossier: Dossier = factories.dossier(phase=next(iter(LAW[name][0])), office=factories.office())
    factories.item(dossier, "1200.00", kind="payment")
    with pytest.raises(TransitionRefused, match="La créance est réglée"):
        advance(dossier, name, by=actor(name), now=now, **REASON)
    assert_untouched(dossier)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["settle", "settle_in_psrpc"])
def test_only_what_is_paid_is_closed_as_paid(name: str, now: datetime) -> None:
    dossier = factories.dossier(phase=next(iter(LAW[name][0])))
    factories.item(dossier, "1199.99", kind="payment")
    with pytest.raises(TransitionRefused) as refusal:
        advance(dossier, name, by=actor(name), now=now)
    assert refusal.value.args == ("Il reste 0,01\u00a0€ à régler.",)
    assert dossier.balance().amount == Decimal("0.01")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["refuse", "offer_injonction", "renounce", "resume_amiable", "record_psrpc_refusal", "close"]
)
@pytest.mark.parametrize("detail", [{}, {"reason": ""}, {"reason": "  "}])
def test_a_move_that_needs_a_reason_is_refused_without_one(name: str, detail: dict[str, Any], now: datetime) -> None:
    dossier = standing_in(next(iter(LAW[name][0])), name)
    with pytest.raises(TransitionRefused):
        advance(dossier, name, by=actor(name), now=now, **detail)
    assert_untouched(dossier)
