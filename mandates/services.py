"""The life of the mandate that lets the platform debit its own fees (CRE-55 to CRE-57, IDE-08 to IDE-30)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import partners
from accounts.models import BankAccount, Creditor, User
from accounts.models.partner import Step
from core import crypto
from core.actors import Actor
from core.audit import note
from core.bulk import insert_all
from core.calendar import Period, add_period
from core.crypto import Unreadable
from core.identifiers import check_ics, is_sepa, make_rum
from core.models import AuditEntry
from documents.models import Document
from documents.pdf import letter
from documents.services import store
from mandates import texts
from mandates.models import NOTICE_DAYS, Mandate, MandateQuerySet, MandateState, Mode
from mandates.signals import mandate_signed
from notifications.models import Channel, Message
from notifications.outbox import queue
from signatures.codes import Signer
from signatures.deeds import Deed
from signatures.models import CodeChannel
from signatures.services import sign as sign_deed
from tenants.models import Brand, Currency

PAPER = {
    Mode.ONE_OFF: "letters/mandates/sepa_core_one_off.2026-11-21.html",
    Mode.AUTOMATIC: "letters/mandates/sepa_core_recurrent.2026-11-21.html",
}
PAPER_VERSION = "2026-11-21"
# A code by e-mail proves one mailbox, the one that opens the account: from here on the telephone is asked for.
SMS_FROM = Decimal(1500)
SHORT_NOTICE_DAYS = 5  # what may be agreed instead of fourteen days
READ = ("brand", "creditor", "account", "unsigned__brand")
COARSE = timedelta(days=4)  # months have 28 to 31 days: the exact day is computed of those that are near


class MandateRefused(ValueError):
    """The mandate cannot be used so; the message says why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chooses before she signs: which account, how often, how much."""

    account: BankAccount
    mode: str = Mode.ONE_OFF
    amount: Decimal | None = None
    is_spread: bool = False
    email: str = ""  # of the announcements; without it the creditor's own
    notice_days: int = NOTICE_DAYS  # fewer only by a clause that the debtor accepts and signs


def needs_mandate(brand: Brand) -> bool:
    """Only accounts in the SEPA area can be debited so: not those of the Pacific franc."""
    return brand.currency == Currency.EUR


def is_bound_to_automatic(creditor: Creditor) -> bool:
    """Whether automatic was once chosen: there is no way back (IDE-13), the database sees to it."""
    return creditor.mandates.filter(mode=Mode.AUTOMATIC).exists()


def draft(creditor: Creditor, account: BankAccount, *, now: datetime) -> Mandate:
    """The mandate to look at: the living one if there is one, else a first draft, one-off as long as it may be."""
    if (mandate := creditor.mandates.select_related("account").current()) is not None:
        return mandate
    mode = Mode.AUTOMATIC if is_bound_to_automatic(creditor) else Mode.ONE_OFF
    return prepare(creditor, Choice(account, mode), now=now)


@transaction.atomic
def prepare(creditor: Creditor, choice: Choice, *, now: datetime) -> Mandate:
    """The draft of that choice, with the paper to read; codes sent for an earlier paper are worth nothing.

    Beside an automatic mandate in force it is an amendment: the next version under the same reference. MandateRefused
    with a sentence for what cannot be signed.
    """
    creditor = Creditor.objects.select_for_update(of=("self",)).select_related("brand").get(pk=creditor.pk)
    _check(creditor, choice)
    mandate = creditor.mandates.waiting().first() or _new(creditor, choice, now=now)
    mandate.account, mandate.mode = choice.account, choice.mode
    mandate.amount, mandate.is_spread = choice.amount, choice.is_spread
    mandate.email, mandate.notice_days = choice.email, choice.notice_days
    mandate.state = MandateState.DRAFT
    mandate.unsigned = _paper(mandate)
    if mandate._state.adding:
        mandate.save(force_insert=True)
    else:
        mandate.save(
            update_fields=["account", "mode", "amount", "is_spread", "email", "notice_days", "state", "unsigned"]
        )
    return mandate


def _check(creditor: Creditor, choice: Choice) -> None:
    if choice.mode == Mode.ONE_OFF and is_bound_to_automatic(creditor):
        raise MandateRefused(_("Le mode automatique a été choisi : il n’y a plus de retour au mode ponctuel."))
    if choice.is_spread and (choice.mode != Mode.AUTOMATIC or choice.amount is None):
        raise MandateRefused(_("L’étalement sur trois mois demande le mode automatique et un montant."))
    try:
        check_ics(creditor.brand.creditor_id_sepa)
    except ValueError:
        raise MandateRefused(
            _("L’identifiant créancier SEPA de %(name)s n’est pas encore saisi. Écrivez au support.")
            % {"name": creditor.brand.name}
        )
    if why := refuses_account(creditor.brand, choice.account.iban(), choice.account.bic):
        raise MandateRefused(why)


def _new(creditor: Creditor, choice: Choice, *, now: datetime) -> Mandate:
    mandate = Mandate(brand=creditor.brand, creditor=creditor, ics=creditor.brand.creditor_id_sepa, created_at=now)
    valid = creditor.mandates.valid()
    if valid and valid.is_automatic and choice.mode == Mode.AUTOMATIC:
        mandate.rum, mandate.ics = valid.rum, valid.ics
        mandate.version, mandate.replaces = valid.version + 1, valid
    else:
        rank = creditor.mandates.filter(version=1).count() + 1
        mandate.rum = make_rum(creditor.brand.slug[:12], now.year, creditor.pk, rank)
    return mandate


def _paper(mandate: Mandate) -> Document:
    context = {"mandate": mandate, "creditor": mandate.creditor, "account": mandate.account, "brand": mandate.brand,
               "replaced": mandate.replaces}  # fmt: skip
    return store(
        letter(PAPER[Mode(mandate.mode)], context),
        name=f"Mandat {mandate.rum} v{mandate.version} (non signé).pdf",
        media_type="application/pdf",
        brand=mandate.brand,
        creditor_id=mandate.creditor_id,
    )


def deed(mandate: Mandate) -> Deed:
    """The mandate as something to sign."""
    details = {
        "rum": mandate.rum,
        "ics": mandate.ics,
        "creditor": mandate.creditor.identity,
        "account": mandate.account.masked,
        "bic": mandate.account.bic,
        "signatory": mandate.account.signatory,
        "mode": str(mandate.get_mode_display()),
        "amount": str(mandate.amount or ""),
        "spread": "trois mois" if mandate.is_spread else "",
    }
    return Deed(
        document=mandate.unsigned,
        kind="Mandat de prélèvement SEPA",
        reference=mandate.rum,
        consent=texts.consent(mandate.brand.name),
        version=f"{PAPER_VERSION}, v{mandate.version}",
        details=details,
    )


def refuses_account(brand: Brand, iban: str, bic: str) -> str | None:
    """Why the platform could not debit this account, as a sentence; None when it can."""
    if needs_mandate(brand) and not is_sepa(iban, bic):
        return texts.outside_sepa()
    return None


def refuses_channel(mandate: Mandate, channel: str) -> str | None:
    """Why the code may not take that way, as a sentence; None when it may."""
    if channel == CodeChannel.EMAIL and (mandate.amount or 0) >= SMS_FROM:
        return _("Pour un montant de %(amount)s € et plus, le code est envoyé par SMS.") % {"amount": SMS_FROM}
    return None


def needs_known_number(mandate: Mandate) -> bool:
    """Whether only a number that was recorded beforehand may receive the code: one typed now proves nothing more than
    the mailbox does."""
    return (mandate.amount or 0) >= SMS_FROM


def sign(mandate: Mandate, signer: Signer, *, user: User, code: str, shown: str, now: datetime) -> Mandate:
    """Sign with the code; raises CodeRefused (whose try stays counted) or MandateRefused."""
    with transaction.atomic():  # the lock lasts as long as the request: nobody changes what is being signed
        held = Mandate.objects.select_for_update(of=("self",)).select_related(*READ).get(pk=mandate.pk)
    if not held.is_waiting:
        raise MandateRefused(_("Ce mandat est déjà signé : rien n’a changé."))
    signature = sign_deed(deed(held), signer, code=code, shown=shown, now=now)
    with transaction.atomic():
        held.creditor.mandates.signed().update(state=MandateState.AMENDED, ended_at=now)
        held.signature, held.signed = signature, signature.sealed
        held.state, held.signed_at = MandateState.SIGNED, now
        held.save(update_fields=["state", "signature", "signed", "signed_at"])
        _write_to(user.get_full_name(), user.email, held, "mandate_signed", now=now)
        partners.reached(held.creditor_id, Step.MANDATE, now=now)
        mandate_signed.send(Mandate, mandate=held, now=now)
    return held


def refuse(mandate: Mandate) -> None:
    """Not now: it can be signed later, before the first dossier (CRE-57). A signed one stays signed."""
    Mandate.objects.filter(pk=mandate.pk, state=MandateState.DRAFT).update(state=MandateState.REFUSED)


def change_email(mandate: Mandate, email: str, *, user: User, now: datetime) -> None:
    """Announce debits elsewhere from now on (IDE-14), at any time of the mandate's life; the former address is told."""
    former = mandate.notices_to
    with transaction.atomic():
        changed = Mandate.objects.filter(pk=mandate.pk).exclude(email=email).update(email=email)
        if not changed or email == former:
            return
        note(
            "courriel des annonces changé", f"mandate:{mandate.pk}", by=str(user), now=now, reason=f"{former} → {email}"
        )
        key = f"mandate-email-{mandate.pk}-{now.timestamp()}"
        _write_to(mandate.creditor.name, former, mandate, "mandate_email_changed", now=now, key=key)


def revoke(mandate: Mandate, *, user: User, now: datetime) -> None:
    """End a mandate in force at its debtor's wish: nothing is collected on it any more."""
    with transaction.atomic():
        if not Mandate.objects.signed().filter(pk=mandate.pk).update(state=MandateState.REVOKED, ended_at=now):
            raise MandateRefused(_("Ce mandat n’est plus en vigueur : rien n’a changé."))
        mandate.creditor.mandates.waiting().filter(version__gt=1).update(state=MandateState.REVOKED, ended_at=now)
        _write_to(user.get_full_name(), user.email, mandate, "mandate_revoked", now=now)


def lapse(*, now: datetime) -> int:
    """End the mandates on which nothing was collected for 36 months, and write so; how many there were."""
    ended = 0
    for mandate in _near_their_end(now):
        if mandate.lapses_on and mandate.lapses_on < now.astimezone(mandate.brand.zone).date():
            with transaction.atomic():
                done = Mandate.objects.signed().filter(pk=mandate.pk).update(state=MandateState.LAPSED, ended_at=now)
                if done:
                    _write_to(mandate.creditor.name, mandate.notices_to, mandate, "mandate_lapsed", now=now)
            ended += done
    return ended


def _near_their_end(now: datetime) -> MandateQuerySet:
    limit = add_period(now.date(), Period(months=-36)) + COARSE
    unused = Mandate.objects.signed().filter(last_collected_on=None, signed_at__date__lt=limit)
    used = Mandate.objects.signed().filter(last_collected_on__lt=limit)
    return (unused | used).select_related("brand", "creditor").order_by("pk")


def note_collection(mandate: Mandate, on: date, *, now: datetime) -> None:
    """A collection was presented on that day: the 36 months start again, and a one-off mandate has served."""
    values: dict[str, object] = {"last_collected_on": on}
    if mandate.mode == Mode.ONE_OFF:
        values |= {"state": MandateState.USED, "ended_at": now}
    Mandate.objects.signed().filter(pk=mandate.pk).update(**values)


def reveal_iban(account: BankAccount, *, by: Actor, reason: str, now: datetime) -> str:
    """The IBAN in clear, and the trace of who opened it and why."""
    if not reason.strip():
        raise MandateRefused(_("Dites pourquoi l’IBAN doit être lu en clair."))
    subject = f"bank_account:{account.pk}"
    insert_all(
        [AuditEntry(at=now, actor=str(by), action="iban_revealed", subject=subject, reason=reason)]
    )  # write-only
    return account.iban()


def accounts_holding(iban: str, creditors: Iterable[Creditor]) -> QuerySet[BankAccount]:
    """The accounts of these creditors with that IBAN, found by its keyed hash: one hash a creditor, nothing opened."""
    prints = [crypto.fingerprint(iban, purpose=f"iban:{creditor.pk}") for creditor in creditors]
    return BankAccount.objects.filter(iban_fingerprint__in=prints)


def remembered(creditor: Creditor) -> BankAccount | None:
    """The account given last, if its IBAN can still be read (IDE-26)."""
    account = creditor.bank_accounts.current()
    try:
        return account if account and account.iban() else None
    except Unreadable:
        return None


def _write_to(name: str, email: str, mandate: Mandate, kind: str, *, now: datetime, key: str = "") -> None:
    queue(
        Message(
            brand_id=mandate.brand_id,
            creditor_id=mandate.creditor_id,
            key=key or f"{kind.replace('_', '-')}-{mandate.pk}",
            kind=kind,
            channel=Channel.EMAIL,
            recipient={"name": name, "email": email},
            payload={"mandate": mandate.pk},
            created_at=now,
            try_at=now,
        )
    )
