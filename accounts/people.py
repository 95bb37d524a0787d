"""Who works for a creditor or at an office: invited by mail, given a role, and out at once when it is taken back."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import sharing
from accounts.models import Creditor, Invitation, Membership, OfficeMembership, User
from accounts.roles import Role
from accounts.sessions import end_all
from core import crypto
from core.audit import note
from notifications.models import Channel, Message
from notifications.outbox import queue
from tenants.context import knowing
from tenants.models import Brand, Office

LIFE = timedelta(days=7)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that a reader could take for something else
MOST_LIVING = 50


class PeopleRefused(ValueError):
    """It cannot be done so; the message says why and what to do."""


class InvitationUnusable(ValueError):
    """The code is wrong, too old, used or withdrawn."""


@transaction.atomic
def invite(house: Creditor | Office, *, email: str, role: str, by: User, now: datetime) -> Invitation:
    """Mail a single-use code that opens the role at that house for a week; an earlier one to the same address is void."""
    email = email.strip().lower()
    where = _at(house)
    if where["members"].filter(user__email=email).exists():
        raise PeopleRefused(_("Cette personne a déjà un accès. Changez son rôle dans la liste."))
    mine = Invitation.objects.filter(**where["keys"])
    if mine.living(now).count() >= MOST_LIVING:
        raise PeopleRefused(
            _("Cinquante invitations attendent déjà une réponse. Annulez-en avant d’en envoyer d’autres.")
        )
    mine.filter(email=email, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    code = new_code()
    made = Invitation(
        **where["keys"], brand=house.brand, email=email, role=role, code_hash=fingerprint(code), invited_by=str(by),
        created_at=now, expires_at=now + LIFE,
    )  # fmt: skip
    made.save(force_insert=True)
    _mail(made, code, now=now)
    note("invitation", f"{house._meta.model_name}:{house.pk}", by=str(by), now=now, reason=f"{email} {role}".strip())
    return made


def new_code() -> str:
    """Sixteen signs in groups of four: what a person can type, and nobody can guess."""
    drawn = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(drawn[start : start + 4]) for start in range(0, 16, 4))


def fingerprint(code: str) -> str:
    """What the base keeps of a code, however it was typed."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return crypto.fingerprint(plain, purpose="invitation")


def _at(house: Creditor | Office) -> dict[str, Any]:
    if isinstance(house, Creditor):
        return {"keys": {"creditor": house}, "members": house.memberships.all()}
    return {"keys": {"office": house}, "members": house.members.all()}  # type: ignore[attr-defined]  # related name


def _mail(invitation: Invitation, code: str, *, now: datetime) -> None:
    sealed = crypto.encrypt(code, place=f"invitation:{invitation.code_hash}")
    queue(
        Message(
            brand_id=invitation.brand_id, creditor_id=invitation.creditor_id, office_id=invitation.office_id,
            key=f"invitation-{invitation.code_hash[:32]}", kind="invitation", channel=Channel.EMAIL,
            recipient={"name": invitation.email, "email": invitation.email}, created_at=now, try_at=now,
            payload={"code": sealed, "fingerprint": invitation.code_hash, "by": invitation.invited_by,
                     "house": invitation.house},
        )
    )  # fmt: skip


def withdraw(invitation: Invitation, *, by: User, now: datetime) -> None:
    """The code opens nothing any more; one that was accepted stays so."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    note("invitation annulée", f"invitation:{invitation.pk}", by=str(by), now=now, reason=invitation.email)


def find(code: str, *, brand: Brand, now: datetime) -> Invitation:
    """The brand's living invitation that the code opens; InvitationUnusable otherwise."""
    with knowing(fingerprint(code)):
        living = Invitation.objects.living(now).select_related("creditor", "office", "brand")
        invitation = living.filter(code_hash=fingerprint(code), brand=brand).first()
    if invitation is None:
        raise InvitationUnusable
    return invitation


@transaction.atomic
def join(invitation: Invitation, *, password: str, person: dict[str, str], now: datetime) -> User:
    """An account for somebody new: the code came by mail, so the address is hers and needs no other proof."""
    if User.objects.filter(email=invitation.email).exists():
        raise PeopleRefused(_("Cette adresse a déjà un compte : connectez-vous, puis acceptez l’invitation."))
    user = User.objects.create_user(invitation.email, password, **person)
    EmailAddress.objects.create(user=user, email=invitation.email, primary=True, verified=True)
    accept(invitation, user=user, now=now)
    return user


@transaction.atomic
def accept(invitation: Invitation, *, user: User, now: datetime) -> None:
    """Take the role, once; only for the address that was invited."""
    if user.email.lower() != invitation.email:
        raise PeopleRefused(_("Cette invitation est adressée à une autre personne. Déconnectez-vous pour l’accepter."))
    with knowing(invitation.code_hash):
        living = Invitation.objects.living(now).filter(pk=invitation.pk)
        if not living.update(accepted_at=now):
            raise InvitationUnusable
    _enrol(invitation, user)
    note("invitation acceptée", f"invitation:{invitation.pk}", by=str(user), now=now, reason=invitation.house)


def _enrol(invitation: Invitation, user: User) -> None:
    if invitation.creditor_id:
        values = {"brand_id": invitation.brand_id, "role": invitation.role}
        Membership.objects.get_or_create(user=user, creditor_id=invitation.creditor_id, defaults=values)
        return
    if OfficeMembership.objects.filter(user=user).exclude(office=invitation.office_id).exists():
        raise PeopleRefused(
            _("Vous travaillez déjà dans une autre étude. Demandez-lui d’abord de retirer votre accès.")
        )
    values = {"brand_id": invitation.brand_id, "office_id": invitation.office_id}
    OfficeMembership.objects.get_or_create(user=user, defaults=values)


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: User, now: datetime) -> None:
    """The new role holds from the next page on; a creditor always keeps somebody who answers for it."""
    _keep_an_owner(membership, leaves=role != Role.OWNER)
    before = membership.role
    membership.role = role
    membership.save(update_fields=["role"])
    if role not in sharing.SHARERS:
        sharing.revoke_all_of(membership.user, membership.creditor, by=str(by), now=now)
    note(
        "rôle changé",
        f"creditor:{membership.creditor_id}",
        by=str(by),
        now=now,
        reason=f"{membership.user.email} {before} → {role}",
    )


@transaction.atomic
def remove(membership: Membership, *, by: User, now: datetime) -> int:
    """Take the role back and end the person's sessions: her next click finds nothing here. She is told by mail.

    The links that she had made to share the dossiers end with it; how many there were.
    """
    _keep_an_owner(membership, leaves=True)
    creditor, user = membership.creditor, membership.user
    membership.delete()
    end_all(user)
    note("accès retiré", f"creditor:{creditor.pk}", by=str(by), now=now, reason=user.email)
    _tell_removed(user, creditor, now=now)
    return sharing.revoke_all_of(user, creditor, by=str(by), now=now)


@transaction.atomic
def remove_clerk(member: OfficeMembership, *, by: User, now: datetime) -> None:
    """The same at an office; nobody shuts herself out, so somebody always remains."""
    if member.user_id == by.pk:
        raise PeopleRefused(_("Demandez à un autre membre de l’étude de retirer votre accès."))
    office, user = member.office, member.user
    member.delete()
    end_all(user)
    note("accès retiré", f"office:{office.pk}", by=str(by), now=now, reason=user.email)
    _tell_removed(user, office, now=now)


def _keep_an_owner(membership: Membership, *, leaves: bool) -> None:
    """Two owners who remove each other at the same time wait here: one of them is then the last."""
    Creditor.objects.select_for_update(of=("self",)).get(pk=membership.creditor_id)
    others = Membership.objects.filter(Q(creditor=membership.creditor_id, role=Role.OWNER) & ~Q(pk=membership.pk))
    if leaves and membership.role == Role.OWNER and not others.exists():
        raise PeopleRefused(_("C’est le seul responsable du compte. Donnez d’abord ce rôle à une autre personne."))


def _tell_removed(user: User, house: Creditor | Office, *, now: datetime) -> None:
    keys = {"creditor_id": house.pk} if isinstance(house, Creditor) else {"office_id": house.pk}
    queue(
        Message(
            **keys, brand_id=house.brand_id, key=f"access-removed-{user.pk}-{now.timestamp()}", kind="access_removed",
            channel=Channel.EMAIL, recipient={"name": user.get_full_name(), "email": user.email},
            payload={"house": str(house)}, created_at=now, try_at=now,
        )
    )  # fmt: skip
