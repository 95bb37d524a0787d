"""The next act of every dossier and whose turn it is, told by the database: one table, read from the top. Pure but for Exists."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_noop

from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import BY_POST, Message, Outcome
from procedures.effects import Stop
from procedures.models import Deadline, Hold


class Whose(StrEnum):
    """Who makes the next act, or the calendar when nobody can."""

    OFFICE = "etude"
    CREDITOR = "creancier"
    DEBTOR = "debiteur"
    COURT = "juge"
    CALENDAR = "calendrier"


WHOSE = {
    Whose.OFFICE: gettext_noop("À l’étude"),
    Whose.CREDITOR: gettext_noop("Au créancier"),
    Whose.DEBTOR: gettext_noop("Au débiteur"),
    Whose.COURT: gettext_noop("Au tribunal"),
    Whose.CALENDAR: gettext_noop("Au calendrier"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the table: which dossiers wait for it, and who makes it."""

    key: str
    label: str
    whose: Whose
    waiting: Any


OFFICE, CREDITOR, DEBTOR, COURT, CALENDAR = Whose


def _letters(**fields: Any) -> Exists:
    return Exists(Message.objects.filter(dossier_id=OuterRef("pk"), channel__in=BY_POST, posted_on=None, **fields))


HELD = Exists(Hold.objects.stopping(Stop.MACHINE).filter(dossier=OuterRef("pk")))
RUNS = Exists(Deadline.objects.pending().filter(dossier=OuterRef("pk")))
WAITS = Q(phase__in=[Phase.AMIABLE, Phase.PSRPC])
PRINTED = _letters(kind__in=["amiable_letter", "psrpc_letter"], outcome=Outcome.SENT)
PRINTING = _letters(kind__in=["amiable_letter", "psrpc_letter"], outcome=Outcome.PENDING)

# The first row that fits is the dossier's.
ACTS = (
    Act("suspension", gettext_noop("Décider de la suspension"), OFFICE, Q(HELD)),
    Act("prise-en-charge", gettext_noop("Prendre en charge"), OFFICE, Q(phase=Phase.SUBMITTED)),
    Act("correction", gettext_noop("Corriger le dossier"), CREDITOR, Q(phase__in=[Phase.REFUSED, Phase.TO_CORRECT])),
    Act("reponse", gettext_noop("Payer ou répondre avant l’échéance"), DEBTOR, WAITS & Q(RUNS)),
    Act("depot", gettext_noop("Poster la lettre"), OFFICE, WAITS & Q(PRINTED)),
    Act("impression", gettext_noop("Impression de la lettre"), CALENDAR, WAITS & Q(PRINTING)),
    Act("decision", gettext_noop("Décider de la suite"), OFFICE, WAITS),
    Act("echeancier", gettext_noop("Payer selon l’accord"), DEBTOR, Q(phase=Phase.TITLE)),
    Act("choix", gettext_noop("Choisir l’injonction ou renoncer"), CREDITOR, Q(phase=Phase.INJONCTION_OFFERED)),
    Act("requete", gettext_noop("Déposer la requête"), OFFICE, Q(phase=Phase.INJONCTION_REQUESTED)),
    Act("ordonnance", gettext_noop("Rendre l’ordonnance"), COURT, Q(phase=Phase.IP_FILED)),
    Act("signification", gettext_noop("Signifier l’ordonnance"), OFFICE, Q(phase=Phase.IP_ORDERED)),
    Act("opposition", gettext_noop("Fin du délai d’opposition"), CALENDAR, Q(phase=Phase.IP_SERVED) & Q(RUNS)),
    Act("non-opposition", gettext_noop("Constater l’absence d’opposition"), OFFICE, Q(phase=Phase.IP_SERVED)),
    Act("jugement", gettext_noop("Juger l’opposition"), COURT, Q(phase=Phase.IP_OPPOSED)),
    Act("commandement", gettext_noop("Signifier le commandement"), OFFICE, Q(phase=Phase.L126_REQUESTED)),
    Act("contestation", gettext_noop("Payer ou contester"), DEBTOR, Q(phase=Phase.L126_SERVED) & Q(RUNS)),
    Act("non-contestation", gettext_noop("Dresser le procès-verbal"), OFFICE, Q(phase=Phase.L126_SERVED)),
    Act("greffe", gettext_noop("Rendre le procès-verbal exécutoire"), COURT, Q(phase=Phase.L126_UNCONTESTED)),
    Act("titre", gettext_noop("Signifier le titre du greffe"), OFFICE, Q(phase=Phase.L126_TITLE)),
    Act("execution", gettext_noop("Faire exécuter"), OFFICE, Q(phase__in=[Phase.ENFORCEABLE, Phase.L126_ENFORCEABLE])),
)
BY_KEY = {act.key: act for act in ACTS}


def with_act(dossiers: QuerySet[Dossier]) -> Any:
    """Open dossiers with `act` (a key of BY_KEY) and `act_due_on`; soonest first, those without a day last."""
    term = Deadline.objects.pending().filter(dossier=OuterRef("pk")).values("due_on")[:1]
    act = Case(*(When(one.waiting, then=Value(one.key)) for one in ACTS), default=Value(""))
    return dossiers.annotate(act=act, act_due_on=Subquery(term))


def of_turn(whose: str) -> list[str]:
    """The acts of one side."""
    return [act.key for act in ACTS if act.whose == whose]


def turns(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many dossiers wait for each side, from how many wait for each act."""
    totals = dict.fromkeys(map(str, Whose), 0)
    for key, count in counts:
        if key in BY_KEY:
            totals[BY_KEY[key].whose] += count
    return totals
