"""An appointment, a complaint, the charter: open to anybody, each with its receipt."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import contacts
from accounts.contact_forms import AccessForm, AuditForm, ComplaintForm, ContactForm
from accounts.models.contact import ContactKind
from core import clock
from core.http import readonly

GET_OR_POST = ["GET", "HEAD", "POST"]
MOST, PAUSE = 5, 3600


@require_http_methods(GET_OR_POST)
def audit(request: Any) -> HttpResponse:
    form = AuditForm(request.POST or None)
    return _written(request, ContactKind.AUDIT, form) or _page(request, "portal/contact/audit.html", form)


@require_http_methods(GET_OR_POST)
def complaint(request: Any) -> HttpResponse:
    form = ComplaintForm(request.POST or None)
    return _written(request, ContactKind.COMPLAINT, form) or _page(request, "portal/contact/complaint.html", form)


@require_http_methods(GET_OR_POST)
def access(request: Any) -> HttpResponse:
    """The right of access: asked for by anybody, answered within the month."""
    form = AccessForm(request.POST or None)
    return _written(request, ContactKind.ACCESS, form) or _page(request, "portal/contact/access.html", form)


def _page(request: Any, template: str, form: ContactForm) -> HttpResponse:
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


def _written(request: Any, kind: ContactKind, form: ContactForm) -> HttpResponse | None:
    """The way to the receipt, or nothing when the form has something to correct."""
    if request.method != "POST" or not form.is_valid():
        return None
    if form.is_a_program or not _may_write(request):
        form.add_error(None, _("Trop de messages viennent de votre adresse. Réessayez dans une heure, ou téléphonez."))
        return None
    _made, token = contacts.write(request.brand, kind, now=clock.now(), **form.fields_given())
    return redirect("contact-receipt", token)


def _may_write(request: Any) -> bool:
    key = f"contact:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, PAUSE)
    return int(cache.incr(key)) <= MOST


@never_cache
@readonly
def receipt(request: Any, token: str) -> HttpResponse:
    """The state of what was written, for whoever holds the receipt."""
    contact = contacts.find(token, brand=request.brand)
    if contact is None:
        raise Http404
    return render(request, "portal/contact/receipt.html", {"contact": contact})


@readonly
def charter(request: Any) -> HttpResponse:
    return render(request, "portal/contact/charter.html")
