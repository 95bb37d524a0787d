"""Drafting, signing and refusing the mandate that lets the platform debit its own fees (CRE-55 to CRE-57)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import BankAccount, Creditor, User
from documents.pdf import letter
from documents.seal import append_page, seal
from documents.services import store
from mandates.models import Challenge, Mandate, MandateState
from mandates.signals import mandate_signed
from mandates.signatures import check_code, evidence
from notifications.models import Channel, Message
from notifications.outbox import queue
from tenants.models import Brand, Currency

UNSIGNED = "letters/mandates/sepa_core.2026-01-01.html"
SIGNATURE_PAGE = "letters/mandates/signature.2026-01-01.html"


class MandateRefused(ValueError):
    """The mandate cannot be used so; the message says why."""


def needs_mandate(brand: Brand) -> bool:
    """Only accounts in the SEPA area can be debited so: not those of the Pacific franc."""
    return brand.currency == Currency.EUR


def draft(creditor: Creditor, account: BankAccount, *, now: datetime) -> Mandate:
    """The mandate to read and sign, with its unsigned paper; the one that waits already, if there is one."""
    with transaction.atomic():
        Creditor.objects.select_for_update(of=("self",)).get(pk=creditor.pk)
        if (mandate := creditor.mandates.current()) is not None:
            return mandate
        rank = creditor.mandates.count() + 1
        mandate = Mandate(brand=creditor.brand, creditor=creditor, account=account, created_at=now)
        mandate.rum = f"CRD-{now:%Y}-{creditor.pk:06d}-{rank:02d}"
        mandate.ics = creditor.brand.creditor_id_sepa
        mandate.unsigned = store(
            letter(
                UNSIGNED,
                {"mandate": mandate, "creditor": creditor, "account": account, "brand": creditor.brand},
            ),
            name=f"Mandat {mandate.rum} (non signé).pdf",
            media_type="application/pdf",
            brand=creditor.brand,
            creditor_id=creditor.pk,
        )
        mandate.save(force_insert=True)
    return mandate


def sign(mandate: Mandate, *, user: User, session: str, code: str, facts: dict[str, str], now: datetime) -> Mandate:
    """Sign with the code: exactly the pages that were shown, a signature page behind them, sealed.

    Raises CodeRefused or MandateRefused. The code is checked outside the signature's own transaction: a wrong
    try must stay counted although nothing is signed.
    """
    _signable(mandate)
    challenge = check_code(mandate.unsigned, user=user, session=session, code=code, now=now)
    return _sign(mandate, challenge, user, facts, now)


@transaction.atomic
def _sign(mandate: Mandate, challenge: Challenge, user: User, facts: dict[str, str], now: datetime) -> Mandate:
    held = Mandate.objects.select_for_update(of=("self",)).filter(pk=mandate.pk).first()
    if held is None:  # signed meanwhile: the wall no longer lets it be written
        raise MandateRefused(_("Ce mandat est déjà signé : rien n’a changé."))
    mandate = _signable(held)
    mandate.evidence = evidence(challenge, request_facts=facts)
    mandate.signed = store(
        _signed_pdf(mandate, challenge),
        name=f"Mandat {mandate.rum} signé.pdf",
        media_type="application/pdf",
        brand_id=mandate.brand_id,
        creditor_id=mandate.creditor_id,
    )
    mandate.state, mandate.signed_at = MandateState.SIGNED, now
    mandate.save(update_fields=["state", "signed", "signed_at", "evidence"])
    _confirm_by_mail(mandate, user, now=now)
    mandate_signed.send(Mandate, mandate=mandate, now=now)
    return mandate


def _signable(mandate: Mandate) -> Mandate:
    if mandate.state not in (MandateState.DRAFT, MandateState.REFUSED):
        raise MandateRefused(_("Ce mandat est déjà signé : rien n’a changé."))
    return mandate


def refuse(mandate: Mandate) -> None:
    """Not now: it can be signed later, before the first dossier (CRE-57). A signed one stays signed."""
    Mandate.objects.filter(pk=mandate.pk, state=MandateState.DRAFT).update(state=MandateState.REFUSED)


def _signed_pdf(mandate: Mandate, challenge: Challenge) -> bytes:
    page = letter(SIGNATURE_PAGE, {"mandate": mandate, "evidence": mandate.evidence, "challenge": challenge})
    return seal(append_page(mandate.unsigned.read(), page), reason=f"Mandat {mandate.rum}")


def _confirm_by_mail(mandate: Mandate, user: User, *, now: datetime) -> None:
    queue(
        Message(
            brand_id=mandate.brand_id,
            creditor_id=mandate.creditor_id,
            key=f"mandate-signed-{mandate.pk}",
            kind="mandate_signed",
            channel=Channel.EMAIL,
            recipient={"name": user.get_full_name(), "email": user.email},
            payload={"mandate": mandate.pk},
            created_at=now,
            try_at=now,
        )
    )
