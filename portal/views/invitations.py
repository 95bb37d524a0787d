"""The door of somebody who was invited: by the link of the mail, or by typing its code."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import people
from accounts.models import Invitation, User
from accounts.people_forms import CodeForm, JoinForm
from core import clock

GET_OR_POST = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(GET_OR_POST)
def enter_code(request: Any) -> HttpResponse:
    """A person with the code and no link; a wrong one is told on the next page."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("invitation", form.cleaned_data["code"].strip())
    return render(request, "portal/people/code.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("password", "confirmation")
@never_cache
@require_http_methods(GET_OR_POST)
def invitation(request: Any, code: str) -> HttpResponse:
    """Who invites to what; looking changes nothing, the button accepts."""
    try:
        found = people.find(code, brand=request.brand, now=clock.now())
        if request.method == "POST":
            return _answer(request, found)
    except people.InvitationUnusable:
        return render(request, "portal/people/unusable.html", status=410)
    return _page(request, found, JoinForm())


def _answer(request: Any, found: Invitation) -> HttpResponse:
    """Accept as who is logged in, or make the account first."""
    try:
        if request.user.is_authenticated:
            people.accept(found, user=request.user, now=clock.now())
            messages.success(request, _("Vous avez rejoint %(house)s.") % {"house": found.house})
            return redirect("portal-entrance")
        form = JoinForm(request.POST)
        if not form.is_valid():
            return _page(request, found, form, status=422)
        people.join(found, password=form.cleaned_data["password"], person=form.person(), now=clock.now())
    except people.PeopleRefused as refusal:
        messages.error(request, str(refusal))
        return _page(request, found, JoinForm(), status=422)
    messages.success(request, _("Votre compte est prêt. Connectez-vous."))
    return redirect("account_login")


def _page(request: Any, found: Invitation, form: JoinForm, status: int = 200) -> HttpResponse:
    context = {
        "invitation": found,
        "form": form,
        "is_mine": request.user.is_authenticated and request.user.email == found.email,
        "is_known": User.objects.filter(email=found.email).exists(),
    }
    return render(request, "portal/people/invitation.html", context, status=status)
