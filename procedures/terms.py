"""Every legal term in one table, and the day on which each ends, with the text that explains it. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from core.calendar import (
    LOCAL,
    Period,
    add_period,
    day_off,
    holidays,
    next_working_day,
    parse_period,
    previous_working_day,
)
from procedures.parameters import PARAMETERS, value_on

OVERSEAS = set(LOCAL) - {"FR", "ALSACE-MOSELLE", "ABROAD"}


class Rule(StrEnum):
    """What becomes of a last day that is a Saturday, a Sunday or a holiday."""

    EXTENDED = "CPC 642"
    PRUDENT = "CPC 642, par prudence"  # the law does not say, or it is our own rule: we wait one day too many
    NONE = ""


class Margin(IntEnum):
    """How many days before the last one we act when the act is ours to do."""

    THEIRS = -1  # the term is somebody else's: we wait for its end
    OURS = 0
    ANNIVERSARY = 1  # a period that starts at 0:00 ends on the eve of the anniversary (2e civ., 12/12/2018)


@dataclass(frozen=True, slots=True)
class Kind:
    """A term of the law and the fact that starts it; the period is literal or names a dated parameter."""

    label: str
    fact: str
    period: str
    rule: Rule
    article: str
    margin: Margin = Margin.THEIRS


EXTENDED, PRUDENT, NONE = Rule.EXTENDED, Rule.PRUDENT, Rule.NONE
OURS, ANNIVERSARY = Margin.OURS, Margin.ANNIVERSARY
KINDS = {
    "cpc": Kind("Délai de procédure", "Acte", "P1M", EXTENDED, "CPC 641"),
    "amiable_wait_15d": Kind("Attente amiable", "Lettre simple postée", "amiable_wait", PRUDENT, "règle du service"),
    "psrpc_strict": Kind("Mois de la procédure simplifiée", "LRAR déposée", "psrpc_month", NONE, "CPCE L125-1", OURS),
    "psrpc_extended": Kind("Silence valant refus", "LRAR déposée", "psrpc_month", PRUDENT, "CPCE L125-1 et R125-2"),
    "ip_signification": Kind(
        "Signification de l’ordonnance", "Ordonnance rendue", "ip_service", EXTENDED, "CPC 1411", OURS
    ),
    "ip_opposition": Kind("Opposition", "Ordonnance signifiée", "P1M", EXTENDED, "CPC 1416"),
    "ip_enforceable_after": Kind(
        "Exécution possible après", "Ordonnance signifiée", "ip_enforceable", EXTENDED, "CPC 1422"
    ),
    "ip_lawyer_15d": Kind("Constitution d’avocat", "Avis d’opposition", "P15D", EXTENDED, "CPC 1418", OURS),
    "tc_fee_15d": Kind("Consignation au greffe", "Requête ou avis", "P15D", EXTENDED, "CPC 1425", OURS),
    "l126_service": Kind("Signification du commandement", "Mandat donné", "P1M", EXTENDED, "CPCE L126-1", OURS),
    "l126_debtor_month": Kind("Payer ou contester", "Commandement signifié", "P1M", EXTENDED, "CPCE L126-2"),
    "l126_pv_earliest": Kind(
        "Procès-verbal de non-contestation, au plus tôt",
        "Commandement signifié",
        "P1M",
        EXTENDED,
        "CPCE L126-3",
    ),
    "l126_title_service": Kind(
        "Signification du titre du greffe", "Titre rendu exécutoire", "P6M", EXTENDED, "CPCE L126-4", OURS
    ),
    "rj_declaration": Kind("Déclaration de créance", "Publication au BODACC", "P2M", EXTENDED, "C. com. R622-24", OURS),
    "rj_releve_forclusion": Kind(
        "Relevé de forclusion", "Publication au BODACC", "P6M", EXTENDED, "C. com. L622-26", OURS
    ),
    "prescription_5y": Kind("Prescription", "Créance exigible", "P5Y", NONE, "C. civ. 2224", ANNIVERSARY),
    "prescription_2y_consumer": Kind("Prescription", "Créance exigible", "P2Y", NONE, "C. conso. L218-2", ANNIVERSARY),
    "prescription_1y_telecom": Kind("Prescription", "Créance exigible", "P1Y", NONE, "CPCE postes L34-2", ANNIVERSARY),
    "payout_cash": Kind("Reversement, espèces", "Somme reçue", "P3W", NONE, "C. com. R444-56", OURS),
    "payout_other": Kind("Reversement", "Somme reçue", "P6W", NONE, "C. com. R444-56", OURS),
    "payout_instalments_other": Kind("Reversement, échelonné", "Somme reçue", "P3M", NONE, "C. com. R444-56", OURS),
    "sepa_mandate_lapse": Kind("Caducité du mandat", "Dernier prélèvement", "P36M", NONE, "règles SEPA", OURS),
    "sepa_refund_8w": Kind("Remboursement sans motif", "Débit autorisé", "P8W", NONE, "CMF L133-25-1"),
    "sepa_unauthorised_13m": Kind("Contestation", "Débit non autorisé", "P13M", NONE, "CMF L133-24"),
    "sepa_prenotification_latest": Kind("Préavis au plus tard", "Échéance", "-P14D", NONE, "règles SEPA", OURS),
    "lre_acceptance": Kind("Acceptation de la LRE", "Avis envoyé", "P15D", NONE, "CPCE postes R53-3"),
    "lrar_withdrawal": Kind("Retrait de la LRAR", "Avis de passage", "P15D", NONE, "CPCE postes R1-1-6"),
}


class UnknownKind(ValueError):
    """No such term; the message lists those that exist."""


@dataclass(frozen=True, slots=True)
class Term:
    """A computed term: `raw_on` date to date, `due_on` by the rule, `act_by` when the act is ours to do."""

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
    text = (period or default_period(kind, start, territory)).strip().upper()
    length = _directed(parse_period(text), row)
    if kind == "l126_pv_earliest":
        return _record_of_silence(start, text, length, territory)
    raw = add_period(start, length)
    due = raw if row.rule == Rule.NONE else next_working_day(raw, territory)
    derivation = _derivation(row, start, length, raw, due, territory)
    act_by = None if row.margin == Margin.THEIRS else _act_by(row, raw, territory)
    if act_by and act_by != due:
        derivation += f" ; agir au plus tard le {_day(act_by)}"
    return Term(kind, start, text, str(territory), raw, due, derivation, act_by)


def default_period(kind: str, start: date, territory: str) -> str:
    """The law's own period on that day, with the increases of distance (CPC 643, R622-24)."""
    text = KINDS[kind].period
    if text in PARAMETERS:
        text = str(value_on(text, start))
    # Before the reform an order was enforceable once the time to oppose it, distance included, had run.
    if kind == "ip_opposition" or (kind == "ip_enforceable_after" and text == "P1M"):
        return text + ("+P1M" if territory in OVERSEAS else "+P2M" if territory == "ABROAD" else "")
    if kind == "rj_declaration" and territory in OVERSEAS | {"ABROAD"}:
        return f"{text}+P2M"
    return text


def _directed(length: Period, row: Kind) -> Period:
    """The period in the row's own direction: a notice due before a day counts back, all else forwards."""
    backwards = length.months < 0 or length.days < 0
    if backwards and not row.period.startswith("-"):
        raise ValueError(f"« {row.label} » court vers l’avenir : indiquez une durée positive, par exemple P1M.")
    if row.period.startswith("-") and not backwards:
        return Period(-length.months, -length.days)
    return length


def _act_by(row: Kind, raw: date, territory: str) -> date:
    """The last safe working day: no local holiday lengthens our own term, no limitation is extended."""
    last = raw - timedelta(days=row.margin) if row.rule == Rule.NONE else next_working_day(raw, "FR")
    return previous_working_day(last, territory)


def _record_of_silence(start: date, text: str, length: Period, territory: str) -> Term:
    """At the earliest eight days after the debtor's month, itself wholly run and extended (CPCE L126-3).

    A period in days alone starts at the end of that month; with months, at the service of the commandement.
    """
    row, eight_days = KINDS["l126_pv_earliest"], Period(days=length.days or 8)
    opening, expired = "Mois du débiteur expiré", start
    if length.months:
        month = Period(months=length.months)
        raw = add_period(start, month)
        expired = next_working_day(raw, territory)
        opening = _derivation(row, start, month, raw, expired, territory) + " ; mois expiré"
    raw = add_period(expired, eight_days)
    due = next_working_day(raw, territory)  # waited through: acting a day too early would void the record
    derivation = _derivation(replace(row, fact=opening), expired, eight_days, raw, due, territory)
    return Term("l126_pv_earliest", start, text, str(territory), raw, due, derivation)


def _derivation(row: Kind, start: date, length: Period, raw: date, due: date, territory: str) -> str:
    direction = "moins " if length.months < 0 or length.days < 0 else ""
    text = f"{row.fact} le {start:%d/%m/%Y}, {direction}{length.in_words()} ({row.article}) : {_day(raw)}"
    if due != raw:
        reason = day_off(raw, territory)
        named = f" ({reason})" if reason not in ("samedi", "dimanche") else ""
        text += f"{named} → {_day(due)} ({row.rule})"
    return text


WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"
