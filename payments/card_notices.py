"""The provider's notices, from its signature to the row."""

from datetime import datetime

from django.conf import settings

from payments import card_settling
from payments.cards.notices import LARGEST, NoticeRefused, read_notice
from tenants.context import WORKER, acting_as

__all__ = ["NoticeRefused", "take"]


def take(body: bytes, signature: str, *, now: datetime) -> bool:
    """Believe a notice that is signed, once; whether it changed a payment. NoticeRefused for any other."""
    if len(body) > LARGEST:
        raise NoticeRefused("too long")
    notice = read_notice(body, signature, secrets=settings.CARD_NOTICE_SECRETS, now=now)
    if notice is None:
        return False
    with acting_as(WORKER):
        return card_settling.settle(notice, now=now)
