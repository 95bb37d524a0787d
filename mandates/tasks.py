from celery import shared_task

from core import clock
from mandates import services
from tenants.context import WORKER, acting_as


@shared_task
def lapse_mandates() -> int:
    """End what nobody collected on for 36 months."""
    with acting_as(WORKER):
        return services.lapse(now=clock.now())
