"""Who works for the creditor on screen, in which role, and who is invited."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import people as services
from accounts.models import Invitation, Membership
from accounts.people_forms import InvitationForm
from accounts.permissions import allowed, requires
from accounts.roles import LABELS, PERMISSIONS, Permission, Role
from core import clock
from core.http import readonly
from core.once import once
from portal.views.acting import for_the_same_creditor
from portal.views.tabs import account_tabs


@readonly
@requires(Permission.DOSSIER_READ)
def people(request: Any) -> HttpResponse:
    return _page(request, InvitationForm())


def _page(request: Any, form: InvitationForm, status: int = 200) -> HttpResponse:
    creditor = request.creditor
    may_manage = allowed(request, Permission.PEOPLE_MANAGE)
    context = {
        "tabs": account_tabs(request, "people"),
        "members": creditor.memberships.select_related("user").order_by("user__last_name", "user__first_name", "pk"),
        "invitations": creditor.invitations.living(clock.now()) if may_manage else [],
        "may_manage": may_manage,
        "roles": Role.choices,
        "form": form,
    }
    return render(request, "portal/people/people.html", context, status=status)


@readonly
@requires(Permission.DOSSIER_READ)
def roles(request: Any) -> HttpResponse:
    """The table of the code itself: what is shown is what is applied."""
    rows = [
        {"label": label, "granted": [permission in PERMISSIONS[role] for role in Role]}
        for permission, label in LABELS.items()
    ]
    context = {
        "tabs": account_tabs(request, "roles"),
        "rows": rows,
        "roles": [role.label for role in Role],
        "mine": Role(request.membership.role).label,
    }
    return render(request, "portal/people/roles.html", context)


@require_POST
@requires(Permission.PEOPLE_MANAGE)
@for_the_same_creditor("people")
@once
def invite(request: Any) -> HttpResponse:
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        services.invite(request.creditor, by=request.user, now=clock.now(), **form.cleaned_data)
    except services.PeopleRefused as refusal:
        form.add_error("email", str(refusal))
        return _page(request, form, status=422)
    messages.success(request, _("L’invitation part par courriel à %(email)s.") % {"email": form.cleaned_data["email"]})
    return redirect("people")


@require_POST
@requires(Permission.PEOPLE_MANAGE)
def withdraw(request: Any, invitation: int) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=invitation, creditor=request.creditor)
    services.withdraw(found, by=request.user, now=clock.now())
    messages.success(request, _("L’invitation est annulée : son code n’ouvre plus rien."))
    return redirect("people")


@require_POST
@requires(Permission.PEOPLE_MANAGE)
def change_role(request: Any, member: int) -> HttpResponse:
    role = request.POST.get("role", "")
    found = _member(request, member)
    try:
        if role not in Role.values:
            raise services.PeopleRefused(_("Choisissez un rôle de la liste."))
        services.change_role(found, role, by=request.user, now=clock.now())
    except services.PeopleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s : %(role)s.") % {"name": found.user, "role": Role(role).label})
    return redirect("people")


@require_POST
@requires(Permission.PEOPLE_MANAGE)
def remove(request: Any, member: int) -> HttpResponse:
    found = _member(request, member)
    try:
        links = services.remove(found, by=request.user, now=clock.now())
    except services.PeopleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _removed(found, links))
    return redirect("people" if found.user_id != request.user.pk else "portal-entrance")


def _removed(member: Membership, links: int) -> str:
    """What happened, and to the links that she had made: the owner may make new ones."""
    said = _("%(name)s n’a plus accès à ce compte.") % {"name": member.user}
    if not links:
        return said
    told = ngettext(
        "Le lien de partage qu’elle avait créé est révoqué : recréez-le s’il doit encore servir.",
        "Les %(n)d liens de partage qu’elle avait créés sont révoqués : recréez ceux qui doivent encore servir.",
        links,
    ) % {"n": links}
    return f"{said} {told}"


def _member(request: Any, member: int) -> Membership:
    found = Membership.objects.select_related("user", "creditor")
    return get_object_or_404(found, pk=member, creditor=request.creditor)
