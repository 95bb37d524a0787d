"""The proof of a signature: time stamp, readable proof file, and a bundle that a stranger checks without us."""

import io
import json
import logging
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem

from documents.authority import certificates, trusted
from documents.models import Document
from documents.pdf import letter
from documents.seal import TimeUnavailable, seal, stamp
from documents.services import store
from signatures import evidence
from signatures.models import CodeChannel, Proof, Signature, Step
from tenants.context import WORKER, acting_as

logger = logging.getLogger(__name__)
PROOF_FILE = "letters/signatures/proof.2026-01-01.html"
OFFLINE = Path(__file__).parent / "offline"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the oldest a ZIP can tell: the same signature always gives the same names and dates


def complete(*, now: datetime, limit: int = 20) -> int:
    """Stamp and prove what was signed since; how many. The outside world is asked between transactions.

    Nothing is lost while the time-stamping authority is silent: the signature holds, its proof follows.
    """
    done = 0
    with acting_as(WORKER):
        waiting = list(Signature.objects.filter(proof=None).order_by("signed_at")[:limit].values_list("pk", flat=True))
    for key in waiting:
        try:
            _complete(key, now=now)
        except TimeUnavailable as reason:
            logger.warning("signature=%s waits for its time stamp: %s", key, reason)
            break
        except Exception:
            logger.exception("signature=%s could not be proved", key)
            continue
        done += 1
    return done


def _complete(key: Any, *, now: datetime) -> None:
    with acting_as(WORKER):
        signature = Signature.objects.select_related("sealed__brand", "brand").get(pk=key)
        sealed = signature.sealed.read()
    stamped, at = stamp(sealed)
    facts = signature.evidence | {"papers": evidence.papers(sealed, stamped, at)}
    file, _ = stamp(_readable(signature, facts, at))
    bundle = _bundle(stamped, file, facts)
    with acting_as(WORKER):
        Proof.objects.create(
            signature=signature,
            creditor_id=signature.creditor_id,
            dossier_id=signature.dossier_id,
            stamped=_keep(signature, stamped, signature.sealed.name),
            file=_keep(signature, file, f"Preuve {_reference(signature)}.pdf"),
            bundle=_keep(signature, bundle, f"Preuve {_reference(signature)}.zip", "application/zip"),
            stamped_at=at,
            made_at=now,
        )


def _readable(signature: Signature, facts: dict[str, Any], at: datetime) -> bytes:
    steps = [
        step | {"label": str(Step(step["kind"]).label), "at": datetime.fromisoformat(step["at"])}
        for step in facts["events"]
    ]
    context = {
        "facts": facts,
        "steps": steps,
        "channel": CodeChannel(facts["code"]["channel"]).label,
        "stamped_at": at,
        "zone": signature.brand.zone,
    }
    return seal(
        letter(PROOF_FILE, context),
        reason=f"Preuve de signature {_reference(signature)}",
        files={"preuve.json": evidence.canonical(facts).encode()},
    )


def _bundle(stamped: bytes, file: bytes, facts: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    contents = {
        "signe.pdf": stamped,
        "preuve.pdf": file,
        "preuve.json": json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode(),
        "autorites.pem": _authorities(),
        "verifier.py": (OFFLINE / "verifier.py").read_bytes(),
        "verifier.sh": b'#!/bin/sh\ncd "$(dirname "$0")" && exec python3 verifier.py\n',
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
    return out.getvalue()


def _authorities() -> bytes:
    found = (certificate for path in trusted() for certificate in certificates(path))
    return b"".join(pem.armor("CERTIFICATE", certificate.dump()) for certificate in found)


def _keep(signature: Signature, content: bytes, name: str, media_type: str = "application/pdf") -> Document:
    return store(
        content,
        name=name,
        media_type=media_type,
        brand_id=signature.brand_id,
        creditor_id=signature.creditor_id,
        dossier_id=signature.dossier_id,
        for_debtor=signature.sealed.for_debtor,
    )


def _reference(signature: Signature) -> str:
    return str(signature.evidence["deed"]["reference"])
