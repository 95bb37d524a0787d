from celery import shared_task

from accounts.models import OpenSession
from core import clock
from tenants.context import WORKER, acting_as


@shared_task
def forget_sessions() -> int:
    """Sessions that are over leave the table."""
    with acting_as(WORKER):
        return OpenSession.objects.filter(expire_date__lt=clock.machine_now()).delete()[0]
