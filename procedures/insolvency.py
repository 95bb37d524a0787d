"""The watch on collective proceedings: a match freezes the dossier the same day, a person confirms, the claim is declared."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Creditor
from core.actors import Actor
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier
from dossiers.services import held
from notifications.models import Channel, Message
from notifications.outbox import queue_all
from procedures import holds, papers
from procedures.bodacc import Bulletin, Notice
from procedures.enums import HoldKind, MatchState, NoticeKind
from procedures.holds import Ground
from procedures.letters import (
    Letter,
    alarm_to_creditor,
    alarm_to_office,
    declaration,
    insolvency_to_creditor,
    insolvency_to_office,
    queue_letters,
)
from procedures.models import Hold, Insolvency, InsolvencyNotice, Paper, PaperKind
from procedures.terms import Term, compute
from signatures.codes import Signer
from tenants.context import WORKER, acting_as
from tenants.models import Territory

WATCH = "veille des procédures collectives"
LOOK_BACK = timedelta(days=3 * 365)  # asked by number: looking far back costs nothing and forgets no outage
ALARMS = (30, 15, 7, 2, 0)


class InsolvencyRefused(ValueError):
    """The step cannot be taken; the message says why and what to do."""


# --- the watch -----------------------------------------------------------------------------------------------------
def watch_dossiers(bulletin: Bulletin, *, now: datetime) -> int:
    """Ask about the debtor of every living dossier (REL-24); how many dossiers were frozen. Running it again is harmless.

    The bulletin is asked outside any transaction. Raises bodacc.Unavailable, and then nothing is concluded.
    """
    with acting_as(WORKER):
        sirens = sorted(set(_living().values_list("debtor__siren", flat=True)))
    found = bulletin.notices(sirens, since=now.date() - LOOK_BACK) if sirens else []
    return keep(found, source="BODACC", now=now)


def keep(found: Iterable[Notice], *, source: str, now: datetime) -> int:
    """Keep the notices, raw, and freeze the dossiers that the openings among them concern; how many."""
    frozen = 0
    for notice in found:
        with acting_as(WORKER):
            kept = _kept(notice, source, now)
            if kept.kind in (NoticeKind.OPENING, NoticeKind.CONVERSION):
                unmatched = _living().filter(debtor__siren=kept.siren).exclude(insolvencies__notice=kept)
                frozen += sum(_freeze(dossier, kept, now) for dossier in unmatched.order_by("pk"))
    return frozen


def watch_clients(bulletin: Bulletin, clients: Mapping[int, Iterable[str]], *, now: datetime) -> int:
    """Ask about whole client bases: creditor's key → SIRENs (REL-25). Each creditor hears once of each opening."""
    owners: dict[str, set[int]] = {}
    for creditor, sirens in clients.items():
        for siren in sirens:
            owners.setdefault(siren, set()).add(creditor)
    told = 0
    for notice in bulletin.notices(sorted(owners), since=now.date() - LOOK_BACK) if owners else []:
        with acting_as(WORKER):
            kept = _kept(notice, "BODACC", now)
            told += _tell_owners(kept, owners[notice.siren], now) if kept.kind == NoticeKind.OPENING else 0
    return told


def _living() -> QuerySet[Dossier]:
    living = Dossier.objects.open().exclude(phase__in=[Phase.REFUSED, Phase.TO_CORRECT])  # type: ignore[attr-defined]
    return living.filter(debtor__isnull=False).exclude(debtor__siren="")


def _kept(notice: Notice, source: str, now: datetime) -> InsolvencyNotice:
    values = {"kind": notice.kind, "nature": notice.nature[:300], "published_on": notice.published_on,
              "judgment_on": notice.judgment_on, "court": notice.court[:200], "raw": notice.raw, "received_at": now}  # fmt: skip
    key = {"source": source, "source_id": notice.source_id, "siren": notice.siren}
    return InsolvencyNotice.objects.get_or_create(**key, defaults=values)[0]


@transaction.atomic
def _freeze(dossier: Dossier, notice: InsolvencyNotice, now: datetime) -> bool:
    """Set aside at once, to be verified; creditor and office are warned the same day."""
    dossier = held(dossier)
    if Insolvency.objects.filter(dossier=dossier, notice=notice).exists():
        return False
    ground = Ground(HoldKind.INSOLVENCY, f"{notice.nature}, {notice.court}", notice.judgment_on, proof=str(notice))
    holds.declare(dossier, ground, by=WATCH, now=now)
    due, relief = _terms(dossier, notice.published_on)
    Insolvency.objects.create(
        dossier=dossier, creditor_id=dossier.creditor_id, notice=notice, found_at=now, due_on=due.due_on,
        act_by_on=due.act_by or due.due_on, derivation=due.derivation, relief_due_on=relief.due_on,
        relief_derivation=relief.derivation,
    )  # fmt: skip
    _tell(
        dossier,
        "insolvency_found",
        (insolvency_to_creditor, insolvency_to_office),
        by=WATCH,
        now=now,
        on=notice.judgment_on,
    )
    return True


def _terms(dossier: Dossier, published_on: date) -> tuple[Term, Term]:
    """Two months to declare; two more for a creditor abroad only: what the law leaves open never lengthens our own term."""
    territory = Territory.FR if dossier.creditor.country == "FR" else Territory.ABROAD
    return compute("rj_declaration", published_on, territory=territory), compute("rj_releve_forclusion", published_on)


def _tell_owners(notice: InsolvencyNotice, creditors: set[int], now: datetime) -> int:
    key = f"client_insolvency:{notice.pk}"
    told = set(Message.objects.filter(key__startswith=f"{key}:").values_list("creditor_id", flat=True))
    waiting = Creditor.objects.filter(pk__in=creditors - told)
    messages = [
        Message(
            brand_id=creditor.brand_id, creditor_id=creditor.pk, key=f"{key}:{creditor.pk}", kind="client_insolvency",
            channel=Channel.EMAIL, recipient={"name": creditor.name, "email": creditor.email}, created_at=now, try_at=now,
        )
        for creditor in waiting
    ]  # fmt: skip
    queue_all(messages)
    return len(messages)


# --- a person decides ------------------------------------------------------------------------------------------------
@transaction.atomic
def confirm(found: Insolvency, *, judgment_on: date | None = None, by: Actor, now: datetime) -> None:
    """The notice is the debtor's: the hold stands on it, interest stops at the judgment."""
    dossier, found = _locked(found)
    day = judgment_on or found.notice.judgment_on
    if day is None:
        raise InsolvencyRefused(_("Indiquez la date du jugement : l’annonce ne la donne pas."))
    _decide(found, MatchState.CONFIRMED, "", by, now)
    hold = _hold(dossier)
    if hold and hold.state == "to_verify":
        holds.confirm(hold, proof=str(found.notice), effective_on=day, by=by, now=now)


@transaction.atomic
def dismiss(found: Insolvency, *, reason: str, by: Actor, now: datetime) -> None:
    """A namesake or a notice that does not concern this claim: the dossier goes on, and the notice never freezes it again."""
    dossier, found = _locked(found)
    if not reason.strip():
        raise InsolvencyRefused(_("Indiquez le motif."))
    _decide(found, MatchState.DISMISSED, reason.strip()[:2000], by, now)
    others = dossier.insolvencies.exclude(state=MatchState.DISMISSED).exists()
    if (hold := _hold(dossier)) and not others:
        holds.lift(hold, reason=reason, by=by, now=now)


@transaction.atomic
def draw_up_power(found: Insolvency, *, now: datetime) -> Paper:
    """The special power to read and sign (C. com. L622-24), without which nobody but the creditor declares."""
    dossier, found = _locked(found)
    _expect_power(found)
    return papers.draw_up(dossier, PaperKind.POWER, _power_terms(dossier, found), now=now, insolvency=found)


def sign_power(paper: Paper, signer: Signer, *, code: str, shown: str, by: Actor, now: datetime) -> None:
    """The power is given by its signature alone (REL-28, REL-29); InsolvencyRefused, PaperRefused or CodeRefused.

    A wrong try stays counted: the caller answers the refusal and commits.
    """
    assert paper.insolvency is not None
    with transaction.atomic():  # the lock lasts as long as the request
        dossier, found = _locked(paper.insolvency)
    _expect_power(found)
    papers.sign(paper, signer, terms=_power_terms(dossier, found), code=code, shown=shown, now=now)
    Insolvency.objects.filter(pk=found.pk).update(power_at=now, power_by=str(by))
    _tell(dossier, "special_power_given", (), by=str(by), now=now)


def _expect_power(found: Insolvency) -> None:
    if found.state == MatchState.DISMISSED or found.power_at or found.declared_on:
        raise InsolvencyRefused(_("Ce pouvoir n’est pas attendu."))


def _power_terms(dossier: Dossier, found: Insolvency) -> dict[str, str]:
    """What the power says: whose claim of how much on whom, in which proceedings, given to whom."""
    notice, debtor = found.notice, dossier.debtor
    assert debtor is not None  # only filed dossiers are watched
    return papers.common_terms(dossier) | {
        "siren": notice.siren,
        "notice": f"{notice}, {_french(notice.published_on)}",
        "nature": notice.nature,
        "judgment_on": _french(notice.judgment_on) if notice.judgment_on else "",
        "court": notice.court,
        "amount": dossier.balance().format_fr(),
    }


def _french(day: date) -> str:
    return f"{day:%d/%m/%Y}"


@transaction.atomic
def ask_for_declaration(found: Insolvency, *, by: Actor, now: datetime) -> None:
    """Have the declaration written by the relay, with the amounts at the judgment; InsolvencyRefused names what is missing."""
    dossier, found = _locked(found)
    if absent := missing(found):
        raise InsolvencyRefused(" ".join(absent))
    _tell(dossier, "declaration_asked", (declaration,), by=str(by), now=now)


@transaction.atomic
def record_declaration(found: Insolvency, *, declared_on: date, number: str, by: Actor, now: datetime) -> None:
    """The day of its dispatch, by which the time is kept (Cass. com. 28/01/1997), and the number that proves it."""
    dossier, found = _locked(found)
    today = now.astimezone(dossier.zone).date()
    if absent := missing(found):
        raise InsolvencyRefused(" ".join(absent))
    if not found.notice.published_on <= declared_on <= today:
        raise InsolvencyRefused(
            _("La date d’envoi est antérieure à l’annonce ou dans le futur : relevez-la sur la preuve.")
        )
    if len(number.strip()) < 8:
        raise InsolvencyRefused(
            _("Indiquez le numéro de l’envoi recommandé : le créancier doit prouver sa déclaration.")
        )
    Insolvency.objects.filter(pk=found.pk).update(
        declared_on=declared_on, declared_by=str(by), declared_number=number.strip()[:40]
    )
    _tell(dossier, "claim_declared", (), by=str(by), now=now, on=declared_on)


def missing(found: Insolvency) -> list[str]:
    """What keeps the office from declaring in the creditor's name."""
    absent = []
    if found.state != MatchState.CONFIRMED:
        absent.append(_("Confirmez d’abord que l’annonce concerne ce débiteur."))
    if found.power_at is None:
        absent.append(_("Le créancier n’a pas encore donné son pouvoir spécial (C. com. L622-24)."))
    return absent


# --- alarms ------------------------------------------------------------------------------------------------------------
def alarm(*, now: datetime) -> int:
    """Remind creditor and office as the last day comes near: each threshold once, however often this runs or the day moves."""
    sent = 0
    with acting_as(WORKER):
        waiting = Insolvency.objects.undeclared().select_related("dossier__office", "dossier__brand")
        for found in waiting:
            left = (found.act_by_on - now.astimezone(found.dossier.zone).date()).days
            reached = min((days for days in ALARMS if left <= days), default=None)
            if reached is not None and not found.dossier.is_ended:
                sent += _alarm(found, reached, now)
    return sent


def _alarm(found: Insolvency, reached: int, now: datetime) -> bool:
    cause = f"{found.dossier_id}:{found.pk}-{reached}"
    if Message.objects.filter(key=f"declaration_alarm:{cause}", brand_id=found.dossier.brand_id).exists():
        return False
    queue_letters(held(found.dossier), (alarm_to_creditor, alarm_to_office), cause, now)
    return True


# --- the parts -----------------------------------------------------------------------------------------------------------
def _locked(found: Insolvency) -> tuple[Dossier, Insolvency]:
    dossier = held(found.dossier)
    return dossier, Insolvency.objects.select_related("notice").get(pk=found.pk)


def _decide(found: Insolvency, state: str, reason: str, by: Actor, now: datetime) -> None:
    if found.state != MatchState.TO_CONFIRM:
        raise InsolvencyRefused(_("Cette annonce est déjà confirmée ou écartée."))
    found.state, found.reason, found.decided_at, found.decided_by = state, reason, now, str(by)
    found.save(update_fields=["state", "reason", "decided_at", "decided_by"])


def _hold(dossier: Dossier) -> Hold | None:
    return Hold.objects.standing().filter(dossier=dossier, kind=HoldKind.INSOLVENCY).first()


def _tell(
    dossier: Dossier, kind: str, letters: tuple[Letter, ...], *, by: str, now: datetime, on: date | None = None
) -> None:
    fresh = held(dossier)
    detail = {"on": on.isoformat()} if on else {}
    [event] = journal.append([journal.Entry(fresh, kind, detail=detail)], by=by, at=now)
    queue_letters(fresh, letters, f"{event.dossier_id}:{event.seq}", now)
