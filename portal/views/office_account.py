"""The office's own pages: what it says of itself, whether it takes dossiers, who works there."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import office_ics, offices
from accounts import people as services
from accounts.models import IcsState, Invitation, OfficeIcs, OfficeMembership
from accounts.office_forms import OfficeProfileForm
from accounts.people_forms import InvitationForm
from accounts.profile import ChangeRefused
from core import clock
from core.http import readonly
from core.once import once
from documents.sniffing import Refused


def tabs(current: str) -> list[dict[str, Any]]:
    pages = (("office-profile", _("Fiche de l’étude")), ("office-people", _("Personnes")))
    return [{"label": label, "url": reverse(name), "is_current": name == current} for name, label in pages]


@sensitive_post_parameters("iban")
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Any) -> HttpResponse:
    """What the office says of itself; its court of appeal is support's to change."""
    found = offices.profile_of(request.office)
    form = OfficeProfileForm(request.POST or None, request.FILES or None, instance=found)
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        messages.success(request, _("La fiche de l’étude est enregistrée."))
        return redirect("office-profile")
    context = {"tabs": tabs("office-profile"), "form": form, "profile": found, "identifiers": _identifiers(request)}
    return render(request, "portal/office/profile.html", context, status=422 if form.errors else 200)


def _kept(request: Any, form: OfficeProfileForm) -> bool:
    data = form.cleaned_data
    try:
        offices.change_profile(
            form.save(commit=False),
            iban=data["iban"],
            signature=data["signature_image"],
            by=request.user,
            now=clock.now(),
        )
    except Refused as refusal:
        form.add_error("signature_image", str(refusal))
    return not form.errors


def _identifiers(request: Any) -> list[dict[str, Any]]:
    """The office's ICS, in force or waiting, and what this person may say of the one that waits."""
    found = request.office.identifiers.filter(state__in=[IcsState.IN_FORCE, IcsState.WAITING]).order_by("state")
    return [{"row": one, "waits": one.state == IcsState.WAITING, "is_mine": one.proposer_key == request.user.pk}
            for one in found]  # fmt: skip


@require_POST
def propose_ics(request: Any) -> HttpResponse:
    try:
        office_ics.propose(request.office, request.POST.get("ics", "")[:50], by=request.user, now=clock.now())
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Identifiant proposé. Une autre personne de l’étude, ou le support, le confirmera.")
        )
    return redirect("office-profile")


@require_POST
def answer_ics(request: Any, ics: int) -> HttpResponse:
    """Confirm or put aside what somebody else proposed; who proposed may only take it back."""
    found = get_object_or_404(OfficeIcs, pk=ics, office=request.office, state=IcsState.WAITING)
    approve = request.POST.get("answer") == "approve"
    try:
        office_ics.decide(found, approve=approve, by=request.user, now=clock.now())
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Identifiant confirmé.") if approve else _("Identifiant écarté."))
    return redirect("office-profile")


@require_POST
def availability(request: Any) -> HttpResponse:
    available = request.POST.get("available") == "yes"
    offices.set_available(request.office, available=available, by=request.user, now=clock.now())
    told = (
        _("L’étude reçoit de nouveau des dossiers.") if available else _("L’étude ne reçoit plus de nouveaux dossiers.")
    )
    messages.success(request, told)
    return redirect("office-profile")


@readonly
def people(request: Any) -> HttpResponse:
    return _people(request, InvitationForm(has_roles=False))


def _people(request: Any, form: InvitationForm, status: int = 200) -> HttpResponse:
    context = {
        "tabs": tabs("office-people"),
        "members": request.office.members.select_related("user").order_by("user__last_name", "pk"),
        "invitations": request.office.invitations.living(clock.now()),
        "form": form,
    }
    return render(request, "portal/office/people.html", context, status=status)


@require_POST
@once
def invite(request: Any) -> HttpResponse:
    form = InvitationForm(request.POST, has_roles=False)
    if not form.is_valid():
        return _people(request, form, status=422)
    try:
        services.invite(request.office, email=form.cleaned_data["email"], role="", by=request.user, now=clock.now())
    except services.PeopleRefused as refusal:
        form.add_error("email", str(refusal))
        return _people(request, form, status=422)
    messages.success(request, _("L’invitation part par courriel à %(email)s.") % {"email": form.cleaned_data["email"]})
    return redirect("office-people")


@require_POST
def withdraw(request: Any, invitation: int) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=invitation, office=request.office)
    services.withdraw(found, by=request.user, now=clock.now())
    return redirect("office-people")


@require_POST
def remove(request: Any, member: int) -> HttpResponse:
    found = get_object_or_404(
        OfficeMembership.objects.select_related("user", "office"), pk=member, office=request.office
    )
    try:
        services.remove_clerk(found, by=request.user, now=clock.now())
    except services.PeopleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s n’a plus accès à ce compte.") % {"name": found.user})
    return redirect("office-people")
