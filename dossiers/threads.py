"""What creditor and office write to each other about a dossier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.statements import ask
from documents.models import Document
from documents.services import store_upload
from documents.sniffing import Refused
from dossiers import journal
from dossiers.models import Dossier, ThreadFile, ThreadMessage, Voice
from notifications.models import Channel, Message
from notifications.outbox import queue

MOST_FILES = 10
LARGEST = 20 * 1024 * 1024
MANY = 100  # the bell shows no more: counting further would cost and tell nothing


class NobodyThere(ValueError):
    """The dossier is a draft: nobody reads on the other side yet."""


@transaction.atomic
def write(
    dossier: Dossier, *, text: str, files: Sequence[UploadedFile], voice: Voice, by: str, now: datetime
) -> ThreadMessage:
    """Say something to the other side, which is told by a mail without the text, once until it reads.

    Raises NobodyThere or documents.sniffing.Refused with a sentence; nothing is kept then.
    """
    if dossier.is_draft or dossier.office is None:
        raise NobodyThere(_("Transmettez d’abord le dossier : l’étude pourra alors vous lire."))
    _check(files)
    is_told = ThreadMessage.objects.filter(dossier=dossier, voice=voice, read_at=None).exists()
    message = ThreadMessage.objects.create(
        dossier=dossier, creditor_id=dossier.creditor_id, office=dossier.office, voice=voice, author=by, text=text,
        created_at=now,
    )  # fmt: skip
    for file in files:
        document = _store(dossier, file, now)
        ThreadFile.objects.create(message=message, creditor_id=dossier.creditor_id, document=document)
    if not is_told:
        queue(_mail(message))
    return message


def read(dossier: Dossier, *, voice: Voice, until: int, by: str, now: datetime) -> int:
    """The side that `voice` speaks for has read the other's messages up to that one; how many were new to it."""
    theirs = ThreadMessage.objects.filter(dossier=dossier, read_at=None, pk__lte=until).exclude(voice=voice)
    return theirs.update(read_at=now, read_by=by)


@transaction.atomic
def entrust(dossier: Dossier, manager: User | None, *, by: str, now: datetime) -> None:
    """Name the person of the office who follows the dossier: the creditor sees her name, mails go to her."""
    Dossier.objects.filter(pk=dossier.pk).update(manager=manager)
    journal.note(dossier, "manager_named", by=by, at=now, name=str(manager) if manager else "")


def note_call(dossier: Dossier, text: str, *, by: str, now: datetime) -> None:
    """Write down what was said on the telephone: it stands in the history beside letters and mails."""
    journal.note(dossier, "call_noted", by=by, at=now, text=text)


UNREAD = """
SELECT count(*) FROM (SELECT 1 FROM dossiers_threadmessage
WHERE {owner} AND voice = '{voice}' AND read_at IS NULL LIMIT {many}) found
"""
UNREAD_BY_CREDITORS = UNREAD.format(owner="creditor_id = ANY(%s)", voice="office", many=MANY)
UNREAD_BY_OFFICE = UNREAD.format(owner="office_id = %s", voice="creditor", many=MANY)


def unread_by_creditors(keys: Sequence[int]) -> int:
    """Messages of offices that nobody of these creditors has read; asked by every page, hence by partial index."""
    return _count(UNREAD_BY_CREDITORS, list(keys)) if keys else 0


def unread_by_office(key: int) -> int:
    """Messages of creditors that nobody of the office has read."""
    return _count(UNREAD_BY_OFFICE, key)


def _count(sql: str, owner: Any) -> int:
    return int(ask(sql, [owner])[0][0])


def _check(files: Sequence[UploadedFile]) -> None:
    if len(files) > MOST_FILES:
        raise Refused(_("Dix fichiers au plus par message : envoyez les autres dans un second message."))
    if sum(file.size or 0 for file in files) > LARGEST:
        raise Refused(_("Les fichiers d’un message ne doivent pas dépasser 20 Mo au total."))


def _store(dossier: Dossier, file: UploadedFile, now: datetime) -> Document:
    try:
        return store_upload(
            file.read(), name=file.name or "", brand_id=dossier.brand_id, creditor_id=dossier.creditor_id,
            office_id=dossier.office_id, dossier_id=dossier.pk, created_at=now,
        )  # fmt: skip
    except Refused as refusal:
        raise Refused(f"{file.name} : {refusal}") from refusal


def _mail(message: ThreadMessage) -> Message:
    dossier = message.dossier
    kind = "word_to_office" if message.voice == Voice.CREDITOR else "word_to_creditor"
    return Message(
        brand_id=dossier.brand_id, creditor_id=dossier.creditor_id, office_id=dossier.office_id, dossier_id=dossier.pk,
        key=f"{kind}:{message.pk}", kind=kind, channel=Channel.EMAIL, recipient=_addressee(dossier, kind),
        created_at=message.created_at, try_at=message.created_at,
    )  # fmt: skip


def _addressee(dossier: Dossier, kind: str) -> dict[str, str]:
    if kind == "word_to_creditor":
        return {"name": dossier.creditor.name, "email": dossier.creditor.email}
    if dossier.manager:
        return {"name": str(dossier.manager), "email": dossier.manager.email}
    assert dossier.office is not None  # the constraint on filed dossiers
    return {"name": dossier.office.name, "email": dossier.office.email}
