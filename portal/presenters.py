"""What templates show, ready made: no template counts, compares phases or reads a row."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from core import clock
from core.actors import Actor, Side
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message
from portal.debtor_words import DEBTOR_WORDS
from procedures import services
from procedures.effects import Stop
from procedures.letters import DEBTOR_LETTERS
from procedures.models import Deadline, Hold
from procedures.taking_in import promised
from procedures.transitions import TRANSITIONS, TURN

TONES = {
    Phase.DRAFT: "neutral",
    Phase.SUBMITTED: "info",
    Phase.REFUSED: "danger",
    Phase.TO_CORRECT: "warning",
    Phase.AMIABLE: "info",
    Phase.PSRPC: "accent",
    Phase.TITLE: "success",
    Phase.INJONCTION_OFFERED: "warning",
    Phase.INJONCTION_REQUESTED: "accent",
    Phase.IP_FILED: "accent",
    Phase.IP_ORDERED: "warning",
    Phase.IP_SERVED: "accent",
    Phase.IP_OPPOSED: "danger",
    Phase.ENFORCEABLE: "success",
    Phase.L126_REQUESTED: "accent",
    Phase.L126_SERVED: "accent",
    Phase.L126_UNCONTESTED: "accent",
    Phase.L126_TITLE: "warning",
    Phase.L126_ENFORCEABLE: "success",
    Phase.SETTLED: "success",
    Phase.CLOSED: "neutral",
}


# --- what happens next ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class NextStep:
    """Whose turn, what, when, and why."""

    whose: str
    what: str
    due_on: date | None = None
    left: str = ""
    article: str = ""
    derivation: str = ""
    tone: str = "waiting"


TURNS = {
    Phase.DRAFT: (gettext_noop("Complétez le dossier, puis transmettez-le à l’étude."), "", "accent"),
    Phase.SUBMITTED: (
        gettext_noop("L’étude compétente examine votre dossier. Rien n’est envoyé avant son accord."),
        "CPCE R125-1",
        "waiting",
    ),
    Phase.REFUSED: (
        gettext_noop("L’étude n’a pas accepté le dossier. Corrigez-le et transmettez-le de nouveau, ou renoncez."),
        "",
        "danger",
    ),
    Phase.TO_CORRECT: (
        gettext_noop(
            "L’étude demande une correction : le motif est dans l’historique. Corrigez et transmettez de nouveau."
        ),
        "",
        "accent",
    ),
    Phase.TITLE: (
        gettext_noop("Le titre est délivré : le débiteur paie selon l’échéancier convenu."),
        "CPCE R125-6",
        "waiting",
    ),
    Phase.INJONCTION_OFFERED: (
        gettext_noop("Aucun accord n’a été trouvé. Vous pouvez demander l’injonction de payer, ou renoncer."),
        "CPC 1405",
        "accent",
    ),
    Phase.INJONCTION_REQUESTED: (
        gettext_noop("L’étude prépare la requête en injonction de payer."),
        "CPC 1407",
        "waiting",
    ),
    Phase.IP_FILED: (gettext_noop("La requête est au greffe : l’ordonnance est attendue."), "CPC 1409", "waiting"),
    Phase.IP_OPPOSED: (
        gettext_noop("Le débiteur a formé opposition : l’affaire est jugée par le tribunal."),
        "CPC 1417",
        "danger",
    ),
    Phase.ENFORCEABLE: (gettext_noop("L’ordonnance peut être exécutée."), "CPC 1422", "done"),
    Phase.L126_UNCONTESTED: (
        gettext_noop("Le procès-verbal de non-contestation est au greffe, qui le rend exécutoire."),
        "CPCE L126-3",
        "waiting",
    ),
    Phase.L126_ENFORCEABLE: (
        gettext_noop("Le titre du greffe est signifié : il peut être exécuté."),
        "CPCE L126-4",
        "done",
    ),
    Phase.SETTLED: (gettext_noop("La créance est réglée. Plus rien n’est réclamé au débiteur."), "", "done"),
    Phase.CLOSED: ("Le dossier est clos.", "", "done"),
}
TERMS = {
    "open_psrpc": (
        gettext_noop("Sans règlement à cette date, la procédure simplifiée s’ouvre : lettre recommandée et courriel."),
        "CPCE L125-1",
    ),
    "record_order_lapsed": (
        gettext_noop("L’ordonnance doit être signifiée avant cette date, faute de quoi elle est non avenue."),
        "CPC 1411",
    ),
    "record_enforceable": (
        gettext_noop("Sans opposition à cette date, l’étude constate que l’ordonnance peut être exécutée."),
        "CPC 1422",
    ),
    "record_mandate_lapsed": (
        gettext_noop("L’étude signifie le commandement de payer avant cette date, dans le mois du mandat."),
        "CPCE L126-1",
    ),
    "record_non_contestation": (
        gettext_noop(
            "Sans paiement ni contestation, l’étude peut dresser le procès-verbal après cette date, pas avant."
        ),
        "CPCE L126-3",
    ),
    "record_title_lapsed": (gettext_noop("Le titre du greffe doit être signifié avant cette date."), "CPCE L126-4"),
    "record_psrpc_silence": (
        gettext_noop("Sans réponse à cette date, le silence vaut refus et l’injonction de payer vous est proposée."),
        "CPCE R125-2 et R125-5",
    ),
}


def next_step(dossier: Dossier, *, today: date, viewer: str = "") -> NextStep:
    """The one thing that comes next; « à vous » for the side that looks at it."""
    step = _next_step(dossier, today)
    if due := promised(dossier):
        step = replace(step, what=f"{step.what} {_promise(dossier, due, viewer)}")
    return replace(step, whose=_("À vous")) if viewer and step.whose == _(viewer) else step


def _promise(dossier: Dossier, due: datetime, viewer: str) -> str:
    if due < clock.now() and viewer == Side.OFFICE:
        return _("Le délai de prise en charge est dépassé, et le créancier le voit.")
    if due < clock.now():
        return _("Le délai de prise en charge est dépassé : écrivez à l’étude ou appelez-la.")
    return _("Prise en charge avant le %(when)s.") % {"when": moment_in_words(due, dossier.zone)}


def moment_in_words(at: datetime, zone: ZoneInfo) -> str:
    """« 22 novembre à 10 h 04 », where the dossier is handled."""
    local = at.astimezone(zone)
    return _("%(day)s à %(hour)s h %(minute)s") % {
        "day": date_format(local, "j F"), "hour": local.hour, "minute": f"{local:%M}",
    }  # fmt: skip


HELD = gettext_noop("Le dossier est suspendu : rien ne part avant que l’étude lève la suspension.")
LETTER_OF = {phase: kind for kind, (phase, *_rest) in DEBTOR_LETTERS.items()}


def _next_step(dossier: Dossier, today: date) -> NextStep:
    phase = Phase(dossier.phase)
    if not dossier.is_ended and Hold.objects.stops(dossier, Stop.MACHINE):
        return NextStep(_("étude"), _(HELD), tone="danger")
    if phase in TURNS:
        what, article, tone = TURNS[phase]
        return NextStep(_(TURN[phase]), _(what), article=article, tone=tone)
    deadline = Deadline.objects.pending().filter(dossier=dossier).first()
    if deadline:
        return _waiting(deadline, TURN[phase], today)
    if phase not in LETTER_OF:
        return NextStep(_("étude"), _("Le délai est passé : l’étude constate ce qui est advenu."), tone="danger")
    about = Message.objects.about(dossier.pk).filter(kind=LETTER_OF[phase])
    letter = about.to_post().exists()
    printing = Message.objects.about(dossier.pk).filter(channel__in=["letter", "registered"], outcome="").exists()
    if letter or printing:
        return NextStep(
            _("étude"),
            _("La lettre est prête. Le délai court du jour où la poste la prend."),
            article="CPCE L125-1",
        )
    return NextStep(_("étude"), _("L’étape suivante attend une décision de l’étude."), tone="danger")


def _waiting(deadline: Deadline, whose: str, today: date) -> NextStep:
    what, article = TERMS[deadline.transition]
    return NextStep(
        _(whose), _(what), due_on=deadline.due_on, left=days_left(deadline.due_on, today), article=article,
        derivation=deadline.derivation,
    )  # fmt: skip


def debtor_step(dossier: Dossier, *, today: date) -> NextStep:
    """What the debtor may do, by the strict last day: what he does later might not count."""
    phase = Phase(dossier.phase)
    what, article = DEBTOR_WORDS[phase]
    deadline = Deadline.objects.pending().filter(dossier=dossier).first()
    whose, tone = (_("À vous"), "waiting") if phase != Phase.SETTLED else (_("personne"), "done")
    if deadline is None:
        return NextStep(whose, _(what), article=article, tone=tone)
    last = deadline.strict_on
    return NextStep(
        whose,
        _(what),
        due_on=last,
        left=days_left(last, today),
        article=article,
        derivation=deadline.derivation,
        tone=tone,
    )


def days_left(day: date, today: date) -> str:
    """« dans 12 jours », « aujourd’hui », « hier »."""
    days = (day - today).days
    if days == 0:
        return _("aujourd’hui")
    if days < 0:
        return ngettext("depuis %(n)d jour", "depuis %(n)d jours", -days) % {"n": -days}
    return ngettext("dans %(n)d jour", "dans %(n)d jours", days) % {"n": days}


# --- actions -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Action:
    """A button with, when it can't be pressed, the sentence of law that says why."""

    name: str
    label: str
    disabled_reason: str
    needs_reason: bool
    url: str
    fact: str = ""


CONSEQUENCES = {
    "withdraw": gettext_noop("Le dossier revient dans vos brouillons ; l’étude ne le voit plus."),
    "correct": gettext_noop("Le dossier revient dans vos brouillons, où vous pouvez le corriger."),
    "request_injonction": gettext_noop("L’étude prépare la requête. Les frais vous seront annoncés avant tout dépôt."),
    "renounce": gettext_noop("Le dossier est clos. Plus rien n’est réclamé au débiteur."),
    "settle": gettext_noop("Le dossier est clos comme réglé."),
    "accept": gettext_noop("La lettre amiable et le courriel partent aussitôt, au nom de l’étude."),
    "refuse": gettext_noop("Le créancier reçoit votre motif et peut corriger son dossier."),
    "ask_correction": gettext_noop(
        "Le dossier revient au créancier avec votre motif ; votre délai de prise en charge s’arrête jusqu’à son retour."
    ),
    "open_psrpc": gettext_noop("La lettre recommandée est imprimée et le courriel part."),
    "resume_amiable": gettext_noop(
        "L’invitation n’est pas partie : le dossier revient en phase amiable, d’où vous pouvez l’envoyer de nouveau."
    ),
    "record_psrpc_refusal": gettext_noop(
        "Le refus est constaté (CPCE R125-5) ; l’injonction de payer est proposée au créancier."
    ),
    "record_terms_refusal": gettext_noop(
        "Le refus du montant ou des modalités est constaté (CPCE R125-5, 3°) ; l’injonction de payer est proposée au créancier."
    ),
    "record_agreement": gettext_noop(
        "L’accord est constaté, le titre exécutoire est établi et scellé ; sa copie est imprimée pour le débiteur (CPCE R125-6)."
    ),
    "certify": gettext_noop(
        "Le certificat est établi et scellé sans frais, le dossier est clos ; le créancier peut passer la perte et récupérer la TVA."
    ),
    "accept_closure": gettext_noop(
        "Le dossier est clos à la demande du créancier ; plus rien n’est réclamé, les papiers partis restent partis."
    ),
    "close": gettext_noop("Plus rien n’est réclamé au débiteur ; le créancier reçoit votre motif."),
    "offer_injonction": gettext_noop("Le créancier est invité à choisir l’injonction de payer."),
    "file_petition": gettext_noop("Le créancier est prévenu ; l’ordonnance du juge est attendue."),
    "record_order": gettext_noop("Le délai de signification court de cette date, sous peine de caducité (CPC 1411)."),
    "record_partial_order": gettext_noop(
        "Écrivez la somme accordée. Le créancier peut renoncer à la signification et saisir le juge autrement (CPC 1409)."
    ),
    "record_rejection": gettext_noop(
        "Le rejet est sans recours ; le créancier peut saisir le juge autrement (CPC 1409)."
    ),
    "decline_order": gettext_noop("L’ordonnance ne sera pas signifiée et le dossier est clos (CPC 1409)."),
    "record_service": gettext_noop(
        "Le délai d’opposition court, et celui après lequel l’ordonnance peut être exécutée."
    ),
    "record_order_lapsed": gettext_noop(
        "L’ordonnance non signifiée est non avenue ; une nouvelle requête reste possible."
    ),
    "record_opposition": gettext_noop("L’ordonnance ne peut plus être exécutée ; le créancier est prévenu (CPC 1417)."),
    "record_enforceable": gettext_noop("L’ordonnance peut être exécutée ; le créancier est prévenu (CPC 1422)."),
    "record_judgment": gettext_noop("Le jugement remplace l’ordonnance ; le dossier est clos (CPC 1420)."),
    "request_commandement": gettext_noop(
        "L’étude signifie un commandement de payer dans le mois. Toute contestation met fin à cette voie."
    ),
    "record_commandement": gettext_noop("Le mois laissé au débiteur court, puis huit jours avant tout procès-verbal."),
    "record_mandate_lapsed": gettext_noop("Le mois du mandat est passé : le créancier choisit de nouveau."),
    "record_contestation": gettext_noop("La voie du commandement prend fin ; le créancier peut saisir le juge."),
    "record_non_contestation": gettext_noop(
        "Le procès-verbal est établi et scellé ; remettez-le au greffe (CPCE L126-3)."
    ),
    "record_clerk_title": gettext_noop("Le délai de signification court de cette date (CPCE L126-4)."),
    "record_title_service": gettext_noop("Le titre peut être exécuté."),
    "record_title_lapsed": gettext_noop("Le titre non signifié à temps est perdu ; le créancier choisit de nouveau."),
    "settle_in_psrpc": gettext_noop("L’issue est constatée par le commissaire de justice (CPCE R125-5, R125-7)."),
}


SHOWN_WHEN_OPEN = ("settle", "settle_in_psrpc", "accept_closure", "certify")


def actions(dossier: Dossier, *, by: Actor, now: datetime, page: str) -> list[Action]:
    """The moves that this side may think of in this phase, each open or with its reason."""
    names = [name for name, move in TRANSITIONS.items() if services.offered(move, dossier, by) and name in CONSEQUENCES]
    found = []
    for name in names:
        reasons = services.refusals(dossier, name, by=by, now=now)
        if reasons and name in SHOWN_WHEN_OPEN:
            continue
        move = TRANSITIONS[name]
        url = reverse(page, args=[dossier.reference, name])
        fact = _(move.fact) if move.fact else ""
        found.append(Action(name, _(move.label), " ".join(reasons), move.needs_reason, url, fact))
    return found


def consequence(name: str) -> str:
    """What the move does, said before it is confirmed."""
    return _(CONSEQUENCES.get(name, ""))


def facts(items: Iterable[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """Rows of a definition list, the empty ones left out."""
    return [{"term": term, "value": value} for term, value in items if value]
