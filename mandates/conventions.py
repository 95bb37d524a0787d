"""Drawing up and signing the collection convention, by the one signature service."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import partners
from accounts.conventions import current_text, last_day
from accounts.models import Convention, Creditor, User
from accounts.models.partner import Step
from core.audit import note
from documents.pdf import letter
from documents.services import store
from mandates import texts
from mandates.services import MandateRefused
from signatures.codes import Signer
from signatures.deeds import Deed
from signatures.services import sign as sign_deed

PAPER = "letters/mandates/convention.2026-01-01.html"


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


def deed(convention: Convention) -> Deed:
    """The convention as something to sign."""
    return Deed(
        document=convention.unsigned,
        kind="Convention de recouvrement",
        reference=convention.text.version,
        consent=texts.convention_consent(),
        version=convention.text.version,
        details={"creditor": convention.creditor.identity},
    )


def sign(
    convention: Convention, signer: Signer, *, user: User, code: str, shown: str, now: datetime, on: date
) -> Convention:
    """Sign with the code, for a year from today; CodeRefused or MandateRefused otherwise. A wrong try stays counted."""
    with transaction.atomic():  # the lock lasts as long as the request
        waiting = Convention.objects.select_for_update(of=("self",)).filter(pk=convention.pk, signed_at=None)
        held = waiting.select_related("text", "unsigned__brand", "creditor").first()
    if held is None:
        raise MandateRefused(_("Cette convention est déjà signée : rien n’a changé."))
    signature = sign_deed(deed(held), signer, code=code, shown=shown, now=now)
    held.signed, held.evidence = signature.sealed, signature.evidence
    held.signed_at, held.signed_by, held.starts_on, held.term_on = now, str(user), on, last_day(on)
    with transaction.atomic():
        held.save(update_fields=["signed", "signed_at", "signed_by", "evidence", "starts_on", "term_on"])
        partners.reached(held.creditor_id, Step.CONVENTION, now=now)
        note("convention signée", f"creditor:{held.creditor_id}", by=str(user), now=now, reason=held.text.version)
    return held
