"""The relay: claim, commit, write, send, settle. No lock is held while the outside world thinks."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents.services import store
from notifications.channels import Rejected, Sender, Unavailable, email, file, post, sms
from notifications.contents import CONTENTS, Content, NoLongerWanted
from notifications.models import LAST_ATTEMPT, Channel, Message, Outcome
from notifications.signals import message_settled
from tenants.context import WORKER, acting_as

logger = logging.getLogger(__name__)
SENDERS: dict[str, Sender] = {
    Channel.EMAIL: email.send,
    Channel.SMS: sms.send,
    Channel.LETTER: post.send,
    Channel.REGISTERED: post.send,
    Channel.FILE: file.send,
}


def dispatch_next(*, now: datetime) -> bool:
    """Take the oldest message that is due and that nobody holds; False when there is none.

    A worker that dies on the way only delays it: the lease runs out and the same key is tried again. After
    eight attempts the message is given up and a person is told.
    """
    message = _claim(now)
    if message is None:
        return False
    try:
        content = _write(message)
        receipt = SENDERS[message.channel](message, content)
    except NoLongerWanted as reason:
        _settle(message, Outcome.CANCELLED, str(reason), now=now)
    except Rejected as refusal:
        _settle(message, Outcome.REJECTED, str(refusal), now=now)
    except Unavailable as absence:
        _later(message, str(absence), now=now)
    except Exception:
        logger.exception("message=%s kind=%s could not be sent", message.pk, message.kind)
        _later(message, "erreur interne", now=now)
    else:
        _record(message, receipt, content, now=now)
    return True


def _record(message: Message, receipt: str, content: Content, *, now: datetime) -> None:
    """It left: whatever goes wrong here must not stop the run, and is told after the last attempt."""
    try:
        _settle(message, Outcome.SENT, receipt, now=now, content=content)
    except Exception:
        logger.exception("message=%s kind=%s left but could not be recorded", message.pk, message.kind)
        _later(message, "parti, mais non enregistré", now=now)


def _claim(now: datetime) -> Message | None:
    with acting_as(WORKER):
        due = Message.objects.due(now).select_related("brand", "office")
        message = due.select_for_update(of=("self",), skip_locked=True).first()
        if message:
            message.take(now)
    return message


def _write(message: Message) -> Content:
    with acting_as(WORKER), timezone.override((message.office or message.brand).zone):
        return CONTENTS[message.kind](message)


def _settle(message: Message, outcome: Outcome, detail: str, *, now: datetime, content: Content | None = None) -> None:
    with acting_as(WORKER):
        kept: dict[str, Any] = {}
        if content:
            kept = {"subject": content.subject[:200], "text": "" if content.is_confidential else content.text}
            if content.pdf:
                kept["document"] = _keep_pdf(message, content, now)
        if message.settle(outcome, now=now, detail=detail[:500], **kept):
            message_settled.send(Message, message=message, now=now)
        else:  # our lease had run out and another worker settled it: keep nothing of ours
            transaction.set_rollback(True)


def _keep_pdf(message: Message, content: Content, now: datetime) -> object:
    return store(
        content.pdf,
        name=f"{content.subject}.pdf",
        media_type="application/pdf",
        brand_id=message.brand_id,
        creditor_id=message.creditor_id,
        office_id=message.office_id,
        dossier_id=message.dossier_id,
        for_debtor=content.for_debtor,
        secret_pages=content.secret_pages,
        created_at=now,
    )


def _later(message: Message, detail: str, *, now: datetime) -> None:
    if message.attempts >= LAST_ATTEMPT:
        logger.error("message=%s kind=%s is given up after %s attempts", message.pk, message.kind, message.attempts)
        _settle(message, Outcome.DEAD, detail, now=now)
        return
    with acting_as(WORKER):
        Message.objects.filter(pk=message.pk, lease=message.lease).update(detail=detail[:500])
