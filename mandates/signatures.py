"""One-time codes: sent, guessed at, used once. Knows documents and people, not what is signed.

Six digits, ten minutes, five tries; bound to the document's bytes, the person and the session, so that a
code can never sign something else than what was read.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Creditor, User
from core import crypto
from documents.models import Document
from mandates.models import Challenge, CodeChannel
from notifications.models import Channel, Message
from notifications.outbox import queue

LIFE = timedelta(minutes=10)
TRIES = 5
SENDS, WINDOW = 3, timedelta(minutes=15)
SENDS_PER_DAY = 10


class CodeRefused(ValueError):
    """The code does not sign; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, from which session, reached how."""

    user: User
    creditor: Creditor
    session: str
    channel: str
    destination: str


@transaction.atomic
def send_code(document: Document, signer: Signer, *, now: datetime) -> Challenge:
    """Send a fresh code and void the earlier ones; CodeRefused when too many were asked for."""
    earlier = Challenge.objects.filter(creditor=signer.creditor, user=signer.user)
    if earlier.filter(created_at__gt=now - WINDOW).count() >= SENDS:
        raise CodeRefused(
            _("Trois codes ont déjà été envoyés. Attendez un quart d’heure avant d’en demander un autre.")
        )
    if earlier.filter(created_at__gt=now - timedelta(days=1)).count() >= SENDS_PER_DAY:
        raise CodeRefused(_("Trop de codes ont été demandés aujourd’hui. Réessayez demain ou écrivez au support."))
    earlier.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    challenge = Challenge.objects.create(
        creditor=signer.creditor,
        user=signer.user,
        document=document,
        session_hash=_hash(signer.session),
        channel=signer.channel,
        destination=signer.destination,
        code_hash=_hash(f"{document.sha256}:{signer.session}:{code}"),
        created_at=now,
        expires_at=now + LIFE,
    )
    _queue_code(challenge, signer, code, now=now)
    return challenge


def check_code(document: Document, *, user: User, session: str, code: str, now: datetime) -> Challenge:
    """The challenge that the code answers, used up; CodeRefused otherwise. The try is paid before it is looked at."""
    mine = Challenge.objects.filter(
        document=document,
        user=user,
        session_hash=_hash(session),
        used_at=None,
        expires_at__gt=now,
        tries__lt=TRIES,
    )
    challenge = mine.order_by("-pk").first()
    if challenge is None or not mine.filter(pk=challenge.pk).update(tries=F("tries") + 1):
        raise CodeRefused(_("Ce code n’est plus valable. Demandez-en un nouveau."))
    challenge.refresh_from_db()
    if not hmac.compare_digest(challenge.code_hash, _hash(f"{document.sha256}:{session}:{code.strip()}")):
        left = TRIES - challenge.tries
        raise CodeRefused(_("Code incorrect. Il vous reste %(left)d essais.") % {"left": left})
    if not Challenge.objects.filter(pk=challenge.pk, used_at=None).update(used_at=now):
        raise CodeRefused(_("Ce code a déjà servi."))
    challenge.used_at = now
    return challenge


def evidence(challenge: Challenge, *, request_facts: dict[str, str]) -> dict[str, object]:
    """What shows who signed what, when and how: facts only, the destination masked, never the code."""
    facts: dict[str, object] = {
        "document": {"sha256": challenge.document.sha256, "name": challenge.document.name},
        "signer": {"name": challenge.user.get_full_name(), "email": challenge.user.email},
        "channel": challenge.channel,
        "destination": masked(challenge.destination),
        "sent_at": challenge.created_at.isoformat(),
        "entered_at": challenge.used_at.isoformat() if challenge.used_at else None,
        "tries": challenge.tries,
        "level": "simple",  # eIDAS: a one-time code alone is a simple electronic signature
    }
    return facts | request_facts


def masked(destination: str) -> str:
    """Enough of an address or a number for its owner to recognise it."""
    if "@" in destination:
        name, host = destination.split("@", 1)
        return f"{name[:2]}…@{host}"
    return f"{destination[:4]}…{destination[-2:]}"


def _queue_code(challenge: Challenge, signer: Signer, code: str, *, now: datetime) -> None:
    by_sms = challenge.channel == CodeChannel.SMS
    where = {"phone": challenge.destination} if by_sms else {"email": challenge.destination}
    sealed = crypto.encrypt(code, place=f"challenge:{challenge.pk}")
    queue(
        Message(
            brand_id=signer.creditor.brand_id,
            creditor_id=signer.creditor.pk,
            key=f"code-{challenge.pk}",
            kind="signature_code",
            channel=Channel.SMS if by_sms else Channel.EMAIL,
            recipient={"name": signer.user.get_full_name()} | where,
            payload={"challenge": challenge.pk, "code": sealed},
            created_at=now,
            try_at=now,
        )
    )


def _hash(text: str) -> str:
    return crypto.fingerprint(text, purpose="signature-code")
