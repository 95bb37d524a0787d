from celery import shared_task

from core import clock
from portal import daily_news
from tenants.context import WORKER, acting_as


@shared_task
def tell_news() -> int:
    """Write the morning's mails to whoever asked for them."""
    with acting_as(WORKER):
        return daily_news.tell_due(now=clock.now())
