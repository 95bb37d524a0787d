"""What shows who signed what, when and how: plain facts in a form that anyone can hash again."""

import hashlib
import json
from datetime import datetime
from typing import Any

from documents.models import Document
from signatures.codes import LIFE, Signer, masked
from signatures.deeds import Deed
from signatures.models import Challenge, Signature, SigningEvent

FORMAT = "credicys-signature/1"
LEVEL = "Signature électronique simple (règlement eIDAS, article 3, 10) : code à usage unique."
ONE_CHANNEL = "Le code est parti vers la boîte qui sert aussi à se connecter : un seul moyen a été vérifié."


def collect(deed: Deed, signer: Signer, challenge: Challenge, *, number: int, previous: str) -> dict[str, Any]:
    """Every fact that the proof holds, its own hash last; neither the code, nor a whole address or number."""
    facts: dict[str, Any] = {
        "format": FORMAT,
        "platform": {"brand": deed.document.brand.name, "site": deed.document.brand.host},
        "deed": {"kind": deed.kind, "reference": deed.reference, "details": deed.details},
        "document": _document(deed.document, deed.version),
        "consent": {"text": deed.consent, "version": deed.version},
        "signer": _signer(signer),
        "code": _code(challenge),
        "request": dict(signer.facts or {}),
        "events": _events(challenge),
        "level": {"name": "simple", "text": LEVEL, "remark": ONE_CHANNEL if challenge.channel == "email" else ""},
        "signed_at": _instant(challenge.used_at),
        "chain": {"number": number, "previous": previous},
    }
    facts["chain"]["hash"] = digest(facts)
    return facts


def digest(facts: dict[str, Any]) -> str:
    """The SHA-256 of the facts without their own hash: UTF-8 JSON, keys in order, no blank."""
    chain = {key: value for key, value in facts["chain"].items() if key != "hash"}
    return hashlib.sha256(canonical(facts | {"chain": chain}).encode()).hexdigest()


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def papers(sealed: bytes, stamped: bytes, at: datetime) -> dict[str, str]:
    """What the proof adds once the paper is stamped; outside the hash of the facts, which the paper itself holds."""
    return {
        "sealed_sha256": hashlib.sha256(sealed).hexdigest(),
        "stamped_sha256": hashlib.sha256(stamped).hexdigest(),
        "stamped_at": _instant(at),
    }


def first_broken(signatures: list[Signature]) -> Signature | None:
    """Of a creditor's signatures in order, the first whose facts, rank or link do not hold; None when all do."""
    previous = ""
    for rank, signature in enumerate(signatures, start=1):
        chain = signature.evidence["chain"]
        said = {"number": signature.number, "previous": signature.previous, "hash": signature.hash}
        if chain != said or signature.number != rank or signature.previous != previous:
            return signature
        if digest(signature.evidence) != signature.hash:
            return signature
        previous = signature.hash
    return None


def _document(document: Document, version: str) -> dict[str, Any]:
    return {"name": document.name, "version": version, "sha256": document.sha256, "size": document.size}


def _signer(signer: Signer) -> dict[str, str]:
    """What the platform knew of her, and how; both ways of reaching her, so that a swapped number shows."""
    return {
        "person": signer.person,
        "name": signer.name,
        "identity": signer.identity,
        "email": masked(signer.email) if signer.email else "",
        "phone": masked(signer.phone) if signer.phone else "",
    }


def _code(challenge: Challenge) -> dict[str, Any]:
    return {
        "channel": challenge.channel,
        "destination": challenge.destination,
        "message": f"signature-code-{challenge.pk}",
        "sent_at": _instant(challenge.created_at),
        "valid_until": _instant(challenge.created_at + LIFE),
        "entered_at": _instant(challenge.used_at),
        "tries": challenge.tries,
    }


def _events(challenge: Challenge) -> list[dict[str, Any]]:
    """The steps, each sealed to the one before it."""
    steps: list[dict[str, Any]] = []
    head = ""
    for event in SigningEvent.objects.filter(challenge=challenge):
        step = {"at": _instant(event.at), "kind": event.kind, "label": str(event.get_kind_display()),
                "from": event.detail, "previous": head}  # fmt: skip
        head = step["hash"] = hashlib.sha256(canonical(step).encode()).hexdigest()
        steps.append(step)
    return steps


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""
