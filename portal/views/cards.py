"""Paying the platform's fees by card (IDE-03, IDE-07): what is due, what is chosen, and what became of it.

The card itself is typed at the provider's. Whatever awaits the provider stands under /carte/, outside the transaction of
a request, behind a ticket of two minutes that only a page of the person's own gives.
"""

from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import allowed, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from documents.pdf import RenderingUnavailable
from payments import card_notices, card_payments
from payments.card_notices import NoticeRefused
from payments.card_payments import CardRefused
from payments.messages import receipt_pdf
from payments.models import CardPayment, CardState
from payments.statement import dues
from portal.views.acting import for_the_same_creditor
from portal.views.tabs import account_tabs

TICKET_SALT, TICKET_SECONDS = "card", 120
SHOWN = 50


@never_cache
@readonly
@requires(Permission.PROFILE_READ)
def fees(request: Any) -> HttpResponse:
    """What is due, how it would be debited, and what was paid by card."""
    found, is_open = dues(request.creditor), card_payments.is_open(request.brand, now=clock.now())
    context = {
        "tabs": account_tabs(request, "fees"),
        "dues": found,
        "total": sum((due.left for due in found), 0),
        "debits": any(due.planned for due in found),
        "waiting": request.creditor.card_payments.opened().first(),
        "payments": request.creditor.card_payments.all()[:SHOWN],
        "mandate": request.creditor.mandates.valid(),
        "may_pay": is_open and allowed(request, Permission.FEES_PAY),
        "is_open": is_open,
    }
    return render(request, "portal/fees/fees.html", context)


@require_POST
@requires(Permission.FEES_PAY)
@for_the_same_creditor("fees")
@once
def choose(request: Any) -> HttpResponse:
    chosen = [int(key) for key in request.POST.getlist("fee") if key.isascii() and key.isdigit()]
    if not chosen:
        messages.error(request, _("Cochez au moins une somme à payer."))
        return redirect("fees")
    try:
        made = card_payments.open_payment(
            request.creditor, chosen, by=str(request.user), email=request.user.email, now=clock.now()
        )
    except CardRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("fees")
    return redirect("card-payment", made.pk)


@never_cache
@csp_update({"form-action": [settings.CARD_PAGE_ORIGIN]})  # type: ignore[arg-type]  # where the form leads at last
@readonly
@requires(Permission.PROFILE_READ)
def payment(request: Any, card: int) -> HttpResponse:
    """Before: what will be paid. After: what became of it, as far as the provider told us."""
    found = get_object_or_404(_mine(request), pk=card)
    context = {
        "tabs": account_tabs(request, "fees"),
        "payment": found,
        "lines": found.lines.select_related("fee").order_by("pk"),
        "may_pay": found.state == CardState.OPENED and allowed(request, Permission.FEES_PAY),
    }
    return render(request, "portal/fees/payment.html", context)


@require_POST
@requires(Permission.FEES_PAY)
def pay(request: Any, card: int) -> HttpResponse:
    return _to_the_provider(request, card, "pay")


@require_POST
@requires(Permission.FEES_PAY)
def give_up(request: Any, card: int) -> HttpResponse:
    return _to_the_provider(request, card, "give up")


def _to_the_provider(request: Any, card: int, what: str) -> HttpResponse:
    found = get_object_or_404(_mine(request), pk=card)
    ticket = signing.dumps({"card": found.pk, "what": what}, salt=TICKET_SALT)
    return redirect("card-provider", ticket)


@never_cache
@require_GET
def at_the_provider(request: HttpRequest, token: str) -> HttpResponse:
    """Await the provider, with a ticket that a form of the person's own has just given, and no transaction open."""
    try:
        ticket = signing.loads(token, salt=TICKET_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("Cette page a expiré : recommencez."))
        return redirect("fees")
    try:
        if ticket["what"] == "pay":
            return redirect(card_payments.page_of(ticket["card"], now=clock.now()))
        card_payments.abandon(ticket["card"], now=clock.now())
    except CardRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("card-payment", ticket["card"])


@csrf_exempt
@require_POST
def take_notice(request: HttpRequest) -> HttpResponse:
    """What the provider tells, signed. Any failure but a bad signature is an error, so that it tells again."""
    try:
        card_notices.take(request.body, request.headers.get("Stripe-Signature", ""), now=clock.now())
    except NoticeRefused:
        return HttpResponseBadRequest()
    return HttpResponse(status=200)


@never_cache
@readonly
@requires(Permission.PROFILE_READ)
def receipt(request: Any, card: int) -> HttpResponse:
    found = get_object_or_404(_mine(request).came(), pk=card)
    try:
        pdf = receipt_pdf(found)
    except RenderingUnavailable as absence:
        return HttpResponse(str(absence), status=503, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": content_disposition_header(True, f"Reçu {found}.pdf") or ""}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _mine(request: Any) -> Any:
    return CardPayment.objects.filter(creditor=request.creditor).select_related("brand", "creditor")
