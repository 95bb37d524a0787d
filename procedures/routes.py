"""Every way to be paid, for the facts of a claim: open or not, why, by which article, at whose cost, by when. Pure.

The simulator asks it before anybody has signed up, the page of a filed dossier with the dossier's own facts: the same
functions, so the same figures. What a guard decides (ceiling, commercants, territories) is decided here for it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from core.money import Money
from dossiers.enums import Origin
from procedures.courts import Court, NoCourt, Parties, court_for
from procedures.decompte import Debt, Decompte, decompte
from procedures.interest import Rate
from procedures.limitation import NEAR, article_of, term_of
from procedures.parameters import MissingParameter, dated_on, value_on
from procedures.terms import Term, compute
from tenants.models import Territory

WITHOUT_PSRPC = (Territory.NC, Territory.PF, Territory.ABROAD)
ONE_DAY = timedelta(days=1)
BARRED, SOON, SAFE = "barred", "soon", "safe"


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides: the principal still owed and since when, and who the two sides are."""

    amount: Money
    due_on: date
    origin: str
    debtor_is_consumer: bool
    debtor_trades: bool
    creditor_trades: bool
    creditor_is_professional: bool
    territory: str
    town: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One way: whether it is open, the sentences that say why, what it costs and to whom, and its calendar."""

    name: str
    label: str
    is_open: bool
    reasons: tuple[str, ...]
    articles: tuple[str, ...]
    cost: str
    calendar: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The whole answer for a day."""

    facts: Facts
    on: date
    routes: tuple[Route, ...]
    limitation: Term
    limitation_article: str
    risk: str
    account: Decompte | None


# --- the predicates that guards and routes share ------------------------------------------------------------
def exceeds_the_ceiling(amount: Money, today: date) -> bool:
    """Principal and interest above what the procédure simplifiée takes (CPCE R125-1)."""
    return bool(amount.amount > value_on("psrpc_ceiling", today))


def left_the_psrpc(origin: str, creditor_trades: bool, debtor_trades: bool, today: date) -> bool:
    """An invoice between commercants, since 25 April 2026 (law 2026-307)."""
    traders = creditor_trades and debtor_trades
    return bool(traders and origin == Origin.INVOICE and value_on("psrpc_excludes_commercants", today))


# --- the whole answer ---------------------------------------------------------------------------------------
def outlook(facts: Facts, *, on: date, account: Decompte | None = None) -> Outlook:
    """What is open on that day; `account` is the dossier's own where there is one."""
    limit = term_of(facts.debtor_is_consumer, facts.due_on)
    risk = BARRED if on > limit.due_on else SOON if limit.due_on - on <= NEAR else SAFE
    routes = (_amiable(facts, on), _psrpc(facts, on), _injonction(facts, on), _commandement(facts, on))
    return Outlook(facts, on, routes, limit, article_of(limit), risk, account or account_from(facts, on=on))


def account_from(facts: Facts, *, on: date) -> Decompte | None:
    """Principal, interest and indemnity to that day before any formal notice; None while a rate is not entered."""
    rate = indemnity = None
    if not facts.debtor_is_consumer and facts.creditor_is_professional:
        rate = Rate("late")
        indemnity = Money(value_on("late_indemnity", facts.due_on), "EUR") if facts.amount.currency == "EUR" else None
    debt = Debt("", facts.amount, facts.due_on, facts.due_on + ONE_DAY, rate, indemnity)
    try:
        return decompte([debt], [], on=on, currency=facts.amount.currency)
    except MissingParameter:
        return None


def _owed(facts: Facts, on: date) -> list[str]:
    """What closes every route alike."""
    reasons = []
    if facts.amount.amount <= Decimal(0):
        reasons.append(_("La créance est réglée : son solde est nul."))
    if on <= facts.due_on:
        reasons.append(
            _("La créance n’est pas encore échue : elle le sera après le %(day)s.")
            % {"day": f"{facts.due_on:%d/%m/%Y}"}
        )
    return reasons


def _in_court(facts: Facts, on: date) -> list[str]:
    limit = term_of(facts.debtor_is_consumer, facts.due_on)
    if on <= limit.due_on:
        return []
    told = {"day": f"{limit.due_on:%d/%m/%Y}", "article": article_of(limit)}
    return [_("Prescrite depuis le %(day)s (%(article)s).") % told]


def _amiable(facts: Facts, on: date) -> Route:
    reasons = _owed(facts, on) + _in_court(facts, on)
    if facts.territory == Territory.ABROAD:
        reasons.append(_("Le débiteur vit à l’étranger : aucune étude n’est compétente (CPCE R125-1)."))
    cost = _(
        "À la charge du créancier, sauf acte prescrit par la loi ; le débiteur ne paie rien de plus (CPCE L111-8)."
    )
    calendar = () if reasons else (compute("amiable_wait_15d", on, territory=facts.territory),)
    return _route("amiable", _("Recouvrement amiable"), reasons, ("CPCE L124-1", "CPCE L111-8"), cost, calendar)


def _psrpc(facts: Facts, on: date) -> Route:
    reasons = _owed(facts, on) + _in_court(facts, on)
    if facts.territory in WITHOUT_PSRPC:
        reasons.append(_("La procédure simplifiée n’existe pas dans ce territoire."))
    if facts.amount.currency != "EUR":
        reasons.append(_("La procédure simplifiée est ouverte aux créances en euros (CPCE R125-1)."))
    elif exceeds_the_ceiling(facts.amount, on):
        ceiling = Money(value_on("psrpc_ceiling", on), "EUR").format_fr()
        reasons.append(_("Le montant dépasse le plafond de %(ceiling)s (CPCE R125-1).") % {"ceiling": ceiling})
    if left_the_psrpc(facts.origin, facts.creditor_trades, facts.debtor_trades, on):
        reasons.append(
            _("Une facture entre commerçants ne relève plus de la procédure simplifiée (loi du 23 avril 2026).")
        )
    cost = _("À la charge exclusive du créancier (CPCE L125-1).")
    calendar = () if reasons else (compute("psrpc_extended", on, territory=facts.territory),)
    return _route("psrpc", _("Procédure simplifiée"), reasons, ("CPCE L125-1", "CPCE R125-1"), cost, calendar)


def _injonction(facts: Facts, on: date) -> Route:
    reasons = _owed(facts, on) + _in_court(facts, on)
    court: Court | None = None
    try:
        town = facts.town or _("la commune du débiteur")
        parties = Parties(facts.creditor_trades, facts.debtor_trades, facts.origin, facts.territory, town)
        court = court_for(parties, on=on)
    except NoCourt as error:
        reasons.append(str(error))
    cost = _(
        "Requête gratuite devant le tribunal judiciaire ; la signification est avancée par le créancier, puis due par le débiteur."
    )
    if court and court.takes_a_fee:
        cost = _("Frais de greffe (CPC 1425) et signification avancés par le créancier, puis dus par le débiteur.")
    calendar: tuple[Term, ...] = ()
    if not reasons:
        calendar = (
            compute("ip_signification", on, territory=facts.territory),
            compute("ip_enforceable_after", on, territory=facts.territory),
        )
    why = (court.name, *court.reasons) if court and not reasons else ()
    return _route("injonction", _("Injonction de payer"), reasons, ("CPC 1405", "CPC 1406"), cost, calendar, why)


def _commandement(facts: Facts, on: date) -> Route:
    """The procedure of the law of 23 April 2026, between commercants: offered once its day has come."""
    reasons = _owed(facts, on) + _in_court(facts, on)
    starts = dated_on("l126_procedure", on)
    if not starts.value:
        reasons.append(_("Cette procédure n’est pas encore applicable : %(source)s.") % {"source": starts.source})
    if not (facts.creditor_trades and facts.debtor_trades):
        reasons.append(_("Elle est réservée aux créances entre commerçants (loi du 23 avril 2026)."))
    cost = _("Le commandement est avancé par le créancier ; le tarif n’est pas encore publié.")
    calendar = () if reasons else (compute("l126_debtor_month", on, territory=facts.territory),)
    return _route(
        "l126", _("Procédure de la loi du 23 avril 2026"), reasons, ("CPCE L126-1", "CPCE L126-2"), cost, calendar
    )


def _route(
    name: str, label: str, reasons: list[str], articles: tuple[str, ...], cost: str, calendar: tuple[Term, ...],
    why: tuple[str, ...] = (),
) -> Route:  # fmt: skip
    told = tuple(reasons) or why or (_("Ouverte à cette créance."),)
    return Route(name, label, not reasons, told, articles, cost, calendar)
