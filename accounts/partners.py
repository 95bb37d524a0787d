"""Distributors: whom they brought, how far each has come, and the creditor's right to end it (NUM-30)."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Creditor, Introduction, Membership, OfficeMembership, Partner, PartnerMembership, User
from accounts.models.partner import Step
from accounts.sessions import end_all
from core.audit import note
from tenants.context import Audience, Context, acting_as
from tenants.models import Brand

HOUSES = (Membership, OfficeMembership, PartnerMembership)


class PartnerRefused(ValueError):
    """It cannot be done so; the message says why and what to do."""


def find(code: str, *, brand: Brand) -> Partner | None:
    """The brand's open partner who hands out that code, however it was typed."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    with acting_as(Context(Audience.PUBLIC, brand=brand.pk)):
        return Partner.objects.filter(brand=brand, code=plain, is_open=True).first()


def introduce(creditor: Creditor, partner: Partner, *, now: datetime) -> Introduction:
    """The creditor came by this partner, who may see how far it gets."""
    made = Introduction(
        brand_id=creditor.brand_id, partner=partner, creditor=creditor, name=creditor.name, created_at=now
    )
    made.save(force_insert=True)
    return made


def of_creditor(creditor: Creditor) -> Introduction | None:
    """The partner that the creditor is attached to at present."""
    return Introduction.objects.filter(creditor=creditor, ended_at=None).select_related("partner").first()


def reached(creditor: int, step: Step, *, now: datetime) -> None:
    """Tell the partner, if there is one, that the creditor came so far: the first time is kept."""
    living = Introduction.objects.filter(creditor_id=creditor, ended_at=None)
    living.filter(**{f"{step}__isnull": True}).update(**{step: now})


@transaction.atomic
def end(creditor: Creditor, *, by: User, now: datetime) -> None:
    """From the partner's next page on, it sees nothing more of this creditor."""
    if Introduction.objects.filter(creditor=creditor, ended_at=None).update(ended_at=now, ended_by=str(by)):
        note("partenaire quitté", f"creditor:{creditor.pk}", by=str(by), now=now)


def check_newcomer(email: str) -> User | None:
    """Whose address it is, if anybody's; PartnerRefused when she already has another door."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user and (user.is_staff or any(kind.objects.filter(user=user).exists() for kind in HOUSES)):
        raise PartnerRefused(_("Cette adresse a déjà un accès ailleurs : demandez-en une autre à cette personne."))
    return user


@transaction.atomic
def enrol(
    partner: Partner, *, email: str, first_name: str, last_name: str, by: User, now: datetime
) -> PartnerMembership:
    """Support lets somebody work at the partner; a newcomer gets an account, whose password she chooses by recovery."""
    user = check_newcomer(email)
    if user is None:
        user = User.objects.create_user(email.strip(), None, first_name=first_name, last_name=last_name)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    note("membre d’un partenaire", f"partner:{partner.pk}", by=str(by), now=now, reason=user.email)
    return PartnerMembership.objects.create(user=user, partner=partner, brand_id=partner.brand_id)


@transaction.atomic
def remove(member: PartnerMembership, *, by: User, now: datetime) -> None:
    """Take the access back: her next click finds nothing."""
    note("membre retiré d’un partenaire", f"partner:{member.partner_id}", by=str(by), now=now, reason=member.user.email)
    end_all(member.user)
    member.delete()
