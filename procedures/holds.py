"""Setting a dossier aside and taking it up again: who, when, on what proof, and what becomes of terms and letters."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor, Side
from documents.services import store_upload
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier, Item
from dossiers.services import held
from notifications.models import Message, Outcome
from procedures.effects import clock
from procedures.enums import DisputeReason, HoldKind, HoldState
from procedures.letters import (
    DEBTOR_LETTERS,
    DEBTOR_MAILS,
    LETTER_NAMED,
    hold_to_creditor,
    hold_to_office,
    queue_letters,
)
from procedures.models import Deadline, Hold
from procedures.terms import compute

PAUSED = "paused"
BEFORE_FILING = (Phase.DRAFT, Phase.REFUSED, Phase.TO_CORRECT)


class HoldRefused(ValueError):
    """The hold cannot be set or ended; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why the dossier is set aside: the day of the fact, the words, and for one item which one and its code."""

    kind: str
    text: str = ""
    effective_on: date | None = None
    item: Item | None = None
    code: str = ""
    proof: str = ""


@transaction.atomic
def declare(dossier: Dossier, ground: Ground, *, by: str, now: datetime) -> Hold:
    """Set aside at once what somebody declares, to be verified by the office; what stands already is kept as it is."""
    dossier = held(dossier)
    _check(dossier, ground, now)
    standing = Hold.objects.standing().filter(dossier=dossier, kind=ground.kind, item=ground.item).first()
    return standing or _set(dossier, ground, HoldState.TO_VERIFY, by=by, now=now)


@transaction.atomic
def ask_closure(dossier: Dossier, ground: Ground, *, by: Actor, now: datetime) -> Hold:
    """The creditor's request: everything stops at once, the office is told and decides (ATR-68)."""
    hold = declare(dossier, ground, by=str(by), now=now)
    queue_letters(held(dossier), [hold_to_office], f"{hold.dossier_id}:hold-{hold.pk}", now)
    return hold


@transaction.atomic
def place(dossier: Dossier, ground: Ground, *, file: UploadedFile | None = None, by: Actor, now: datetime) -> Hold:
    """Set the dossier aside by the office's own finding, with its proof; HoldRefused or Refused say why not."""
    dossier = held(dossier)
    _check(dossier, ground, now)
    if Hold.objects.standing().filter(dossier=dossier, kind=ground.kind, item=ground.item).exists():
        raise HoldRefused(_("Cette suspension existe déjà : confirmez-la ou levez-la."))
    paper = _paper(dossier, ground, file)
    if not (paper or ground.proof.strip()):
        raise HoldRefused(_("Indiquez la preuve : une référence ou un document."))
    hold = _set(
        dossier, ground, HoldState.CONFIRMED, by=str(by), now=now, document=paper, decided_at=now, decided_by=str(by)
    )
    queue_letters(dossier, [hold_to_creditor], f"{dossier.pk}:{dossier.events_count}", now)
    return hold


@transaction.atomic
def confirm(
    hold: Hold,
    *,
    proof: str,
    effective_on: date | None = None,
    file: UploadedFile | None = None,
    by: Actor,
    now: datetime,
) -> Hold:
    """The office has verified what was declared: the hold stays, with its proof."""
    dossier, hold = _locked(hold)
    if hold.state != HoldState.TO_VERIFY:
        raise HoldRefused(_("Cette suspension n’est plus à vérifier."))
    ground = Ground(
        hold.kind, effective_on=effective_on or hold.effective_on, item=hold.item, code=hold.code, proof=proof
    )
    _check(dossier, ground, now)
    hold.document, hold.proof, hold.effective_on = _paper(dossier, ground, file), proof.strip(), ground.effective_on
    if not (hold.document or hold.proof):
        raise HoldRefused(_("Indiquez la preuve : une référence ou un document."))
    hold.state, hold.decided_at, hold.decided_by = HoldState.CONFIRMED, now, str(by)
    hold.save(update_fields=["state", "document", "proof", "effective_on", "decided_at", "decided_by"])
    _tell(dossier, "hold_confirmed", hold, by=str(by), now=now)
    queue_letters(dossier, [hold_to_creditor], f"{dossier.pk}:{dossier.events_count}", now)
    return hold


@transaction.atomic
def lift(hold: Hold, *, reason: str, by: Actor, now: datetime) -> Hold:
    """End it, with its reason: the days of the service's own wait are given back, letters that it stopped leave again.

    What was only declared is refused, what was confirmed is lifted. HoldRefused without a reason.
    """
    dossier, hold = _locked(hold)
    if not hold.is_standing:
        raise HoldRefused(_("Cette suspension est déjà levée."))
    if not reason.strip():
        raise HoldRefused(_("Indiquez le motif."))
    _may_end(hold, by)
    hold.state = (
        HoldState.LIFTED if hold.state == HoldState.CONFIRMED or by.side == Side.CREDITOR else HoldState.REFUSED
    )
    hold.ended_at, hold.ended_by, hold.end_reason = now, str(by), reason.strip()[:2000]
    hold.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    _tell(dossier, f"hold_{hold.state}", hold, by=str(by), now=now, reason=hold.end_reason)
    queue_letters(dossier, [hold_to_creditor], f"{dossier.pk}:{dossier.events_count}", now)
    if not Hold.objects.standing().filter(dossier=dossier, item=None).exists():
        _resume(dossier, now)
    return hold


def pause(dossier: Dossier, now: datetime) -> None:
    """Stop the clocks that are ours to stop; the law's run on (procedures.effects.CLOCKS)."""
    pending = Deadline.objects.pending().filter(dossier=dossier)
    for deadline in pending:
        if clock(deadline.kind).pauses:
            pending.filter(pk=deadline.pk).update(settled_at=now, outcome=PAUSED)


# --- the parts -------------------------------------------------------------------------------------------------
def _check(dossier: Dossier, ground: Ground, now: datetime) -> None:
    if dossier.is_ended or dossier.phase in BEFORE_FILING:
        raise HoldRefused(_("Ce dossier n’est pas en cours : il n’y a rien à suspendre."))
    if ground.kind not in HoldKind.values or ground.code not in ["", *DisputeReason.values]:
        raise HoldRefused(_("Choisissez le motif de la suspension."))
    if ground.effective_on and ground.effective_on > now.astimezone(dossier.zone).date():
        raise HoldRefused(_("La date du fait est dans le futur : relevez-la sur la preuve."))
    if ground.item and (ground.kind != HoldKind.DISPUTE or ground.item.dossier_id != dossier.pk):
        raise HoldRefused(_("Seul un élément de ce dossier peut être contesté à part."))


def _set(dossier: Dossier, ground: Ground, state: str, *, by: str, now: datetime, **fields: Any) -> Hold:
    hold = Hold.objects.create(
        dossier=dossier, creditor_id=dossier.creditor_id, kind=ground.kind, state=state, text=ground.text[:2000],
        item=ground.item, code=ground.code if ground.kind == HoldKind.DISPUTE else "", effective_on=ground.effective_on,
        proof=ground.proof.strip()[:200], set_at=now, set_by=by, **fields,
    )  # fmt: skip
    if hold.item_id is None:
        pause(dossier, now)
    _tell(dossier, "hold_set", hold, by=by, now=now)
    return hold


def _paper(dossier: Dossier, ground: Ground, file: UploadedFile | None) -> Any:
    if file is None:
        return None
    if ground.kind == HoldKind.VULNERABILITY:
        raise HoldRefused(_("Ne versez pas de pièce sur la santé ou la vie privée : indiquez seulement sa référence."))
    owners = {"creditor_id": dossier.creditor_id, "office_id": dossier.office_id, "dossier_id": dossier.pk}
    return store_upload(file.read(), name=file.name or "", brand_id=dossier.brand_id, **owners)


def _locked(hold: Hold) -> tuple[Dossier, Hold]:
    dossier = held(hold.dossier)
    return dossier, Hold.objects.select_related("item").get(pk=hold.pk)


def _may_end(hold: Hold, by: Actor) -> None:
    """A creditor takes back her own request, nothing else."""
    if by.side != Side.OFFICE and not (by.side == Side.CREDITOR and hold.kind == HoldKind.CLOSURE):
        raise HoldRefused(_("Seule l’étude lève cette suspension."))


def _tell(dossier: Dossier, kind: str, hold: Hold, *, by: str, now: datetime, reason: str = "") -> None:
    detail = {"hold": hold.pk, "of": hold.kind, "state": hold.state}
    detail |= {"on": hold.effective_on.isoformat()} if hold.effective_on else {}
    detail |= {"item": str(hold.item)} if hold.item else {}
    detail |= {"reason": reason} if reason else {}
    journal.append([journal.Entry(dossier, kind, detail=detail)], by=by, at=now)


def _resume(dossier: Dossier, now: datetime) -> None:
    """Nothing stands any more: the paused wait goes on with what was left of it, stopped letters are written anew."""
    paused = Deadline.objects.filter(dossier=dossier).order_by("-pk").first()
    if paused and paused.outcome == PAUSED and paused.settled_at and dossier.phase == Phase.AMIABLE and dossier.debtor:
        left = max(1, (paused.strict_on - paused.settled_at.astimezone(dossier.zone).date()).days)
        today = now.astimezone(dossier.zone).date()
        term = compute(paused.kind, today, territory=dossier.debtor.territory, period=f"P{left}D")
        Deadline.open(dossier, paused.transition, replace(term, derivation=_resumed(term.derivation, left)))
    letters = [LETTER_NAMED[kind] for kind in _stopped_letters(dossier)]
    queue_letters(dossier, letters, f"{dossier.pk}:{dossier.events_count}", now)


def _resumed(derivation: str, left: int) -> str:
    return f"Suspension levée, {left} j restants : {derivation.split(' le ', 1)[-1]}"


def _stopped_letters(dossier: Dossier) -> list[str]:
    """Letters of this phase that a hold cancelled and that never left."""
    of_phase = [kind for kind, (phase, *_rest) in (DEBTOR_LETTERS | DEBTOR_MAILS).items() if phase == dossier.phase]  # type: ignore[operator]
    about = Message.objects.about(dossier.pk).filter(kind__in=of_phase)
    gone = set(about.filter(outcome__in=[Outcome.PENDING, Outcome.SENT]).values_list("kind", flat=True))
    stopped_ones = about.filter(outcome=Outcome.CANCELLED).values_list("kind", flat=True)
    return sorted({kind for kind in stopped_ones if kind not in gone})
