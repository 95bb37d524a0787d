import logging

from celery import shared_task

from core import clock
from payments import card_payments, plans, services
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


@shared_task
def follow_cards() -> int:
    """What became of the card pages nobody told us about; refunds that support decided."""
    return card_payments.follow(now=clock.now())


@shared_task
def charge_plans() -> int:
    """Write down the fee of the yearly plans that were taken."""
    with acting_as(WORKER):
        return plans.charge_plans(now=clock.now())
