"""What people tell about the post."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from notifications.models import BY_POST, Message, Outcome
from notifications.signals import letter_posted


class PostingRefused(ValueError):
    """The posting cannot be recorded; the message says why and what to do."""


@transaction.atomic
def record_posting(message: Message, *, posted_on: date, number: str, by: Actor, now: datetime, today: date) -> None:
    """Record that the post took a letter: the day of the deposit proof, from which terms run.

    It is recorded once; a registered letter needs its number. Raises PostingRefused with a sentence.
    """
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if reason := _refusal(message, posted_on=posted_on, number=number, today=today):
        raise PostingRefused(reason)
    message.posted_on, message.posting_number, message.posted_by = posted_on, number.strip(), str(by)
    message.save(update_fields=["posted_on", "posting_number", "posted_by"])
    letter_posted.send(Message, message=message, posted_on=posted_on, by=by, now=now)


def _refusal(message: Message, *, posted_on: date, number: str, today: date) -> str | None:
    if message.channel not in BY_POST or message.outcome != Outcome.SENT:
        return _("Cette lettre n’est pas imprimée : attendez qu’elle figure parmi les courriers à poster.")
    if message.posted_on:
        return _("Le dépôt de cette lettre est déjà enregistré.")
    if posted_on > today:
        return _("La date de dépôt est dans le futur : relevez celle de la preuve de dépôt.")
    if posted_on < message.written_on:
        return _("La date de dépôt précède la lettre : relevez celle de la preuve de dépôt.")
    if message.channel == "registered" and len(number.strip()) < 8:
        return _("Indiquez le numéro de la lettre recommandée, tel qu’il figure sur la preuve de dépôt.")
    return None
