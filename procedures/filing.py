"""Filing many drafts at once, by the same transition, guards and letters as one."""

from collections.abc import Sequence
from datetime import datetime

from core.actors import Actor
from dossiers import search
from dossiers.models import Dossier
from procedures.cases import cases
from procedures.competence import UnknownPlace, possible_courts
from procedures.services import move_all
from procedures.transitions import TRANSITIONS
from tenants.models import Office


def submit_all(drafts: Sequence[Dossier], *, by: Actor, now: datetime) -> dict[int, list[str]]:
    """File those that may be filed; the others stay drafts, and their keys come back with the sentences.

    The caller holds the drafts locked, or has just made them in this transaction.
    """
    offices: dict[str, Office | None] = {}
    for draft in drafts:
        draft.office = _office(draft, offices)
    judged = [(case, TRANSITIONS["submit"].refusals(case, by)) for case in cases(drafts, now=now, filing=True)]
    moving = [case for case, reasons in judged if not reasons]
    for case in moving:
        case.dossier.save(update_fields=["office"])
    move_all(moving, "submit", by=by, now=now)
    for case in moving:
        search.index(case.dossier)
    return {case.dossier.pk: reasons for case, reasons in judged if reasons}


def _office(draft: Dossier, found: dict[str, Office | None]) -> Office | None:
    if draft.debtor is None:
        return None
    try:
        courts, _doubts = possible_courts(draft.debtor.postcode, draft.debtor.whole_address)
    except UnknownPlace:
        return None
    for court in courts:
        if court not in found:
            found[court] = Office.objects.competent_for(court, brand=draft.brand).first()
    return next((office for court in courts if (office := found[court])), None)
