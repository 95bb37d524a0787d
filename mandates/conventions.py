"""Signing the collection convention: the same one-time code, evidence and seal as the mandate's."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.conventions import current_text, last_day
from accounts.models import Convention, Creditor, User
from core.audit import note
from documents.pdf import letter
from documents.seal import append_page, seal
from documents.services import store
from mandates.models import Challenge
from mandates.services import MandateRefused
from mandates.signatures import check_code, evidence

PAPER = "letters/mandates/convention.2026-01-01.html"
SIGNATURE_PAGE = "letters/mandates/convention_signature.2026-01-01.html"


@transaction.atomic
def draft(creditor: Creditor, *, now: datetime) -> Convention | None:
    """The convention to read and sign, in the brand's last version; None when the brand has published none."""
    text = current_text(creditor)
    if text is None:
        return None
    Creditor.objects.select_for_update(of=("self",)).get(pk=creditor.pk)
    if waiting := creditor.conventions.filter(signed_at=None).select_related("text", "unsigned").first():
        return waiting
    paper = store(
        letter(PAPER, {"text": text, "creditor": creditor, "brand": creditor.brand, "now": now}),
        name=f"Convention {text.version} (non signée).pdf", media_type="application/pdf", brand=creditor.brand,
        creditor_id=creditor.pk,
    )  # fmt: skip
    made = Convention(brand=creditor.brand, creditor=creditor, text=text, unsigned=paper, created_at=now)
    made.save(force_insert=True)
    return made


def sign(
    convention: Convention, *, user: User, session: str, code: str, facts: dict[str, str], now: datetime, on: date
) -> Convention:
    """Sign with the code, for a year from today; CodeRefused or MandateRefused otherwise. A wrong try stays counted."""
    if convention.signed_at:
        raise MandateRefused(_("Cette convention est déjà signée : rien n’a changé."))
    challenge = check_code(convention.unsigned, user=user, session=session, code=code, now=now)
    return _sign(convention, challenge, user, facts, now, on)


@transaction.atomic
def _sign(
    convention: Convention, challenge: Challenge, user: User, facts: dict[str, str], now: datetime, on: date
) -> Convention:
    held = Convention.objects.select_for_update(of=("self",)).filter(pk=convention.pk, signed_at=None).first()
    if held is None:
        raise MandateRefused(_("Cette convention est déjà signée : rien n’a changé."))
    held.evidence = evidence(challenge, request_facts=facts)
    page = letter(SIGNATURE_PAGE, {"convention": held, "evidence": held.evidence, "challenge": challenge})
    held.signed = store(
        seal(append_page(held.unsigned.read(), page), reason=f"Convention {held.text.version}"),
        name=f"Convention {held.text.version} signée.pdf", media_type="application/pdf", brand_id=held.brand_id,
        creditor_id=held.creditor_id,
    )  # fmt: skip
    held.signed_at, held.signed_by, held.starts_on, held.term_on = now, str(user), on, last_day(on)
    held.save(update_fields=["signed", "signed_at", "signed_by", "evidence", "starts_on", "term_on"])
    note("convention signée", f"creditor:{held.creditor_id}", by=str(user), now=now, reason=held.text.version)
    return held
