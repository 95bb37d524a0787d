from celery import shared_task

from accounts import conventions
from accounts.models import OpenSession
from core import clock
from tenants.context import WORKER, acting_as
from tenants.models import Brand


@shared_task
def forget_sessions() -> int:
    """Sessions that are over leave the table."""
    with acting_as(WORKER):
        return OpenSession.objects.filter(expire_date__lt=clock.machine_now()).delete()[0]


@shared_task
def follow_conventions() -> int:
    """Remind, then renew: by the civil day of the earliest brand that has reached it, so never a day too soon."""
    with acting_as(WORKER):
        day = min((clock.today(brand.zone) for brand in Brand.objects.all()), default=None)
        if day is None:
            return 0
        return conventions.remind_due(on=day, now=clock.now()) + conventions.renew_due(on=day, now=clock.now())
