"""Every legal term in one table, and the day on which each ends, with the text that explains it. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.calendar import (
    Period,
    add_period,
    day_off,
    holidays,
    next_working_day,
    parse_period,
    previous_working_day,
)
from procedures.parameters import value_on

DISTANT = (
    "GUADELOUPE", "MARTINIQUE", "GUYANE", "REUNION", "MAYOTTE", "SAINT-BARTHELEMY", "SAINT-MARTIN", "SPM", "NC", "PF", "WF",
)  # fmt: skip


class Rule(StrEnum):
    """What becomes of a last day that is a Saturday, a Sunday or a holiday."""

    EXTENDED = "CPC 642"
    PRUDENT = "prudence"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A term of the law: its period, its rule, its article, and the fact from which it runs."""

    label: str
    fact: str
    period: str
    rule: Rule
    article: str


KINDS = {
    "cpc": Kind("Délai de procédure", "Acte", "P1M", Rule.EXTENDED, "CPC 641"),
    "amiable_wait_15d": Kind("Attente amiable", "Lettre simple postée", "P15D", Rule.PRUDENT, "règle du service"),
    "psrpc_strict": Kind("Mois de la procédure simplifiée", "LRAR déposée", "P1M", Rule.NONE, "CPCE L125-1"),
    "psrpc_extended": Kind("Silence valant refus", "LRAR déposée", "P1M", Rule.PRUDENT, "CPCE L125-1 et R125-2"),
    "ip_signification": Kind("Signification de l’ordonnance", "Ordonnance rendue", "", Rule.EXTENDED, "CPC 1411"),
    "ip_opposition": Kind("Opposition", "Ordonnance signifiée", "P1M", Rule.EXTENDED, "CPC 1416"),
    "ip_enforceable_after": Kind("Exécution possible après", "Ordonnance signifiée", "", Rule.EXTENDED, "CPC 1422"),
    "ip_lawyer_15d": Kind("Constitution d’avocat", "Avis d’opposition", "P15D", Rule.EXTENDED, "CPC 1418"),
    "tc_fee_15d": Kind("Consignation au greffe", "Requête ou avis", "P15D", Rule.EXTENDED, "CPC 1425"),
    "l126_debtor_month": Kind("Payer ou contester", "Commandement signifié", "P1M", Rule.EXTENDED, "CPCE L126-2"),
    "l126_pv_earliest": Kind(
        "Procès-verbal de non-contestation, au plus tôt", "Commandement signifié", "P1M", Rule.EXTENDED, "CPCE L126-3"
    ),
    "rj_declaration": Kind("Déclaration de créance", "Publication au BODACC", "P2M", Rule.EXTENDED, "C. com. R622-24"),
    "rj_releve_forclusion": Kind("Relevé de forclusion", "Publication au BODACC", "P6M", Rule.EXTENDED, "C. com. L622-26"),
    "prescription_5y": Kind("Prescription", "Créance exigible", "P5Y", Rule.NONE, "C. civ. 2224"),
    "prescription_2y_consumer": Kind("Prescription", "Créance exigible", "P2Y", Rule.NONE, "C. conso. L218-2"),
    "prescription_1y_telecom": Kind("Prescription", "Créance exigible", "P1Y", Rule.NONE, "CPCE postes L34-2"),
    "payout_cash": Kind("Reversement, espèces", "Somme reçue", "P3W", Rule.NONE, "C. com. R444-56"),
    "payout_other": Kind("Reversement", "Somme reçue", "P6W", Rule.NONE, "C. com. R444-56"),
    "payout_instalments_other": Kind("Reversement, échelonné", "Somme reçue", "P3M", Rule.NONE, "C. com. R444-56"),
    "sepa_mandate_lapse": Kind("Caducité du mandat", "Dernier prélèvement", "P36M", Rule.NONE, "règles SEPA"),
    "sepa_refund_8w": Kind("Remboursement sans motif", "Débit autorisé", "P8W", Rule.NONE, "CMF L133-25-1"),
    "sepa_unauthorised_13m": Kind("Contestation", "Débit non autorisé", "P13M", Rule.NONE, "CMF L133-24"),
    "sepa_prenotification_latest": Kind("Préavis au plus tard", "Échéance", "-P14D", Rule.NONE, "règles SEPA"),
    "lre_acceptance": Kind("Acceptation de la LRE", "Avis envoyé", "P15D", Rule.NONE, "CPCE postes R53-3"),
    "lrar_withdrawal": Kind("Retrait de la LRAR", "Avis de passage", "P15D", Rule.NONE, "CPCE postes R1-1-6"),
}


class UnknownKind(ValueError):
    """No such term; the message lists those that exist."""


@dataclass(frozen=True, slots=True)
class Term:
    """A computed term: `raw_on` by date to date, `due_on` after the rule, `act_by` where a margin is wise."""

    kind: str
    start_on: date
    period: str
    territory: str
    raw_on: date
    due_on: date
    derivation: str
    act_by: date | None = None


def compute(kind: str, start: date, *, territory: str = "FR", period: str | None = None) -> Term:
    """When the term that starts on that fact ends there, and why; a given period wins over the law's own.

    Raises UnknownKind, UnknownTerritory or ValueError (period), each with a French sentence.
    """
    if kind not in KINDS:
        raise UnknownKind(f"Délai inconnu : {kind}. Connus : {', '.join(KINDS)}.")
    holidays(territory, start.year)  # an unknown territory is told at once
    row = KINDS[kind]
    text = period or default_period(kind, start, territory)
    length = parse_period(text)
    raw = add_period(start, length)
    due = raw if row.rule == Rule.NONE else next_working_day(raw, territory)
    derivation = _derivation(row, start, length, raw, due, territory)
    if kind == "l126_pv_earliest":
        due, derivation = _eight_days_after(due, derivation)
    act_by = None
    if kind.startswith("prescription"):
        act_by = previous_working_day(due - timedelta(days=1), territory)
        derivation += f" ; sans prorogation, agir au plus tard le {_day(act_by)}"
    return Term(kind, start, text, territory, raw, due, derivation, act_by)


def default_period(kind: str, start: date, territory: str) -> str:
    """The law's own period on that day, with the increases of distance (CPC 643, R622-24)."""
    if kind == "ip_signification":
        return str(value_on("ip_service", start))
    if kind == "ip_enforceable_after":
        return str(value_on("ip_enforceable", start))
    if kind == "ip_opposition" and territory in DISTANT:
        return "P1M+P1M"
    if kind == "ip_opposition" and territory == "ABROAD":
        return "P1M+P2M"
    if kind == "rj_declaration" and territory in (*DISTANT, "ABROAD"):
        return "P2M+P2M"
    return KINDS[kind].period


def _eight_days_after(due: date, derivation: str) -> tuple[date, str]:
    """At the earliest eight days after the debtor's month, wholly run."""
    earliest = due + timedelta(days=8)
    return earliest, f"{derivation} ; au plus tôt huit jours après : {_day(earliest)}"


def _derivation(row: Kind, start: date, length: Period, raw: date, due: date, territory: str) -> str:
    direction = "moins " if length.months < 0 or length.days < 0 else ""
    text = f"{row.fact} le {start:%d/%m/%Y}, {direction}{length.in_words()} ({row.article}) : {_day(raw)}"
    if due != raw:
        reason = day_off(raw, territory)
        named = f" ({reason})" if reason not in ("samedi", "dimanche") else ""
        text += f"{named} → {_day(due)} ({row.rule.value})"
    return text


WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"
