"""What each hold stops, and what becomes of each running term: one table, to be read by a lawyer. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from procedures.enums import HoldKind


class Stop(StrEnum):
    """What a hold may stop."""

    LETTERS = "letters"
    MACHINE = "machine"
    ACTS = "acts"
    AGREEMENT = "agreement"
    DEBIT = "debit"
    INTEREST = "interest"


STOPS = {
    Stop.LETTERS: gettext_noop("lettres, courriels et relances au débiteur"),
    Stop.MACHINE: gettext_noop("étapes automatiques"),
    Stop.ACTS: gettext_noop("nouveaux actes : procédure simplifiée, injonction, signification"),
    Stop.AGREEMENT: gettext_noop("accord de paiement et titre"),
    Stop.DEBIT: gettext_noop("prélèvements chez le débiteur"),
    Stop.INTEREST: gettext_noop("intérêts, à partir de la date du fait"),
}
L, M, A, G, D, I = Stop  # noqa: E741  the six columns of the table below


@dataclass(frozen=True, slots=True)
class Effect:
    """What one kind of hold stops, by which text, and what must happen for the dossier to go on."""

    stops: tuple[Stop, ...]
    article: str
    back: str


# A hold to be verified stops as much as a confirmed one: an act too many harms, a day of waiting does not.
EFFECTS = {
    HoldKind.DISPUTE: Effect(
        (L, M, A, D), "CPCE L125-1, règles professionnelles art. 29",
        gettext_noop("Reprend quand l’étude écarte la contestation, ou quand elle est retirée."),
    ),
    HoldKind.PAID: Effect(
        (L, M, A, D), "C. civ. 1342",
        gettext_noop("Reprend quand le créancier confirme n’avoir rien reçu ; le paiement prouvé est porté au solde."),
    ),
    HoldKind.TIME: Effect(
        (L, M, A, D), "C. civ. 1343-5",
        gettext_noop("Reprend à la date que l’étude fixe avec le débiteur."),
    ),
    HoldKind.VULNERABILITY: Effect(
        (L, M, A, G, D), "règles professionnelles art. 27",
        gettext_noop("Reprend quand l’étude sait à qui s’adresser et comment."),
    ),
    HoldKind.OVERINDEBTEDNESS: Effect(
        (L, M, A, G, D, I), "C. conso. L722-2, L722-5, L722-14",
        gettext_noop("Reprend après un refus de recevabilité, ou à la fin des mesures, pour ce qui reste dû."),
    ),
    HoldKind.INSOLVENCY: Effect(
        (L, M, A, G, D, I), "C. com. L622-7, L622-21, L622-28",
        gettext_noop("Ne reprend que si le jugement ne concerne pas le débiteur (homonyme), ou s’il est infirmé."),
    ),
    HoldKind.DEATH: Effect(
        (L, M, A, G, D), "C. civ. 771",
        gettext_noop("Reprend contre les héritiers connus, pas avant quatre mois de la succession."),
    ),
    HoldKind.ADDRESS_LOST: Effect(
        (L, M, A, D), "CPCE R125-1 ; CPC 659",
        gettext_noop("Reprend quand une nouvelle adresse est trouvée et la compétence vérifiée."),
    ),
    HoldKind.CLOSURE: Effect(
        (L, M, A, G, D), "C. civ. 2003, 2004",
        gettext_noop("Reprend si l’étude refuse la demande, ou si le créancier la retire."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """What becomes of a running term: `pauses` or not, and why."""

    pauses: bool
    reason: str


OURS = Clock(True, gettext_noop("Ce délai est celui du service : ses jours restants sont rendus à la levée."))
LAW = gettext_noop("Aucun texte ne suspend ce délai : il court, et ce qui devait le suivre attend une personne.")
MONTH = gettext_noop(
    "Le mois de l’envoi n’est suspendu par aucun texte (CPCE L125-1) : un accord reste possible jusqu’à sa fin, "
    "et le silence n’est constaté qu’après la levée."
)
ORDER = gettext_noop(
    "L’ordonnance tombe si elle n’est pas signifiée à temps (CPC 1411) : le délai court pendant la suspension."
)
OPPOSITION = gettext_noop("Le temps d’opposition court (CPC 1416) ; rien n’est exécuté pendant la suspension.")
CLOCKS = {
    "amiable_wait_15d": OURS,
    "psrpc_extended": Clock(False, MONTH),
    "ip_signification": Clock(False, ORDER),
    "ip_enforceable_after": Clock(False, OPPOSITION),
}
PRESCRIPTION = gettext_noop("La prescription court toujours : une suspension ne l’arrête pas.")


def kinds_that_stop(what: Stop) -> tuple[HoldKind, ...]:
    """Every kind of hold that stops this."""
    return tuple(kind for kind, effect in EFFECTS.items() if what in effect.stops)


def stopped_by(kinds: Iterable[str], what: Stop) -> list[HoldKind]:
    """Which of these standing kinds stop this: the one question of sweep, relay, guards and accounts. Empty: go on."""
    return [HoldKind(kind) for kind in kinds if what in EFFECTS[HoldKind(kind)].stops]


def sentence(kinds: Iterable[HoldKind]) -> str:
    """« Dossier suspendu : contestation (article). » for a greyed button or a cancelled letter."""
    named = ", ".join(f"{kind.label.lower()} ({EFFECTS[kind].article})" for kind in kinds)
    return _("Dossier suspendu : %(kinds)s.") % {"kinds": named}


def clock(term: str) -> Clock:
    """What a hold does to a term of this kind: our own wait pauses, the law's runs on."""
    return CLOCKS.get(term, Clock(False, LAW))


def consequences(kind: str) -> list[str]:
    """What the hold stops and how it ends, in words."""
    effect = EFFECTS[HoldKind(kind)]
    return [_(STOPS[stop]) for stop in effect.stops]
