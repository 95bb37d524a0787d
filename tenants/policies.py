"""Rules that a brand decides and dates: proposed by one person, approved by another, in force from a day on."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core.audit import note
from tenants.models import Brand, Policy, PolicyName

# What holds while a brand has decided nothing.
DEFAULTS: dict[str, Any] = {
    PolicyName.CONVENTION_REQUIRED: False,
    PolicyName.SUBSCRIPTION_PRICE: "120.00",
    PolicyName.FEES_BY_CARD: False,  # CRE-56: direct debit alone, unless the brand decides otherwise
    PolicyName.TAKE_IN_HOURS: 24,
}


class PolicyRefused(ValueError):
    """The rule cannot be changed so; the message says why."""


def in_force(brand: Brand, name: str, *, on: date) -> Any:
    """The value that holds on that day: the latest approved one whose day has come, else the default."""
    found = Policy.objects.filter(brand=brand, name=name, valid_from__lte=on, approved_at__isnull=False)
    latest = found.order_by("-valid_from", "-pk").first()
    return latest.value if latest else DEFAULTS[name]


def course(brand: Brand, name: str) -> Callable[[date], Any]:
    """The rule as a function of the day, read once: what `in_force` answers for each."""
    rules = list(
        Policy.objects.filter(brand=brand, name=name, approved_at__isnull=False).order_by("-valid_from", "-pk")
    )
    return lambda on: next((rule.value for rule in rules if rule.valid_from <= on), DEFAULTS[name])


@transaction.atomic
def approve(policy: Policy, *, by: str, key: int, now: datetime, today: date) -> None:
    """A second person's word, before the day from which the rule holds: the past is never rewritten."""
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    if policy.approved_at:
        raise PolicyRefused("Cette règle est déjà approuvée.")
    if policy.proposer_key == key:
        raise PolicyRefused("Une autre personne que celle qui la propose doit approuver cette règle.")
    if policy.valid_from < today:
        raise PolicyRefused(
            "La date d’effet est passée : proposez la règle de nouveau, à partir d’aujourd’hui ou plus tard."
        )
    policy.approved_by, policy.approver_key, policy.approved_at = by, key, now
    policy.save(update_fields=["approved_by", "approver_key", "approved_at"])
    note("règle approuvée", f"policy:{policy.pk}", by=by, now=now, reason=str(policy))
