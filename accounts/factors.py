"""The second factor: who must have one, and what follows when one changes."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.models import OfficeMembership, PartnerMembership, User
from accounts.services import write_notice

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for one


def strong_ones(user: User) -> Any:
    return Authenticator.objects.filter(user_id=user.pk, type__in=STRONG)


def has_one(user: User) -> bool:
    """Whether a password alone does not open this account."""
    return bool(strong_ones(user).exists())


def is_compulsory(user: User) -> bool:
    """Offices and support see other people's data: a stolen password must not be enough."""
    houses = (OfficeMembership, PartnerMembership)
    return user.is_staff or any(kind.objects.filter(user=user).exists() for kind in houses)


def may_go(authenticator: Authenticator) -> bool:
    """The last factor of somebody who must have one stays."""
    others = strong_ones(authenticator.user).exclude(pk=authenticator.pk)
    return authenticator.type not in STRONG or bool(others.exists()) or not is_compulsory(authenticator.user)


def ask_for_one(request: HttpRequest) -> HttpResponse:
    """To the page where a factor is added: nothing of an office or of support opens before."""
    messages.info(request, _("Votre accès demande un second facteur : ajoutez-le maintenant."))
    return redirect("mfa_index")


def changed(request: HttpRequest, what: str, *, now: datetime) -> None:
    """After a factor or a password changed: the other sessions end and the person is told by mail."""
    sessions.end_others(request)
    write_notice(request.user, request.brand, what=what, now=now)  # type: ignore[arg-type,attr-defined]
