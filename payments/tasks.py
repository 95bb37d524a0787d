import logging

from celery import shared_task

from core import clock
from payments import services
from tenants.context import WORKER, acting_as

logger = logging.getLogger(__name__)


@shared_task
def announce_collections() -> int:
    """Announce what may be collected, creditor by creditor: a bad one is reported and stops nobody."""
    announced = 0
    with acting_as(WORKER):
        creditors = list(services.to_announce())
    for creditor in creditors:
        try:
            with acting_as(WORKER):
                announced += len(services.announce(creditor, now=clock.now()))
        except Exception:
            logger.exception("creditor=%s could not be announced a collection", creditor.pk)
    return announced
