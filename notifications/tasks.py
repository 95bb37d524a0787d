from celery import shared_task

from core import clock
from notifications.relay import dispatch_next


@shared_task
def relay(limit: int = 200) -> int:
    """Bounded, so that a run always ends; the next beat takes the rest."""
    sent = 0
    while sent < limit and dispatch_next(now=clock.now()):
        sent += 1
    return sent
