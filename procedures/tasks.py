import logging

from celery import shared_task

from core import clock
from procedures.services import advance_overdue

logger = logging.getLogger(__name__)


@shared_task
def sweep_deadlines(batches: int = 40) -> int:
    """Bounded, so that a run always ends; the next beat takes the rest. Nothing moves on a wrong clock."""
    if not clock.agrees_with_database():
        logger.error("the clock of this machine and the database's differ: nothing is advanced")
        return 0
    moved = 0
    for _ in range(batches):
        if not (batch := advance_overdue(now=clock.now())):
            break
        moved += batch
    return moved
