"""The fee of the yearly plan (NUM-23), with its tax."""

from datetime import datetime
from decimal import Decimal

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Subscription
from core.money import Money
from payments.models import Fee
from payments.services import charge
from tenants.models import Currency, Territory

# CGI art. 278. Overseas other rates hold (art. 294 and 296): there support writes the fee.
VAT_RATE, VAT_TERRITORY = Decimal("0.20"), Territory.FR
KEY = "plan-"


def charge_plans(*, now: datetime) -> int:
    """Write down a fee for each plan that has none; how many. Run again it writes nothing more."""
    key = Concat(Value(KEY), Cast(OuterRef("pk"), CharField()))
    charged = Fee.objects.filter(creditor=OuterRef("creditor"), key=key)
    plans = Subscription.objects.filter(
        ~Exists(charged), net__gt=0, currency=Currency.EUR, brand__territory=VAT_TERRITORY
    ).select_related("creditor")
    found = list(plans.order_by("pk"))
    for plan in found:
        gross = Money.rounded(plan.net * (1 + VAT_RATE), plan.currency).amount
        label = f"Abonnement du {plan.starts_on:%d/%m/%Y} au {plan.term_on:%d/%m/%Y}"
        due_on = max(plan.starts_on, plan.taken_at.date())
        charge(plan.creditor, key=f"{KEY}{plan.pk}", label=label, amount=gross, net=plan.net, due_on=due_on, now=now)
    return len(found)
