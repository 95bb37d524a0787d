"""Signing any paper with a one-time code: ask for one (`codes.send_code`), then `sign`.

Knows neither mandates nor agreements: a deed is a paper, a reference and a sentence of consent.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import clock
from documents.models import Document
from documents.pdf import letter
from documents.seal import seal
from documents.services import store
from signatures import evidence
from signatures.codes import CodeRefused, Signer, check_code
from signatures.deeds import Deed
from signatures.models import Challenge, Signature

SIGNATURE_PAGE = "letters/signatures/page.2026-01-01.html"
FACTS_FILE = "signature.json"
CLOCK_TOLERANCE = timedelta(minutes=5)


def sign(deed: Deed, signer: Signer, *, code: str, shown: str, now: datetime) -> Signature:
    """Sign the deed with the code: exactly the bytes that were shown, a signature page behind them, sealed.

    `shown` is the SHA-256 of the paper that the page displayed. CodeRefused says why nothing was signed; the caller
    answers it and commits, so that a wrong try stays counted. A paper is signed once, whoever tries again.
    """
    if shown != deed.document.sha256:
        raise CodeRefused(
            _("Ce document a changé depuis que vous l’avez lu. Relisez-le, puis demandez un nouveau code.")
        )
    if not clock.agrees_with_database(CLOCK_TOLERANCE):
        raise CodeRefused(_("L’horloge du service n’est pas sûre : la signature est suspendue. Réessayez plus tard."))
    challenge = check_code(deed.document, signer, code=code, now=now)
    with transaction.atomic():
        return _sign(deed, signer, challenge, now=now)


def _sign(deed: Deed, signer: Signer, challenge: Challenge, *, now: datetime) -> Signature:
    chain = {"creditor_id": challenge.creditor_id, "dossier_id": challenge.dossier_id}
    with connection.cursor() as cursor:  # the signatures of a chain are written one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('signatures'), hashtext(%s))", [str(chain)])
    if Signature.objects.filter(shown=deed.document).exists():
        raise CodeRefused(_("Ce document est déjà signé : rien n’a changé."))
    last = Signature.objects.filter(**chain).order_by("-number").first()
    rank, previous = (last.number + 1, last.hash) if last else (1, "")
    with override("fr"):
        facts = evidence.collect(deed, signer, challenge, number=rank, previous=previous)
    return Signature.objects.create(
        brand_id=challenge.brand_id,
        **chain,
        challenge=challenge,
        shown=deed.document,
        sealed=_keep(deed, challenge, _sealed(deed, challenge, facts)),
        person=signer.person,
        evidence=facts,
        number=rank,
        previous=previous,
        hash=facts["chain"]["hash"],
        signed_at=now,
    )


def _sealed(deed: Deed, challenge: Challenge, facts: dict[str, object]) -> bytes:
    page = letter(SIGNATURE_PAGE, {"facts": facts, "challenge": challenge, "zone": deed.document.brand.zone})
    files = {FACTS_FILE: evidence.canonical(facts).encode()}
    return seal(deed.document.read(), reason=f"{deed.kind} {deed.reference}", pages=page, files=files)


def _keep(deed: Deed, challenge: Challenge, content: bytes) -> Document:
    return store(
        content,
        name=signed_name(deed.document.name),
        media_type="application/pdf",
        brand_id=challenge.brand_id,
        creditor_id=challenge.creditor_id,
        dossier_id=challenge.dossier_id,
        for_debtor=deed.document.for_debtor,
    )


def signed_name(name: str) -> str:
    stem = name.removesuffix(".pdf").removesuffix(" (non signé)")
    return f"{stem} signé.pdf"
