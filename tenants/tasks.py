from datetime import timedelta

from celery import shared_task

from core import clock, readings
from core.models import Submission
from tenants.context import WORKER, acting_as

KEPT = timedelta(days=1)


@shared_task
def forget_readings() -> int:
    """Who read what is kept for a year."""
    with acting_as(WORKER):
        return readings.forget_old(now=clock.now())


@shared_task
def forget_submissions() -> int:
    """Tokens of forms older than a day cannot come back: their rows go."""
    with acting_as(WORKER):
        gone, _ = Submission.objects.filter(at__lt=clock.now() - KEPT).delete()
    return gone
