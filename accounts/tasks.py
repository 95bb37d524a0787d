from celery import shared_task

from accounts import conventions
from core import clock
from tenants.context import WORKER, acting_as
from tenants.models import Brand


@shared_task
def follow_conventions() -> int:
    """Remind, then renew: by the civil day of the earliest brand that has reached it, so never a day too soon."""
    with acting_as(WORKER):
        day = min((clock.today(brand.zone) for brand in Brand.objects.all()), default=None)
        if day is None:
            return 0
        return conventions.remind_due(on=day, now=clock.now()) + conventions.renew_due(on=day, now=clock.now())
