"""What the debtor answers, and the agreement that may follow it (CPCE R125-2 to R125-5)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import PersonKind
from core.actors import SWEEP, Actor
from dossiers import journal
from dossiers.enums import ENDED, Phase
from dossiers.models import Dossier, Item
from dossiers.services import held
from procedures import papers
from procedures.claims import claimed
from procedures.effects import Stop, sentence
from procedures.enums import HoldKind
from procedures.holds import Ground, HoldRefused, declare
from procedures.legal_texts import in_force, missing
from procedures.letters import (
    Letter,
    answered_to_creditor,
    answered_to_office,
    offer_to_creditor,
    queue_letters,
    receipt,
)
from procedures.models import Answer, AnswerKind, Deadline, Hold, Means, Offer, Paper, PaperKind
from procedures.services import advance, offered
from procedures.transitions import TRANSITIONS
from signatures.codes import Signer
from tenants.context import WORKER, acting_as

OF_THE_PSRPC = (AnswerKind.ACCEPT, AnswerKind.REFUSE, AnswerKind.REFUSE_TERMS)
LONGEST = 24
FORM_TEXTS = ("CPCE R125-2",)  # the official form of acceptance, once somebody has entered it


class AnswerRefused(ValueError):
    """The answer cannot be taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said and how it came in; the terms only with an acceptance."""

    kind: str
    means: str
    received_on: date
    text: str = ""
    instalments: int | None = None
    first_on: date | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    situation: str = ""  # of a difficulty: the kind of hold that it calls for
    effective_on: date | None = None  # the day of the decision, or of the death
    item: Item | None = None  # what is contested, when it is not the whole
    code: str = ""


@transaction.atomic
def record(dossier: Dossier, reply: Reply, *, by: str, now: datetime) -> Answer:
    """Keep the answer and tell the creditor and the office at once; AnswerRefused says what the law leaves open.

    It moves nothing: the commissaire de justice records the outcome himself (CPCE R125-3); but a contestation ends the
    route of the commandement by itself. A dispute, a difficulty, a
    payment, a request for time or a death sets the dossier aside until the office has verified it.
    """
    dossier = held(dossier)
    if reason := _refusal(dossier, reply, today=now.astimezone(dossier.zone).date()):
        raise AnswerRefused(reason)
    answer = Answer.objects.create(
        dossier=dossier, creditor_id=dossier.creditor_id, kind=reply.kind, means=reply.means, text=reply.text,
        received_on=reply.received_on, recorded_by=by, created_at=now, evidence=reply.evidence,
    )  # fmt: skip
    if kind := _hold_of(dossier, reply):
        _set_aside(dossier, kind, reply, by=by, now=now)
    if reply.kind == AnswerKind.ACCEPT and reply.instalments and reply.first_on:
        _offer(dossier, reply.instalments, reply.first_on, by=by, now=now, debtor_agreed_on=reply.received_on)
    detail = {"answer": reply.kind, "means": reply.means, "on": reply.received_on.isoformat(), "id": answer.pk}
    _tell(dossier, "debtor_answered", detail, by, now, (receipt, answered_to_creditor, answered_to_office))
    if reply.kind == AnswerKind.CONTEST and offered(TRANSITIONS["record_contestation"], dossier, SWEEP):
        # Here the law leaves nothing to find: any contestation ends the route of the commandement (law 2026-307).
        advance(dossier, "record_contestation", by=SWEEP, now=now, reason=_("Contestation reçue du débiteur."))
    return answer


@transaction.atomic
def propose(dossier: Dossier, *, instalments: int, first_on: date, by: Actor, now: datetime) -> Offer:
    """The office's own proposal, on the whole balance; both sides have still to agree (CPCE R125-4)."""
    dossier = held(dossier)
    today = now.astimezone(dossier.zone).date()
    if reason := _closed_to_agreement(dossier, today) or _bad_terms(instalments, first_on, today):
        raise AnswerRefused(reason)
    offer = _offer(dossier, instalments, first_on, by=str(by), now=now)
    _tell(dossier, "offer_made", _terms(offer), str(by), now, (offer_to_creditor,))
    return offer


@transaction.atomic
def agree_as_creditor(offer: Offer, *, by: Actor, now: datetime) -> None:
    """The creditor's consent to these very terms: without it there is no title (CPCE L125-1)."""
    dossier, today = _agreeable(offer, now)
    Offer.objects.filter(pk=offer.pk, creditor_agreed_on=None).update(
        creditor_agreed_on=today, creditor_agreed_by=str(by)
    )
    _tell(dossier, "offer_agreed", _terms(offer), str(by), now, ())


@transaction.atomic
def agree_as_debtor(offer: Offer, *, by: str, now: datetime) -> None:
    """The debtor's consent to the terms that the office proposed."""
    dossier, today = _agreeable(offer, now)
    Offer.objects.filter(pk=offer.pk, debtor_agreed_on=None).update(debtor_agreed_on=today)
    _tell(dossier, "offer_agreed", _terms(offer), by, now, (offer_to_creditor,))


# --- what is signed with a code ------------------------------------------------------------------------------------
@transaction.atomic
def draw_up_acceptance(dossier: Dossier, reply: Reply, *, now: datetime) -> Paper:
    """The form of acceptance for the debtor to read and sign; AnswerRefused as `record`."""
    dossier = held(dossier)
    if reason := _refusal(dossier, reply, today=now.astimezone(dossier.zone).date()):
        raise AnswerRefused(reason)
    return papers.draw_up(dossier, PaperKind.ACCEPTANCE, _acceptance_terms(dossier, reply, now), now=now)


@transaction.atomic
def draw_up_agreement(offer: Offer, kind: PaperKind, *, now: datetime) -> Paper:
    """One side's agreement to these very terms, to read and sign."""
    dossier, _today = _agreeable(offer, now)
    if offer.creditor_agreed_on if kind == PaperKind.CREDITOR_AGREEMENT else offer.debtor_agreed_on:
        raise AnswerRefused(_("Cet accord est déjà donné : rien n’a changé."))
    return papers.draw_up(dossier, kind, _agreement_terms(dossier, offer), now=now, offer=offer)


def sign_as_creditor(paper: Paper, signer: Signer, *, code: str, shown: str, by: Actor, now: datetime) -> None:
    """The creditor's agreement, by her signature alone; a wrong try stays counted: answer the refusal and commit."""
    assert paper.offer is not None
    with transaction.atomic():  # the lock lasts as long as the request
        dossier, _today = _agreeable(paper.offer, now)
    terms = _agreement_terms(dossier, paper.offer)
    papers.sign(paper, signer, terms=terms, code=code, shown=shown, now=now)
    agree_as_creditor(paper.offer, by=by, now=now)
    papers.hand_out(paper, now=now)


def sign_as_debtor(
    paper: Paper, signer: Signer, *, code: str, shown: str, by: str, now: datetime, evidence: dict[str, str]
) -> None:
    """The debtor's acceptance or agreement. He signs as himself; what follows is written by the one service, as ever."""
    reply = _reply_of(paper, now, evidence)
    with acting_as(WORKER):  # the lock lasts as long as the request, so that what follows cannot be refused
        terms = _terms_to_sign(paper, reply, now)
    papers.sign(paper, signer, terms=terms, code=code, shown=shown, now=now)
    with acting_as(WORKER):
        if paper.offer is None:
            record(paper.dossier, reply, by=by, now=now)
        else:
            agree_as_debtor(paper.offer, by=by, now=now)
        papers.hand_out(paper, now=now)


def _terms_to_sign(paper: Paper, reply: Reply, now: datetime) -> dict[str, str]:
    """What the paper would say today; AnswerRefused when its time is over."""
    if paper.offer is not None:
        dossier, _today = _agreeable(paper.offer, now)
        return _agreement_terms(dossier, paper.offer)
    dossier = held(paper.dossier)
    if reason := _refusal(dossier, reply, today=reply.received_on):
        raise AnswerRefused(reason)
    return _acceptance_terms(dossier, reply, now)


def _reply_of(paper: Paper, now: datetime, evidence: dict[str, str]) -> Reply:
    """The acceptance that the paper holds."""
    today, terms = now.astimezone(paper.dossier.zone).date(), paper.terms
    if paper.offer is not None:
        return Reply(AnswerKind.ACCEPT, Means.ONLINE, today)
    return Reply(
        AnswerKind.ACCEPT, Means.ONLINE, today, terms["text"], int(terms["instalments"]),
        date.fromisoformat(terms["first_on"]), evidence=evidence,
    )  # fmt: skip


def _acceptance_terms(dossier: Dossier, reply: Reply, now: datetime) -> dict[str, str]:
    assert reply.first_on is not None  # asked of an acceptance online
    model = [] if missing(FORM_TEXTS, on=now.date()) else in_force(FORM_TEXTS, on=now.date())
    return papers.common_terms(dossier) | {
        "amount": claimed(dossier).format_fr(),
        "instalments": str(reply.instalments),
        "first_on": reply.first_on.isoformat(),
        "first_on_fr": f"{reply.first_on:%d/%m/%Y}",
        "text": reply.text,
        "model": model[0].text if model else "",
    }


def _agreement_terms(dossier: Dossier, offer: Offer) -> dict[str, str]:
    dates = [f"{on:%d/%m/%Y} : {sum_.format_fr()}" for on, sum_ in offer.schedule()]
    return papers.common_terms(dossier) | {
        "amount": offer.total.format_fr(),
        "claimed": claimed(dossier).format_fr(),
        "schedule": " ; ".join(dates),
        "missed_instalments": str(offer.missed_instalments),
        "notice_days": str(offer.notice_days),
    }


def month(dossier: Dossier) -> Deadline | None:
    """The running month of the procédure simplifiée; None before the posting and after the outcome."""
    return Deadline.objects.pending().filter(dossier=dossier, transition="record_psrpc_silence").first()


HOLDS = {
    AnswerKind.CONTEST: HoldKind.DISPUTE,
    AnswerKind.PAID: HoldKind.PAID,
    AnswerKind.TIME: HoldKind.TIME,
    AnswerKind.DECEASED: HoldKind.DEATH,
}
DIFFICULTIES = (HoldKind.OVERINDEBTEDNESS, HoldKind.INSOLVENCY, HoldKind.VULNERABILITY)


def _hold_of(dossier: Dossier, reply: Reply) -> HoldKind | None:
    """The hold that an answer calls for; a difficulty that is not named is read from who the debtor is."""
    if reply.kind != AnswerKind.DIFFICULTY:
        return HOLDS.get(AnswerKind(reply.kind))
    if reply.situation in DIFFICULTIES:
        return HoldKind(reply.situation)
    is_company = dossier.debtor is not None and dossier.debtor.kind == PersonKind.LEGAL
    return HoldKind.INSOLVENCY if is_company else HoldKind.OVERINDEBTEDNESS


def _set_aside(dossier: Dossier, kind: HoldKind, reply: Reply, *, by: str, now: datetime) -> None:
    is_dispute = kind == HoldKind.DISPUTE
    ground = Ground(
        kind, reply.text, reply.effective_on, reply.item if is_dispute else None, reply.code if is_dispute else ""
    )
    try:
        declare(dossier, ground, by=by, now=now)
    except HoldRefused as refusal:
        raise AnswerRefused(str(refusal)) from refusal
    dossier.refresh_from_db(fields=["events_count", "events_head"])


def _refusal(dossier: Dossier, reply: Reply, today: date) -> str | None:
    if dossier.phase in (*ENDED, Phase.DRAFT, Phase.SUBMITTED, Phase.REFUSED, Phase.TO_CORRECT):
        return _("Ce dossier n’attend pas de réponse.")
    if reply.received_on > today:
        return _("La réponse ne peut pas être reçue dans le futur : indiquez le jour de sa réception.")
    if reply.kind in OF_THE_PSRPC:
        return _refusal_in_psrpc(dossier, reply, today)
    if not reply.text.strip():
        return _("Expliquez votre situation en quelques mots : une personne lira votre réponse.")
    return None


def _refusal_in_psrpc(dossier: Dossier, reply: Reply, today: date) -> str | None:
    """An acceptance has its form or its émargement, and the strict month; a refusal has any means."""
    if dossier.phase != Phase.PSRPC:
        return _("Cette réponse n’existe que pendant la procédure simplifiée.")
    if reply.kind != AnswerKind.ACCEPT:
        return None
    if reply.means == Means.OTHER:
        return _("L’acceptation se donne par le formulaire, en ligne ou par émargement, pas autrement (CPCE R125-2).")
    if reason := _closed_to_agreement(dossier, reply.received_on):
        return reason
    if reply.instalments is None or reply.first_on is None:
        return None if reply.means != Means.ONLINE else _("Indiquez le nombre de versements et la date du premier.")
    return _bad_terms(reply.instalments, reply.first_on, today)


def _closed_to_agreement(dossier: Dossier, day: date) -> str | None:
    if kinds := Hold.objects.stops(dossier, Stop.AGREEMENT):
        return sentence(kinds)
    running = month(dossier)
    if dossier.phase != Phase.PSRPC or running is None:
        return _("Le mois de la procédure simplifiée ne court pas : aucun accord ne peut être conclu.")
    if day > running.strict_on:
        return _("Le mois s’est achevé le %(day)s : aucun accord ne peut plus être conclu (CPCE R125-5).") % {
            "day": f"{running.strict_on:%d/%m/%Y}"
        }
    return None


def _bad_terms(instalments: int, first_on: date, today: date) -> str | None:
    if not 1 <= instalments <= LONGEST:
        return _("Proposez de 1 à %(most)d versements.") % {"most": LONGEST}
    if first_on <= today:
        return _("Le premier versement vient après l’accord : choisissez une date à venir (CPCE R125-7).")
    if (first_on - today).days > 92:
        return _("Le premier versement est trop lointain : choisissez une date dans les trois mois.")
    return None


def _agreeable(offer: Offer, now: datetime) -> tuple[Dossier, date]:
    dossier = held(offer.dossier)
    today = now.astimezone(dossier.zone).date()
    if reason := _closed_to_agreement(dossier, today):
        raise AnswerRefused(reason)
    if dossier.offers.current() != offer:
        raise AnswerRefused(_("Une proposition plus récente l’a remplacée : lisez-la avant de répondre."))
    return dossier, today


def _offer(dossier: Dossier, instalments: int, first_on: date, *, by: str, now: datetime, **fields: Any) -> Offer:
    owed = claimed(dossier)
    return Offer.objects.create(
        dossier=dossier, creditor_id=dossier.creditor_id, amount=owed.amount, currency=owed.currency,
        instalments=instalments, first_on=first_on, made_by=by, created_at=now, **fields,
    )  # fmt: skip


def _terms(offer: Offer) -> dict[str, Any]:
    return {
        "offer": offer.pk,
        "instalments": offer.instalments,
        "first_on": offer.first_on.isoformat(),
        "gross": str(offer.amount),
    }


def _tell(
    dossier: Dossier, kind: str, detail: dict[str, Any], by: str, now: datetime, letters: tuple[Letter, ...]
) -> None:
    [event] = journal.append([journal.Entry(dossier, kind, detail=detail)], by=by, at=now)
    queue_letters(dossier, letters, f"{event.dossier_id}:{event.seq}", now)
