from datetime import timedelta

from celery import shared_task

from core import clock
from signatures import proof
from signatures.models import Sending
from tenants.context import WORKER, acting_as

COUNTED = timedelta(days=2)  # the longest window of the throttle is a day


@shared_task
def prove_signatures() -> int:
    return proof.complete(now=clock.now())


@shared_task
def forget_sendings() -> int:
    """Sendings that no limit counts any more."""
    with acting_as(WORKER):
        gone, _ = Sending.objects.filter(at__lt=clock.now() - COUNTED).delete()
    return gone
