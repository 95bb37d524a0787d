"""One-time codes: sent, guessed at, used once. Knows papers, not people nor what is signed.

Six digits, ten minutes, five tries; bound to the bytes of the paper, the person and the session, so that a code can
never sign something else than what was read.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import crypto
from documents.models import Document
from notifications.models import Channel, Message
from notifications.outbox import queue
from signatures import throttle
from signatures.models import Challenge, CodeChannel, SigningEvent, Step

LIFE = timedelta(minutes=10)
TRIES = 5


class CodeRefused(ValueError):
    """The code does not sign; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, from which session. `person` names her for ever, such as « user:42 »; the rest is what is known.

    `identity` says how the platform knows her; `facts` is what the request tells (ip, user_agent, …).
    """

    person: str
    name: str
    session: str
    email: str = ""
    phone: str = ""
    identity: str = ""
    facts: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """How the code reaches her."""

    channel: str
    destination: str


@transaction.atomic
def send_code(document: Document, signer: Signer, way: Way, *, now: datetime) -> Challenge:
    """Send a fresh code for this paper and void the earlier ones; throttle.TooMany when too many were asked for."""
    if document.creditor_id is None:
        raise ValueError("what is signed belongs to a creditor")
    throttle.count(document.brand_id, signer.person, way.destination, now=now)
    earlier = Challenge.objects.filter(creditor_id=document.creditor_id, person=signer.person)
    earlier.open(now).update(expires_at=now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    challenge = Challenge.objects.create(
        brand_id=document.brand_id,
        creditor_id=document.creditor_id,
        dossier_id=document.dossier_id,
        document=document,
        person=signer.person,
        session_hash=_hash(signer.session),
        channel=way.channel,
        destination=masked(way.destination),
        code_hash=_code_hash(document, signer, code),
        created_at=now,
        expires_at=now + LIFE,
    )
    note(challenge, Step.ASKED, signer, now=now)
    _queue_code(challenge, signer, way, code, now=now)
    return challenge


def check_code(document: Document, signer: Signer, *, code: str, now: datetime) -> Challenge:
    """The challenge that the code answers, used up; CodeRefused otherwise.

    The try is paid before it is looked at: the caller answers a refusal and lets its transaction commit.
    """
    mine = Challenge.objects.open(now).filter(
        document=document, person=signer.person, session_hash=_hash(signer.session), tries__lt=TRIES
    )
    challenge = mine.order_by("-pk").first()
    if challenge is None or not mine.filter(pk=challenge.pk).update(tries=F("tries") + 1):
        raise CodeRefused(_("Ce code n’est plus valable. Demandez-en un nouveau."))
    challenge.refresh_from_db()
    if not hmac.compare_digest(challenge.code_hash, _code_hash(document, signer, code.strip())):
        note(challenge, Step.WRONG, signer, now=now)
        raise CodeRefused(_tries_left(TRIES - challenge.tries))
    if not Challenge.objects.filter(pk=challenge.pk, used_at=None).update(used_at=now):
        raise CodeRefused(_("Ce code a déjà servi."))
    challenge.used_at = now
    note(challenge, Step.ACCEPTED, signer, now=now)
    return challenge


def note(challenge: Challenge, step: Step, signer: Signer, *, now: datetime) -> None:
    """Keep that this happened, and where it came from."""
    SigningEvent.objects.create(
        creditor_id=challenge.creditor_id,
        dossier_id=challenge.dossier_id,
        challenge=challenge,
        kind=step,
        at=now,
        detail=signer.facts or {},
    )


def masked(destination: str) -> str:
    """Enough of an address or a number for its owner to recognise it."""
    if "@" in destination:
        name, host = destination.split("@", 1)
        return f"{name[:2]}…@{host}"[:80]
    return f"{destination[:4]}…{destination[-2:]}"


def _tries_left(left: int) -> str:
    if not left:
        return _("Code incorrect, et plus aucun essai. Demandez un nouveau code.")
    return ngettext(
        "Code incorrect. Il vous reste %(left)d essai.", "Code incorrect. Il vous reste %(left)d essais.", left
    ) % {"left": left}


def _queue_code(challenge: Challenge, signer: Signer, way: Way, code: str, *, now: datetime) -> None:
    by_sms = way.channel == CodeChannel.SMS
    queue(
        Message(
            brand_id=challenge.brand_id,
            creditor_id=challenge.creditor_id,
            dossier_id=challenge.dossier_id,
            key=f"signature-code-{challenge.pk}",
            kind="signature_code",
            channel=Channel.SMS if by_sms else Channel.EMAIL,
            recipient={"name": signer.name, "phone" if by_sms else "email": way.destination},
            payload={"challenge": challenge.pk, "code": crypto.encrypt(code, place=f"challenge:{challenge.pk}")},
            created_at=now,
            try_at=now,
        )
    )


def _code_hash(document: Document, signer: Signer, code: str) -> str:
    return _hash(f"{document.sha256}:{signer.person}:{signer.session}:{code}")


def _hash(text: str) -> str:
    return crypto.fingerprint(text, purpose="signature-code")
