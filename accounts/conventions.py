"""A year from date to date, tacit renewal with its reminders, options accepted by version (NUM-23 to NUM-29, REL-65)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Convention, Creditor, OptionSubscription, Subscription
from core.audit import note
from core.calendar import Period, add_period
from notifications.models import Channel, Message
from notifications.outbox import queue
from tenants import policies
from tenants.models import ConventionText, OptionClause, PolicyName, ServiceOption

YEAR, NOTICE = Period(months=12), Period(months=-1)  # a denunciation arrives a month before the term
REMINDERS = (60, 15)  # days before the last day to denounce: the first is within one to three months (C. conso. L215-1)


class AgreementRefused(ValueError):
    """It cannot be agreed so; the message says why."""


def last_day(starts_on: date) -> date:
    """A year from date to date: the eve of the anniversary."""
    return add_period(starts_on, YEAR) - timedelta(days=1)


def denounce_by(term_on: date) -> date:
    """The last day on which a denunciation still stops the renewal."""
    return add_period(term_on, NOTICE)


def is_missing(creditor: Creditor, *, on: date) -> bool:
    """Whether the brand wants a convention before the first dossier and none runs."""
    if not policies.in_force(creditor.brand, PolicyName.CONVENTION_REQUIRED, on=on):
        return False
    return not creditor.conventions.running(on).exists()


@transaction.atomic
def denounce(convention: Convention, *, by: str, now: datetime, on: date) -> None:
    """Not renewed: it ends at its term. Refused once the last day has passed, for the year that then began is due."""
    if convention.term_on is None or on > denounce_by(convention.term_on):
        raise AgreementRefused(_("La date limite est passée : la convention est reconduite pour un an."))
    if Convention.objects.filter(pk=convention.pk, denounced_at=None).update(denounced_at=now, denounced_by=by):
        note("convention dénoncée", f"creditor:{convention.creditor_id}", by=by, now=now)


@transaction.atomic
def renew_due(*, on: date, now: datetime) -> int:
    """Renew for a year what has reached its term and was not denounced; each once, however often this runs."""
    due = Convention.objects.filter(term_on__lt=on, signed_at__isnull=False, denounced_at=None).select_related(
        "creditor"
    )
    renewed = 0
    for convention in due.select_for_update(of=("self",), skip_locked=True)[:500]:
        starts = _term(convention) + timedelta(days=1)
        Convention.objects.filter(pk=convention.pk).update(term_on=last_day(starts), renewals=F("renewals") + 1)
        _write(
            convention,
            "convention_renewed",
            key=f"convention-{convention.pk}-renewed-{starts}",
            now=now,
            term=last_day(starts),
        )
        renewed += 1
    return renewed


@transaction.atomic
def remind_due(*, on: date, now: datetime) -> int:
    """Tell each creditor, twice and once each time, until which day it may denounce."""
    sent = 0
    for days in REMINDERS:
        soon = Convention.objects.filter(signed_at__isnull=False, denounced_at=None, term_on__gte=on)
        for convention in soon.filter(term_on__lte=on + timedelta(days=days + 32)).select_related("creditor"):
            last = denounce_by(_term(convention))
            key = f"convention-{convention.pk}-{convention.term_on}-{days}"
            if (
                not on <= last <= on + timedelta(days=days)
                or Message.objects.filter(brand=convention.brand_id, key=key).exists()
            ):
                continue
            _write(convention, "convention_reminder", key=key, now=now, term=_term(convention), last=last)
            sent += 1
    return sent


def _term(convention: Convention) -> date:
    assert convention.term_on is not None  # a signed one has a term: the database holds it
    return convention.term_on


def _write(convention: Convention, kind: str, *, key: str, now: datetime, **days: date) -> None:
    creditor = convention.creditor
    queue(
        Message(
            brand_id=convention.brand_id, creditor_id=creditor.pk, key=key, kind=kind, channel=Channel.EMAIL,
            recipient={"name": creditor.name, "email": creditor.email}, created_at=now, try_at=now,
            payload={"creditor": creditor.name} | {name: f"{day:%d/%m/%Y}" for name, day in days.items()},
        )
    )  # fmt: skip


def current_text(creditor: Creditor) -> ConventionText | None:
    return ConventionText.objects.filter(brand=creditor.brand_id).first()


# --- options --------------------------------------------------------------------------------------------------------
def clauses_in_force(creditor: Creditor, *, on: date) -> dict[str, OptionClause]:
    """The latest published version of each option of the brand."""
    found = OptionClause.objects.filter(brand=creditor.brand_id, published_on__lte=on).order_by("published_on", "pk")
    return {clause.option: clause for clause in found}


def is_subscribed(creditor: Creditor, option: ServiceOption) -> bool:
    """Whether the creditor accepted the clauses of the option, in any version, and did not stop it."""
    return creditor.subscriptions.filter(clause__option=option, ended_at=None).exists()


@transaction.atomic
def subscribe(creditor: Creditor, clause: OptionClause, *, by: str, now: datetime, on: date) -> OptionSubscription:
    """Accept the version in force, and no other; an acceptance of an earlier version ends by it."""
    if clauses_in_force(creditor, on=on).get(clause.option) != clause:
        raise AgreementRefused(_("Ces clauses ne sont plus en vigueur : lisez la dernière version."))
    Creditor.objects.select_for_update(of=("self",)).get(pk=creditor.pk)
    living = creditor.subscriptions.filter(clause__option=clause.option, ended_at=None)
    if same := living.filter(clause=clause).first():
        return same
    living.update(ended_at=now, ended_by=by)
    made = OptionSubscription(brand=creditor.brand, creditor=creditor, clause=clause, accepted_by=by, accepted_at=now)
    made.save(force_insert=True)
    note("option souscrite", f"creditor:{creditor.pk}", by=by, now=now, reason=str(clause))
    return made


@transaction.atomic
def stop(creditor: Creditor, option: str, *, by: str, now: datetime) -> None:
    """The option ends at once for what is not yet sent; what was accepted stays readable."""
    if creditor.subscriptions.filter(clause__option=option, ended_at=None).update(ended_at=now, ended_by=by):
        note("option arrêtée", f"creditor:{creditor.pk}", by=by, now=now, reason=option)


# --- the distributor's plan -------------------------------------------------------------------------------------------
@transaction.atomic
def take_plan(creditor: Creditor, *, by: str, now: datetime, on: date) -> Subscription:
    """A year from today, or from the end of the running one; at the price in force on that day."""
    Creditor.objects.select_for_update(of=("self",)).get(pk=creditor.pk)
    running = creditor.plans.filter(term_on__gte=on).first()
    if running and running.starts_on > on:
        raise AgreementRefused(_("L’année suivante est déjà souscrite."))
    starts = running.term_on + timedelta(days=1) if running else on
    price = Decimal(str(policies.in_force(creditor.brand, PolicyName.SUBSCRIPTION_PRICE, on=starts)))
    made = Subscription(
        brand=creditor.brand, creditor=creditor, net=price, currency=creditor.brand.currency, starts_on=starts,
        term_on=last_day(starts), taken_by=by, taken_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    note("abonnement pris", f"creditor:{creditor.pk}", by=by, now=now, reason=f"{starts} à {made.term_on}")
    return made
