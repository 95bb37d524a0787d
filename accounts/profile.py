"""The locked profile: what identifies a creditor is read-only, and changes by a decision that leaves a trace (CRE-29)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import ChangeRequest, ChangeRequestPaper, Creditor, Membership, PayoutAccount, User
from accounts.models.profile import Decision
from accounts.roles import PERMISSIONS, Permission
from core.audit import note
from documents.services import store_upload
from notifications.models import Channel, Message
from notifications.outbox import queue

KEPT_APART = ("id", "brand", "parent", "terms", "terms_accepted_at", "completed_at", "created_at")
FIELDS = tuple(field.name for field in Creditor._meta.concrete_fields if field.name not in KEPT_APART)
REST = timedelta(hours=24)


class ChangeRefused(ValueError):
    """The change cannot be made so; the message says why and what to do."""


def values(creditor: Creditor) -> dict[str, Any]:
    """What identifies it, as it stands, in plain values."""
    return {name: _plain(getattr(creditor, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) else str(value or "")


@transaction.atomic
def ask_change(
    creditor: Creditor, *, wanted: dict[str, Any], explanation: str, files: Iterable[Any], by: User, now: datetime
) -> ChangeRequest:
    """Keep what is asked beside what stands, with its proofs, and let support know; nothing changes yet.

    Raises ChangeRefused when nothing differs or a request waits already, documents.sniffing.Refused for a bad file.
    """
    before = values(creditor)
    after = {name: _plain(value) for name, value in wanted.items() if name in before and _plain(value) != before[name]}
    if not after:
        raise ChangeRefused(_("Rien ne change : corrigez au moins un champ."))
    Creditor.objects.select_for_update(of=("self",)).get(pk=creditor.pk)
    if creditor.change_requests.waiting().exists():
        raise ChangeRefused(_("Une demande attend déjà la réponse du support."))
    made = ChangeRequest(
        brand=creditor.brand, creditor=creditor, before={name: before[name] for name in after}, after=after,
        explanation=explanation, requested_by=str(by), requested_by_key=by.pk, requested_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    for file in files:
        paper = store_upload(file.read(), name=file.name, brand=creditor.brand, creditor_id=creditor.pk)
        ChangeRequestPaper.objects.create(request=made, creditor=creditor, document=paper)
    _write(creditor, "change_asked", creditor.brand.support_email, key=f"change-asked-{made.pk}", now=now)
    note("modification demandée", f"creditor:{creditor.pk}", by=str(by), now=now, reason=", ".join(after))
    return made


@transaction.atomic
def decide_change(request: ChangeRequest, *, approve: bool, reason: str, by: User, now: datetime) -> None:
    """Support's answer. Approved, it holds from now on; papers already made keep what they say."""
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("creditor__brand").get(pk=request.pk)
    if request.state != Decision.WAITING:
        raise ChangeRefused(_("Cette demande a déjà reçu une réponse."))
    if not reason.strip():
        raise ChangeRefused(_("Indiquez le motif de la décision."))
    if by.pk == request.requested_by_key:
        raise ChangeRefused(_("Une autre personne que le demandeur doit décider."))
    creditor = request.creditor
    if approve:
        _apply(creditor, request)
    request.state = Decision.APPROVED if approve else Decision.REFUSED
    request.decided_by, request.decided_at, request.reason = str(by), now, reason.strip()[:500]
    request.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    word = "modification acceptée" if approve else "modification refusée"
    note(word, f"creditor:{creditor.pk}", by=str(by), now=now, reason=reason)
    payload = {"approved": approve, "reason": reason.strip()}
    _write(
        creditor,
        "change_decided",
        request.before.get("email") or creditor.email,
        key=f"change-{request.pk}",
        now=now,
        **payload,
    )


def _apply(creditor: Creditor, request: ChangeRequest) -> None:
    """Only onto what the request was about: somebody may have corrected it meanwhile."""
    now_there = values(creditor)
    moved = [name for name, value in request.before.items() if now_there[name] != value]
    if moved:
        raise ChangeRefused(
            _("L’identité a changé depuis la demande. Refusez-la et invitez le créancier à la refaire.")
        )
    for name, value in request.after.items():
        setattr(creditor, name, value)
    creditor.full_clean(exclude=KEPT_APART)
    creditor.save(update_fields=list(request.after))


@transaction.atomic
def correct(creditor: Creditor, *, reason: str, by: User, now: datetime) -> None:
    """Support's own correction of the values that the object now holds: the same trace as a request that was accepted."""
    before, after = values(Creditor.objects.get(pk=creditor.pk)), values(creditor)
    changed = [name for name in FIELDS if before[name] != after[name]]
    if not changed:
        return
    ChangeRequest(
        brand=creditor.brand, creditor=creditor, before={name: before[name] for name in changed},
        after={name: after[name] for name in changed}, explanation="correction par le support", state=Decision.APPROVED,
        requested_by=str(by), requested_by_key=by.pk, requested_at=now, decided_by=str(by), decided_at=now, reason=reason,
    ).save(force_insert=True)  # fmt: skip
    creditor.save(update_fields=changed)
    note("identité corrigée", f"creditor:{creditor.pk}", by=str(by), now=now, reason=reason)
    key = f"corrected-{creditor.pk}-{now.timestamp()}"
    _write(creditor, "change_decided", str(before["email"]), key=key, now=now, approved=True, reason=reason)


# --- where recovered money goes -----------------------------------------------------------------------------------
@transaction.atomic
def propose_payout(creditor: Creditor, *, holder: str, iban: str, bic: str, by: User, now: datetime) -> PayoutAccount:
    """Propose an account; it serves no purpose until another person confirms it."""
    Creditor.objects.select_for_update(of=("self",)).get(pk=creditor.pk)
    if creditor.payout_accounts.waiting().exists():
        raise ChangeRefused(_("Un compte attend déjà d’être confirmé. Confirmez-le ou refusez-le d’abord."))
    made = PayoutAccount(
        creditor=creditor,
        brand=creditor.brand,
        holder=holder,
        bic=bic,
        proposer=by,
        proposed_by=str(by),
        proposed_at=now,
    )
    made.seal(iban)
    made.save(force_insert=True)
    for membership in creditor.memberships.select_related("user").exclude(user=by):
        if Permission.PAYOUT_CHANGE in PERMISSIONS[membership.role]:
            _about_payout(made, "payout_proposed", membership.user.email, now=now)
    _about_payout(made, "payout_proposed", creditor.email, now=now)
    note("compte de versement proposé", f"creditor:{creditor.pk}", by=str(by), now=now, reason=made.masked)
    return made


@transaction.atomic
def decide_payout(account: PayoutAccount, *, approve: bool, by: User, now: datetime, reason: str = "") -> None:
    """A second person's word. Confirmed, it serves a day later: time for the old contact, who is told, to object."""
    account = PayoutAccount.objects.select_for_update(of=("self",)).select_related("creditor__brand").get(pk=account.pk)
    if account.state != Decision.WAITING:
        raise ChangeRefused(_("Ce compte a déjà reçu une réponse."))
    if approve and account.proposer_id == by.pk:
        raise ChangeRefused(_("Une autre personne que celle qui l’a proposé doit confirmer ce compte."))
    account.state = Decision.APPROVED if approve else Decision.REFUSED
    account.decided_by, account.decided_at = str(by), now
    if account.proposer_id != by.pk:
        account.decider = by
    account.effective_at = now + REST if approve else None
    account.save(update_fields=["state", "decided_by", "decider", "decided_at", "effective_at"])
    _about_payout(account, "payout_decided", account.creditor.email, now=now)
    word = "compte de versement confirmé" if approve else "compte de versement refusé"
    note(word, f"creditor:{account.creditor_id}", by=str(by), now=now, reason=f"{account.masked} {reason}".strip())


def may_decide_alone(creditor: Creditor, user: User) -> bool:
    """Whether nobody else at the creditor could confirm what this person proposes: support is then the second person."""
    others = Membership.objects.filter(creditor=creditor).exclude(user=user).values_list("role", flat=True)
    return not any(Permission.PAYOUT_CHANGE in PERMISSIONS[role] for role in others)


def _about_payout(account: PayoutAccount, kind: str, email: str, *, now: datetime) -> None:
    key = f"{kind}-{account.pk}-{email}"[:120]
    payload = {"masked": account.masked, "by": account.decided_by or account.proposed_by, "state": account.state}
    if not Message.objects.filter(brand_id=account.brand_id, creditor_id=account.creditor_id, key=key).exists():
        _write(account.creditor, kind, email, key=key, now=now, **payload)


def _write(creditor: Creditor, kind: str, email: str, *, key: str, now: datetime, **payload: Any) -> None:
    queue(
        Message(
            brand_id=creditor.brand_id, creditor_id=creditor.pk, key=key, kind=kind, channel=Channel.EMAIL,
            recipient={"name": creditor.name, "email": email}, payload=payload | {"creditor": creditor.name},
            created_at=now, try_at=now,
        )
    )  # fmt: skip
