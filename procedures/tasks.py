import logging

from celery import shared_task

from core import clock
from dossiers import clients, drops
from procedures import imports
from procedures.bodacc import Unavailable, bulletin
from procedures.insolvency import alarm, watch_clients, watch_dossiers
from procedures.services import advance_overdue
from tenants.context import WORKER, acting_as

logger = logging.getLogger(__name__)


@shared_task
def watch_insolvency() -> int:
    """Debtors of living dossiers, then the client bases that are watched. Alarms first: they need nobody outside.

    A bulletin that does not answer is told, and asked again at the next tick.
    """
    alarm(now=clock.now())
    if (asked := bulletin()) is None:
        return 0
    with acting_as(WORKER):
        bases = clients.watched()
    try:
        return watch_dossiers(asked, now=clock.now()) + watch_clients(asked, bases, now=clock.now())
    except Unavailable as absence:
        logger.error("insolvency watch: %s", absence)  # noqa: TRY400  the cause is a sentence, not a fault of ours
        return 0


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


@shared_task
def work_on_imports() -> int:
    """Bounded like the sweep: a long file goes on at the next beat."""
    return imports.work(now=clock.now())


@shared_task
def forget_import_lines() -> int:
    with acting_as(WORKER):
        return imports.forget_lines(now=clock.now())


@shared_task
def poll_feeds() -> int:
    return drops.poll(now=clock.now())
