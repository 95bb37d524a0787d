"""What the post and the relay tell, and what it means for the path."""

from datetime import date, datetime
from typing import Any

from django.dispatch import receiver

from core.actors import RELAY, Actor
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier
from dossiers.services import held
from notifications.models import Message, Outcome
from notifications.signals import letter_posted, message_settled
from procedures.effects import Stop
from procedures.holds import pause
from procedures.letters import psrpc_email, queue_letters, title_copy
from procedures.models import Deadline, Hold
from procedures.terms import compute

# The term runs from the sending, a fact that the post proves; not from our wish to send (L125-1 CPCE).
STARTS = {
    "amiable_letter": (Phase.AMIABLE, "amiable_wait_15d", "open_psrpc"),
    "psrpc_letter": (Phase.PSRPC, "psrpc_extended", "record_psrpc_silence"),
}


@receiver(letter_posted)
def start_the_term(message: Message, posted_on: date, by: Actor, now: datetime, **kwargs: Any) -> None:
    """Record the posting; open the term that it starts, if the dossier still stands where the letter left it."""
    if message.dossier_id is None:
        return
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=message.dossier_id)
    detail = {"letter": message.kind, "on": posted_on.isoformat(), "number": message.posting_number}
    journal.append([journal.Entry(dossier, "letter_posted", detail=detail)], by=str(by), at=now)
    phase, kind, transition = STARTS.get(message.kind, (None, "", ""))
    if dossier.phase == phase and dossier.debtor:
        term = compute(kind, posted_on, territory=dossier.debtor.territory)
        Deadline.open(dossier, transition, term)
        if Hold.objects.stops(dossier, Stop.MACHINE):
            pause(dossier, now)  # it was posted before anybody could stop it
        if phase == Phase.PSRPC:  # its mail never comes before it: the sending of the letter starts the month (L125-1)
            queue_letters(dossier, [psrpc_email], _cause(message), now)


@receiver(message_settled)
def record_what_left(message: Message, now: datetime, **kwargs: Any) -> None:
    """Every message about a dossier stands in its journal, with how it ended."""
    if message.dossier_id is None:
        return
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=message.dossier_id)
    kind = {Outcome.SENT: "message_sent", Outcome.CANCELLED: "message_cancelled"}.get(message.outcome, "message_failed")  # type: ignore[call-overload]
    detail = {
        "message": str(message.pk),
        "letter": message.kind,
        "channel": message.channel,
        "detail": message.detail,
    }
    journal.append([journal.Entry(dossier, kind, detail=detail)], by=str(RELAY), at=now)
    if message.kind == "psrpc_title" and message.outcome == Outcome.SENT:
        queue_letters(held(dossier), [title_copy], _cause(message), now)


def _cause(message: Message) -> str:
    """Dossier and rank of the event behind it: what its key ends with."""
    return message.key.partition(":")[2]
